"""One read-only statement, refused by policy or run within limits."""

from __future__ import annotations

from sqlft.config import Limits
from sqlft.database import Cancel, Database, QueryResult, read
from sqlft.errors import InputError, SqlError
from sqlft.sql import check_policy, unended


def run_query(
    sql: str,
    database: Database,
    limits: Limits | None = None,
    *,
    cancel: Cancel | None = None,
) -> QueryResult:
    """The rows of one query, at most ``limits.max_rows`` of them.

    The statement and every function in it must be allowed, whoever calls; the worker that runs it
    could only read this database anyway.

    Raises:
        SqlError: refused (``parse_error``, ``forbidden``), or failed when run (``query_error``,
            ``timeout``, ``too_large``).
        InputError: the database is missing, damaged, locked, or a server.
    """
    if database.kind == "url":
        raise InputError(
            "running on this server is not supported yet; the SQL is shown",
            hint="run it with the server's own client",
        )
    problems = check_policy(sql, dialect=database.kind)
    if problems:
        first = problems[0]
        raise SqlError(first.message, kind=first.kind, hint=first.hint)
    query = unended(sql, dialect=database.kind)
    return read(database, query, limits or Limits(), cancel=cancel)
