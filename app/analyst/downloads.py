"""Whole results as files: the query runs again without the view's cap."""

from __future__ import annotations

import io
import re

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from analyst.table import unique
from sqlft.cli.spelling import speller
from sqlft.config import Limits
from sqlft.database import Database
from sqlft.execute import run_query

WHOLE = Limits(timeout_s=120, memory_mib=2048, max_rows=5_000_000, max_result_mib=1024)
"""What a download may use; a result beyond it is said to be too large, never cut."""


def whole_result(sql: str, database: Database) -> pa.Table:
    """Every row of a query.

    Raises:
        SqlError: refused, failed, or larger than ``WHOLE`` allows.
    """
    from sqlft.errors import SqlError

    result = run_query(sql, database, WHOLE)
    if result.truncated:
        raise SqlError(
            f"the result has more than {WHOLE.max_rows:,} rows",
            kind="too_large",
            hint="aggregate, or add a LIMIT",
        )
    return result.table.rename_columns(unique(result.table.column_names))


def as_csv(table: pa.Table) -> bytes:
    """The table as CSV in UTF-8, values in DuckDB's spelling, missing ones empty.

    >>> as_csv(pa.table({"a": [1, None], "b": ["x", "y,z"]}))
    b'"a","b"\\n1,"x"\\n,"y,z"\\n'
    """
    columns = [_csv_column(column) for column in table.columns]
    plain = pa.Table.from_arrays(columns, names=table.column_names)
    sink = io.BytesIO()
    pyarrow.csv.write_csv(plain, sink)
    return sink.getvalue()


def _csv_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    from pyarrow import types

    kind = column.type
    nested = types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind)
    if not nested and not types.is_interval(kind) and not types.is_time(kind):
        return column
    spell = speller(kind)
    texts = [None if value is None else spell(value) for value in column.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def as_parquet(table: pa.Table) -> bytes:
    """The table as a Parquet file."""
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def file_stem(question: str) -> str:
    """A file name without a suffix, made of the question.

    >>> file_stem("How many stores are there?")
    'how-many-stores-are-there'
    """
    words = re.sub(r"[^a-z0-9]+", "-", question.casefold()).strip("-")
    return words[:60].strip("-") or "answer"
