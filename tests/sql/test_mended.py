"""A failed query is changed where its failure lies, and gives then what was meant."""

from __future__ import annotations

import duckdb
import pytest

from sqlft.errors import SqlError, SqlErrorKind
from sqlft.sql import check_policy, mended

ROWS = "(VALUES (1, 'x'), (2, '2020-01-02'), (3, '3')) AS t (a, b)"


@pytest.fixture(scope="module")
def shop() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE t AS FROM {ROWS}")
    return connection


def failure(shop: duckdb.DuckDBPyConnection, sql: str) -> SqlError:
    with pytest.raises(duckdb.Error) as caught:
        shop.execute(sql).fetchall()
    return SqlError(str(caught.value), kind="query_error")


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("FROM t SELECT a WHERE a = (FROM t SELECT a WHERE a < 3)", [(1,), (2,)]),
        ("SELECT a FROM t WHERE (SELECT a FROM t WHERE a < 3) <> a", [(3,)]),
        ("SELECT a FROM t WHERE a = (SELECT a FROM t WHERE a < (SELECT 3))", [(1,), (2,)]),
        ("SELECT CAST(b AS INTEGER) FROM t", [(None,), (None,), (3,)]),
        ("SELECT b::DECIMAL(5, 2) > 2 FROM t", [(None,), (None,), (True,)]),
        ("SELECT a FROM t WHERE CAST(b AS DATE) IS NOT NULL", [(2,)]),
        ("SELECT year(CAST(b AS TIMESTAMP)) FROM t", [(None,), (2020,), (None,)]),
        ("SELECT a FROM t WHERE CAST(b AS TIME) IS NULL AND a <> 3", [(1,)]),
        ("SELECT year(strptime(b, '%Y-%m-%d')) FROM t", [(None,), (2020,), (None,)]),
        ("SELECT day(CAST(strptime(b, '%Y-%m-%d') AS DATE)) FROM t", [(None,), (2,), (None,)]),
        (
            "SELECT a FROM t WHERE a = (FROM t SELECT a WHERE a = (FROM t SELECT a + 1))",
            [(2,), (3,)],
        ),
        ("SELECT CAST(100 * a AS TINYINT) FROM t", [(100,), (None,), (None,)]),
    ],
)
def test_a_mended_query_runs_and_is_allowed(
    shop: duckdb.DuckDBPyConnection, sql: str, rows: list[tuple[object, ...]]
) -> None:
    instead = mended(sql, failure(shop, sql))
    assert instead is not None
    assert check_policy(instead.sql) == ()
    assert shop.execute(instead.sql).fetchall() == rows
    assert mended(instead.sql, failure(shop, sql)) is None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a FROM t WHERE a > (SELECT a FROM t)",
        "SELECT a, (SELECT a FROM t) FROM t",
        "SELECT 9223372036854775807 + a FROM t",
        "SELECT a FROM t WHERE b = 3",
        "SELECT a FROM t WHERE DATE '2020-02-30' > DATE '2020-01-01'",
        "SELECT c FROM t",
    ],
)
def test_other_failures_are_left_alone(shop: duckdb.DuckDBPyConnection, sql: str) -> None:
    assert mended(sql, failure(shop, sql)) is None


def test_only_what_may_fail_on_a_value_is_changed(shop: duckdb.DuckDBPyConnection) -> None:
    sql = "SELECT a FROM t WHERE CAST(b AS DATE) < DATE '2021-01-01'"
    instead = mended(sql, failure(shop, sql))
    assert instead is not None
    assert instead.sql == "SELECT a FROM t WHERE TRY_CAST(b AS DATE) < DATE '2021-01-01'"


@pytest.mark.parametrize("kind", ["timeout", "too_large", "forbidden"])
def test_what_was_ended_from_outside_is_left_alone(kind: SqlErrorKind) -> None:
    said = SqlError("More than one row returned by a subquery", kind=kind)
    assert mended("SELECT a FROM t WHERE a = (SELECT a FROM t)", said) is None
