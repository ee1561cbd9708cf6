"""Operators: numbers reckoned with, texts put together, dates and times moved and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from sqlft.generate.grammar.columns import columns, has_column
from sqlft.generate.grammar.kinds import DATES, NUMBER, ORDERED, TEXT, Kind
from sqlft.generate.grammar.literals import counts
from sqlft.generate.grammar.machine import Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Value

DEEPEST = 4
"""Calls and brackets within each other."""
MOST_OPERATORS = 8
"""Operators of one expression outside of brackets."""

SHALLOW = 1
"""Calls and brackets around a query that gives one value."""

DAYS: frozenset[Kind] = frozenset({"date"})
MOMENTS: frozenset[Kind] = frozenset({"timestamp"})
SPANS: frozenset[Kind] = frozenset({"interval"})
_SUMS = (" + ", " - ")
_PRODUCTS = (" * ", " / ", " % ", " // ")
_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER"})
"""Types of numbers that DuckDB adds to a date as days."""

Right: TypeAlias = "Callable[[Env, Then], Options]"
"""The right side of an operator."""


def may_read(env: Env, want: frozenset[Kind]) -> bool:
    """Whether an expression of the kinds may be anything but literals."""
    if want & (DAYS | NUMBER) and _has_days(env):
        return True
    if "interval" in want and has_column(env, MOMENTS):
        return True
    return has_operand(env, want)


def has_operand(env: Env, want: frozenset[Kind]) -> bool:
    """Whether there is any value of the kinds but literals that needs no operator."""
    if has_column(env, want) or any(v.kind in want and not v.loose for v in env.repeated):
        return True
    if want & DAYS and _has_days(env):
        return True
    if not (env.scope.sources or env.scope.outer or env.scope.tables):  # queries for one value
        return "number" in want and env.depth <= SHALLOW
    if not env.aggregates or env.depth >= DEEPEST:
        return False
    return "number" in want or has_column(env, want & ORDERED, grouped=False)


def _has_days(env: Env) -> bool:
    return has_column(env, DAYS) or (env.depth < DEEPEST and has_column(env, MOMENTS))


def leading_kinds(env: Env, want: frozenset[Kind], *, days: bool = True) -> frozenset[Kind]:
    """The kinds that an expression of the kinds wanted may begin with.

    Args:
        days: whether a number may be the days between two dates.
    """
    kinds = want
    if "number" in want and days and may_read(env, DAYS):
        kinds |= DAYS
    if "interval" in want and may_read(env, MOMENTS):
        # Where FROM comes later, a day may be of a table that has no times to subtract.
        kinds |= MOMENTS if env.scope.tables else DATES
    return kinds | DAYS if "timestamp" in want else kinds


def leading_literals(
    env: Env, want: frozenset[Kind], literals: bool, *, days: bool = True
) -> frozenset[Kind]:
    """The kinds of literals that an expression may begin with.

    Args:
        literals: whether it may be a literal and nothing else.
        days: whether a number may be the days between two dates.
    """
    kinds = want if literals else frozenset[Kind]()
    kinds |= {kind for kind in want & (NUMBER | TEXT) if has_operand(env, frozenset({kind}))}
    if "number" in want and days and may_read(env, DAYS):
        kinds |= DAYS
    if "interval" in want and may_read(env, MOMENTS):
        kinds |= DATES
    return kinds | DAYS if "timestamp" in want and literals else kinds


def followed(
    want: frozenset[Kind],
    then: Then,
    *,
    literals: bool,
    operand: OperandRule,
    term: Kind | None = None,
    operators: int = 0,
) -> Then:
    """What may come after a value that so many operators made: one more, or what comes after.

    Args:
        literals: whether all of it may be literals.
        operand: the rule of right sides.
        term: the kind of the last summand, where it is not all of the value.
    """

    def after(env: Env, value: Value) -> Options:
        options: Options = []
        if operators < MOST_OPERATORS:
            ways = _ways_on(env, value, term or value.kind, want, literals, operand)
            options += [lit(sign, right, env, joining(value, sign, k)) for sign, right, k in ways]
        if value.kind in want and not value.bracketed and (literals or not value.constant):
            options += then(env, value)
        return options

    def joining(left: Value, sign: str, kind: Kind) -> Then:
        def joined(env: Env, right: Value) -> Options:
            both = left.joined(right, left.text + sign + right.text, kind, loose=True)
            last = right.kind if sign in _SUMS else kind if kind in NUMBER | TEXT else "number"
            more = followed(
                want,
                then,
                literals=literals,
                operand=operand,
                term=last,
                operators=operators + 1,
            )
            return more(env, both)

        return joined

    return after


OperandRule: TypeAlias = "Callable[[Env, frozenset[Kind], frozenset[Kind], bool, Then], Options]"
"""One value of the kinds; kinds of which it may be a literal; whether it may be in brackets."""


def _ways_on(
    env: Env,
    left: Value,
    term: Kind,
    want: frozenset[Kind],
    literals: bool,
    operand: OperandRule,
) -> Iterator[tuple[str, Right, Kind]]:
    """Each operator that may come, its right side, and the kind of both.

    Two literals are not reckoned with; a product that would belong to the last summand alone
    comes only where the summand is what it may be made of.
    """
    free = literals or not left.constant

    def side(kinds: frozenset[Kind], brackets: bool = False) -> Right:
        allowed = frozenset[Kind]() if left.constant else kinds
        return lambda env, then: operand(env, kinds, allowed, brackets, then)

    if left.kind in ("number", "text"):
        kinds = frozenset({left.kind})
        if left.kind in want and not (left.constant and not has_operand(env, kinds)):
            for sign in _signs(left, term):
                yield sign, side(kinds, sign not in (" + ", " || ")), left.kind
    if left.kind == "date":
        if "number" in want and may_read(env, DAYS):
            yield " - ", side(DAYS), "number"
        if "date" in want and free:
            yield " + ", _some_days, "date"
            yield " - ", _some_days, "date"
        if "interval" in want and may_read(env, MOMENTS):
            yield " - ", side(MOMENTS), "interval"
    if left.kind == "timestamp" and "interval" in want and may_read(env, DATES):
        yield " - ", side(DATES), "interval"
    if free:
        yield from _moves(left, term, want, operand)


def _signs(left: Value, term: Kind) -> tuple[str, ...]:
    if left.kind == "text":
        return (" || ",)
    return (() if left.bracketed else _SUMS) + (_PRODUCTS if term == "number" else ())


def _moves(
    left: Value, term: Kind, want: frozenset[Kind], operand: OperandRule
) -> Iterator[tuple[str, Right, Kind]]:
    """A date or a time moved by a span of time, and spans put together or multiplied."""

    def span(env: Env, then: Then) -> Options:
        return operand(env, SPANS, SPANS, False, then)

    def times(env: Env, then: Then) -> Options:
        return operand(env, NUMBER, NUMBER, True, then)

    kind: Kind = "timestamp" if left.kind in DATES else left.kind
    if kind not in ("timestamp", "interval") or kind not in want:
        return
    for sign in _SUMS:
        yield sign, span, kind
    if term == "interval":
        yield " * ", times, kind


def _some_days(env: Env, then: Then) -> Options:
    """A whole number of days to move a date by."""

    def counted(count: str) -> Options:
        return then(env, Value("number", count, constant=True))

    def cast(inner: Env, value: Value) -> Options:
        text = f"CAST({value.text} AS INT)"
        return [lit(" AS INT)", then, env.after(inner), value.whole(text))]

    options = counts(counted) + columns(env, NUMBER, then, types=_WHOLE)
    if env.depth < DEEPEST and may_read(env.deeper(), NUMBER):
        options.append(lit("CAST(", env.rules.expression, env.deeper(), NUMBER, cast))
    return options
