"""One query in another engine's words."""

from __future__ import annotations

import sqlglot
from sqlglot.errors import SqlglotError

from sqlft.errors import SqlError


def translate(sql: str, *, source: str, target: str) -> str:
    """The query as the target dialect writes it, on one line; the text itself if they are the same.

    The translation is sqlglot's: what the target cannot say comes out as the source said it, and
    fails there with the engine's own message.

    Raises:
        SqlError: kind ``parse_error``, where the text cannot be read.

    >>> translate("FROM t SELECT a", source="duckdb", target="sqlite")
    'SELECT a FROM t'
    """
    if source == target:
        return sql
    try:
        return sqlglot.transpile(sql, read=source, write=target)[0]
    except (SqlglotError, RecursionError) as error:
        raise SqlError(f"cannot be written for {target}", kind="parse_error") from error
