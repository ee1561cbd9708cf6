"""Values count as said in every form that people use, and not beyond."""

from datetime import date

import pytest

from sqlft.data.check.said_texts import Said

TODAY = date(2025, 12, 31)

SAID = [
    ("credit_card", "How many credit cards do we have?"),
    ("Cancelled", "cancellations by month"),
    ("delivered", "orders on delivery last week"),
    ("Trans Ibérica", "freight of trans iberica"),
    ("check-in", "how many checkins"),
    ("web shop", "sold in the webshop"),
    ("Müller", "a client called Muller"),
    ("NYC", "shops in New York City"),
    ("New York City", "shops in NYC"),
    ("F", "how many female customers"),
    ("TX", "stores in Texas"),
    ("Y", "which stores are closed"),
    ("monthly", "everyone who pays by the month"),
    ("2024", "sales of 2024"),
    ("Accommodation", "accomodation costs"),
    ("term deposit", "all term deposits"),
]
NOT_SAID = [
    ("Rome", "orders by city"),
    ("DE", "customers from Germany"),
    ("gold", "how many customers of each tier"),
    ("credit", "all debit cards"),
    ("open", "orders of 2024"),
    ("north", "sales in the south"),
]


@pytest.mark.parametrize(("value", "text"), SAID)
def test_a_value_as_people_write_it_is_said(value: str, text: str) -> None:
    assert Said(text, TODAY).value(value)


@pytest.mark.parametrize(("value", "text"), NOT_SAID)
def test_another_value_is_not_said(value: str, text: str) -> None:
    assert not Said(text, TODAY).value(value)


NUMBERS_SAID = [
    (5000, "more than 5,000 euros"),
    (5000, "more than 5k"),
    (1500000, "above 1.5 million"),
    (0.2, "at least 20 percent off"),
    (25, "twenty-five pieces or more"),
    (7, "more than six"),
    (240, "longer than four hours"),
    (20000, "heavier than 20 kilos"),
    (0.5, "less than half"),
    (12, "a dozen"),
    (2, "twice or more"),
    (0, "which are out of stock"),
    (2024, "orders of last year"),
    (-3, "below minus 3 degrees"),
]
NUMBERS_NOT_SAID = [(75, "big orders"), (500, "orders over 2000"), (2019, "last year"), (4, "")]


@pytest.mark.parametrize(("value", "text"), NUMBERS_SAID)
def test_a_number_in_digits_words_or_other_units_is_said(value: float, text: str) -> None:
    assert Said(text, TODAY).number(value)


@pytest.mark.parametrize(("value", "text"), NUMBERS_NOT_SAID)
def test_another_number_is_not_said(value: float, text: str) -> None:
    assert not Said(text, TODAY).number(value)


DATES_SAID = [
    ("2025-12-01", "returns in the past 30 days"),
    ("2025-10-01", "orders this quarter"),
    ("2025-07-01", "orders last quarter"),
    ("2025-09-30", "orders last quarter"),
    ("2025-11-01", "what came in last month?"),
    ("2025-12-24", "the past 7 days"),
    ("2024-12-31", "in the past twelve months"),
    ("2024-01-01", "joined in the first quarter of 2024, please"),
    ("2024-03-31", "joined in the first quarter of 2024, please"),
    ("2023-01-01", "since 2023"),
    ("2024-01-01", "until the end of 2023"),
    ("2025-11-28", "sales on 28 November 2025"),
    ("2025-11-30", "parcels shipped in November 2025"),
    ("2025-06-01", "sales of last summer"),
    ("1995-12-31", "customers under 30"),
    ("2022-12-31", "valued more than three years ago"),
    ("2025-12-31", "which are overdue"),
    ("2024-06-28", "the rate on 2024-06-28"),
]
DATES_NOT_SAID = [
    ("2025-03-02", "how many orders"),
    ("2025-03-02", "orders of 2025 by month"),
    ("2021-01-01", "orders in the last quarter"),
    ("2024-07-01", "sales in May 2024"),
    ("2025-10-15", "in the past 30 days"),
]


@pytest.mark.parametrize(("day", "text"), DATES_SAID)
def test_a_date_in_words_or_counted_from_today_is_said(day: str, text: str) -> None:
    assert Said(text, TODAY).value(day)


@pytest.mark.parametrize(("day", "text"), DATES_NOT_SAID)
def test_another_date_is_not_said(day: str, text: str) -> None:
    assert not Said(text, TODAY).value(day)
