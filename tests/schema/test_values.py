"""A question's words find the stored values that they mean."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.database import Database
from sqlft.schema import Column, ForeignKey, Schema, Table, ValueMatch, match_values, read_schema
from sqlft.schema.value_candidates import candidates
from sqlft.schema.value_index import ValueIndex, build_index
from sqlft.schema.value_ranking import ranked
from sqlft.schema.value_words import question_words

SHOP = """
    CREATE TABLE cities (city_id INTEGER PRIMARY KEY, city VARCHAR, state VARCHAR);
    INSERT INTO cities VALUES (1, 'New York', 'New York'), (2, 'Rome', 'Lazio'),
        (3, 'São Paulo', 'SP'), (4, 'Chicago', 'Illinois'), (5, '東京', 'Kantō');
    CREATE TABLE products (code VARCHAR PRIMARY KEY, title VARCHAR, kind VARCHAR, about VARCHAR);
    INSERT INTO products SELECT *, 'Secretword. ' || repeat(code || ' ', 30) FROM (VALUES
        ('00417', 'Rugby Shirt', 'shirt'), ('B-1042', 'Heathrow Express Ticket', 'ticket'),
        ('90210', 'The Who', 'record')) AS t(code, title, kind);
    CREATE TABLE sales (sale_id INTEGER, code VARCHAR REFERENCES products (code), grade VARCHAR);
    INSERT INTO sales VALUES (1, '00417', 'A'), (2, '90210', 'B');
"""


@pytest.fixture
def shop(duckdb_of, sqlft_home) -> tuple[Database, Schema]:
    database = duckdb_of(SHOP)
    return database, read_schema(database)


def first(shop: tuple[Database, Schema], question: str) -> tuple[str, str, str]:
    found = match_values(*shop, question)
    assert found, question
    assert all(a.score >= b.score for a, b in pairwise(found))
    return f"{found[0].table}.{found[0].column}", found[0].value, found[0].how


@pytest.mark.parametrize(
    ("question", "column", "value", "how"),
    [
        ("How many sales in Rome?", "cities.city", "Rome", "exact"),
        ("how many sales in rome?", "cities.city", "Rome", "case"),
        ("sales in sao paulo", "cities.city", "São Paulo", "case"),
        ("Which rugby shirts were sold?", "products.title", "Rugby Shirt", "plural"),
        ("sales in Chciago last year", "cities.city", "Chicago", "typo"),
        ("who bought a trip to Heathrow?", "products.title", "Heathrow Express Ticket", "inside"),
        ("Sales in the city of New York", "cities.city", "New York", "exact"),
        ("Sales in the state of New York", "cities.state", "New York", "exact"),
        ("sales of product code 00417", "products.code", "00417", "exact"),
        ("sales of b-1042", "products.code", "B-1042", "case"),
        ("show the record 'the who'", "products.title", "The Who", "case"),
        ("sales with grade A", "sales.grade", "A", "exact"),
        ("東京の売上はいくらですか", "cities.city", "東京", "exact"),
    ],
)
def test_a_value_is_found_as_people_say_it(shop, question, column, value, how) -> None:
    assert first(shop, question) == (column, value, how)


def test_words_that_questions_are_made_of_name_no_value(shop) -> None:
    assert match_values(*shop, "who is the one that sold most of a kind and how many") == ()


def test_prose_is_not_looked_up(shop) -> None:
    assert match_values(*shop, "which product says Secretword?") == ()


def test_two_values_of_one_question_are_both_found(shop) -> None:
    found = match_values(*shop, "rugby shirts sold in New York or Chicago", at_most=3)
    assert {m.value for m in found} == {"Rugby Shirt", "New York", "Chicago"}
    assert len(match_values(*shop, "rugby shirts in New York", at_most=1)) == 1
    assert match_values(*shop, "rugby shirts in New York", at_most=0) == ()


def test_a_column_that_refers_to_another_table_counts_less(shop) -> None:
    found = match_values(*shop, "90210?")
    assert [m.table for m in found] == ["products", "sales"]


def test_notes_say_which_column_a_question_means(shop) -> None:
    database, schema = shop
    cities, *others = schema.tables
    marked = [replace(c, synonyms=("region",)) if c.name == "state" else c for c in cities.columns]
    noted = replace(schema, tables=(replace(cities, columns=tuple(marked)), *others))
    found = match_values(database, noted, "sales in the region New York")
    assert (found[0].table, found[0].column) == ("cities", "state")


def test_the_longer_phrase_comes_before_its_parts() -> None:
    index = build_index([("t", "a")], [(0, ["York", "New York", "New York City"])])
    schema = Schema(
        name="s", tables=(Table(name="t", columns=(Column(name="a", type="VARCHAR"),)),)
    )
    assert _matched(index, schema, "people in New York City")[0] == "New York City"
    assert _matched(index, schema, "people in New York")[0] == "New York"


def test_a_sqlite_column_of_any_type_is_looked_up_where_it_holds_text(
    sqlite_of, sqlft_home
) -> None:
    database = sqlite_of(
        "CREATE TABLE t (a INTEGER, b);"
        "INSERT INTO t VALUES ('Lisbon', 7), (3, x'00ff'), (4, 'Porto')"
    )
    schema = read_schema(database)
    found = match_values(database, schema, "rows of Lisbon and Porto")
    assert {(m.column, m.value) for m in found} == {("a", "Lisbon"), ("b", "Porto")}


def test_a_server_has_no_values() -> None:
    server = Database(kind="url", location="postgresql://db.example/shop", name="shop")
    assert match_values(server, Schema(name="shop", tables=()), "sales in Rome") == ()


def _matched(index: ValueIndex, schema: Schema, question: str) -> list[str]:
    words = question_words(question)
    found = ranked(index, schema, words, candidates(index, words, question), at_most=5)
    return [candidate.text for candidate, _ in found]


_TEXTS = st.lists(st.text(min_size=1, max_size=20), max_size=12, unique=True)


@given(_TEXTS, st.text(max_size=80))
def test_any_question_over_any_values_gets_few_stored_ones(values: list[str], asked: str) -> None:
    index = build_index([("t", "a")], [(0, values)])
    schema = Schema(
        name="s",
        tables=(Table(name="t", columns=(Column(name="a", type="VARCHAR"),)),),
        foreign_keys=(
            ForeignKey(table="t", columns=("a",), target_table="t", target_columns=("a",)),
        ),
    )
    found = _matched(index, schema, asked) if len(index) else []
    assert len(found) <= 5 and set(found) <= set(values)


@given(st.text(alphabet="abcdefghij", min_size=5, max_size=9), st.data())
def test_one_slip_is_corrected(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(word) - 1))
    slip = word[:place] + "z" + word[place + 1 :]
    others = ["klmno", "pqrst", "mnopqrst"]
    index = build_index([("t", "a")], [(0, [word, *others])])
    assert [found for found, _ in index.similar(slip)] == [word]


def test_a_match_is_a_plain_value() -> None:
    match = ValueMatch(table="t", column="a", value="x")
    assert (match.how, match.score) == ("exact", 1.0)
