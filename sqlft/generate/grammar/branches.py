"""CASE, and CAST of values and of conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlft.generate.grammar.arithmetic import DEEPEST, may_read
from sqlft.generate.grammar.columns import has_column
from sqlft.generate.grammar.kinds import ANY, BOOL, ORDERED, Kind
from sqlft.generate.grammar.literals import listed_literals
from sqlft.generate.grammar.machine import Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Value

_Again: TypeAlias = "Callable[[Env, frozenset[Kind], Value], Options]"
"""One more branch, given the kinds that it may give and the CASE so far."""

_RESULTS: frozenset[Kind] = frozenset({"number", "text", "date", "timestamp", "bool"})
_SWITCHED: frozenset[Kind] = frozenset({"number", "text", "date"})
_NUMBERS: dict[str, Kind] = {
    "INT": "number",
    "BIGINT": "number",
    "SMALLINT": "number",
    "DOUBLE": "number",
    "REAL": "number",
    "DECIMAL(10, 2)": "number",
    "DECIMAL(18, 3)": "number",
}
_CASTS: dict[Kind, dict[str, Kind]] = {
    "number": {**_NUMBERS, "TEXT": "text"},
    "text": {**_NUMBERS, "DATE": "date", "TIMESTAMP": "timestamp"},
    "date": {"TIMESTAMP": "timestamp", "TEXT": "text"},
    "timestamp": {"DATE": "date", "TIME": "time", "TEXT": "text"},
    "time": {"TEXT": "text"},
    "interval": {"TEXT": "text"},
    "bool": {"INT": "number", "TEXT": "text"},
    "uuid": {"TEXT": "text"},
    "other": {"TEXT": "text"},
}


def cases(env: Env, want: frozenset[Kind], then: Then) -> Options:
    """CASE with tests, or with a value and what it may be: all plain ones."""
    wanted = want & _RESULTS
    inner = env.within(depth=DEEPEST - 1)
    if not wanted or env.depth >= inner.depth or not may_read(inner, ANY):
        return []
    start = Value("bool", "CASE")
    options = [lit("CASE WHEN ", _when, env, inner, wanted, start, then)]

    def switched(after: Env, value: Value) -> Options:
        so_far = start.joined(value, f"CASE {value.text}", "bool")
        return [lit(" WHEN ", _is, env, after, value.kind, wanted, so_far, then)]

    if may_read(inner, _SWITCHED):
        rule = env.rules.expression
        options.append(lit("CASE ", rule, inner, _SWITCHED, switched, literals=False))
    return options


def _when(env: Env, inner: Env, want: frozenset[Kind], case: Value, then: Then) -> Options:
    """A CASE from after WHEN on; ``env`` is where it began."""

    def tested(after: Env, test: Value) -> Options:
        so_far = case.joined(test, f"{case.text} WHEN {test.text}", "bool")

        def again(last: Env, kinds: frozenset[Kind], made: Value) -> Options:
            return _when(env, last, kinds, made, then)

        return _then(env, after, want, so_far, again, then)

    return env.rules.condition(inner, tested)


def _is(
    env: Env, inner: Env, kind: Kind, want: frozenset[Kind], case: Value, then: Then
) -> Options:
    """A CASE of a value from after WHEN on."""

    def matched(after: Env, value: Value) -> Options:
        so_far = case.joined(value, f"{case.text} WHEN {value.text}", "bool")

        def again(last: Env, kinds: frozenset[Kind], made: Value) -> Options:
            return _is(env, last, kind, kinds, made, then)

        return _then(env, after, want, so_far, again, then)

    return listed_literals(inner, kind, matched)


def _then(
    env: Env, inner: Env, want: frozenset[Kind], case: Value, again: _Again, then: Then
) -> Options:
    """What one branch gives, and what comes after it."""

    def chosen(after: Env, value: Value) -> Options:
        made = case.joined(value, f"{case.text} THEN {value.text}", value.kind)
        same = frozenset({value.kind})
        ended, nothing = f"{made.text} END", f"{made.text} ELSE NULL END"
        return [
            lit(" WHEN ", again, after, same, made),
            lit(" ELSE ", env.rules.expression, after, same, lambda e, v: otherwise(e, v, made)),
            lit(" ELSE NULL END", then, env.after(after), made.whole(nothing)),
            lit(" END", then, env.after(after), made.whole(ended)),
        ]

    def otherwise(after: Env, value: Value, made: Value) -> Options:
        text = f"{made.text} ELSE {value.text} END"
        return [
            lit(" END", then, env.after(after), made.joined(value, text, value.kind).whole(text))
        ]

    return [lit(" THEN ", env.rules.expression, inner, want, chosen)]


def casts(env: Env, want: frozenset[Kind], then: Then) -> Options:
    """CAST and TRY_CAST to what gives one of the kinds."""
    taken = frozenset(kind for kind, made in _CASTS.items() if want & set(made.values()))
    options: Options = []
    if may_read(env.deeper(), taken):
        options += [
            lit(f"{word}(", _cast, env, taken, want, word, then) for word in ("CAST", "TRY_CAST")
        ]
    if want & set(_CASTS["bool"].values()) and has_column(env, ORDERED):
        options.append(lit("CAST(", _cast_test, env, want, then))
    return options


def _cast(
    env: Env, taken: frozenset[Kind], want: frozenset[Kind], word: str, then: Then
) -> Options:
    def typed(inner: Env, value: Value) -> Options:
        return _as_types(env.after(inner), word, value, want, then)

    return env.rules.expression(env.deeper(), taken, typed, literals=False)


def _cast_test(env: Env, want: frozenset[Kind], then: Then) -> Options:
    """A comparison cast to 1 or 0, to be summed up or averaged."""
    inner = env.within(depth=max(env.depth + 1, DEEPEST - 1))

    def typed(after: Env, value: Value) -> Options:
        return _as_types(env.after(after), "CAST", value, want, then) if value.loose else []

    def compared(after: Env, value: Value) -> Options:
        return env.rules.comparison(after, value, typed)

    return env.rules.expression(inner, ORDERED - BOOL, compared, literals=False)


def _as_types(env: Env, word: str, value: Value, want: frozenset[Kind], then: Then) -> Options:
    texts = {f" AS {name})": kind for name, kind in _CASTS[value.kind].items() if kind in want}
    return [
        lit(text, then, env, value.whole(f"{word}({value.text}{text}", kind))
        for text, kind in texts.items()
    ]
