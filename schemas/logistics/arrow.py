"""Drawn values as Arrow columns and tables in the types that the schema declares."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa


def ints(values: Any, missing: Any = None) -> pa.Array:
    return pa.array(np.asarray(values, np.int32), mask=missing)


def dates(days: Any, missing: Any = None) -> pa.Array:
    return ints(days, missing).cast(pa.date32())


def times(minutes: Any, missing: Any = None) -> pa.Array:
    stamps = np.asarray(minutes).astype("datetime64[m]").astype("datetime64[us]")
    return pa.array(stamps, mask=missing)


def text(values: Any, missing: Any = None) -> pa.Array:
    return pa.array(np.asarray(values, object), pa.string(), mask=missing)


def decimal(units: Any, digits: int, scale: int, missing: Any = None) -> pa.Array:
    """DECIMAL values from whole last digits, through the 128-bit layout (a cast would rescale)."""
    low = np.asarray(np.rint(units), np.int64)
    words = np.stack([low, low >> 63], axis=1)
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(
        pa.decimal128(digits, scale), len(low), [valid, pa.py_buffer(np.ascontiguousarray(words))]
    )


def levels(name: str, table: pa.Table, parent: str) -> Iterator[tuple[str, pa.Table]]:
    """Parts of a table that refers to itself: DuckDB wants such keys there before the INSERT."""
    keys, parents = table.column(0).to_pylist(), table.column(parent).to_pylist()
    above, depth = dict(zip(keys, parents, strict=True)), []
    for key in keys:
        level, key = 0, above[key]
        while key is not None:
            level, key = level + 1, above[key]
        depth.append(level)
    for level in range(max(depth) + 1):
        yield name, table.filter(pa.array(np.array(depth) == level))
