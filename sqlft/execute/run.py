"""One read-only statement, refused by policy or run within limits."""

from __future__ import annotations

from pathlib import Path

from sqlft.config import Limits, check_type
from sqlft.database import Cancel, Database, QueryResult, read
from sqlft.errors import InputError, SqlError
from sqlft.schema.reading import opened
from sqlft.sql import check_policy, unended


def run_query(
    sql: str,
    database: str | Path | Database,
    limits: Limits | None = None,
    *,
    cancel: Cancel | None = None,
) -> QueryResult:
    """The rows of one query, at most ``limits.max_rows`` of them.

    The statement and every function in it must be allowed, whoever calls; the worker that runs it
    could only read this database anyway. One query::

        result = sqlft.run_query("SELECT count(*) AS n FROM orders", "shop.duckdb")
        result.table.to_pylist()  # [{'n': 3}]

    Args:
        sql: one query, in the database's own dialect.
        database: a bundled schema's name, or a DuckDB or SQLite file.
        limits: seconds, memory, rows and size of result; by default ``Limits()``.
        cancel: asked while the query runs; true ends it.

    Raises:
        SqlError: refused (``parse_error``, ``forbidden``), or failed when run (``query_error``,
            ``timeout``, ``too_large``).
        InputError: the database is missing, damaged, locked, or a server.
    """
    check_type("sql", sql, str, "text")
    limits = Limits() if limits is None else limits
    check_type("limits", limits, Limits, "a sqlft.Limits")
    place = opened(database)
    if place.kind == "url":
        raise InputError(
            f"queries are not run on {place.shown}",
            hint="copy its tables and ask those: sqlft data copy URL shop.duckdb; "
            "`sqlft ask URL QUESTION --sql-only` prints the SQL",
        )
    problems = check_policy(sql, dialect=place.kind)
    if problems:
        first = problems[0]
        raise SqlError(first.message, kind=first.kind, hint=first.hint)
    query = unended(sql, dialect=place.kind)
    return read(place, query, limits, cancel=cancel)
