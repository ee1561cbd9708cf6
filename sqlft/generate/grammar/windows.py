"""Windows: what stands in the brackets after OVER."""

from __future__ import annotations

from collections.abc import Callable

from sqlft.generate.grammar.kinds import ANY, ORDERED
from sqlft.generate.grammar.literals import counts
from sqlft.generate.grammar.machine import Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Value

PLAIN = 2
"""The depth at which a window's expressions begin: what is in them is plain."""
_FREE = ("SUM", "AVG", "COUNT", "MIN", "MAX")
_FIRST, _LAST = "UNBOUNDED PRECEDING", "UNBOUNDED FOLLOWING"
_CURRENT = "CURRENT ROW"


def window(env: Env, value: Value, then: Then) -> Options:
    """A window from after its opening bracket on."""
    inner = env.within(depth=max(env.depth + 1, PLAIN), windows=False)
    start = value.made(f"{value.text} OVER (")
    options = _end(env, inner, start, then) if value.text.startswith(_FREE) else []
    for word, rule in (("ORDER BY ", _ordered), ("PARTITION BY ", _parted)):
        options.append(lit(word, rule, env, inner, start.made(start.text + word), then))
    return options


def _parted(env: Env, inner: Env, so_far: Value, then: Then) -> Options:
    def parted(after: Env, value: Value) -> Options:
        made = so_far.joined(value, so_far.text + value.text, so_far.kind)
        more = made.made(f"{made.text}, ")
        order = made.made(f"{made.text} ORDER BY ")
        return [
            lit(", ", _parted, env, after, more, then),
            lit(" ORDER BY ", _ordered, env, after, order, then),
            *_end(env, after, made, then),
        ]

    return env.rules.expression(inner, ANY, parted, literals=False)


def _ordered(env: Env, inner: Env, so_far: Value, then: Then) -> Options:
    def ordered(after: Env, value: Value) -> Options:
        made = so_far.joined(value, so_far.text + value.text, so_far.kind)
        down = made.made(f"{made.text} DESC")
        return [lit(" DESC", directed, after, down), *directed(after, made)]

    def directed(after: Env, made: Value) -> Options:
        first = made.made(f"{made.text} NULLS FIRST")
        return [lit(" NULLS FIRST", ended, after, first), *ended(after, made)]

    def ended(after: Env, made: Value) -> Options:
        options = [lit(", ", _ordered, env, after, made.made(f"{made.text}, "), then)]
        options.append(lit(" ROWS BETWEEN ", _rows, env, after, made, then))
        return options + _end(env, after, made, then)

    return env.rules.expression(inner, ORDERED, ordered, literals=False)


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
