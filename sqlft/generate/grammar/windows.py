"""Windows: what stands in the brackets after OVER."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlft.generate.grammar.columns import in_sight
from sqlft.generate.grammar.kinds import ANY, ORDERED, Kind
from sqlft.generate.grammar.literals import counts
from sqlft.generate.grammar.machine import Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Key, Value

PLAIN = 2
"""The depth at which a window's expressions begin: what is in them is plain."""
_Further: TypeAlias = "Callable[[Env, Env, Value, frozenset[Key], Then], Options]"
_FREE = ("SUM", "AVG", "COUNT", "MIN", "MAX")
_FIRST, _LAST = "UNBOUNDED PRECEDING", "UNBOUNDED FOLLOWING"
_CURRENT = "CURRENT ROW"


def window(env: Env, value: Value, then: Then) -> Options:
    """A window from after its opening bracket on."""
    inner = env.within(depth=max(env.depth + 1, PLAIN), windows=False)
    start = value.made(f"{value.text} OVER (")
    options = _end(env, inner, start, then) if value.text.startswith(_FREE) else []
    for word, rule in (("ORDER BY ", _ordered), ("PARTITION BY ", _parted)):
        more = start.made(start.text + word)
        options.append(lit(word, rule, env, inner, more, frozenset(), then))
    return options


def _parted(env: Env, inner: Env, so_far: Value, seen: frozenset[Key], then: Then) -> Options:
    """One more value that rows are parted by; ``seen``: columns that were."""

    def parted(after: Env, value: Value) -> Options:
        made = so_far.joined(value, so_far.text + value.text, so_far.kind)
        order = made.made(f"{made.text} ORDER BY ")
        return [
            *_further(_parted, env, after, made, _with(seen, value), then, ANY),
            lit(" ORDER BY ", _ordered, env, after, order, frozenset(), then),
            *_end(env, after, made, then),
        ]

    return env.rules.expression(inner, ANY, parted, but=seen, literals=False)


def _ordered(env: Env, inner: Env, so_far: Value, seen: frozenset[Key], then: Then) -> Options:
    """One more value that rows are ordered by; ``seen``: columns that they were."""

    def ordered(after: Env, value: Value) -> Options:
        made = so_far.joined(value, so_far.text + value.text, so_far.kind)
        down, keys = made.made(f"{made.text} DESC"), _with(seen, value)
        return [lit(" DESC", directed, after, down, keys), *directed(after, made, keys)]

    def directed(after: Env, made: Value, keys: frozenset[Key]) -> Options:
        first = made.made(f"{made.text} NULLS FIRST")
        return [lit(" NULLS FIRST", ended, after, first, keys), *ended(after, made, keys)]

    def ended(after: Env, made: Value, keys: frozenset[Key]) -> Options:
        options = _further(_ordered, env, after, made, keys, then, ORDERED)
        options.append(lit(" ROWS BETWEEN ", _rows, env, after, made, then))
        return options + _end(env, after, made, then)

    return env.rules.expression(inner, ORDERED, ordered, but=seen, literals=False)


def _with(seen: frozenset[Key], value: Value) -> frozenset[Key]:
    return seen | (value.keys | value.outer if value.plain else frozenset())


def _further(
    rule: _Further,
    env: Env,
    inner: Env,
    made: Value,
    seen: frozenset[Key],
    then: Then,
    want: frozenset[Kind],
) -> Options:
    """A comma and one more, while there is a column that was not."""
    left = ((source.name, field.text) for source, field, _ in in_sight(inner, want))
    if all(key in seen for key in left):
        return []
    return [lit(", ", rule, env, inner, made.made(f"{made.text}, "), seen, then)]


def _rows(env: Env, inner: Env, so_far: Value, then: Then) -> Options:
    """The rows of a frame: from where, and to where."""

    def to(start: str) -> Options:
        before = start not in (_CURRENT, _LAST) and not start.endswith("FOLLOWING")
        options = [
            lit(end, ended, start, end) for end in ((_CURRENT, _LAST) if before else (_LAST,))
        ]
        for side in ("PRECEDING", "FOLLOWING") if before else ("FOLLOWING",):
            options += _bound(side, lambda end: ended(start, end))
        return options

    def ended(start: str, end: str) -> Options:
        text = f"{so_far.text} ROWS BETWEEN {start} AND {end}"
        return _end(env, inner, so_far.made(text), then)

    def from_(start: str) -> Options:
        return [lit(" AND ", to, start)]

    options = [lit(start, from_, start) for start in (_FIRST, _CURRENT)]
    return options + _bound("PRECEDING", from_) + _bound("FOLLOWING", from_)


def _bound(side: str, then: Callable[[str], Options]) -> Options:
    """``3 PRECEDING``, say."""
    return counts(lambda count: [lit(f" {side}", then, f"{count} {side}")])


def _end(env: Env, inner: Env, so_far: Value, then: Then) -> Options:
    return [lit(")", then, env.after(inner), so_far.made(f"{so_far.text})"))]
