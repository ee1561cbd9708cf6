"""Rows of a database's own catalog, read through its worker process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from sqlft.config import Limits
from sqlft.database import Database, read_many
from sqlft.errors import InputError, SqlError

READING = Limits(timeout_s=300, memory_mib=2048, max_rows=5_000_000, max_result_mib=512)
"""What reading a schema may use: far more than the 2,000 tables it is measured on need."""


def tables_or_errors(
    database: Database, statements: Sequence[str]
) -> tuple[pa.Table | SqlError, ...]:
    """One Arrow table for each statement, or why that statement failed.

    Raises:
        InputError: the database is missing, damaged or locked, or gave no answer in time.
    """
    try:
        results = read_many(database, statements, READING)
    except SqlError as error:
        if error.kind == "too_large":  # then none of the statements has a result
            return (error,) * len(statements)
        raise InputError(
            f"the schema of {database.name} cannot be read: {error.message}", hint=error.hint
        ) from error
    return tuple(r if isinstance(r, SqlError) else r.table for r in results)


def catalog_rows(database: Database, statement: str) -> list[dict[str, Any]]:
    """The rows of one catalog statement, each by column name.

    Raises:
        InputError: as ``tables_or_errors``, and where the statement fails.
    """
    found = tables_or_errors(database, (statement,))[0]
    if isinstance(found, SqlError):
        raise InputError(
            f"the schema of {database.name} cannot be read: {found.message}",
            hint="the file may be damaged",
        )
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def quoted(name: str) -> str:
    """The name as SQL writes it between double quotes.

    >>> quoted('a "b" c')
    '"a ""b"" c"'
    """
    return '"' + name.replace('"', '""') + '"'
