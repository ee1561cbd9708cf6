"""A query as people read it."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlft.sql.from_first import hoist_joins, write_usual


def display(sql: str) -> str:
    """The query in the usual order, indented over several lines; it returns the same rows.

    Comments are left out. Text that is no single DuckDB query comes back as it is, without blanks
    around it. ``display`` of its own result is that result.

    >>> print(display("FROM t SELECT a WHERE b > 1"))
    SELECT
      a
    FROM t
    WHERE
      b > 1
    """
    try:
        statements = [s for s in sqlglot.parse(sql, read="duckdb") if s is not None]
        if len(statements) == 1 and isinstance(statements[0], exp.Query):
            return write_usual(hoist_joins(statements[0]), pretty=True)
    except (SqlglotError, RecursionError):
        pass
    return sql.strip()
