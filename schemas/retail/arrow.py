"""Drawn values as Arrow columns and tables in the types that the schema declares."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa


def dates(days: Any, missing: Any = None) -> pa.Array:
    return pa.array(np.asarray(days, np.int32), mask=missing).cast(pa.date32())


def ints(values: Any, missing: Any = None) -> pa.Array:
    return pa.array(np.asarray(values, np.int32), mask=missing)


def text(values: Any, missing: Any = None) -> pa.Array:
    return pa.array(np.asarray(values, object), pa.string(), mask=missing)


def euros(cents: Any, missing: Any = None) -> pa.Array:
    """DECIMAL(10, 2) values from whole cents, through the 128-bit layout (a cast would rescale)."""
    low = np.asarray(cents, np.int64)
    words = np.stack([low, low >> 63], axis=1)
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(
        pa.decimal128(10, 2), len(low), [valid, pa.py_buffer(np.ascontiguousarray(words))]
    )


def levels(name: str, table: pa.Table, parent: str) -> Iterator[tuple[str, pa.Table]]:
    """Parts of a table that refers to itself: DuckDB wants such keys there before the INSERT."""
    keys, parents = table.column(0).to_pylist(), table.column(parent).to_pylist()
    depth: dict[int, int] = {}
    for key, above in zip(keys, parents, strict=True):
        depth[key] = 0 if above is None else depth[above] + 1
    levels = np.array([depth[key] for key in keys])
    for level in range(int(levels.max()) + 1):
        yield name, table.filter(pa.array(levels == level))
