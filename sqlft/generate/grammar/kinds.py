"""What kind of value a column holds, as far as it decides what it may stand beside."""

from __future__ import annotations

from typing import Literal

Kind = Literal["number", "text", "date", "timestamp", "time", "bool", "interval", "uuid", "other"]

NUMBER: frozenset[Kind] = frozenset({"number"})
TEXT: frozenset[Kind] = frozenset({"text"})
DATES: frozenset[Kind] = frozenset({"date", "timestamp"})
BOOL: frozenset[Kind] = frozenset({"bool"})
ANY: frozenset[Kind] = frozenset(
    {"number", "text", "date", "timestamp", "time", "bool", "interval", "uuid", "other"}
)
ORDERED: frozenset[Kind] = ANY - {"other"}
SIZED: frozenset[Kind] = ORDERED - {"bool", "uuid"}
"""Those of which one is asked to be more or less than another."""

_NAMES: dict[str, Kind] = {
    "VARCHAR": "text",
    "ENUM": "text",  # DuckDB reads it as text wherever it is not
    "UUID": "uuid",
    "DATE": "date",
    "BOOLEAN": "bool",
    "TIME": "time",
    "INTERVAL": "interval",
    "DOUBLE": "number",
    "FLOAT": "number",
}
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL")


def kind_of(type_name: str) -> Kind:
    """The kind of a DuckDB type as text.

    >>> [kind_of(name) for name in ("DECIMAL(10,2)", "UBIGINT", "ENUM('a', 'b')", "VARCHAR[]")]
    ['number', 'number', 'text', 'other']
    """
    if type_name.endswith("]"):
        return "other"
    name = type_name.partition("(")[0].upper()
    if name in _NAMES:
        return _NAMES[name]
    if name.removeprefix("U") in _NUMBERS:
        return "number"
    return "timestamp" if name.startswith("TIMESTAMP") else "other"


def fellows(kind: Kind) -> frozenset[Kind]:
    """The kinds that a value of this kind is compared with.

    >>> sorted(fellows("date"))
    ['date', 'timestamp']
    """
    return DATES if kind in DATES else frozenset({kind})


_ROOTS: dict[Kind, frozenset[Kind]] = {
    "date": DATES,
    "timestamp": DATES,
    "interval": DATES | {"interval"},
    "time": frozenset({"time", "timestamp"}),
    "uuid": frozenset({"uuid"}),
}


def roots(want: frozenset[Kind]) -> frozenset[Kind]:
    """The kinds of columns of any of which a value of the kinds can be made.

    >>> sorted(roots(frozenset({"time"})))
    ['time', 'timestamp']
    """
    return frozenset(root for kind in want for root in _ROOTS.get(kind, ANY))
