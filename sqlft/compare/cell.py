"""One cell as a key: two cells hold the same value exactly when their keys are equal.

Keys always hash. NULL equals NULL and NaN equals NaN (a result must equal itself), text never
equals a number, a UUID is its text, an interval is its length as DuckDB compares them (a month is
30 days, a day 24 hours), lists and structs are equal item by item.

Under ``python`` values the rest is Python's ``==``, which is what Spider's and BIRD's scorers use
on what SQLite returns: True == 1 == 1.0, and a date is no timestamp.
Under ``typed`` values a boolean is no number, and a date is the midnight at which it begins, as in
SQL itself: DATE '2024-01-01' = TIMESTAMP '2024-01-01 00:00:00'. A timestamp with a time zone is its
instant, and equals none without.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

Key = Hashable
NOT_A_NUMBER: Key = ("nan",)
_NS_PER_DAY = 86_400_000_000_000
_PLAIN = {type(None), int, str, bytes}


def keys_of(column: Sequence[object], *, typed: bool) -> Sequence[Key]:
    """The keys of a column's cells. Columns of plain types cost nothing: a cell is its key."""
    types = set(map(type, column))
    plain = _PLAIN if typed else _PLAIN | {bool, dt.date}
    if types <= plain:
        return column
    if types <= plain | {float}:
        return [NOT_A_NUMBER if value != value else value for value in column]
    return [key_of(value, typed=typed) for value in column]


def key_of(value: Any, *, typed: bool) -> Key:
    """The key of one cell.

    >>> key_of([1, None], typed=True) == key_of([1.0, None], typed=True)
    True
    >>> key_of(True, typed=True) == key_of(1, typed=True)
    False
    """
    if isinstance(value, bool):
        return ("boolean", value) if typed else value
    for kind, convert in _CONVERT:
        if isinstance(value, kind):
            return convert(value, typed)
    if hasattr(value, "tolist"):  # NumPy's scalars and arrays
        return key_of(value.tolist(), typed=typed)
    try:
        hash(value)
    except TypeError:
        return (type(value).__name__, repr(value))
    return value if value is None or value == value else NOT_A_NUMBER


def _number(value: float | Decimal, typed: bool) -> Key:
    if isinstance(value, Decimal):
        return NOT_A_NUMBER if value.is_nan() else value
    return NOT_A_NUMBER if math.isnan(value) else value


def _instant(value: dt.datetime, typed: bool) -> Key:
    if value.tzinfo is None:
        return value
    try:
        return value.astimezone(dt.UTC)
    except (OverflowError, ValueError):  # within a day of the years 1 and 9999
        return ("timestamp", value.isoformat())


def _date(value: dt.date, typed: bool) -> Key:
    return dt.datetime(value.year, value.month, value.day) if typed else value


def _span(value: dt.timedelta, typed: bool) -> Key:
    whole = (value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds
    return ("interval", whole * 1000)


def _list(value: Sequence[object], typed: bool) -> Key:
    if hasattr(value, "nanoseconds"):  # Arrow's interval: months, days and nanoseconds
        months, days, nanoseconds = (int(part) for part in value)  # type: ignore[call-overload]
        return ("interval", (months * 30 + days) * _NS_PER_DAY + nanoseconds)
    return ("list", tuple(key_of(item, typed=typed) for item in value))


def _struct(value: dict[object, object], typed: bool) -> Key:
    items = ((key_of(k, typed=typed), key_of(v, typed=typed)) for k, v in value.items())
    return ("struct", frozenset(items))


_CONVERT: tuple[tuple[Any, Callable[[Any, bool], Key]], ...] = (
    ((int, str, bytes), lambda value, typed: value),
    ((float, Decimal), _number),
    (dt.datetime, _instant),
    (dt.date, _date),
    (dt.timedelta, _span),
    ((list, tuple), _list),
    (dict, _struct),
    (UUID, lambda value, typed: str(value)),
    ((bytearray, memoryview), lambda value, typed: bytes(value)),
)
"""How each kind of value becomes a key; the first that fits (a datetime is a date, too)."""


def is_exact(value: object, *, typed: bool) -> bool:
    """Whether a number is meant to the last digit, so that no tolerance applies to two such.

    >>> is_exact(3, typed=False), is_exact(Decimal("0.1"), typed=True), is_exact(0.1, typed=True)
    (True, True, False)
    """
    return isinstance(value, (int, Decimal) if typed else int)


def as_float(key: Key) -> float:
    """The number that a key stands for, as a float; NaN for what is no number."""
    if not isinstance(key, int | float | Decimal):
        return math.nan
    try:
        return float(key)
    except OverflowError:
        return math.inf if key > 0 else -math.inf
