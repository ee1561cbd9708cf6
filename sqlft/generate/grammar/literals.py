"""Literals of every kind, as the canonical form spells them."""

from __future__ import annotations

from collections.abc import Callable

from sqlft.generate.grammar.kinds import Kind
from sqlft.generate.grammar.machine import Option, Options, Shape, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Value
from sqlft.generate.grammar.shapes import Day, Number, Pattern, Text, Time

_COUNT = Number(digits=3, decimals=0)
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 _-.^$|")
_FORMATS = tuple("%" + letter for letter in "YmdHMSBbAajUWwyIp") + tuple("-/:. ")
_CURRENT: dict[Kind, str] = {"date": "CURRENT_DATE", "timestamp": "CURRENT_TIMESTAMP"}
_TYPES: dict[Kind, str] = {"date": "DATE", "timestamp": "TIMESTAMP"}

SHAPES: dict[str, Shape] = {
    "count": _COUNT,
    "literal": Text(),
    "pattern": Text(_PLAIN),
    "format": Pattern(_FORMATS),
}


def counts(then: Callable[[str], Options]) -> Options:
    """A small whole number."""
    return [Option(_COUNT, then)]


def number_literals(env: Env, then: Then) -> Options:
    """A number without a sign."""
    return [_literal(Number(), "number", env, then)]


def text_literals(env: Env, then: Then) -> Options:
    return [_literal(Text(), "text", env, then)]


def date_literals(env: Env, want: frozenset[Kind], then: Then) -> Options:
    """``DATE '...'``, ``TIMESTAMP '...'``, and today."""
    options: Options = []
    for kind, word in _TYPES.items():
        if kind not in want:
            continue
        shape = Day(with_time=kind == "timestamp")
        options.append(lit(f"{word} ", _typed, shape, word, kind, env, then))
        value = Value(kind, _CURRENT[kind], constant=True)
        options.append(lit(_CURRENT[kind], then, env, value))
    return options


def compared_literals(env: Env, kind: Kind, then: Then) -> Options:
    """Text that is read as a date or a time because it stands beside one."""
    if kind == "time":
        return [_literal(Time(), kind, env, then)]
    return [_literal(Day(with_time=kind == "timestamp"), kind, env, then)]


def _typed(shape: Day, word: str, kind: Kind, env: Env, then: Then) -> Options:
    return [Option(shape, lambda text: then(env, Value(kind, f"{word} {text}", constant=True)))]


def _literal(shape: Shape, kind: Kind, env: Env, then: Then) -> Option:
    return Option(shape, lambda text: then(env, Value(kind, text, constant=True)))
