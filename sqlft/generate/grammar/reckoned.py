"""What is reckoned from queries for one value each, and selected from nowhere."""

from __future__ import annotations

from sqlft.generate.grammar.arithmetic import followed
from sqlft.generate.grammar.expressions import scalar_query
from sqlft.generate.grammar.kinds import ANY, NUMBER, Kind
from sqlft.generate.grammar.literals import number_literals, span_literals
from sqlft.generate.grammar.machine import Options, lit
from sqlft.generate.grammar.rules import Rows, Then
from sqlft.generate.grammar.scope import Env, Field, Value

_MOST_ITEMS = 6


def reckoned(env: Env, then: Rows) -> Options:
    """The items of a SELECT without FROM: at least one query each, and operators."""
    return _item(env, (), then)


def _item(env: Env, fields: tuple[Field, ...], then: Rows) -> Options:
    def written(after: Env, value: Value) -> Options:
        longer = (*fields, Field("", value.kind))
        options = then(longer, value.outer)
        if len(longer) < _MOST_ITEMS:
            options.append(lit(", ", _item, env, longer, then))
        return options

    after = followed(ANY, written, literals=False, operand=_operand)
    return _operand(env, ANY, NUMBER, False, after)


def _operand(
    env: Env, want: frozenset[Kind], literals: frozenset[Kind], brackets: bool, then: Then
) -> Options:
    options: Options = []
    if "number" in literals:
        options += number_literals(env, then)
    if "interval" in literals:
        options += span_literals(env, then)
    if env.known.makes(want):
        options.append(lit("(", scalar_query, env, want, then))
    return options
