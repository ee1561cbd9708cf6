"""Values as text, in DuckDB's own spelling."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

Spell = Callable[[Any], str]

# Inside a list, struct or map, DuckDB quotes text that holds one of these, or borders on a space.
_STRUCTURAL = frozenset("'\"\\,:=()[]{}")


def spelled(value: Any) -> str:
    """One value as DuckDB writes it, in full: nothing is rounded or cut.

    A struct is a dict, a list a list, and a map a list of pairs, as pyarrow gives them.

    >>> spelled(None), spelled(1234567), spelled(0.1), spelled(True), spelled([1, None])
    ('NULL', '1234567', '0.1', 'true', '[1, NULL]')
    >>> spelled({"a": 0}), spelled([("k", 0)]), spelled(b"a\\xff")
    ("{'a': 0}", '{k=0}', 'a\\\\xFF')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, decimal.Decimal):
        return f"{value:f}"
    if isinstance(value, bytes):
        return "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02X}" for b in value)
    if isinstance(value, dict):
        pairs = (f"{_quoted(key)}: {_within(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return _list_or_map(value)
    if isinstance(value, tuple):  # an interval, to pyarrow
        months, days, nanoseconds = value
        return _interval(months, days, nanoseconds)
    return str(value)


def _list_or_map(items: list[Any]) -> str:
    if items and all(type(item) is tuple for item in items):  # an interval is a subclass of tuple
        return "{" + ", ".join(f"{_within(key)}={_within(item)}" for key, item in items) + "}"
    return "[" + ", ".join(_within(item) for item in items) + "]"


def _within(value: Any) -> str:
    text = spelled(value)
    if not isinstance(value, str | bytes | datetime.datetime | datetime.time):
        return text
    bare = text and text.strip() == text and text.upper() != "NULL"
    return text if bare and _STRUCTURAL.isdisjoint(text) else _quoted(text)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _interval(months: int, days: int, nanoseconds: int) -> str:
    """DuckDB's spelling of an interval.

    >>> _interval(14, 3, 5_400_000_000_000), _interval(0, 0, 0)
    ('1 year 2 months 3 days 01:30:00', '00:00:00')
    """
    years, months = int(months / 12), months - 12 * int(months / 12)
    named = ((years, "year"), (months, "month"), (days, "day"))
    parts = [f"{n} {unit}{'' if n in (1, -1) else 's'}" for n, unit in named if n]
    if nanoseconds or not parts:
        seconds, rest = divmod(abs(nanoseconds) // 1000, 1_000_000)
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        sign = "-" if nanoseconds < 0 else ""
        parts.append(sign + clock + (f".{rest:06}".rstrip("0") if rest else ""))
    return " ".join(parts)


def speller(kind: pyarrow.DataType) -> Spell:
    """How values of this Arrow type are spelled; the common types take the quick way."""
    from pyarrow import types

    if types.is_map(kind):  # an empty map is an empty list to pyarrow
        return lambda value: "{}" if value == [] else spelled(value)
    if types.is_integer(kind) or types.is_floating(kind) or types.is_string(kind):
        return lambda value: "NULL" if value is None else str(value)
    return spelled


def is_number(kind: pyarrow.DataType) -> bool:
    """Whether values of this Arrow type are numbers."""
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def is_cuttable(kind: pyarrow.DataType) -> bool:
    """Whether the start of a value of this Arrow type says something true: text, bytes, nested."""
    from pyarrow import types

    rigid = is_number(kind) or types.is_temporal(kind) or types.is_boolean(kind)
    return not (rigid or types.is_null(kind))
