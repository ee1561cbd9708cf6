"""Drawn values as Arrow columns and tables in the types that the schema declares."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from .drawing import FOREVER, HERE, Draw, day_of

SCHEMA = HERE.with_name("schema.sql").read_text(encoding="utf-8")
COLUMN = re.compile(r'^  "?(\w+)"? (INTEGER|BIGINT|VARCHAR|DATE|TIMESTAMP|DECIMAL|BOOLEAN)', re.M)
TYPES = {"INTEGER": pa.int32(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}


def blank(values: Any, missing: Any) -> Any:
    """The values, but NULL where missing."""
    return np.ma.array(values, mask=missing)


def _euros(cents: Any, missing: Any) -> pa.Array:
    """DECIMAL(10, 2) values from whole cents, through the 128-bit layout (a cast would rescale)."""
    low = np.asarray(cents, np.int64)
    words = np.ascontiguousarray(np.stack([low, low >> 63], axis=1))
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(10, 2), len(low), [valid, pa.py_buffer(words)])


def _array(kind: str, values: Any) -> pa.Array:
    """A column: dates from text or day number (FOREVER is NULL), times from seconds (0 is NULL)."""
    missing = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    if kind == "DATE":
        texts = isinstance(values, tuple) and isinstance(values[0], str | None)
        days = np.asarray([day_of(text) for text in values] if texts else values, np.int32)
        return pa.array(days, mask=days == FOREVER).cast(pa.date32())
    if kind == "TIMESTAMP":
        seconds = np.asarray(values, np.int64)
        return pa.array(seconds * 1_000_000, mask=seconds == 0).cast(pa.timestamp("us"))
    if kind == "DECIMAL":
        return _euros(values, missing)
    if kind == "VARCHAR":
        return pa.array(np.asarray(values, object), pa.string(), mask=missing)
    if isinstance(values, (list, tuple)):
        return pa.array(values, TYPES[kind])
    return pa.array(np.asarray(values), mask=missing).cast(TYPES[kind])


def arrow(name: str, *columns: Any) -> pa.Table:
    """Rows of a table: one value per column of schema.sql, in its order and of its types."""
    block = SCHEMA[SCHEMA.index(f"CREATE TABLE {name} (") :].split(");")[0]
    names, kinds = zip(*COLUMN.findall(block), strict=True)
    arrays = [_array(kind, values) for kind, values in zip(kinds, columns, strict=True)]
    return pa.table(arrays, names=list(names))


def fields(rows: list[Draw], keys: str) -> list[list[Any]]:
    return [[row[key] for row in rows] for key in keys.split()]


def levels(name: str, table: pa.Table, parent: str) -> Iterator[tuple[str, pa.Table]]:
    """Parts of a table that refers to itself: DuckDB wants such keys there before the INSERT."""
    above = dict(zip(table.column(0).to_pylist(), table.column(parent).to_pylist(), strict=True))
    depth: list[int] = []
    for up in above.values():
        depth.append(0)
        while up is not None:
            depth[-1], up = depth[-1] + 1, above[up]
    for level in range(max(depth) + 1):
        yield name, table.filter(pa.array(np.array(depth) == level))
