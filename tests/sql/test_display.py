"""What is shown to people stays the same query, and what cannot be read stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.sql.display import display


def test_a_from_first_query_is_shown_in_the_usual_order_over_several_lines() -> None:
    shown = display(
        "FROM orders JOIN customers ON orders.customer_id = customers.customer_id "
        "SELECT customers.city, COUNT(*) WHERE orders.total > 5 GROUP BY customers.city"
    )
    assert shown.splitlines() == [
        "SELECT",
        "  customers.city,",
        "  COUNT(*)",
        "FROM orders",
        "JOIN customers",
        "  ON orders.customer_id = customers.customer_id",
        "WHERE",
        "  orders.total > 5",
        "GROUP BY",
        "  customers.city",
    ]


@pytest.mark.parametrize("text", ["SELEC nothing", "I cannot answer that.", "", "SELECT ((1", "'"])
def test_text_that_is_no_query_comes_back_as_it_is(text: str) -> None:
    assert display(f"  {text}\n") == text


def test_two_statements_come_back_as_they_are() -> None:
    assert display("SELECT 1; SELECT 2") == "SELECT 1; SELECT 2"


@given(st.text(alphabet="SELECT FROM where*(),;'\"/-\n\tab1=", max_size=60))
def test_any_text_is_shown_without_an_error_and_the_same_way_twice(text: str) -> None:
    shown = display(text)
    assert display(shown) == shown
