"""The functions that an analyst's query calls, with what they take and give.

A part of ``sqlft.sql``'s allowed functions: those whose arguments can be told by kind, as the
canonical form spells them. The rest of DuckDB's 600 is not taught and not written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlft.generate.grammar.kinds import (
    ANY,
    DATES,
    NUMBER,
    ORDERED,
    TEXT,
    Kind,
)

Taken: TypeAlias = frozenset[Kind]
Literals: TypeAlias = Literal["count", "share", "literal", "pattern", "format"]
Argument: TypeAlias = "Taken | Literals | Literal['same', 'condition']"
"""An expression of one of the kinds; ``same``: of the first argument's kind; ``condition``; or a
literal: ``count`` a small whole number, ``share`` 0.0 to 1.0, ``literal`` a text, ``pattern`` a
plain regular expression, ``format`` a date format."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One function: what stands before each argument makes its spelling."""

    name: str
    takes: tuple[Argument, ...]
    gives: Kind | Literal["same"]
    optional: int = 0
    """How many of the last arguments may be left out."""
    opening: str = ""
    """What stands between the name and the first argument, a quoted date part for one."""
    ordered: bool = False
    """ORDER BY may stand behind the last argument."""


def _row(
    names: str,
    takes: tuple[Argument, ...],
    gives: Kind | Literal["same"],
    optional: int = 0,
    openings: tuple[str, ...] = ("(",),
    *,
    ordered: bool = False,
) -> list[Signature]:
    return [
        Signature(name, takes, gives, optional, opening, ordered)
        for name in names.split()
        for opening in openings
    ]


SHARES = ("0.1", "0.25", "0.5", "0.75", "0.9", "0.95", "0.99")

_DATE_PARTS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY")
_TIME_PARTS = ("HOUR", "MINUTE", "SECOND")
_ARITHMETIC = "ABS CEIL FLOOR SQRT LN EXP SIGN TRUNC"

SCALARS: tuple[Signature, ...] = (
    *_row(_ARITHMETIC, (NUMBER,), "number"),
    *_row("ROUND", (NUMBER, "count"), "number", 1),
    *_row("POWER", (NUMBER, NUMBER), "number"),
    *_row("LOG", (NUMBER,), "number"),
    *_row("GREATEST LEAST", (NUMBER, NUMBER), "number"),
    *_row("COALESCE NULLIF", (NUMBER | TEXT | DATES, "same"), "same"),
    *_row("UPPER LOWER TRIM LTRIM RTRIM REVERSE", (TEXT,), "text"),
    *_row("LENGTH", (TEXT,), "number"),
    *_row("SUBSTRING", (TEXT, "count", "count"), "text", 1),
    *_row("LEFT RIGHT", (TEXT, "count"), "text"),
    *_row("REPLACE", (TEXT, "literal", "literal"), "text"),
    *_row("CONCAT", (TEXT, TEXT, TEXT), "text", 1),
    *_row("CONTAINS STARTS_WITH ENDS_WITH", (TEXT, "literal"), "bool"),
    *_row("STRPOS", (TEXT, "literal"), "number"),
    *_row("SPLIT_PART", (TEXT, "literal", "count"), "text"),
    *_row("REGEXP_MATCHES", (TEXT, "pattern"), "bool"),
    *_row("REGEXP_EXTRACT", (TEXT, "pattern"), "text"),
    *_row("LPAD RPAD", (TEXT, "count", "literal"), "text"),
    *_row("YEAR QUARTER MONTH DAY", (DATES,), "number"),
    *_row("HOUR MINUTE SECOND", (frozenset({"timestamp", "time"}),), "number"),
    *_row("WEEK DAYOFWEEK ISODOW DAYOFYEAR", (DATES,), "number"),
    *_row("EXTRACT", (DATES,), "number", 0, ("(WEEK FROM ", "(DAYOFWEEK FROM ", "(ISODOW FROM ")),
    *_row("EXTRACT", (frozenset({"timestamp"}),), "number", 0, ("(HOUR FROM ", "(MINUTE FROM ")),
    *_row("DAYNAME MONTHNAME", (DATES,), "text"),
    *_row("LAST_DAY", (DATES,), "date"),
    *_row("DATE_TRUNC", (DATES,), "timestamp", 0, tuple(f"('{p}', " for p in _DATE_PARTS)),
    *_row(
        "DATE_TRUNC",
        (frozenset({"timestamp"}),),
        "timestamp",
        0,
        tuple(f"('{p}', " for p in _TIME_PARTS),
    ),
    *_row("DATE_DIFF", (DATES, DATES), "number", 0, tuple(f"('{p}', " for p in _DATE_PARTS)),
    *_row(
        "DATE_DIFF",
        (DATES, DATES),
        "number",
        0,
        tuple(f"('{p}', " for p in _TIME_PARTS),
    ),
    *_row(
        "DATE_PART",
        (DATES,),
        "number",
        0,
        tuple(f"('{p.lower()}', " for p in (*_DATE_PARTS, "DOW", "ISODOW", "DOY", "HOUR")),
    ),
    *_row("STRFTIME", (DATES, "format"), "text"),
)

AGGREGATES: tuple[Signature, ...] = (
    *_row("COUNT", (ANY,), "number", 0, ("(", "(DISTINCT ")),
    *_row("SUM AVG", (NUMBER,), "number", 0, ("(", "(DISTINCT ")),
    *_row("MIN MAX", (ORDERED,), "same", 0, ("(", "(DISTINCT ")),
    *_row("MEDIAN STDDEV STDDEV_SAMP STDDEV_POP VARIANCE VAR_POP", (NUMBER,), "number"),
    *_row("MODE ANY_VALUE FIRST LAST", (ANY,), "same"),
    *_row("ARG_MAX ARG_MIN", (ANY, ORDERED), "same"),
    *_row("STRING_AGG", (TEXT, "literal"), "text", ordered=True),
    *_row("STRING_AGG", (TEXT, "literal"), "text", 0, ("(DISTINCT ",)),
    *_row("BOOL_AND BOOL_OR", ("condition",), "bool"),
    *_row("COUNT_IF", ("condition",), "number"),
    *_row("QUANTILE_CONT QUANTILE_DISC", (NUMBER, "share"), "number"),
    *_row("APPROX_COUNT_DISTINCT", (ANY,), "number"),
    *_row("CORR", (NUMBER, NUMBER), "number"),
    *_row("ARRAY_AGG", (ANY,), "other", ordered=True),
)

WINDOWS: tuple[Signature, ...] = (
    *_row("ROW_NUMBER RANK DENSE_RANK PERCENT_RANK CUME_DIST", (), "number"),
    *_row("NTILE", ("count",), "number"),
    *_row("LAG LEAD", (ANY, "count"), "same", 1),
    *_row("FIRST_VALUE LAST_VALUE", (ANY,), "same"),
    *_row("NTH_VALUE", (ANY, "count"), "same"),
)
"""What is called with OVER alone; aggregates may be, too."""
