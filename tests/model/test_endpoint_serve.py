"""An endpoint as others run one: `transformers serve` with the embedded model, on loopback."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import sqlft
from sqlft.config import Decoding, ModelChoice
from sqlft.model import EndpointGenerator
from sqlft.prompt import Message, Prompt, Segment

START_S = 120.0


@pytest.fixture(scope="module")
def model(embedded_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The served model as a user names it: its folder, at the server's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = "from transformers.cli.transformers import main; main()"
    serve = ["serve", str(embedded_model), "--host", "127.0.0.1", "--port", str(port)]
    log = tmp_path_factory.mktemp("serve") / "log.txt"
    with log.open("w") as written:
        server = subprocess.Popen(
            [sys.executable, "-c", program, *serve, "--device", "cpu"],
            env={**os.environ, "HF_HUB_OFFLINE": "1"},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + START_S
        while not _answers(f"http://127.0.0.1:{port}/health"):
            assert server.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield f"endpoint:{embedded_model}@http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait()


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2):
            return True
    except OSError:
        return False


@pytest.mark.parametrize("chat", [True, False])
def test_the_served_model_answers_and_its_tokens_are_counted(model: str, chat: bool) -> None:
    message = Message(role="user", segments=(Segment(text="What is the capital of France?"),))
    prompt = Prompt(
        layout="ddl", messages=(message,), question="?", schema_text="", chat_template=chat
    )
    writer = EndpointGenerator(ModelChoice(model=model))
    ((reply,),) = writer.generate([prompt], Decoding(max_output_tokens=16))
    assert "Paris" in reply.text
    assert reply.prompt_tokens and reply.output_tokens and reply.output_tokens <= 16


def test_a_question_walks_the_whole_corridor_through_it(model: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, city VARCHAR)")
        connection.execute("INSERT INTO orders VALUES (1, 'Oslo'), (2, 'Kyiv')")
    sampled = Decoding(max_output_tokens=48, candidates=2, temperature=0.5)
    answer = sqlft.load(database=path, model=model, decoding=sampled).ask("How many orders?")
    assert (answer.model, len(answer.candidates)) == (model, 2)
    assert answer.candidates[0].reply and answer.status  # what so small a model writes is its own
    assert answer.prompt_tokens and answer.output_tokens
