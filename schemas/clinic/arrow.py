"""Drawn values as Arrow columns and tables in the types that the schema declares."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from .drawing import NAMES, Draw, day_of

Part = tuple[str, pa.Table]
TYPES = {"INTEGER": np.int32, "DOUBLE": np.float64, "BOOLEAN": np.bool_}


def _columns() -> dict[str, dict[str, str]]:
    """The type of each column of each table, as schema.sql has them."""
    ddl = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
    parts = re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", ddl, re.DOTALL)
    line = re.compile(r'^  "?([a-zA-Z]\w*)"? ([A-Z]+(?:\(\d+, \d+\))?)', re.MULTILINE)
    found = {name: dict(line.findall(body)) for name, body in parts}
    return {name: {k: v for k, v in row.items() if k != "PRIMARY"} for name, row in found.items()}


COLUMNS = _columns()


def _decimals(units: Any, missing: Any = None, precision: int = 10) -> pa.Array:
    """DECIMAL(precision, 2) values from whole hundredths, straight into the 128-bit layout."""
    low = np.asarray(units, np.int64)
    words = np.ascontiguousarray(np.stack([low, low >> 63], axis=1))
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    kind = pa.decimal128(precision, 2)
    return pa.Array.from_buffers(kind, len(low), [valid, pa.py_buffer(words)])


def _array(values: Any, kind: str, missing: Any = None) -> pa.Array:
    """A column of a DDL type: dates are days and timestamps minutes since 1970."""
    if kind.startswith("DECIMAL"):
        return _decimals(values, missing, int(kind[8:-1].split(",")[0]))
    if kind == "DATE":
        return pa.array(np.asarray(values, np.int32), mask=missing).cast(pa.date32())
    if kind == "TIMESTAMP":
        micros = np.asarray(values, np.int64) * 60_000_000
        return pa.array(micros, mask=missing).cast(pa.timestamp("us"))
    if kind == "VARCHAR":
        return pa.array(np.asarray(values, object), pa.string(), mask=missing)
    if kind == "INTEGER" and missing is None:
        return pa.array(values, pa.int32())
    return pa.array(np.asarray(values, TYPES[kind]), mask=missing)


def arrow(name: str, rows: Draw) -> pa.Table:
    """A table of its values by column; (values, missing) where some are NULL."""
    arrays = {}
    for column, kind in COLUMNS[name].items():
        values = rows[column]
        values, missing = values if isinstance(values, tuple) else (values, None)
        arrays[column] = _array(values, kind, missing)
    return pa.table(arrays)


def listed(name: str) -> pa.Table:
    """A table that names.json lists row by row, without the numbers that are its keys."""
    labels, rows = list(COLUMNS[name]), [list(row) for row in NAMES[name]]
    if COLUMNS[name][labels[0]] == "INTEGER":
        rows = [[number, *row] for number, row in enumerate(rows, start=1)]
    columns: Draw = {}
    values: Any
    for label, values in zip(labels, zip(*rows, strict=True), strict=False):
        missing = np.array([value is None for value in values])
        if COLUMNS[name][label] == "DATE":
            values = [day_of(value or "1970-01-01") for value in values]
        elif COLUMNS[name][label].startswith("DECIMAL"):
            values = np.round(np.array(values, float) * 100)
        elif COLUMNS[name][label] != "VARCHAR":
            values = [value or 0 for value in values]
        columns[label] = (values, missing)
    return arrow(name, columns)


def levels(name: str, table: pa.Table, parent: str) -> Iterator[Part]:
    """Parts of a table that refers to itself: DuckDB wants such keys there before the INSERT."""
    keys, parents = table.column(0).to_pylist(), table.column(parent).to_pylist()
    depth: dict[int, int] = {}
    for key, above in zip(keys, parents, strict=True):
        depth[key] = 0 if above is None else depth.get(above, 0) + 1
    levels = np.array([depth[key] for key in keys])
    for level in range(int(levels.max()) + 1):
        yield name, table.filter(pa.array(levels == level))
