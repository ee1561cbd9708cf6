"""The same tables with other facts in them: rows swap what they say, and all dates move.

Keys, and texts that name one thing (names, addresses, numbers of articles), stay where they are.
What a row says otherwise - numbers, flags, categories, and dates where that breaks no order - it
takes as a whole from a row drawn at random, so that what holds between the columns of one row
(a total is quantity times price) holds on, and a query that was right for such a reason stays
right. Every category of a column is still there. What follows from a text that stays (the country
from the city) stays, too. Then all dates go back by some weeks: their order stays as it is. What
holds between rows of several tables (an order's total is the sum of its lines) does not hold on.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sqlft.schema import ForeignKey, Schema, Table
from sqlft.train.schema_change import key_columns

CATEGORIES_AT_MOST = 30
"""Distinct values of a column that are all kept; a text with more is no category."""
REPEATED_SHARE = 0.9
"""A text with more distinct values than this share of the rows names rows; nothing follows from it.
"""
WEEKS = (2, 4)
"""By how many weeks dates go back: drawn between these, both included."""
MONTHLY_SHARE = 0.9
"""A date column with this share of first or of last days of months tells months, not days."""

Tables = Mapping[str, pa.Table]
"""By qualified name, with the columns' names as in the schema."""


@dataclass(frozen=True, kw_only=True)
class OtherValues:
    """The changed tables and, for the record, what was done."""

    tables: Tables
    moved: Mapping[str, tuple[str, ...]]
    """By table, the columns whose values rows took from each other."""
    shifted: Mapping[str, tuple[str, ...]]
    """By table, the date columns that went back."""
    weeks: int


def other_values(schema: Schema, tables: Tables, seed: int) -> OtherValues:
    """The tables with other values, by the seed alone."""
    weeks = int(np.random.default_rng(seed).integers(WEEKS[0], WEEKS[1] + 1))
    ordered = _in_order_across(schema, tables)
    keys = key_columns(schema)
    found: dict[str, pa.Table] = {}
    moved, shifted = dict[str, tuple[str, ...]](), dict[str, tuple[str, ...]]()
    for table in schema.tables:
        name, rows = table.qualified_name, tables[table.qualified_name]
        fixed = {column for owner, column in keys if owner == name}
        free = _movable(table, rows, fixed, dates_stay=name in ordered)
        moved[name] = _not_tied(rows, free, fixed)
        rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
        rows = _moved(rows, moved[name], rng)
        referring = {c for key in schema.foreign_keys for c in _columns_at(key, name)}
        shifted[name] = tuple(
            c for c in _dates(rows) if c not in referring and not _is_monthly(rows[c])
        )
        for column in shifted[name]:
            rows = _with_column(rows, column, _back(rows[column], weeks))
        found[name] = rows
    return OtherValues(tables=found, moved=moved, shifted=shifted, weeks=weeks)


def _columns_at(key: ForeignKey, table: str) -> tuple[str, ...]:
    here = key.columns if key.table == table else ()
    return here + (key.target_columns if key.target_table == table else ())


def _dates(rows: pa.Table) -> list[str]:
    return [
        field.name
        for field in rows.schema
        if pa.types.is_temporal(field.type)
        and not pa.types.is_time(field.type)
        and not pa.types.is_duration(field.type)
    ]


def _movable(table: Table, rows: pa.Table, fixed: set[str], *, dates_stay: bool) -> tuple[str, ...]:
    """The columns whose values may be another row's."""
    dates = set(_dates(rows))
    return tuple(
        column.name
        for column in table.columns
        if column.name not in fixed
        and (not dates_stay if column.name in dates else _is_fact(rows[column.name]))
    )


def _not_tied(rows: pa.Table, free: tuple[str, ...], fixed: set[str]) -> tuple[str, ...]:
    """Those of the columns that follow from none that stays, and are no mark of one row in each
    group (a customer's main address)."""
    stay = [f.name for f in rows.schema if f.name not in free and _is_text(f.type)]
    naming = [name for name in stay if _distinct(rows, name) <= REPEATED_SHARE * len(rows)]
    return tuple(
        name
        for name in free
        if not any(_distinct(rows, one) == _distinct(rows, one, name) for one in naming)
        and not any(_marks_one(rows, name, key) for key in sorted(fixed))
    )


def _distinct(rows: pa.Table, *columns: str) -> int:
    return len(rows.select(columns).group_by(list(columns)).aggregate([]))


