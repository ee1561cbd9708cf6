"""Endpoints in an evaluation: asked side by side, paid for once, with tokens, cost, break-even."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sqlft.config import Decoding, ModelChoice
from sqlft.config.evaluation import Evaluation, Prices
from sqlft.evaluate import Predictor, read_predictors_file
from sqlft.evaluate.evaluation import configured, evaluate
from sqlft.evaluate.generators import generators
from sqlft.evaluate.kept_replies import keeping
from sqlft.evaluate.results import break_even
from sqlft.evaluate.run_folder import read_json
from sqlft.evaluate.writing import Written, at_once, side_by_side
from sqlft.model import FixedGenerator, Reply
from sqlft.prompt import layout
from sqlft.schema import Schema


class Server(ThreadingHTTPServer):
    """Speaks the API; counts requests, and how many it answers at once."""

    daemon_threads = True

    def __init__(self, replies: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies, self.requests, self.at_once, self.most = replies, 0, 0, 0
        self.counting = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with self.server.counting:
            self.server.requests += 1
            self.server.at_once += 1
            self.server.most = max(self.server.most, self.server.at_once)
        time.sleep(0.1)
        said = body["messages"][-1]["content"].rpartition("Question: ")[2]
        document = {
            "choices": [{"message": {"content": self.server.replies[said]}}],
            "usage": {"prompt_tokens": 1000, "completion_tokens": 20},
        }
        content = json.dumps(document).encode()
        with self.server.counting:
            self.server.at_once -= 1
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(right_replies: dict[str, str]) -> Iterator[Server]:
    with Server(right_replies) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def test_an_endpoint_is_measured_side_by_side_and_its_replies_are_paid_for_once(
    server: Server, shops: Path, tmp_path: Path, sqlft_home: Path
) -> None:
    url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    (tmp_path / "eval.toml").write_text(f"""
        [predictors.served]
        model = "endpoint:some/model@{url}"
        price_per_million_prompt_tokens = 2.0
        price_per_million_output_tokens = 10.0
    """)
    predictors = read_predictors_file(tmp_path / "eval.toml", Predictor(name=""))
    config = configured([shops], predictors, Evaluation())
    evaluate(config, tmp_path / "run", generators(predictors))
    (row,) = read_json(tmp_path / "run" / "results.json")["predictors"]
    assert row["headline"]["rate"] == 1.0 and server.requests == 12
    assert server.most > 1
    usage = row["usage"]
    assert usage["prompt_tokens_mean"] == 1000 and usage["output_tokens_mean"] == 20
    assert usage["cost"] == pytest.approx(12 * (0.002 + 0.0002))
    assert usage["cost_per_question"] == pytest.approx(0.0022)

    evaluate(config, tmp_path / "again", generators(predictors))
    assert server.requests == 12
    again = read_json(tmp_path / "again" / "results.json")["predictors"][0]
    assert again["usage"]["seconds_mean"] == pytest.approx(usage["seconds_mean"], abs=1e-3)
    assert "cost of 1,000 questions" in (tmp_path / "again" / "report.html").read_text()


def prompts(*questions: str) -> list:
    return [layout("ddl").render(Schema(name="shop", tables=()), one) for one in questions]


def test_what_is_kept_is_of_that_model_prompt_and_decoding_alone(tmp_path: Path) -> None:
    asked: list[str] = []

    def writer(given, decoding):
        asked.extend(prompt.question for prompt in given)
        return [Written(replies=(Reply(text=prompt.question),)) for prompt in given]

    def texts(name: str, decoding: Decoding, *questions: str) -> list[str]:
        found = keeping(writer, name, tmp_path)(prompts(*questions), decoding)
        return [one.replies[0].text for one in found]

    assert texts("a", Decoding(), "x", "y") == ["x", "y"]
    assert texts("a", Decoding(), "y", "z", "x") == ["y", "z", "x"]
    assert asked == ["x", "y", "z"]
    texts("b", Decoding(), "x")
    texts("a", Decoding(seed=1), "x")
    assert asked == ["x", "y", "z", "x", "x"]
    for path in tmp_path.glob("*/*.json"):
        path.write_text("{")
    assert texts("a", Decoding(), "x") == ["x"] and len(asked) == 6


def test_what_failed_or_was_cut_off_is_asked_again(tmp_path: Path) -> None:
    finishes = iter(["timeout", "cancelled", "length"])

    def writer(given, decoding):
        return [Written(replies=(Reply(text="x", finish=next(finishes)),)) for _ in given]

    write = keeping(writer, "a", tmp_path)
    found = [write(prompts("x"), Decoding())[0].replies[0].finish for _ in range(4)]
    assert found == ["timeout", "cancelled", "length", "length"]


@pytest.mark.parametrize("writer_of", [at_once, lambda g: side_by_side(g, 3)])
def test_a_prompt_that_fails_does_not_fail_its_neighbours(writer_of) -> None:
    generator = FixedGenerator({"a": "1", "c": "3"})
    found = writer_of(generator)(prompts("a", "b", "c"), Decoding())
    assert [one.replies[0].text if one.replies else None for one in found] == ["1", None, "3"]
    assert "no reply is given for 'b'" in found[1].error.message


def test_prompts_that_are_written_together_share_the_time_of_all() -> None:
    given: list[float] = []

    class Timed(FixedGenerator):
        def generate(self, asked, decoding, *, cancel=None):
            given.append(decoding.write_timeout_s)
            return super().generate(asked, decoding, cancel=cancel)

    write = at_once(Timed({}, default="x"))
    write(prompts("a", "b", "c"), Decoding(write_timeout_s=2.0))
    write(prompts("a"), Decoding(write_timeout_s=2.0))
    assert given == [6.0, 2.0]


def priced(name: str, cost: float, tuning: float | None = None) -> dict:
    usage = {"cost_per_question": cost, "tuning_price": tuning or 0.0}
    return {"name": name, "tuned": tuning is not None, "usage": usage}


def test_tuning_breaks_even_after_its_price_over_what_a_question_saves() -> None:
    rows = [priced("long prompts", 0.003), priced("tuned", 0.001, tuning=30.0)]
    (found,) = break_even(rows)
    assert found["questions"] == pytest.approx(30.0 / 0.002)
    (never,) = break_even([priced("cheap", 0.0001), priced("tuned", 0.001, tuning=30.0)])
    assert never["questions"] is None


def test_an_endpoint_that_cost_something_to_tune_counts_as_tuned() -> None:
    served = Predictor(name="served", choice=ModelChoice(model="endpoint:m@http://h/v1"))
    assert not served.is_tuned
    assert Predictor(name="tuned", prices=Prices(tuning_price=5.0)).is_tuned
