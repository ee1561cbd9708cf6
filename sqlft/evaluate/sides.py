"""A gold result and a predicted one beside each other, cut to what people look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from sqlft.config import Limits
from sqlft.database import Database
from sqlft.errors import SqlError
from sqlft.execute import run_query

MAX_ROWS = 8
MAX_COLUMNS = 10
MAX_CHARACTERS = 60
_LIMITS = Limits(timeout_s=5.0, max_rows=1000)


@dataclass(frozen=True, kw_only=True)
class Side:
    """One result, or why there is none; the odd columns and rows are those of one side only."""

    columns: tuple[str, ...] = ()
    odd_columns: tuple[bool, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    odd_rows: tuple[bool, ...] = ()
    total_rows: int = 0
    total_columns: int = 0
    truncated: bool = False
    """There are more than ``total_rows``."""
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Table:
    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    total_rows: int
    truncated: bool


def sides(gold_sql: str, predicted_sql: str, database: Database) -> tuple[Side, Side]:
    """The gold's and the prediction's result, each with what it has and the other lacks marked.

    Columns are matched by what they hold, then by name, then by place; rows are those of the
    matched columns, and count however often they come. Their order is not marked.
    """
    gold, predicted = _read(gold_sql, database), _read(predicted_sql, database)
    if isinstance(gold, str) or isinstance(predicted, str):
        return _alone(gold), _alone(predicted)
    matched = matched_columns(gold, predicted)
    ours = [place for place, _ in matched]
    theirs = [place for _, place in matched]
    keys_a, keys_b = _keys(gold, ours), _keys(predicted, theirs)
    return (
        _side(gold, ours, _odd(keys_a, keys_b)),
        _side(predicted, theirs, _odd(keys_b, keys_a)),
    )


def _read(sql: str, database: Database) -> _Table | str:
    try:
        found = run_query(sql, database, _LIMITS)
    except SqlError as error:
        return error.message
    return _table(found.table, truncated=found.truncated)


def _table(found: pa.Table, *, truncated: bool) -> _Table:
    columns = tuple(tuple(_shown(v) for v in column.to_pylist()) for column in found.columns)
    return _Table(
        names=tuple(found.column_names),
        columns=columns,
        total_rows=found.num_rows,
        truncated=truncated,
    )


def _shown(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return f"{value:.9g}"
    text = str(value)
    return text if len(text) <= MAX_CHARACTERS else f"{text[: MAX_CHARACTERS - 1]}…"


def _alone(found: _Table | str) -> Side:
    if isinstance(found, str):
        return Side(error=found)
    keys = [False] * len(found.columns[0]) if found.columns else []
    return _side(found, range(len(found.columns)), keys)


def matched_columns(gold: _Table, predicted: _Table) -> list[tuple[int, int]]:
    """Places of columns that belong together, in the gold's order."""
    free = list(range(len(predicted.columns)))
    pairs: dict[int, int] = {}
    held = [Counter(column) for column in predicted.columns]

    def take(fits: Any) -> None:
        for place in range(len(gold.columns)):
            if place not in pairs:
                found = next((other for other in free if fits(place, other)), None)
                if found is not None:
                    pairs[place] = found
                    free.remove(found)

    ours = [Counter(column) for column in gold.columns]
    take(lambda a, b: ours[a] == held[b] and bool(ours[a]))
    take(lambda a, b: gold.names[a].casefold() == predicted.names[b].casefold())
    if len(gold.columns) == len(predicted.columns):
        take(lambda a, b: True)
    return sorted(pairs.items())


def _keys(table: _Table, places: Sequence[int]) -> list[tuple[str, ...]]:
    rows = len(table.columns[0]) if table.columns else 0
    return [tuple(table.columns[place][row] for place in places) for row in range(rows)]


def _odd(these: Sequence[tuple[str, ...]], others: Sequence[tuple[str, ...]]) -> list[bool]:
    left = Counter(others)
    odd = []
    for key in these:
        odd.append(left[key] <= 0)
        left[key] -= 1
    return odd


def _side(table: _Table, matched: Sequence[int], odd: Sequence[bool]) -> Side:
    """The first rows, and, where none of them differs, the first that do."""
    shown = list(range(min(len(odd), MAX_ROWS)))
    differing = [place for place, is_odd in enumerate(odd) if is_odd]
    if differing and differing[0] >= MAX_ROWS:
        half = MAX_ROWS // 2
        shown = [*range(half), *differing[:half]]
    columns = range(min(len(table.columns), MAX_COLUMNS))
    return Side(
        columns=tuple(table.names[place] for place in columns),
        odd_columns=tuple(place not in matched for place in columns),
        rows=tuple(tuple(table.columns[place][row] for place in columns) for row in shown),
        odd_rows=tuple(odd[row] for row in shown),
        total_rows=table.total_rows,
        total_columns=len(table.columns),
        truncated=table.truncated,
    )