def _marks_one(rows: pa.Table, flag: str, key: str) -> bool:
    """Whether the flag is set in exactly one row of each group, and there are larger groups."""
    if not pa.types.is_boolean(rows[flag].type) or _distinct(rows, key) == len(rows):
        return False
    marked = rows.select([key]).append_column("n", pc.cast(rows[flag], pa.int64()))
    sums = marked.group_by(key).aggregate([("n", "sum")])["n_sum"]
    return bool(pc.all(pc.equal(sums, 1)).as_py())


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_fact(values: pa.ChunkedArray) -> bool:
    """Whether the column holds numbers, flags or categories."""
    kind = values.type
    if _is_text(kind):
        return len(_categories(values)) > 0
    return bool(
        pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_decimal(kind)
    )


def _categories(values: pa.ChunkedArray) -> list[object]:
    """The distinct values where they are few and most come more than once; else none."""
    distinct = pc.unique(values.drop_null())
    few = len(distinct) <= CATEGORIES_AT_MOST
    comes_again = not _is_text(values.type) or 2 * len(distinct) <= len(values)
    return list(distinct.to_pylist()) if few and comes_again else []


def _moved(rows: pa.Table, columns: tuple[str, ...], rng: np.random.Generator) -> pa.Table:
    """Each row with these columns of another one that has the same NULLs in the other columns.

    Rows are drawn with replacement, so that counts and sums change; but first one row for each
    category of each column is dealt out, so that none is lost.
    """
    if not columns or not len(rows):
        return rows
    donors = np.empty(len(rows), dtype=np.int64)
    dealt = _one_of_each(rows, columns, rng)
    for places in _alike(rows, columns):
        takers = rng.permutation(places)
        sure = np.intersect1d(places, dealt)
        donors[takers[: len(sure)]] = rng.permutation(sure)
        donors[takers[len(sure) :]] = rng.choice(places, size=len(places) - len(sure))
    for column in columns:
        rows = _with_column(rows, column, rows[column].take(pa.array(donors)))
    return rows


def _one_of_each(
    rows: pa.Table, columns: tuple[str, ...], rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Places of rows that together hold every category of these columns."""
    chosen = set[int]()
    for column in columns:
        values = rows[column].combine_chunks()
        for value in _categories(rows[column]):
            here = pc.equal(values, pa.scalar(value, values.type)).fill_null(False)
            places = np.flatnonzero(here)
            chosen.add(int(rng.choice(places)))
    return np.array(sorted(chosen), dtype=np.int64)


def _alike(
    rows: pa.Table, columns: tuple[str, ...]
) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Places of rows by which of the columns that stay are NULL in them."""
    code = np.zeros(len(rows), dtype=np.int64)
    for field in rows.schema:
        if field.name not in columns and rows[field.name].null_count:
            code = 2 * code + np.asarray(pc.is_null(rows[field.name].combine_chunks()))
    return [np.flatnonzero(code == one) for one in np.unique(code)]


def _with_column(rows: pa.Table, name: str, values: pa.ChunkedArray | pa.Array) -> pa.Table:
    return rows.set_column(rows.column_names.index(name), name, values)


def _days(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(values, pa.timestamp("us"), safe=False)


def _back(values: pa.ChunkedArray, weeks: int) -> pa.ChunkedArray:
    earlier = pc.subtract(_days(values), pa.scalar(weeks * 7 * 86_400_000_000, pa.duration("us")))
    return pc.cast(earlier, values.type)


def _is_monthly(values: pa.ChunkedArray) -> bool:
    days = values.drop_null()
    if not len(days):
        return True
    first = pc.mean(pc.equal(pc.day(days), 1)).as_py()
    after = pc.add(_days(days), pa.scalar(86_400_000_000, pa.duration("us")))
    last = pc.mean(pc.equal(pc.day(after), 1)).as_py()
    return bool(max(first, last) >= MONTHLY_SHARE)


def _in_order_across(schema: Schema, tables: Tables) -> set[str]:
    """Tables with a date that is never before, or never after, one of a row they belong to.

    Both sides are named: an order's day and its parcel's stay in order only if neither moves.
    """
    found = set[str]()
    for key in schema.foreign_keys:
        here, there = tables[key.table], tables[key.target_table]
        if len(key.columns) != 1 or not _dates(here) or not _dates(there):
            continue
        at = pc.index_in(
            here[key.columns[0]].combine_chunks(),
            value_set=there[key.target_columns[0]].combine_chunks(),
        )
        for later in _dates(here):
            for earlier in _dates(there):
                one, other = _days(here[later]), _days(there[earlier]).take(at)
                if any(pc.all(c(one, other)).as_py() for c in (pc.greater_equal, pc.less_equal)):
                    found |= {key.table, key.target_table}
    return found
