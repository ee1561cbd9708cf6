"""A doubt is what a question names and a query does not use."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.ask import doubts as module
from sqlft.ask.doubts import finds_nothing
from sqlft.schema import ValueMatch, parse_ddl
from sqlft.schema.value_candidates import How

ALL = "SELECT name FROM shops"
SHOP = parse_ddl(
    "CREATE TABLE shops (id INTEGER PRIMARY KEY, name VARCHAR);"
    "CREATE TABLE lines (shop_id INTEGER, number INTEGER, PRIMARY KEY (shop_id, number));",
    "shop",
)


def doubts(sql: str, question: str, values: tuple[ValueMatch, ...]) -> tuple[str, ...]:
    return module.doubts(sql, question, values, SHOP)


def match(value: str, how: How = "exact") -> ValueMatch:
    return ValueMatch(table="shops", column="city", value=value, how=how)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ('Shops in "Oslo"?', "SELECT name FROM shops WHERE city = 'Oslo'"),
        ("Shops in 'oslo'.", "SELECT name FROM shops WHERE city ILIKE '%Oslo%'"),
        ("Shops called “O'Brien”", "SELECT name FROM shops WHERE name = 'O''Brien'"),
        ('Shops of "Ann Lee"', "SELECT 1 FROM shops WHERE first = 'Ann' AND last = 'Lee'"),
        ("The shop's name and its owners' names", ALL),
        ("Shops with more than 3 doors", "SELECT name FROM shops WHERE doors > 3"),
        ("Shops with at least 3 doors", "SELECT name FROM shops WHERE doors > 2"),
        ("Shops of over 1,500 euros", "SELECT name FROM shops WHERE rent > 1500"),
        ("Shops with a 15% margin", "SELECT name FROM shops WHERE margin = 0.15"),
        ("Shops opened in 2023", "SELECT name FROM shops WHERE opened >= DATE '2023-01-01'"),
        ("Shops opened in the last 30 days", "SELECT name FROM shops WHERE opened > '2026-01-09'"),
        ("Shops with 2 million visitors", "SELECT name FROM shops WHERE visitors >= 2000000"),
        ("Shops open at 10 pm", "SELECT name FROM shops WHERE closes > 22"),
        ("Shops open between 9:00 and 17:00 or 24/7", ALL),
        ("Shops with 20 percent more", "SELECT name FROM shops WHERE rent > 1.2"),
        ("Rank the shops, largest is 1, and show none as 0", ALL),
        ("Shops of the Four Seasons", "SELECT name FROM shops WHERE hotel = 'Four Seasons'"),
        ("Shops on route B12 or in the 3rd row", ALL),
    ],
)
def test_what_is_used_or_may_be_reckoned_raises_no_doubt(question: str, sql: str) -> None:
    assert doubts(sql, question, ()) == ()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ('Shops in "Oslo" or "Bergen"?', "does not use 'Bergen'"),
        ("Shops with 7 doors", "does not use 7"),
        ('Shops in "Bergen" or „Narvik“', "does not use 'Bergen'"),
        ("Shops of over 1,500 euros", "does not use 1,500"),
    ],
)
def test_what_is_not_used_is_told(question: str, said: str) -> None:
    assert doubts("SELECT name FROM shops WHERE city = 'Oslo'", question, ()) == (said,)


def test_one_of_the_stored_values_that_a_question_names_must_be_used() -> None:
    question, named = "Shops in Oslo of the Nord chain", (match("Oslo"), match("Nord"))
    assert doubts(ALL, question, named) == ("does not use 'Oslo'",)
    assert doubts("SELECT name FROM shops WHERE chain = 'Nord'", question, named) == ()


def test_a_stored_word_that_a_question_may_use_for_itself_need_not_be_used() -> None:
    assert doubts(ALL, "Which shops are open?", (match("open"),)) == ()
    assert doubts(ALL, "Hours per crew leader", (match("crew leader"),)) == ()
    assert doubts(ALL, "Sales in June", (match("June"),)) == ()
    assert doubts(ALL, "Which shops are open?", (match("Open"),)) == ("does not use 'Open'",)


def test_a_stored_value_may_stand_for_what_was_quoted_in_another_way() -> None:
    near = (match("København", "typo"),)
    used = "SELECT name FROM shops WHERE city = 'København'"
    assert doubts(used, 'Shops in "Kobenhavn"', near) == ()
    assert doubts(ALL, 'Shops in "Kobenhavn"', near) == ("does not use 'Kobenhavn'",)


@pytest.mark.parametrize(
    ("sql", "doubted"),
    [
        ("FROM Shops SELECT id, COUNT(*) GROUP BY id", True),
        ("SELECT name FROM shops GROUP BY ID, name HAVING COUNT(*) > 1", True),
        ("SELECT shop_id FROM lines GROUP BY shop_id, number ORDER BY COUNT(*)", True),
        ("FROM lines SELECT number WHERE shop_id IN "
         "(FROM shops SELECT id GROUP BY id HAVING COUNT(*) > 1)", True),
        ("SELECT shop_id, COUNT(*) FROM lines GROUP BY shop_id", False),
        ("SELECT id, COUNT(*) FROM shops JOIN lines ON shop_id = id GROUP BY id", False),
        ("FROM shops JOIN lines ON shop_id = id SELECT id, COUNT(*) GROUP BY id", False),
        ("SELECT id, (SELECT COUNT(*) FROM lines) FROM shops GROUP BY id", False),
        ("SELECT id, MAX(name) FROM shops GROUP BY id", False),
        ("SELECT COUNT(*) FROM (SELECT id FROM shops GROUP BY id)", False),
    ],
)  # fmt: skip
def test_rows_of_one_table_by_its_own_key_are_not_worth_a_count(sql: str, doubted: bool) -> None:
    assert any("by their own key" in one for one in doubts(sql, "", ())) == doubted


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_a_query_holds_word_for_word_is_used(question: str, other: str) -> None:
    assert doubts(f"{question} {other}", f"{question}", ()) == () or "'" in question


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_looked_through(question: str, sql: str) -> None:
    assert all(one.startswith("does not use ") for one in doubts(sql, question, (match("Oslo"),)))


def test_rows_of_nothing_but_null_are_nothing() -> None:
    assert finds_nothing(pa.table({"a": pa.array([], "int64")}))
    assert finds_nothing(pa.table({"a": [None, None], "b": pa.array([None, None], "string")}))
    assert not finds_nothing(pa.table({"a": [None, 0]}))
