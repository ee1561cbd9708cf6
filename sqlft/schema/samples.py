"""A few values of each column, for prompts and people; never of a private one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter

import pyarrow as pa

from sqlft.database import Database
from sqlft.errors import SqlError, printable
from sqlft.schema.catalog_rows import quoted, tables_or_errors
from sqlft.schema.definition import Column, Schema, Table

SAMPLE_CHARACTERS = 40
"""A longer value is cut there, with an ellipsis."""

FREE_TEXT_CHARACTERS = 60
"""A column whose values are longer on average holds prose; a piece of it says nothing."""

_READ_CHARACTERS = 200
_ROWS_AT_MOST, _ROWS_AT_LEAST = 1000, 20
_CELLS_IN_ALL, _CELLS_A_STATEMENT = 1_000_000, 100_000
_TABLES_A_STATEMENT = {"duckdb": 20, "sqlite": 100}
"""DuckDB opens a block of 256 KiB for each column of each table; 100 tables took over 1.6 GB of
them. SQLite takes little, but reads its whole schema anew for each statement."""
_COLUMNS_A_STATEMENT = 500
_SHORT_TYPES = frozenset(
    "BIGINT BOOLEAN DATE DOUBLE FLOAT HUGEINT INTEGER SMALLINT TIME TIMESTAMP TINYINT UUID".split()
)
"""Never longer than a line, so they need not be cut."""


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Columns of one table that one SELECT reads."""

    place: int
    table: Table
    columns: tuple[Column, ...]
    rows: int


def has_samples(column: Column) -> bool:
    """False for private columns and for bytes, which nobody can read."""
    return not column.private and column.type not in ("BLOB", "BIT", "GEOMETRY")


def rows_looked_at(table: Table, columns_in_all: int) -> int:
    """How many of a table's first rows are read: 1,000, fewer in a wide or a large schema.

    >>> rows_looked_at(Table(name="t", columns=()), 20_000)
    50
    """
    share = _CELLS_IN_ALL // max(1, columns_in_all)
    wide = _CELLS_A_STATEMENT // max(1, len(table.columns))
    return max(_ROWS_AT_LEAST, min(_ROWS_AT_MOST, share, wide))


def representative(values: Iterable[str | None], count: int) -> tuple[str, ...]:
    """The most frequent distinct texts, the earlier first where equally frequent.

    Empty for free text. Long values are cut, control characters written as escapes.

    >>> representative(["b", "a", None, "b", "c", ""], 2)
    ('b', 'a')
    """
    counted = Counter(value for value in values if value and not value.isspace())
    if count < 1 or sum(map(len, counted)) > FREE_TEXT_CHARACTERS * len(counted):
        return ()
    chosen = (text for text, _ in counted.most_common(2 * count))  # two may look alike once cut
    shown = dict.fromkeys(printable(text, at_most=SAMPLE_CHARACTERS) for text in chosen)
    return tuple(shown)[:count]


def with_samples(schema: Schema, database: Database, count: int) -> Schema:
    """The schema with up to ``count`` sample values a column, from each table's first rows.

    Views are left without: their first row may cost a scan of everything below them. A table that
    cannot be read is left without as well.
    """
    if count < 1:
        return schema
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for batch in _batches(_parts(schema), _TABLES_A_STATEMENT[schema.dialect]):
        for part, columns in _read(database, batch, schema.dialect):
            for column, values in zip(part.columns, columns, strict=False):
                found[part.place, column.name] = representative(values, count)
    return replace(
        schema,
        tables=tuple(_sampled(table, place, found) for place, table in enumerate(schema.tables)),
    )


def _sampled(table: Table, place: int, found: dict[tuple[int, str], tuple[str, ...]]) -> Table:
    columns = tuple(replace(c, samples=found.get((place, c.name), ())) for c in table.columns)
    return replace(table, columns=columns)


def _parts(schema: Schema) -> list[_Part]:
    """What is to be read, wide tables cut in pieces, tables of like width side by side."""
    read = [(i, t) for i, t in enumerate(schema.tables) if not t.is_view and t.row_count != 0]
    chosen = [(i, t, tuple(c for c in t.columns if has_samples(c))) for i, t in read]
    in_all = sum(len(columns) for _, _, columns in chosen)
    parts = [
        _Part(
            place=i,
            table=table,
            columns=columns[start : start + _COLUMNS_A_STATEMENT],
            rows=rows_looked_at(table, in_all),
        )
        for i, table, columns in chosen
        for start in range(0, len(columns), _COLUMNS_A_STATEMENT)
    ]
    return sorted(parts, key=lambda part: (len(part.columns), part.place))


def _batches(parts: Iterable[_Part], tables: int) -> Iterator[list[_Part]]:
    batch: list[_Part] = []
    cells = 0
    for part in parts:
        size = part.rows * len(part.columns)
        if batch and (len(batch) == tables or cells + size > _CELLS_A_STATEMENT):
            yield batch
            batch, cells = [], 0
        batch.append(part)
        cells += size
    if batch:
        yield batch


def _read(
    database: Database, batch: list[_Part], dialect: str
) -> Iterator[tuple[_Part, Iterable[Sequence[str | None]]]]:
    """Each part with its columns: one statement for all, or one each where one of them fails."""
    width = max(len(part.columns) for part in batch)
    selects = [_select(i, part, width, dialect) for i, part in enumerate(batch)]
    results = tables_or_errors(database, (" UNION ALL ".join(selects),))
    if isinstance(results[0], SqlError):
        results = tables_or_errors(database, selects)
    for table in results:
        if not isinstance(table, SqlError):
            for number, rows in groupby(_rows(table, dialect), key=itemgetter(0)):
                yield batch[number], zip(*(texts for _, texts in rows), strict=True)


def _rows(table: pa.Table, dialect: str) -> Iterator[tuple[int, Sequence[str | None]]]:
    """Each row's part and texts."""
    columns = [column.to_pylist() for column in table.columns]
    if dialect == "duckdb":
        return zip(columns[0], columns[1], strict=True)
    return ((row[0], row[1:]) for row in zip(*columns, strict=True))


def _select(number: int, part: _Part, width: int, dialect: str) -> str:
    table = part.table
    named = [table.namespace, table.name] if table.namespace else [table.name]
    source = f"FROM {'.'.join(quoted(name) for name in named)} AS t LIMIT {part.rows}"
    if dialect == "duckdb":  # one list a row: 3.7 s of CPU for 2,000 tables, 5.1 s with columns
        texts = ", ".join(_duckdb_text(column) for column in part.columns)
        return f"(SELECT {number} AS part, [{texts}] AS texts {source})"
    texts = ", ".join(_sqlite_text(column) for column in part.columns)
    padding = ", NULL" * (width - len(part.columns))
    return f"SELECT * FROM (SELECT {number} AS part, {texts}{padding} {source})"


def _duckdb_text(column: Column) -> str:
    name = f"t.{quoted(column.name)}"
    text = name if column.type == "VARCHAR" else f"CAST({name} AS VARCHAR)"
    short = column.type in _SHORT_TYPES or column.type.startswith("DECIMAL")
    return text if short else f"left({text}, {_READ_CHARACTERS})"


def _sqlite_text(column: Column) -> str:
    name = f"t.{quoted(column.name)}"
    text = f"substr(CAST({name} AS TEXT), 1, {_READ_CHARACTERS})"
    return f"CASE WHEN typeof({name}) <> 'blob' THEN {text} END"
