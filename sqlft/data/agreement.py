"""Whether a DuckDB query returns the rows that a SQLite query returns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from sqlft.compare import SPIDER, Result, compare, result_of

AGREES = replace(SPIDER, relative_tolerance=1e-9, columns="fixed", removes_distinct=False)
"""The ``spider`` rule, with floats within 1e-9 because two engines add up in two orders. Stricter
in two points, for both queries are one gold: columns stand in one order, and DISTINCT stays."""

Agreement = Literal["equal", "wrong_order", "different"]


def agreement(sqlite: pa.Table, duckdb: pa.Table, gold_sql: str) -> Agreement:
    """Whether the two results agree, or only as rows in any order.

    SQLite knows no dates, booleans or decimals, and a column of it that a repair made an integer
    may still be text: DuckDB's values are told in SQLite's terms first.
    """
    if sqlite.num_columns != duckdb.num_columns:
        return "different"
    one, other = _told(sqlite, duckdb)
    compared = compare(one, other, AGREES, gold_sql=gold_sql)
    if compared.equal:
        return "equal"
    return "wrong_order" if compared.reason == "wrong_order" else "different"


def _told(sqlite: pa.Table, duckdb: pa.Table) -> tuple[Result, Result]:
    one, other = result_of(sqlite), result_of(duckdb)
    pairs = zip(_columns(one), _columns(other), strict=True)
    told = [_alike([_plain(v) for v in a], [_plain(v) for v in b]) for a, b in pairs]
    rows = [list(zip(*side, strict=True)) for side in zip(*told, strict=True)] or [[], []]
    return Result(one.columns, rows[0]), Result(one.columns, rows[1])


def _columns(result: Result) -> list[list[object]]:
    return [[row[place] for row in result.rows] for place in range(len(result.columns))]


def _alike(one: list[object], other: list[object]) -> tuple[list[object], list[object]]:
    """The two columns as text where one of them holds text and the other numbers."""
    kinds = {type(v) for v in one if v is not None}, {type(v) for v in other if v is not None}
    if (str in kinds[0]) == (str in kinds[1]) or not kinds[0] or not kinds[1]:
        return one, other
    return _texts(one), _texts(other)


def _texts(values: Sequence[object]) -> list[object]:
    return [value if value is None or isinstance(value, str) else str(value) for value in values]


def _plain(value: object) -> object:
    """One value in SQLite's terms.

    >>> _plain(dt.datetime(2020, 1, 2, 3, 4, 5)), _plain(True), _plain(Decimal("2.50"))
    ('2020-01-02 03:04:05', 1, 2.5)
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
