"""Literals of every kind, as the canonical form spells them."""

from __future__ import annotations

from collections.abc import Callable

from sqlft.generate.grammar.kinds import Kind
from sqlft.generate.grammar.machine import Option, Options, Shape, lit
from sqlft.generate.grammar.patterns import Regex
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Value
from sqlft.generate.grammar.shapes import Day, Number, Pattern, Text, Time, Uuid

_COUNT = Number(digits=3, decimals=0)
_FORMATS = tuple("%" + letter for letter in "YmdHMSBbAajUWwyIp") + tuple("-/:. ")
_CURRENT: dict[Kind, tuple[str, ...]] = {
    "date": ("CURRENT_DATE",),
    "timestamp": ("CURRENT_TIMESTAMP", "NOW()"),
}
_UNITS = (
    "YEAR YEARS QUARTER QUARTERS MONTH MONTHS WEEK WEEKS DAY DAYS "
    "HOUR HOURS MINUTE MINUTES SECOND SECONDS"
).split()
_TYPES: dict[Kind, str] = {"date": "DATE", "timestamp": "TIMESTAMP"}

SHAPES: dict[str, Shape] = {
    "count": _COUNT,
    "literal": Text(),
    "pattern": Regex(),
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
    """``DATE '...'``, ``TIMESTAMP '...'``, a time of day, and now."""
    options: Options = []
    for kind, word in _TYPES.items():
        if kind not in want:
            continue
        shape = Day(with_time=kind == "timestamp")
        options.append(lit(f"{word} ", _typed, shape, word, kind, env, then))
        now = (Value(kind, text, constant=True) for text in _CURRENT[kind])
        options += [lit(value.text, then, env, value) for value in now]
    if "time" in want:

        def timed(text: str) -> Options:
            value = Value("time", f"CAST({text} AS TIME)", constant=True)
            return [lit(" AS TIME)", then, env, value)]

        options.append(lit("CAST(", lambda: [Option(Time(), timed)]))
    return options


def compared_literals(env: Env, kind: Kind, then: Then) -> Options:
    """Text that is read as a date, a time or a UUID because it stands beside one."""
    if kind == "uuid":
        return [_literal(Uuid(), kind, env, then)]
    if kind == "time":
        return [_literal(Time(), kind, env, then)]
    if kind == "interval":
        return []
    return [_literal(Day(with_time=kind == "timestamp"), kind, env, then)]


def listed_literals(env: Env, kind: Kind, then: Then) -> Options:
    """Literals of the kind as IN lists them."""

    def negative(e: Env, value: Value) -> Options:
        return then(e, Value("number", f"-{value.text}", constant=True))

    if kind == "number":
        return [*number_literals(env, then), lit("-", number_literals, env, negative)]
    return text_literals(env, then) if kind == "text" else compared_literals(env, kind, then)


def span_literals(env: Env, then: Then) -> Options:
    """``INTERVAL 3 MONTHS``."""

    def counted(count: str) -> Options:
        texts = {unit: f"INTERVAL {count} {unit}" for unit in _UNITS}
        values = {unit: Value("interval", text, constant=True) for unit, text in texts.items()}
        return [lit(f" {unit}", then, env, value) for unit, value in values.items()]

    def quoted(count: str) -> Options:
        whole = (f"INTERVAL '{count} {unit}'" for unit in _UNITS)
        apart = (f"INTERVAL '{count}' {unit}" for unit in _UNITS)
        start = len(f"INTERVAL '{count}")
        values = (Value("interval", text, constant=True) for text in (*whole, *apart))
        return [lit(value.text[start:], then, env, value) for value in values]

    options = [lit("INTERVAL ", counts, counted)]
    if env.rules.titles:
        options.append(lit("INTERVAL '", counts, quoted))
    return options


def _typed(shape: Day, word: str, kind: Kind, env: Env, then: Then) -> Options:
    return [Option(shape, lambda text: then(env, Value(kind, f"{word} {text}", constant=True)))]


def _literal(shape: Shape, kind: Kind, env: Env, then: Then) -> Option:
    return Option(shape, lambda text: then(env, Value(kind, text, constant=True)))
