"""What questions over one schema share is read once, and changes no token."""

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
GREEDY = Decoding(max_output_tokens=12)


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


def test_the_shared_part_is_read_once(tiny: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[list[int]] = []
    block = Slots.block

    def noted(self: Slots, runs: list[tuple[int, ...]], *, first: int = 0) -> Any:
        read.append([len(run) for run in runs])
        return block(self, runs, first=first)

    monkeypatch.setattr(Slots, "block", noted)
    writer, shop = LocalGenerator(tiny), prompts()[::2]
    once = Decoding(max_output_tokens=1)
    writer.generate(shop[:1], once)
    tokens = [tokenise(prompt, tiny.tokenizer) for prompt in shop]
    rests = [len(one.ids) - one.shared_tokens for one in tokens]
    assert read == [[tokens[0].shared_tokens], rests[:1]]
    writer.generate(shop, once)
    assert read[2:] == [sorted(rests)]


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
