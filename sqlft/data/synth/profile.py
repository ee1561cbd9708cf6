"""What the rows of each column hold, in numbers, and values to ask for; never private ones."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlft.database import Database
from sqlft.errors import SqlError
from sqlft.schema import Column, Schema, Table
from sqlft.schema.catalog_rows import quoted, tables_or_errors

NUMBERS = ("INTEGER", "BIGINT", "SMALLINT", "TINYINT", "HUGEINT", "DOUBLE", "FLOAT", "DECIMAL")
_VALUES = 40
"""Distinct values of a text column kept: the most frequent, or any where all are rare."""
_SHARES = (0.1, 0.25, 0.4, 0.6, 0.75, 0.9)

Bound = int | float | Decimal | datetime.date | datetime.datetime | None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """One column's rows in numbers. For a private column only ``nulls`` and ``distinct``."""

    rows: int
    nulls: int
    distinct: int
    low: Bound = None
    high: Bound = None
    quantiles: tuple[float, ...] = ()
    """At 0.1, 0.25, 0.4, 0.6, 0.75 and 0.9; of numbers only."""
    values: tuple[str, ...] = ()
    """Of text columns."""
    counts: tuple[int, ...] = ()
    """Rows of each of ``values``."""
    length: float = 0.0
    """Characters of a text, on average."""


def is_number(column: Column) -> bool:
    """Whether its type counts.

    >>> is_number(Column(name="a", type="DECIMAL(10,2)")), is_number(Column(name="a", type="DATE"))
    (True, False)
    """
    return column.type.startswith(NUMBERS) or (column.type.startswith("U") and "INT" in column.type)


def is_date(column: Column) -> bool:
    """Whether its type is a day or a point in time."""
    return column.type == "DATE" or column.type.startswith("TIMESTAMP")


def as_float(bound: Bound) -> float:
    """A number's bound as a float; 0 for what is no number.

    >>> as_float(Decimal("2.5")), as_float(None)
    (2.5, 0.0)
    """
    return float(bound) if isinstance(bound, int | float | Decimal) else 0.0


def profiles(schema: Schema, database: Database) -> dict[tuple[str, str], Profile]:
    """A profile by table's qualified name and column name; columns that cannot be read have none.

    Raises:
        InputError: the database cannot be read.
    """
    found: dict[tuple[str, str], Profile] = {}
    for table in schema.tables:
        found |= _of_table(table, database)
    return found


def table_sql(table: Table) -> str:
    """The table's name as a FROM clause takes it, quoted."""
    named = [table.namespace, table.name] if table.namespace else [table.name]
    return ".".join(quoted(name) for name in named)


def _of_table(table: Table, database: Database) -> dict[tuple[str, str], Profile]:
    columns = [c for c in table.columns if c.type not in ("BLOB", "BIT")]
    texts = [c for c in columns if c.type == "VARCHAR" and not c.private]
    statements = [_numbers_sql(table, columns), *(_values_sql(table, c) for c in texts)]
    results = tables_or_errors(database, statements)
    if isinstance(results[0], SqlError):
        return {}
    row = list(results[0].to_pylist()[0].values())
    rows = row[0]
    values = {
        column.name: [tuple(r.values()) for r in result.to_pylist()]
        for column, result in zip(texts, results[1:], strict=True)
        if not isinstance(result, SqlError)
    }
    found = {}
    for column, cells in zip(columns, _cut(row[1:], columns), strict=True):
        nulls, distinct, *more = cells
        found[table.qualified_name, column.name] = Profile(
            rows=rows,
            nulls=nulls,
            distinct=distinct,
            **_more(column, more),
            **_sayable(values.get(column.name, ())),
        )
    return found


def _numbers_sql(table: Table, columns: Sequence[Column]) -> str:
    parts = ["COUNT(*)"]
    for column in columns:
        name = quoted(column.name)
        parts += [f"COUNT(*) - COUNT({name})", f"COUNT(DISTINCT {name})"]
        if column.private:
            continue
        if is_number(column):
            shares = ", ".join(map(str, _SHARES))
            parts.append(f"[MIN({name}), MAX({name})]")
            parts.append(f"QUANTILE_DISC(CAST({name} AS DOUBLE), [{shares}])")
        elif is_date(column):
            parts.append(f"[MIN({name}), MAX({name})]")
        elif column.type == "VARCHAR":
            parts.append(f"AVG(LENGTH({name}))")
    named = (f"{part} AS c{at}" for at, part in enumerate(parts))
    return f"SELECT {', '.join(named)} FROM {table_sql(table)}"


def _values_sql(table: Table, column: Column) -> str:
    name = quoted(column.name)
    return (
        f"SELECT {name} AS v, COUNT(*) AS n FROM {table_sql(table)} "
        f"WHERE LENGTH({name}) BETWEEN 1 AND 60 "
        f"GROUP BY 1 ORDER BY 2 DESC, MD5({name}) LIMIT {_VALUES}"
    )


def _cut(row: Sequence[Any], columns: Sequence[Column]) -> list[list[Any]]:
    cells, at = [], 0
    for column in columns:
        width = 2
        if not column.private:
            width += 2 if is_number(column) else is_date(column) or column.type == "VARCHAR"
        cells.append(list(row[at : at + width]))
        at += width
    return cells


def _more(column: Column, cells: Sequence[Any]) -> dict[str, Any]:
    if not cells or cells[0] is None:
        return {}
    if column.type == "VARCHAR":
        return {"length": cells[0]}
    low, high = cells[0]
    quantiles = tuple(cells[1] or ()) if is_number(column) else ()
    return {"low": low, "high": high, "quantiles": quantiles}


def _sayable(found: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Values that fit into a question: on one line, not blank at either end."""
    kept = [(v, n) for v, n in found if v == v.strip() and v.isprintable() and '"' not in v]
    return {"values": tuple(v for v, _ in kept), "counts": tuple(n for _, n in kept)}
