"""Drawn values as Arrow columns and tables in the types that the schema declares."""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from .drawing import HERE, NEVER, Columns

Made: TypeAlias = tuple[Columns, pa.Table]  # what later tables need, and the rows
DDL = (HERE / "schema.sql").read_text(encoding="utf-8")
SCHEMA = {  # type of each column of each table
    name: dict(re.findall(r'^    (?!PRIMARY)"?(\w+)"? ([A-Z]+(?:\(.*?\))?)', body, re.M))
    for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", DDL, re.S)
}


def arrow(name: str, columns: Columns, first: int = 1) -> pa.Table:
    """What the schema asks for, as Arrow; a leading key that is not given counts from `first`.

    NEVER, NaN and whole numbers below zero stand for NULL. Other entries of `columns` are ignored.
    """
    types, count = SCHEMA[name], len(next(iter(columns.values())))
    whole = {next(iter(types)): np.arange(first, first + count)} | columns
    return pa.table({key: _array(kind, whole[key]) for key, kind in types.items()})


def _array(kind: str, values: Any) -> pa.Array:
    if kind in ("VARCHAR", "BOOLEAN"):
        plain = values.tolist() if isinstance(values, np.ndarray) else list(values)
        return pa.array(plain, pa.string() if kind == "VARCHAR" else pa.bool_())
    given = np.asarray(values, np.float64 if kind[0] == "D" and kind != "DATE" else np.int64)
    if kind == "DOUBLE":
        return pa.array(given)
    if kind.startswith("DECIMAL"):
        rounded = pa.array(np.round(np.nan_to_num(given), 2), mask=np.isnan(given))
        return rounded.cast(pa.decimal128(int(kind[8:].split(",")[0]), 2))
    lost = given == NEVER if kind in ("DATE", "TIMESTAMP") else given < 0
    kept = np.where(lost, 0, given)
    if kind == "TIMESTAMP":
        return pa.array(kept * 1_000_000, mask=lost).cast(pa.timestamp("us"))
    whole = pa.array(kept.astype(np.int32), mask=lost)
    return whole.cast(pa.date32()) if kind == "DATE" else whole


def levels(name: str, table: pa.Table, parent: str) -> Iterator[tuple[str, pa.Table]]:
    """Parts of a table that refers to itself: DuckDB wants such keys there before the INSERT."""
    depth: dict[int, int] = {}
    keys, parents = table.column(0).to_pylist(), table.column(parent).to_pylist()
    for key, above in zip(keys, parents, strict=True):
        depth[key] = 0 if above is None else depth[above] + 1
    level = np.array(list(depth.values()))
    for each in range(int(level.max()) + 1):
        yield name, table.filter(pa.array(level == each))
