"""What questions over one schema share is read once, and changes no token."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sqlft.config import Decoding, ModelChoice
from sqlft.generate import LocalGenerator
from sqlft.generate.prefixes import Prefixes
from sqlft.generate.slots import Slots
from sqlft.model import LoadedModel, load_model
from sqlft.prompt import layout, tokenise
from sqlft.schema import parse_ddl

SCHEMAS = [
    parse_ddl("CREATE TABLE orders (id INTEGER PRIMARY KEY, city VARCHAR, total DECIMAL)", "shop"),
    parse_ddl("CREATE TABLE patients (id INTEGER, born DATE, ward VARCHAR)", "clinic"),
]
QUESTIONS = ["How many?", "Which is the first?", "What is the mean of all?", "And the last one?"]
GREEDY = Decoding(max_output_tokens=12, beams=1)


@pytest.fixture(scope="module")
def tiny(tiny_model: Path) -> LoadedModel:
    return load_model(ModelChoice(model=str(tiny_model), device="cpu"))


def prompts() -> list[Any]:
    chosen = layout("sqlft")
    return [chosen.render(schema, question) for question in QUESTIONS for schema in SCHEMAS]


def test_a_kept_prefix_changes_no_token(tiny: LoadedModel) -> None:
    kept = LocalGenerator(tiny)
    for decoding in (GREEDY, Decoding(max_output_tokens=12, temperature=0.9, candidates=3)):
        for prompt in prompts():
            fresh = LocalGenerator(tiny)
            assert kept.generate([prompt], decoding) == fresh.generate([prompt], decoding)


def blocks_read(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """How many tokens of each row every step reads, from now on."""
    read: list[list[int]] = []
    block = Slots.block

    def noted(self: Slots, runs: list[tuple[int, ...]], *, first: int = 0) -> Any:
        read.append([len(run) for run in runs])
        return block(self, runs, first=first)

    monkeypatch.setattr(Slots, "block", noted)
    return read


def test_the_shared_part_is_read_once(tiny: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    read = blocks_read(monkeypatch)
    writer, shop = LocalGenerator(tiny), prompts()[::2]
    once = Decoding(max_output_tokens=1)
    writer.generate(shop[:1], once)
    tokens = [tokenise(prompt, tiny.tokenizer) for prompt in shop]
    rests = [len(one.ids) - one.shared_tokens for one in tokens]
    assert read == [[tokens[0].shared_tokens], rests[:1]]
    writer.generate(shop, once)
    assert read[2:] == [sorted(rests)]


def test_reading_ahead_changes_no_token_and_is_not_read_again(
    tiny: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlft.generate.reader.READ_TOKENS", {"cpu": 7})  # in many pieces
    ahead, fresh = LocalGenerator(tiny), LocalGenerator(tiny)
    expected = [fresh.generate([prompt], GREEDY) for prompt in prompts()]
    for prompt in prompts()[:2]:
        assert ahead.read_ahead(prompt, GREEDY)
    read = blocks_read(monkeypatch)
    assert all(ahead.read_ahead(prompt, GREEDY) for prompt in prompts())
    assert read == []
    assert [ahead.generate([prompt], GREEDY) for prompt in prompts()] == expected
    shared = min(tokenise(prompt, tiny.tokenizer).shared_tokens for prompt in prompts())
    assert 0 < max(map(max, read)) < shared


def test_reading_ahead_row_by_row_is_the_same(
    tiny: LoadedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sqlft.generate.local.network", lambda model, adapter: None)
    ahead, prompt = LocalGenerator(tiny), prompts()[0]
    assert ahead.read_ahead(prompt, GREEDY)
    assert ahead.generate([prompt], GREEDY) == LocalGenerator(tiny).generate([prompt], GREEDY)


@pytest.mark.parametrize("place", [0, 1])
def test_reading_ahead_gives_way_to_another_schema_alone(
    tiny: LoadedModel, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr("sqlft.generate.reader.READ_TOKENS", {"cpu": 7})
    writer, block = LocalGenerator(tiny), Slots.block
    reading, waited = threading.Event(), threading.Event()

    def slow(self: Slots, runs: list[tuple[int, ...]], *, first: int = 0) -> Any:
        if not reading.is_set():
            reading.set()
            assert waited.wait(60)
        return block(self, runs, first=first)

    monkeypatch.setattr(Slots, "block", slow)
    with ThreadPoolExecutor(2) as threads:
        ahead = threads.submit(writer.read_ahead, prompts()[0], GREEDY)
        assert reading.wait(60)
        asked = threads.submit(writer.generate, [prompts()[2 + place]], GREEDY)
        while not writer._turns._waiting:
            time.sleep(0.01)
        waited.set()
        assert ahead.result(60) == (place == 0)
        assert asked.result(60) == LocalGenerator(tiny).generate([prompts()[2 + place]], GREEDY)
    assert writer.read_ahead(prompts()[0], GREEDY)


def test_reading_ahead_is_cancelled_at_its_next_piece(tiny: LoadedModel) -> None:
    assert not LocalGenerator(tiny).read_ahead(prompts()[0], GREEDY, cancel=lambda: True)


def test_kept_bytes_stay_within_their_bound() -> None:
    prefixes = Prefixes(kept_mib=1)
    for number in range(7):
        prefixes.keep(number, f"prefix {number}", 2**18)
    assert prefixes.size_bytes == 2**20
    assert prefixes.take(2) is None and prefixes.take(3) == "prefix 3"
    prefixes.keep(7, "prefix 7", 2**18)
    assert prefixes.take(3) and prefixes.take(4) is None  # 3 was used after 4
    prefixes.keep(8, "too large", 2**20 + 1)
    assert prefixes.take(8) is None and prefixes.size_bytes == 2**20


def test_what_is_kept_is_never_changed(tiny: LoadedModel) -> None:
    writer, prompt = LocalGenerator(tiny), prompts()[0]
    first = [writer.generate([prompt], GREEDY) for _ in range(3)]
    assert first[0] == first[1] == first[2]
