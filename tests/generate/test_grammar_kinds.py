"""Keys and columns of rarer types are joined, compared and listed as DuckDB does it."""

import random

import duckdb
import pytest
from walks import walk

from sqlft.generate.grammar.canonical import canonical_sentences
from sqlft.generate.grammar.machine import Place, narrow_text
from sqlft.schema import Column, ForeignKey, Schema, Table
from sqlft.sql import canonical, check_sql

ID = "'1b4e28ba-2fa1-11d2-883f-0016d3cca427'"
COLUMNS = {
    "users": {"id": "UUID", "mood": "ENUM('calm', 'sour')", "name": "VARCHAR"},
    "visits": {"id": "UUID", "user_id": "UUID", "day": "DATE", "pages": "INTEGER"},
}
SITE = Schema(
    name="site",
    tables=tuple(
        Table(name=name, columns=tuple(Column(name=c, type=t) for c, t in columns.items()))
        for name, columns in COLUMNS.items()
    ),
    foreign_keys=(
        ForeignKey(
            table="visits", columns=("user_id",), target_table="users", target_columns=("id",)
        ),
    ),
)


def accepts(sql: str) -> bool:
    place = canonical_sentences(SITE, "no answer").follow(narrow_text(sql))
    return place is not None and place.accepting


@pytest.fixture(scope="module")
def site() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    for table, columns in COLUMNS.items():
        connection.execute(
            f"CREATE TABLE {table} ({', '.join(f'{c} {t}' for c, t in columns.items())})"
        )
    return connection


@pytest.mark.parametrize(
    "sql",
    [
        "FROM visits JOIN users ON visits.user_id = users.id SELECT users.name, COUNT(*) "
        "GROUP BY users.name",
        f"FROM visits SELECT pages WHERE user_id = {ID}",
        f"FROM visits SELECT pages WHERE user_id IN ({ID}, {ID.upper()})",
        "FROM users SELECT name WHERE id NOT IN (FROM visits SELECT user_id)",
        "FROM visits SELECT COUNT(DISTINCT user_id)",
        "FROM users SELECT mood, COUNT(*) WHERE mood <> 'sour' GROUP BY mood",
        "FROM users SELECT UPPER(mood) WHERE mood LIKE 'c%'",
        "FROM users SELECT mood, LAG(mood, 1) OVER (ORDER BY name)",
    ],
)
def test_they_are_used_as_others_are(sql: str, site: duckdb.DuckDBPyConnection) -> None:
    assert canonical(sql, SITE) == sql
    assert accepts(sql)
    site.execute(f"EXPLAIN {sql}")


@pytest.mark.parametrize(
    "sql",
    [
        "FROM visits JOIN users ON visits.user_id = users.name SELECT users.name",
        "FROM visits SELECT pages WHERE user_id = 'abc'",
        "FROM visits SELECT pages WHERE user_id = 3",
        f"FROM visits SELECT pages WHERE user_id > {ID}",
        f"FROM visits SELECT pages WHERE user_id = {ID[:-3]}'",
        "FROM visits SELECT SUM(user_id)",
        "FROM users SELECT mood, LAG(mood, 1, 'glad') OVER (ORDER BY name)",
        "FROM visits SELECT DATE_TRUNC('MONTH', user_id)",
    ],
)
def test_what_does_not_go_with_them_is_barred(sql: str) -> None:
    assert not accepts(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "FROM t SELECT COUNT(*) GROUP BY id IS NULL, id IS NULL",
        "FROM t SELECT id ORDER BY id IS NULL, id IS NULL",
        "FROM t SELECT id WHERE YEAR(day) * (day - DATE '2020-01-01') < 3",
    ],
)
def test_without_numbers_every_beginning_leads_on(sql: str) -> None:
    columns = (Column(name="id", type="UUID"), Column(name="day", type="DATE"))
    schema = Schema(name="s", tables=(Table(name="t", columns=columns),))
    place: Place | None = canonical_sentences(schema, "no answer")
    for character in sql:
        assert place is not None and list(place.coming())
        number = place.follow("(1")
        assert number is None or set(number.coming()) - set("0123456789.")
        place = place.after(character)
    assert place is not None and place.accepting


def test_whatever_is_written_over_them_binds(site: duckdb.DuckDBPyConnection) -> None:
    draw = random.Random(3)
    walks = (walk(canonical_sentences(SITE, "no answer"), draw) for _ in range(300))
    found = [sql for sql in walks if sql is not None and sql != "no answer"]
    assert sum(" user_id = users.id" in sql or "user_id = " in sql for sql in found) > 5
    for sql in found:
        assert check_sql(sql, SITE).ok, sql
        site.execute(f"EXPLAIN {sql}")
