"""Values as a database driver hands them over, as columns that DuckDB takes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import pyarrow as pa

_ARROW = {
    "BOOLEAN": pa.bool_(),
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "UTINYINT": pa.uint8(),
    "USMALLINT": pa.uint16(),
    "UINTEGER": pa.uint32(),
    "UBIGINT": pa.uint64(),
    "DOUBLE": pa.float64(),
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "TIMESTAMP": pa.timestamp("us"),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", "UTC"),
    "INTERVAL": pa.duration("us"),
    "BLOB": pa.binary(),
}
_OTHERS = {pa.float64(): "DOUBLE", pa.string(): "VARCHAR", pa.timestamp("us"): "TIMESTAMP"}
"""DuckDB's names for what a column may become whose values are not of the declared type."""
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_EXACT = 2**53
"""Whole numbers up to here are exact as floating-point ones."""
_ArrowErrors = (pa.ArrowException, TypeError, ValueError, OverflowError)


@dataclass(kw_only=True)
class CopiedColumn:
    """One column, batch by batch; of the declared type as long as every value is of it.

    One that is not makes it a column of numbers, where all are numbers, else one of texts: nothing
    is lost or cut.
    """

    name: str
    declared: str
    """In DuckDB's spelling."""
    _parts: list[pa.Array] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.declared = _plain(self.declared)

    def add(self, values: Sequence[object]) -> int:
        """Takes some more values; returns the bytes that they fill."""
        self._parts.append(_array(values, _arrow_type(self.declared)))
        return int(self._parts[-1].nbytes)

    def finished(self) -> tuple[str, pa.ChunkedArray]:
        """DuckDB's type for the column, and its values."""
        wanted = _arrow_type(self.declared)
        filled = [part for part in self._parts if part.null_count < len(part)]
        kinds = {part.type for part in filled}
        if kinds <= {wanted}:
            kind = wanted
        elif len(kinds) == 1:
            (kind,) = kinds
        elif all(map(_is_number, filled)):
            kind = pa.float64()
        else:
            kind = pa.string()
        chunks = [_as_kind(part, kind) for part in self._parts]
        said = self.declared if kind == wanted else _OTHERS[kind]
        return said, pa.chunked_array(chunks, kind)


def _plain(declared: str) -> str:
    """The type that a column of a copy gets: one of the plain ones, or VARCHAR.

    >>> _plain("JSON"), _plain("DECIMAL(50,2)"), _plain("ENUM('a')"), _plain("DATE[]")
    ('VARCHAR', 'DOUBLE', 'VARCHAR', 'DATE[]')
    """
    if declared.endswith("[]"):
        return f"{_plain(declared[:-2])}[]"
    if declared == "FLOAT":  # drivers hand over 0.1 as what it is as a DOUBLE
        return "DOUBLE"
    decimal = _DECIMAL.fullmatch(declared)
    if decimal is not None:
        return declared if int(decimal[1]) <= 38 else "DOUBLE"
    return declared if declared in _ARROW or declared == "UUID" else "VARCHAR"


def _arrow_type(declared: str) -> pa.DataType:
    """What values of a plain type travel as.

    >>> str(_arrow_type("DECIMAL(10,2)")), str(_arrow_type("INTEGER[]")), str(_arrow_type("UUID"))
    ('decimal128(10, 2)', 'list<item: int32>', 'string')
    """
    if declared.endswith("[]"):
        return pa.list_(_arrow_type(declared[:-2]))
    decimal = _DECIMAL.fullmatch(declared)
    if decimal is not None:
        return pa.decimal128(int(decimal[1]), int(decimal[2]))
    return _ARROW.get(declared, pa.string())


