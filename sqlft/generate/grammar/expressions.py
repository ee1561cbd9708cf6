"""Values: columns, literals, arithmetic, calls, CASE, CAST, and queries that give one value."""

from __future__ import annotations

from dataclasses import replace

from sqlft.generate.grammar.arithmetic import (
    DEEPEST,
    SHALLOW,
    followed,
    has_operand,
    leading_kinds,
    leading_literals,
    may_read,
)
from sqlft.generate.grammar.branches import cases, casts
from sqlft.generate.grammar.calls import calls
from sqlft.generate.grammar.columns import columns
from sqlft.generate.grammar.kinds import NUMBER, Kind
from sqlft.generate.grammar.literals import (
    date_literals,
    number_literals,
    span_literals,
    text_literals,
)
from sqlft.generate.grammar.machine import Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import HIDDEN, Env, Field, Key, Value

MOST_NESTED = 5
"""Queries within each other."""


def expression(
    env: Env,
    want: frozenset[Kind],
    then: Then,
    *,
    but: frozenset[Key] = frozenset(),
    literals: bool = True,
    days: bool = True,
) -> Options:
    """A value of one of the kinds, operators and all.

    Args:
        but: columns that are not to stand first.
        literals: whether it may be a literal and nothing else.
        days: whether a number may be the days between two dates.
    """
    after = followed(want, then, literals=literals, operand=operand)
    kinds = leading_kinds(env, want, days=days)
    options = columns(env, kinds, after, but=but)
    options += _others(env, kinds, leading_literals(env, want, literals, days=days), True, after)
    return options + [lit(v.text, then, env, v) for v in env.repeated if v.kind in want and v.loose]


def operand(
    env: Env, want: frozenset[Kind], literals: frozenset[Kind], brackets: bool, then: Then
) -> Options:
    """One value without operators around it.

    Args:
        literals: kinds of which it may be a literal.
        brackets: whether it may be arithmetic in brackets.
    """
    return columns(env, want, then) + _others(env, want, literals, brackets, then)


def _others(
    env: Env, want: frozenset[Kind], literals: frozenset[Kind], brackets: bool, then: Then
) -> Options:
    """An operand that is no column."""
    options = [lit(v.text, then, env, v) for v in env.repeated if v.kind in want and not v.loose]
    options += _literals(env, literals, then)
    if env.depth < DEEPEST:
        options += calls(env, want, then) + cases(env, want, then) + casts(env, want, then)
    if env.depth < DEEPEST and "number" in want:
        if brackets and may_read(env.deeper(), NUMBER):
            options.append(lit("(", _bracketed, env, then))
        if "number" in literals or has_operand(env, NUMBER):
            options.append(lit("-", _negative, env, "number" in literals, then))
    if env.nesting < MOST_NESTED and env.depth <= SHALLOW and env.known.makes(want):
        options.append(lit("(", scalar_query, env, want, then))
    return options


def _literals(env: Env, want: frozenset[Kind], then: Then) -> Options:
    options: Options = []
    if "number" in want:
        options += number_literals(env, then)
    if "text" in want:
        options += text_literals(env, then)
    if "bool" in want:
        truths = (Value("bool", word, constant=True) for word in ("TRUE", "FALSE"))
        options += [lit(value.text, then, env, value) for value in truths]
    if "interval" in want:
        options += span_literals(env, then)
    return options + date_literals(env, want, then)


def _bracketed(env: Env, then: Then) -> Options:
    """Arithmetic in brackets, after the opening one."""

    def closing(inner: Env, value: Value) -> Options:
        if value.plain or value.constant:
            return []
        bracketed = replace(value.made(f"({value.text})"), bracketed=True)
        return [lit(")", then, env.after(inner), bracketed)]

    return expression(env.deeper(), NUMBER, closing, literals=False)


def _negative(env: Env, literals: bool, then: Then) -> Options:
    """What may come after a minus sign."""

    def negated(after: Env, value: Value) -> Options:
        return then(after, value.made(f"-{value.text}", loose=True))

    options = columns(env, NUMBER, negated) + calls(env, NUMBER, negated)
    if literals:
        options += number_literals(env, negated)
    if may_read(env.deeper(), NUMBER):
        options.append(lit("(", _bracketed, env, negated))
    return options


def scalar_query(env: Env, want: frozenset[Kind], then: Then) -> Options:
    """A query for one value, after its opening bracket."""

    def closing(fields: tuple[Field, ...], used: frozenset[Key]) -> Options:
        after, value = read_by_query(env, fields[0].kind, used)
        return [lit(")", then, after, value)]

    return env.rules.query(env, closing, want=(want,))


def read_by_query(env: Env, kind: Kind, used: frozenset[Key]) -> tuple[Env, Value]:
    """What a nested query gives, and where its query goes on after it.

    Args:
        used: columns that it read of the queries around it. Where they are not this query's own,
            this query's columns are qualified, too.
    """
    mine = {source.name for source in env.scope.sources}
    own = frozenset((key, frozenset[str]()) for key in used if key[0] in mine)
    return env, Value(kind, HIDDEN, own, frozenset(key for key in used if key[0] not in mine))
