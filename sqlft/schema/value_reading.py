"""Which columns' distinct values may be looked up, and how they are read within bounds."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sqlft.config import Limits, Progress
from sqlft.database import Database, read_many
from sqlft.errors import SqlError
from sqlft.schema.catalog_rows import quoted
from sqlft.schema.definition import Column, Schema, Table
from sqlft.schema.samples import FREE_TEXT_CHARACTERS

VALUES_A_COLUMN = 1_000_000
"""Of a column with more, the most frequent are kept."""

VALUES_IN_ALL = 2_000_000
BYTES_IN_ALL = 64 << 20
"""Of all values as UTF-8. Small tables come first, since they name what the large ones count."""

VALUE_CHARACTERS = 100
"""Longer values are left out: nobody types them, and a model that must copy one goes wrong."""

READ_AT_MOST_S = 45.0
"""After so long no further column is begun; those left out are counted."""

_PROFILED_ROWS = 1000
_SMALL_ROWS, _COLUMNS_A_READ = 20_000, 50
_COLUMN_AT_MOST_S = 30.0


@dataclass(kw_only=True)
class ValueReading:
    """Values column by column, as they are read; then what had to be left out."""

    columns: tuple[tuple[Table, Column], ...]
    left_out: int = 0
    """Columns that were not read, or not to the end: too many values, too slow, or broken."""

    def values(
        self, database: Database, dialect: str, progress: Progress | None
    ) -> Iterator[tuple[int, list[str]]]:
        """The number of each column and its distinct texts, the most frequent first.

        Raises:
            InputError: the database is missing, damaged or locked.
        """
        until = time.monotonic() + READ_AT_MOST_S
        values_left, bytes_left, done = VALUES_IN_ALL, BYTES_IN_ALL, 0
        for batch in _batches(self.columns):
            if values_left <= 0 or bytes_left <= 0 or time.monotonic() > until:
                self.left_out += len(batch)
                continue
            at_most = min(VALUES_A_COLUMN, values_left)
            for number, found in self._read(database, batch, dialect, at_most):
                if found is None:
                    self.left_out += 1
                    continue
                kept = _within(found, values_left, bytes_left)
                self.left_out += len(kept) < len(found) or len(found) == VALUES_A_COLUMN
                values_left -= len(kept)
                bytes_left -= kept.nbytes
                yield number, kept.to_pylist()
            done += len(batch)
            if progress is not None:
                progress("reading values", done / len(self.columns))

    def _read(
        self, database: Database, batch: Sequence[int], dialect: str, at_most: int
    ) -> Iterator[tuple[int, pa.StringArray | None]]:
        statements = [_statement(*self.columns[number], dialect, at_most) for number in batch]
        limits = Limits(
            timeout_s=_COLUMN_AT_MOST_S, memory_mib=2048, max_rows=at_most, max_result_mib=256
        )
        try:
            results = read_many(database, statements, limits)
        except SqlError as error:
            if len(batch) == 1:
                results = (error,)
            else:  # one of them was too slow or too large; the others shall not pay for it
                for number in batch:
                    yield from self._read(database, [number], dialect, at_most)
                return
        for number, result in zip(batch, results, strict=True):
            yield number, None if isinstance(result, SqlError) else _texts(result.table)


def readable_columns(schema: Schema) -> tuple[tuple[Table, Column], ...]:
    """The columns whose values may be looked up, those of small tables first.

    Text columns of tables, never a private one. SQLite may keep text in a column of any type. Views
    show what their tables hold, at the price of running them.
    """
    tables = [t for t in schema.tables if not t.is_view and not t.private and t.row_count != 0]
    tables.sort(key=lambda t: t.row_count if t.row_count is not None else 1 << 62)
    return tuple((t, c) for t in tables for c in t.columns if _may_be_read(c, schema.dialect))


def _may_be_read(column: Column, dialect: str) -> bool:
    if column.private:
        return False
    if dialect == "sqlite":
        return column.type != "BLOB"
    return column.type == "VARCHAR" or column.type.startswith("ENUM")


def _batches(columns: Sequence[tuple[Table, Column]]) -> Iterator[list[int]]:
    """Columns of small tables in groups, since each trip to the worker costs a millisecond."""
    batch: list[int] = []
    for number, (table, _) in enumerate(columns):
        small = table.row_count is not None and table.row_count <= _SMALL_ROWS
        if batch and (not small or len(batch) == _COLUMNS_A_READ):
            yield batch
            batch = []
        if small:
            batch.append(number)
        else:
            yield [number]
    if batch:
        yield batch


def _statement(table: Table, column: Column, dialect: str, at_most: int) -> str:
    """Distinct texts, the most frequent first; none where the first rows hold prose on average."""
    named = [table.namespace, table.name] if table.namespace else [table.name]
    source = ".".join(quoted(name) for name in named)
    name = f"t.{quoted(column.name)}"
    if dialect == "sqlite":
        text, is_text = name, f"typeof({name}) = 'text'"
    else:
        text = name if column.type == "VARCHAR" else f"CAST({name} AS VARCHAR)"
        is_text = f"{name} IS NOT NULL"
    profiled = f"SELECT {name} FROM {source} AS t LIMIT {_PROFILED_ROWS}"
    average = f"SELECT avg(length({text})) FROM ({profiled}) AS t WHERE {is_text}"
    return (
        f"SELECT {text} AS value FROM {source} AS t WHERE {is_text}"
        f" AND length({text}) BETWEEN 1 AND {VALUE_CHARACTERS}"
        f" AND ({average}) <= {FREE_TEXT_CHARACTERS}"
        f" GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {at_most}"
    )


def _texts(table: pa.Table) -> pa.StringArray:
    column = table.column(0).combine_chunks()
    return pa.array([], pa.string()) if pa.types.is_null(column.type) else column.cast(pa.string())


def _within(texts: pa.StringArray, values: int, size: int) -> pa.StringArray:
    """The first texts, as many as fit."""
    sizes = pc.cumulative_sum(pc.cast(pc.binary_length(texts), pa.int64()))
    fitting = pc.sum(pc.less_equal(sizes, size)).as_py() or 0
    return texts.slice(0, min(values, fitting))
