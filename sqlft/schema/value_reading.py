"""Which columns' distinct values may be looked up, and how they are read within bounds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

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
_SMALL_ROWS, _PARTS_A_READ = 20_000, 50
_TINY_ROWS = 500
"""Up to so many rows a table is fetched as it is, in one statement for all its columns."""
_COLUMN_AT_MOST_S = 30.0

_Part = tuple[int, ...]
"""Columns by number that one statement reads."""


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
            numbers = [number for part in batch for number in part]
            if values_left <= 0 or bytes_left <= 0 or time.monotonic() > until:
                self.left_out += len(numbers)
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
            done += len(numbers)
            if progress is not None:
                progress("reading values", done / len(self.columns))

    def _read(
        self, database: Database, batch: Sequence[_Part], dialect: str, at_most: int
    ) -> Iterator[tuple[int, pa.StringArray | None]]:
        limits = Limits(
            timeout_s=_COLUMN_AT_MOST_S, memory_mib=2048, max_rows=at_most, max_result_mib=256
        )
        tiny = [_is_tiny(self.columns[part[0]][0]) for part in batch]
        if any(tiny):  # all rows are fetched there
            limits = replace(limits, max_rows=max(at_most, 2 * _TINY_ROWS))
        statements = [
            self._rows_statement(part, dialect) if rows else self._statement(part, dialect, at_most)
            for part, rows in zip(batch, tiny, strict=True)
        ]
        try:
            results = read_many(database, statements, limits)
        except SqlError as error:
            if len(batch) == 1:
                results = (error,)
            else:  # one of them was too slow or too large; the others shall not pay for it
                for part in batch:
                    yield from self._read(database, [part], dialect, at_most)
                return
        for part, rows, result in zip(batch, tiny, results, strict=True):
            for place, number in enumerate(part):
                if isinstance(result, SqlError):
                    yield number, None
                    continue
                texts = _texts(result.table, place)
                yield number, _distinct(texts, at_most) if rows else texts

    def _rows_statement(self, part: _Part, dialect: str) -> str:
        texts = []
        for place, number in enumerate(part):
            text, is_text = _text(self.columns[number][1], dialect)
            cut = f"substr({text}, 1, {VALUE_CHARACTERS + 1})"
            texts.append(f"CASE WHEN {is_text} THEN {cut} END AS c{place}")
        source = _source(self.columns[part[0]][0])
        return f"SELECT {', '.join(texts)} FROM {source} LIMIT {2 * _TINY_ROWS}"

    def _statement(self, part: _Part, dialect: str, at_most: int) -> str:
        """Distinct texts, the most frequent first; none where the first rows hold prose."""
        table, column = self.columns[part[0]]
        text, is_text = _text(column, dialect)
        source = _source(table)
        profiled = f"SELECT t.{quoted(column.name)} FROM {source} LIMIT {_PROFILED_ROWS}"
        average = f"SELECT avg(length({text})) FROM ({profiled}) AS t WHERE {is_text}"
        return (
            f"SELECT {text} AS value FROM {source} WHERE {is_text}"
            f" AND length({text}) BETWEEN 1 AND {VALUE_CHARACTERS}"
            f" AND ({average}) <= {FREE_TEXT_CHARACTERS}"
            f" GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {at_most}"
        )


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


def _batches(columns: Sequence[tuple[Table, Column]]) -> Iterator[list[_Part]]:
    """What is read in one trip to the worker: it costs a millisecond, and so does a statement."""
    batch: list[_Part] = []
    for part in _parts(columns):
        rows = columns[part[0]][0].row_count
        small = rows is not None and rows <= _SMALL_ROWS
        if batch and (not small or len(batch) == _PARTS_A_READ):
            yield batch
            batch = []
        if small:
            batch.append(part)
        else:
            yield [part]
    if batch:
        yield batch


def _parts(columns: Sequence[tuple[Table, Column]]) -> Iterator[_Part]:
    """The columns of a tiny table together, up to 50 of them; every other one by itself."""
    for _, group in groupby(range(len(columns)), key=lambda number: id(columns[number][0])):
        numbers = tuple(group)
        width = 50 if _is_tiny(columns[numbers[0]][0]) else 1
        for start in range(0, len(numbers), width):
            yield numbers[start : start + width]


def _is_tiny(table: Table) -> bool:
    return table.row_count is not None and table.row_count <= _TINY_ROWS


def _source(table: Table) -> str:
    named = [table.namespace, table.name] if table.namespace else [table.name]
    return f"{'.'.join(quoted(name) for name in named)} AS t"


def _text(column: Column, dialect: str) -> tuple[str, str]:
    """A column's text in SQL, and the condition that it is one."""
    name = f"t.{quoted(column.name)}"
    if dialect == "sqlite":
        return name, f"typeof({name}) = 'text'"
    text = name if column.type == "VARCHAR" else f"CAST({name} AS VARCHAR)"
    return text, f"{name} IS NOT NULL"


def _texts(table: pa.Table, place: int) -> pa.StringArray:
    column = table.column(place).combine_chunks()
    return pa.array([], pa.string()) if pa.types.is_null(column.type) else column.cast(pa.string())


def _distinct(texts: pa.StringArray, at_most: int) -> pa.StringArray:
    """As the statement for a larger table gives them."""
    said = [text for text in texts.to_pylist() if text]
    if sum(map(len, said[:_PROFILED_ROWS])) > FREE_TEXT_CHARACTERS * len(said[:_PROFILED_ROWS]):
        return pa.array([], pa.string())
    counted = Counter(text for text in said if len(text) <= VALUE_CHARACTERS)
    ordered = sorted(counted, key=lambda text: (-counted[text], text))
    return pa.array(ordered[:at_most], pa.string())


def _within(texts: pa.StringArray, values: int, size: int) -> pa.StringArray:
    """The first texts, as many as fit."""
    sizes = pc.cumulative_sum(pc.cast(pc.binary_length(texts), pa.int64()))
    fitting = pc.sum(pc.less_equal(sizes, size)).as_py() or 0
    return texts.slice(0, min(values, fitting))
