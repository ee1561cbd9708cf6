"""Which DuckDB type a SQLite column gets: what was declared, held against what is stored."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlft.schema.type_names import sqlite_type

_INTEGER_MOST = 2**31 - 1
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_DATED = ("DATE", "TIMESTAMP")
_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"
_CLOCK = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """How many values of each kind one column holds; NULLs are in none of the counts."""

    integers: int = 0
    reals: int = 0
    texts: int = 0
    blobs: int = 0
    blanks: int = 0
    """Texts of nothing but spaces."""
    days: int = 0
    """Texts that are a day of the calendar, spelled as DuckDB spells a DATE."""
    instants: int = 0
    """Texts spelled as DuckDB spells a TIMESTAMP of whole seconds."""
    whole_texts: int = 0
    """Texts that are an integer, spelled as it is printed."""
    least: float = 0
    most: float = 0
    """Bounds of the numbers."""
    off_scale: int = 0
    """Numbers with more decimal places than were declared."""


@dataclass(frozen=True, kw_only=True)
class ColumnPlan:
    """The type that a column gets in DuckDB, and what became of its values."""

    name: str
    declared: str
    type: str
    blanks_to_null: int = 0
    """Blank texts among numbers, which become NULL."""
    whole_texts: bool = False
    """It stores only texts that are integers, or nothing: a key to an integer makes it one."""


def survey_sql(column: str, declared: str) -> str:
    """The aggregates of ``Stored`` over one column, as a SELECT list for SQLite."""
    kind = f"typeof({column})"
    number = f"CASE WHEN {kind} IN ('integer', 'real') THEN {column} END"
    scale = _scale(declared)
    off_scale = f"coalesce(sum({number} <> round({number}, {scale})), 0)" if scale else "0"
    day = f"{column} GLOB '{_DAY}' AND date({column}) = {column}"
    instant = f"{column} GLOB '{_DAY} {_CLOCK}' AND datetime({column}) = {column}"
    counted = [
        *(f"{kind} = '{name}'" for name in ("integer", "real", "text", "blob")),
        f"{kind} = 'text' AND trim({column}) = ''",
        f"{kind} = 'text' AND {day}",
        f"{kind} = 'text' AND {instant}",
        f"{kind} = 'text' AND CAST(CAST({column} AS INTEGER) AS TEXT) = {column}",
    ]
    sums = [f"coalesce(sum({condition}), 0)" for condition in counted]
    bounds = [f"coalesce({pick}({number}), 0)" for pick in ("min", "max")]
    return ", ".join([*sums, *bounds, off_scale])


STORED_FIELDS = (
    "integers reals texts blobs blanks days instants whole_texts least most off_scale".split()
)
"""What each aggregate of ``survey_sql`` counts, in its order."""


def plan_column(name: str, declared: str, stored: Stored) -> ColumnPlan:
    """The column's type in DuckDB, by what it stores; by its declaration where it stores nothing.

    Dates and timestamps are typed only where every value is spelled as DuckDB would print it, so
    that text operations on them still say the same. Numbers among which only blank texts stand
    stay numbers; any other mixture becomes text.

    >>> plan_column("year", "int", Stored(integers=9, blanks=1, texts=1, most=2020)).type
    'INTEGER'
    >>> plan_column("zip", "int", Stored(integers=9, texts=1, most=99999)).type
    'VARCHAR'
    >>> plan_column("born", "datetime", Stored(texts=3, days=3)).type
    'DATE'
    """
    kind = _type(sqlite_type(declared), stored)
    blanks = stored.blanks if kind not in ("VARCHAR", "BLOB", *_DATED) else 0
    others = stored.integers + stored.reals + stored.blobs
    whole = not others and stored.texts == stored.whole_texts
    return ColumnPlan(
        name=name, declared=declared, type=kind, blanks_to_null=blanks, whole_texts=whole
    )


def _type(declared: str, stored: Stored) -> str:
    numbers = stored.integers + stored.reals
    if not numbers + stored.texts + stored.blobs:
        return declared if declared not in ("JSON", "UUID", "TIME") else "VARCHAR"
    if stored.blobs:
        return "BLOB" if not numbers + stored.texts else "VARCHAR"
    if numbers and stored.texts == stored.blanks:
        return _number_type(declared, stored)
    if declared in _DATED and not numbers:
        if stored.days == stored.texts:
            return "DATE"
        if stored.instants == stored.texts:
            return "TIMESTAMP"
    return "VARCHAR"


def _number_type(declared: str, stored: Stored) -> str:
    decimal = _DECIMAL.fullmatch(declared)
    size = max(abs(stored.least), abs(stored.most))
    digits, scale = (int(decimal[1]), int(decimal[2])) if decimal else (0, 0)
    if scale and not stored.off_scale and digits <= 38 and size < 10 ** (digits - scale):
        return declared
    if stored.reals or scale:
        return "DOUBLE"
    if declared == "BOOLEAN" and stored.least >= 0 and stored.most <= 1:
        return "BOOLEAN"
    return "BIGINT" if declared == "BIGINT" or size > _INTEGER_MOST else "INTEGER"


def _scale(declared: str) -> int:
    decimal = _DECIMAL.fullmatch(sqlite_type(declared))
    return int(decimal[2]) if decimal else 0
