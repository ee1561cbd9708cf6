"""The rules read a query's text as SQL, and a question's as words."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.compare import mentions_order_by, orders_rows, without_distinct
from sqlft.compare.query_text import asks_for_order

CASES = tomllib.loads((Path(__file__).parent / "query_text.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_a_query_is_read_as_its_case_says(case: dict[str, Any]) -> None:
    sql = case["sql"]
    assert without_distinct(sql) == case.get("without", sql)
    assert mentions_order_by(sql) == case.get("mentions", False)
    assert orders_rows(sql) == case.get("orders", False)


@given(st.text(alphabet="'\"`[]$-/*() distncoreby\n", max_size=40))
def test_removing_distinct_twice_is_removing_it_once(sql: str) -> None:
    once = without_distinct(sql)
    assert without_distinct(once) == once


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("Sort the shops by size", True),
        ("List names in alphabetical ORDER", True),
        ("Arrange them by age", True),
        ("Customers sorted by name", True),
        ("How many orders came in?", False),
        ("Who reordered most?", False),
        ("What sorts of goods are there?", False),
    ],
)
def test_a_question_asks_for_order_in_so_many_words(question: str, asks: bool) -> None:
    assert asks_for_order(question) == asks
