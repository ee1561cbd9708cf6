"""Queries in plain words: what stands in the tree is said, and every legitimate query is said."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sqlft.sql import explain, value_words

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "explain.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: case["title"])
def test_each_clause_is_said(case: dict[str, Any]) -> None:
    assert ["  " * step.depth + step.text for step in explain(case["sql"])] == case["steps"]


@pytest.mark.parametrize("case", CASES["value"], ids=lambda case: case["sql"])
def test_one_value_is_named(case: dict[str, str]) -> None:
    assert (value_words(case["sql"]) or "") == case["words"]


def test_every_legitimate_query_is_explained_in_sentences(legitimate_sql: str) -> None:
    steps = explain(legitimate_sql)
    assert steps[0].text.startswith(("Reads", "First", "Puts", "Takes", "Turns", "Makes", "Shows"))
    assert all(step.text == "and" or step.text[-1] in ".:" for step in steps)


def test_deep_nesting_ends_in_words_and_not_in_a_hundred_lines() -> None:
    sql = "SELECT a FROM t"
    for _ in range(30):
        sql = f"SELECT a FROM ({sql}) AS s"
    texts = [step.text for step in explain(sql)]
    assert "More queries inside." in texts and len(texts) < 20