def _array(values: Sequence[object], wanted: pa.DataType) -> pa.Array:
    """The values of the wanted type; else as numbers; else as texts."""
    if wanted == pa.string():
        return pa.array([_text(value) for value in values], wanted)
    values = [bytes(v) if isinstance(v, memoryview) else v for v in values]
    if pa.types.is_time(wanted):
        values = [_time_of_day(value) for value in values]
    if wanted == pa.date32() and any(isinstance(v, datetime) for v in values):
        wanted = pa.timestamp("us")  # else the time of day would be lost
    if not any(_would_change(value, wanted) for value in values):
        try:
            return pa.array(values, wanted)
        except _ArrowErrors:
            pass
    texts = pa.array([_text(value) for value in values], pa.string())
    # 0.1 is no decimal's text, the text of a number is no blob, and 2**53 + 1 is rounded
    numbers_alone = pa.types.is_binary(wanted) or pa.types.is_floating(wanted)
    if not any(isinstance(value, int | float if numbers_alone else float) for value in values):
        try:
            return texts.cast(wanted)
        except _ArrowErrors:
            pass
    numbers = _numbers(values)
    if numbers is not None:
        return pa.array(numbers, pa.float64())
    return texts


def _would_change(value: object, wanted: pa.DataType) -> bool:
    """Whether Arrow would take a value and make another of it: drop the rest behind a whole number,
    or count days or microseconds from 1970."""
    if pa.types.is_integer(wanted):
        return isinstance(value, float | Decimal) and value != value // 1
    return isinstance(value, int | float | Decimal) and bool(
        pa.types.is_temporal(wanted) or pa.types.is_duration(wanted)
    )


def _numbers(values: Sequence[object]) -> list[float | None] | None:
    """The values as floating-point numbers; none where one is no number, or is not exact as one."""
    made: list[float | None] = []
    for value in values:
        if value is None:
            made.append(None)
        elif isinstance(value, float | Decimal) or (
            isinstance(value, int) and abs(value) <= _EXACT
        ):
            made.append(float(value))
        else:
            return None
    return made


def _as_kind(part: pa.Array, kind: pa.DataType) -> pa.Array:
    if part.type == kind:
        return part
    if part.null_count == len(part):
        return pa.nulls(len(part), kind)
    if kind == pa.string():
        return pa.array([_text(value) for value in part.to_pylist()], kind)
    return part.cast(kind, safe=False)


def _is_number(part: pa.Array) -> bool:
    if pa.types.is_integer(part.type):
        return all(value is None or abs(value) <= _EXACT for value in part.to_pylist())
    return bool(pa.types.is_floating(part.type) or pa.types.is_decimal(part.type))


def _text(value: object) -> str | None:
    """One value as a text.

    >>> _text({"a": [1]}), _text(b"ab"), _text(Decimal("1.50")), _text(None)
    ('{"a": [1]}', 'ab', '1.50', None)
    """
    if value is None:
        return None
    if isinstance(value, dict | list | tuple):
        text = json.dumps(value, ensure_ascii=False, default=str)
    elif isinstance(value, bytes | bytearray | memoryview):
        text = bytes(value).decode("utf-8", "replace")
    elif isinstance(value, timedelta):
        text = _clock(value)
    else:
        text = str(value)
    return text.encode("utf-8", "replace").decode()


def _time_of_day(value: object) -> object:
    """The time of day that a driver of MySQL gives as a span; anything else as it is.

    >>> _time_of_day(timedelta(hours=9)), _time_of_day(timedelta(hours=24))
    (datetime.time(9, 0), datetime.timedelta(days=1))
    """
    if isinstance(value, timedelta) and timedelta(0) <= value < timedelta(days=1):
        return (datetime.min + value).time()
    return value


def _clock(span: timedelta) -> str:
    """A span as SQL writes it.

    >>> _clock(timedelta(hours=9, minutes=5)), _clock(timedelta(hours=-12, microseconds=-5))
    ('09:05:00', '-12:00:00.000005')
    """
    sign, span = ("-", -span) if span < timedelta(0) else ("", span)
    minutes, seconds = divmod(span.days * 86_400 + span.seconds, 60)
    part = f".{span.microseconds:06d}" if span.microseconds else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{part}"
