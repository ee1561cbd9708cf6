"""Arrow columns of SQLite's rows, which type each value by itself."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def table_of(names: list[str], rows: list[tuple[Any, ...]]) -> pa.Table:
    """The rows as a table; names may repeat."""
    columns = [_column([row[at] for row in rows]) for at in range(len(names))]
    return pa.Table.from_arrays(columns, names=names)


def _column(values: list[Any]) -> pa.Array:
    """A column gets the one type that holds all of it.

    Integers int64, reals (also mixed with integers) float64, texts string, blobs binary; any
    other mixture becomes text, as SQLite would print it. Only NULLs: Arrow's null type.

    >>> _column([1, 2.5, None]).type, _column([1, "a"]).to_pylist()
    (DataType(double), ['1', 'a'])
    """
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    if kinds == {str, bytes} or len(kinds) > 1:
        return pa.array([None if v is None else _printed(v) for v in values], pa.string())
    if kinds == {int}:
        return pa.array(values, pa.int64())
    return pa.array(values)


def _printed(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
