"""The functions that an analyst's query calls, with what they take and give.

A part of ``sqlft.sql``'s allowed functions: those whose arguments can be told by kind, as the
canonical form spells them. The rest of DuckDB's 600 is not taught and not written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlft.generate.grammar.kinds import (
    ANY,
    BOOL,
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
    openings: tuple[str, ...] = ("",)
    """What may stand between the bracket and the first argument, such as a quoted date part."""
    ordered: bool = False
    """ORDER BY may stand behind the last argument."""
    repeats: bool = False
    """There may be further arguments such as the last."""
    free: bool = False
    """The first argument may be a literal where another one is none."""


def _row(
    names: str,
    takes: tuple[Argument, ...],
    gives: Kind | Literal["same"],
    optional: int = 0,
    openings: tuple[str, ...] = ("",),
    *,
    ordered: bool = False,
    repeats: bool = False,
    free: bool = False,
) -> list[Signature]:
    return [
        Signature(name, takes, gives, optional, openings, ordered, repeats, free)
        for name in names.split()
    ]


_DISTINCT = ("", "DISTINCT ")
SHARES = ("0.1", "0.25", "0.5", "0.75", "0.9", "0.95", "0.99")

_SPANS: Taken = frozenset({"interval"})
_MOMENTS: Taken = frozenset({"timestamp"})
_CLOCKS: Taken = frozenset({"timestamp", "time", "interval"})
_NUMBERS_AND_DATES = NUMBER | DATES
_DATE_PARTS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY")
_TIME_PARTS = ("HOUR", "MINUTE", "SECOND")
_ARITHMETIC = "ABS CEIL FLOOR SQRT LN LOG10 LOG2 EXP SIGN TRUNC"


def _parts(*names: str) -> tuple[str, ...]:
    """What stands before a date: the part that is meant."""
    return tuple(f"'{name}', " for name in names)


SCALARS: tuple[Signature, ...] = (
    *_row(_ARITHMETIC, (NUMBER,), "number"),
    *_row("ROUND", (NUMBER, "count"), "number", 1),
    *_row("POWER", (NUMBER, NUMBER), "number"),
    *_row("LOG", (NUMBER,), "number"),
    *_row("GREATEST LEAST", (_NUMBERS_AND_DATES, "same"), "same", repeats=True),
    *_row("COALESCE", (NUMBER | TEXT | DATES | _SPANS | BOOL, "same"), "same", repeats=True),
    *_row("NULLIF", (NUMBER | TEXT | DATES, "same"), "same"),
    *_row("UPPER LOWER TRIM LTRIM RTRIM REVERSE", (TEXT,), "text"),
    *_row("LENGTH", (TEXT,), "number"),
    *_row("SUBSTRING", (TEXT, "count", "count"), "text", 1),
    *_row("LEFT RIGHT", (TEXT, "count"), "text"),
    *_row("REPLACE", (TEXT, "literal", "literal"), "text"),
    *_row("CONCAT", (TEXT | NUMBER, TEXT | NUMBER), "text", repeats=True, free=True),
    *_row("CONCAT_WS", ("literal", TEXT | NUMBER, TEXT | NUMBER), "text", repeats=True),
    *_row("CONTAINS STARTS_WITH ENDS_WITH", (TEXT, "literal"), "bool"),
    *_row("STRPOS", (TEXT, "literal"), "number"),
    *_row("SPLIT_PART", (TEXT, "literal", "count"), "text"),
    *_row("REGEXP_MATCHES REGEXP_FULL_MATCH", (TEXT, "pattern"), "bool"),
    *_row("REGEXP_EXTRACT", (TEXT, "pattern"), "text"),
    *_row("REGEXP_REPLACE", (TEXT, "pattern", "literal"), "text"),
    *_row("LPAD RPAD", (TEXT, "count", "literal"), "text"),
    *_row("YEAR MONTH DAY", (DATES | _SPANS,), "number"),
    *_row("QUARTER WEEK DAYOFWEEK ISODOW DAYOFYEAR WEEKDAY", (DATES,), "number"),
    *_row("HOUR MINUTE SECOND", (_CLOCKS,), "number"),
    *_row("EPOCH", (DATES | _CLOCKS,), "number"),
    *_row("EXTRACT", (DATES | _CLOCKS,), "number", 0, ("EPOCH FROM ",)),
    *_row(
        "EXTRACT",
        (DATES,),
        "number",
        0,
        ("WEEK FROM ", "DAYOFWEEK FROM ", "ISODOW FROM ", "DAYOFYEAR FROM "),
    ),
    *_row("EXTRACT", (_CLOCKS,), "number", 0, ("HOUR FROM ", "MINUTE FROM ")),
    *_row("DAYNAME MONTHNAME", (DATES,), "text"),
    *_row("LAST_DAY", (DATES,), "date"),
    *_row("DATE_TRUNC", (DATES,), "timestamp", 0, _parts(*_DATE_PARTS)),
    *_row("DATE_TRUNC", (_MOMENTS,), "timestamp", 0, _parts(*_TIME_PARTS)),
    *_row(
        "DATE_DIFF",
        (DATES, DATES),
        "number",
        0,
        _parts(*_DATE_PARTS, *_TIME_PARTS),
        free=True,
    ),
    *_row(
        "DATE_SUB",
        (DATES, DATES),
        "number",
        0,
        _parts(*map(str.lower, _DATE_PARTS + _TIME_PARTS)),
        free=True,
    ),
    *_row("AGE", (DATES, DATES), "interval", free=True),
    *_row(
        "DATE_PART",
        (DATES,),
        "number",
        0,
        _parts(*map(str.lower, _DATE_PARTS), "dow", "isodow", "doy", "hour", "epoch"),
    ),
    *_row(
        "DATE_PART",
        (_SPANS,),
        "number",
        0,
        _parts(*map(str.lower, ("YEAR", "MONTH", "DAY", *_TIME_PARTS)), "epoch"),
    ),
    *_row("STRFTIME", (DATES, "format"), "text"),
    *_row("STRPTIME", (TEXT, "format"), "timestamp"),
)

SPELLED: tuple[Signature, ...] = (
    *SCALARS,
    *_row("EXTRACT", (DATES,), "number", 0, tuple(f"{p} FROM " for p in ("YEAR", "MONTH", "DAY"))),
    *_row("EXTRACT", (DATES,), "number", 0, tuple(f"{p} FROM " for p in ("QUARTER", "DOW"))),
    *_row("SUBSTR", (TEXT, "count", "count"), "text", 1),
)
"""With spellings that the canonical form has others for."""

AGGREGATES: tuple[Signature, ...] = (
    *_row("COUNT", (ANY,), "number", 0, _DISTINCT),
    *_row("SUM AVG", (NUMBER,), "number", 0, _DISTINCT),
    *_row("AVG", (_SPANS,), "interval"),
    *_row("AVG", (_MOMENTS,), "timestamp"),
    *_row("MIN MAX", (ORDERED,), "same", 0, _DISTINCT),
    *_row("MEDIAN STDDEV STDDEV_SAMP STDDEV_POP VARIANCE VAR_SAMP VAR_POP", (NUMBER,), "number"),
    *_row("MEDIAN", (_SPANS,), "interval"),
    *_row("MEDIAN", (DATES,), "timestamp"),
    *_row("MODE ANY_VALUE FIRST LAST", (ANY,), "same"),
    *_row("ARG_MAX ARG_MIN", (ANY, ORDERED), "same"),
    *_row("STRING_AGG", (TEXT, "literal"), "text", 0, _DISTINCT, ordered=True),
    *_row("BOOL_AND BOOL_OR", ("condition",), "bool"),
    *_row("COUNT_IF", ("condition",), "number"),
    *_row("QUANTILE_CONT QUANTILE_DISC", (NUMBER, "share"), "number", ordered=True),
    *_row("QUANTILE_DISC", (_SPANS, "share"), "interval", ordered=True),
    *_row("APPROX_COUNT_DISTINCT", (ANY,), "number"),
    *_row(
        "CORR COVAR_POP COVAR_SAMP REGR_SLOPE REGR_INTERCEPT REGR_R2", (NUMBER, NUMBER), "number"
    ),
    *_row("PRODUCT SKEWNESS KURTOSIS", (NUMBER,), "number"),
    *_row("ARRAY_AGG LIST", (ANY,), "other", 0, _DISTINCT, ordered=True),
)

WINDOWS: tuple[Signature, ...] = (
    *_row("ROW_NUMBER RANK DENSE_RANK PERCENT_RANK CUME_DIST", (), "number"),
    *_row("NTILE", ("count",), "number"),
    *_row("LAG LEAD", (ANY - TEXT, "count", "same"), "same", 2),
    *_row("LAG LEAD", (TEXT, "count"), "same", 1),  # what stands for none must be one of an ENUM
    *_row("FIRST_VALUE LAST_VALUE", (ANY,), "same"),
    *_row("NTH_VALUE", (ANY, "count"), "same"),
)
"""What is called with OVER alone; aggregates may be, too."""
