"""Which DuckDB columns Arrow and Python can carry as they are; the others travel as text."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_CARRIED = frozenset(
    {
        *("boolean", "float", "double", "decimal", "varchar", "blob", "uuid", "null"),
        *("tinyint", "smallint", "integer", "bigint", "hugeint"),
        *("utinyint", "usmallint", "uinteger", "ubigint"),
        *("date", "time", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"),
        "timestamp with time zone",
    }
)
"""Not among them: UHUGEINT comes through wrong, BIT and BIGNUM as DuckDB's inner bytes, TIMETZ
without its zone, and pyarrow cannot turn INTERVAL, ENUM or UNION into what a table shows."""

_CONTAINERS = frozenset({"list", "array", "map", "struct"})

_DAY_US = 86_400_000_000
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
"""Days from 1970-01-01 to 0001-01-01 and to 9999-12-31, the dates that Python can hold."""


def carried(type_: Any) -> bool:
    """True where a column of this DuckDB type comes through Arrow as it is."""
    if type_.id in _CARRIED:
        return True
    if type_.id not in _CONTAINERS:
        return False
    return all(carried(part) for part in _parts(type_))


def _parts(container: Any) -> list[Any]:
    children = container.children
    return [child for name, child in children if container.id != "array" or name != "size"]


def shaped(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """The column as it is handed out, or none where Python cannot hold one of its values.

    HUGEINT, which every sum of integers is, becomes int64 where all values fit; nanoseconds become
    microseconds where nothing is lost. None: dates beyond the years 1 to 9999, infinity, 24:00,
    nanoseconds that do not end in 000, integers of 39 digits.

    >>> shaped(pa.chunked_array([pa.array([7], pa.decimal128(38, 0))])).type
    DataType(int64)
    """
    try:
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
            column = column.cast(pa.timestamp("us", column.type.tz))
        if pa.types.is_timestamp(column.type) and column.type.tz is not None:
            # DuckDB says "Etc/UTC", which not every system's time zone data holds
            column = column.cast(pa.timestamp(column.type.unit, "UTC"))
    except pa.ArrowInvalid:
        return None
    if not all(_python_holds(chunk) for chunk in column.chunks):
        return None
    if column.type == pa.decimal128(38, 0):
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid:
            return column if _has_38_digits(column) else None
    return column


def _has_38_digits(column: pa.ChunkedArray) -> bool:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _python_holds(values: pa.Array) -> bool:
    kind = values.type
    if pa.types.is_struct(kind):
        return all(_python_holds(values.field(i)) for i in range(kind.num_fields))
    if pa.types.is_map(kind):
        return _python_holds(values.keys) and _python_holds(values.items)
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        return _python_holds(values.flatten())
    bounds = _bounds(kind)
    if bounds is None or len(values) == values.null_count:
        return True
    whole = pa.int32() if pa.types.is_date32(kind) or pa.types.is_time32(kind) else pa.int64()
    extremes = pc.min_max(values.view(whole))
    least, most = extremes["min"].as_py(), extremes["max"].as_py()
    return bool(bounds[0] <= least and most <= bounds[1])


def _bounds(kind: pa.DataType) -> tuple[int, int] | None:
    if pa.types.is_date32(kind):
        return _FIRST_DAY, _LAST_DAY
    if pa.types.is_time64(kind):
        return (0, _DAY_US - 1) if kind.unit == "us" else (0, -1)
    if pa.types.is_timestamp(kind):
        a_day = {"s": 86_400, "ms": 86_400_000, "us": _DAY_US}.get(kind.unit)
        # nanoseconds are only left inside containers; none of them may pass
        return (_FIRST_DAY * a_day, (_LAST_DAY + 1) * a_day - 1) if a_day else (0, -1)
    return None
