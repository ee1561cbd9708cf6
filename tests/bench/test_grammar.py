"""What a mask costs is a small part of what writing the tokens costs."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sqlft.config import Decoding, ModelChoice
from sqlft.generate import LocalGenerator
from sqlft.generate.grammar.sentence_mask import SentenceMask
from sqlft.model import load_model
from sqlft.prompt import layout
from sqlft.schema import parse_ddl

GENERATE = Path(__file__).parents[1] / "generate"
SHOP = parse_ddl((GENERATE / "grammar_schema.sql").read_text(encoding="utf-8"), "shop")
QUESTIONS = ("How many orders?", "Names of customers in Rome", "Total of all orders by city")
MASK_AT_MOST = 0.05
"""Of the seconds of writing, by a model that was never taught the form: at nearly every step it
wants what may not come, and the whole mask is worked out."""


def timed(asked: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    def ask(*given: Any) -> Any:
        began = time.perf_counter()
        try:
            return asked(*given)
        finally:
            spent.append(time.perf_counter() - began)

    return ask


def test_the_mask_takes_a_small_part_of_the_time_of_writing(
    embedded_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = LocalGenerator(
        load_model(ModelChoice(model=str(embedded_model), layout="sqlft", device="cpu"))
    )
    prompts = [layout("sqlft").render(SHOP, question) for question in QUESTIONS]
    decoding = Decoding(max_output_tokens=48)
    writer.generate(prompts, decoding)  # the tokenizer is looked into, prefixes are read
    spent: list[float] = []
    for name in ("allows", "forced", "narrow"):
        monkeypatch.setattr(SentenceMask, name, timed(getattr(SentenceMask, name), spent))
    began = time.perf_counter()
    tokens = sum(r.output_tokens or 0 for p in prompts for r in writer.generate([p], decoding)[0])
    total_s = time.perf_counter() - began
    print(
        f"{tokens} tokens in {total_s:.2f} s; mask {1000 * sum(spent) / tokens:.2f} ms a token, "
        f"{sum(spent) / total_s:.1%} of the time"
    )
    assert sum(spent) <= MASK_AT_MOST * total_s
