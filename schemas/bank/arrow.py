"""Drawn values as Arrow columns and tables in the types that the schema declares."""

from typing import Any

import numpy as np
import pyarrow as pa

from .drawing import Columns

DOUBLES = {"fte", "score", "eur_rate"}
PERCENTAGES = {"rate_pct"}


def arrow(columns: Columns) -> pa.Table:
    """The columns as Arrow: NaN, NaT and negative integers become NULL; leading `_` is scratch."""
    kept = {name: values for name, values in columns.items() if not name.startswith("_")}
    return pa.table({name: _array(name, np.asarray(values)) for name, values in kept.items()})


def _array(name: str, values: Any) -> pa.Array:
    """One column in the type that the schema declares."""
    if values.dtype.kind == "f" and name not in DOUBLES:
        kind = pa.decimal128(5, 2) if name in PERCENTAGES else pa.decimal128(14, 2)
        return pa.array(np.round(values, 2), mask=np.isnan(values)).cast(kind)
    if values.dtype.kind == "i":
        return pa.array(values, mask=values < 0)
    if values.dtype.kind == "M" and values.dtype != np.dtype("M8[D]"):
        return pa.array(values.astype("M8[us]"), mask=np.isnat(values))
    if values.dtype.kind == "U":
        return pa.array(values.astype(object), pa.string())
    return pa.array(values)
