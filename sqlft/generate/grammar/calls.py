"""Calls of scalar functions, aggregates and window functions."""

from __future__ import annotations

from dataclasses import replace

from sqlft.generate.grammar.columns import columns, has_column
from sqlft.generate.grammar.kinds import ANY, NUMBER, ORDERED, Kind
from sqlft.generate.grammar.literals import SHAPES, counts
from sqlft.generate.grammar.machine import Option, Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Value
from sqlft.generate.grammar.signatures import (
    AGGREGATES,
    SCALARS,
    SHARES,
    WINDOWS,
    Argument,
    Signature,
)


def calls(env: Env, want: frozenset[Kind], then: Then) -> Options:
    """A call of any function that gives one of the kinds and that finds what it takes."""
    options: Options = []
    for signature in SCALARS:
        if _gives(signature, want) and _finds(signature, env, want):
            options.append(_called(signature, env, env.deeper(), want, then))
    if env.aggregates or _windowed(env):
        options += _aggregates(env, want, then)
    if _windowed(env):
        over = _over(env, then)
        for signature in WINDOWS:
            inner = env.within(depth=env.depth + 1, windows=False)
            if _gives(signature, want) and _finds(signature, inner, want):
                options.append(_called(signature, env, inner, want, over))
    return options


def _windowed(env: Env) -> bool:
    """Whether a window may stand here, and finds what it orders by."""
    if not env.windows or env.depth >= _PLAIN:
        return False
    return env.aggregates or has_column(env, ORDERED)


def row_numbers(env: Env, then: Then) -> Options:
    """A row's number or rank within a window."""
    if not _windowed(env):
        return []
    over, inner = _over(env, then), env.within(depth=env.depth + 1, windows=False)
    return [_called(s, env, inner, frozenset({"number"}), over) for s in WINDOWS if not s.takes]


def _aggregates(env: Env, want: frozenset[Kind], then: Then) -> Options:
    inner = _inside(env)
    finish = _finish(env, then)
    options: Options = []
    if "number" in want:
        options.append(lit("COUNT(*)", finish, env, Value("number", "COUNT(*)", aggregate=True)))
    for signature in AGGREGATES:
        if _gives(signature, want) and _finds(signature, inner, want):
            options.append(_called(signature, env, inner, want, finish))
    if env.aggregates and _windowed(env) and "number" in want:
        options += [lit(f"{name}(", _over_groups, env, name, then) for name in _OVER_GROUPS]
    return options


def _over_groups(env: Env, name: str, then: Then) -> Options:
    """An aggregate of the groups' aggregates, as in ``SUM(COUNT(*)) OVER ()``."""

    def closing(after: Env, value: Value) -> Options:
        made = Value("number", f"{name}({value.text})", outer=value.outer, aggregate=True)
        return [lit(") OVER (", _window, env, made, then)]

    return _aggregates(env.within(depth=env.depth + 1, windows=False), NUMBER, closing)


def _inside(env: Env) -> Env:
    """Within an aggregate: rows, not groups."""
    return env.within(depth=env.depth + 1, aggregates=False, windows=False, only=None, repeated=())


def _gives(signature: Signature, want: frozenset[Kind]) -> bool:
    if signature.gives != "same":
        return signature.gives in want
    first = signature.takes[0]
    return not isinstance(first, str) and bool(first & want)


def _finds(signature: Signature, env: Env, want: frozenset[Kind]) -> bool:
    """Whether there are columns for its arguments."""
    kinds = [_narrowed(signature, taken, want) for taken in signature.takes]
    wanted = (ANY if taken == "condition" else taken for taken in kinds)
    return all(isinstance(taken, str) or has_column(env, taken) for taken in wanted)


def _narrowed(signature: Signature, taken: Argument, want: frozenset[Kind]) -> Argument:
    """The kinds of an argument, of the first alone those that give what is wanted."""
    first = signature.gives == "same" and taken is signature.takes[0]
    return taken & want if first and not isinstance(taken, str) else taken


def _called(
    signature: Signature, env: Env, inner: Env, want: frozenset[Kind], then: Then
) -> Option:
    """The call; ``then`` is asked with an aggregate's value as one."""
    text = signature.name + signature.opening
    if not signature.takes:
        value = Value("number", f"{text})")
        return lit(f"{text})", then, env, value)

    def closed(after: Env, value: Value) -> Options:
        return then(env.after(after), value)

    start = Value("number", text)
    return lit(text, _argument, signature, 0, start, inner, want, closed)


def _argument(
    signature: Signature, at: int, so_far: Value, env: Env, want: frozenset[Kind], then: Then
) -> Options:
    """The call from before its argument of that number on."""
    taken = _narrowed(signature, signature.takes[at], want)

    def written(after: Env, value: Value) -> Options:
        kind = value.kind if at == 0 else so_far.kind
        made = so_far.joined(value, so_far.text + value.text, kind)
        return _more(signature, at + 1, made, after, want, then)

    if taken == "condition":
        return env.rules.condition(env.within(depth=max(env.depth, _PLAIN)), written)
    if taken == "same":
        taken = frozenset({so_far.kind})
    if isinstance(taken, str):
        return _literal(taken, env, written)
    literals = at > 0
    return env.rules.expression(env, taken, written, literals=literals)


def _literal(taken: str, env: Env, then: Then) -> Options:
    if taken == "share":
        return [lit(share, then, env, Value("number", share)) for share in SHARES]
    return [Option(SHAPES[taken], lambda text: then(env, Value("text", text)))]


def _more(
    signature: Signature, at: int, so_far: Value, env: Env, want: frozenset[Kind], then: Then
) -> Options:
    """The next argument, or the end of the call."""
    options: Options = []
    if at < len(signature.takes):
        longer = replace(so_far, text=f"{so_far.text}, ")
        options.append(lit(", ", _argument, signature, at, longer, env, want, then))
    if at >= len(signature.takes) - signature.optional:
        kind = so_far.kind if signature.gives == "same" else signature.gives
        options.append(lit(")", then, env, so_far.made(f"{so_far.text})", kind)))
        if signature.ordered and has_column(env, ORDERED):
            longer = replace(so_far, text=f"{so_far.text} ORDER BY ", kind=kind)
            options.append(lit(" ORDER BY ", _arranged, env, longer, then))
    return options


def _arranged(env: Env, so_far: Value, then: Then) -> Options:
    """The order in which an aggregate takes its rows."""

    def arranged(after: Env, value: Value) -> Options:
        made = so_far.joined(value, so_far.text + value.text, so_far.kind)
        down = made.made(f"{made.text} DESC)")
        return [
            lit(")", then, after, made.made(f"{made.text})")),
            lit(" DESC)", then, after, down),
        ]

    return columns(env, ORDERED, arranged)


def _finish(env: Env, then: Then) -> Then:
    """What may come after an aggregate: FILTER, OVER, or what comes after its value."""

    def aggregate(after: Env, value: Value) -> Options:
        made = Value(value.kind, value.text, frozenset(), value.outer, aggregate=True)
        options = then(after, made) if env.aggregates else []
        if _windowed(env) and (env.only is None or value.keys <= env.only):
            options.append(lit(" OVER (", _window, env, value, then))
        if env.aggregates:
            options.append(lit(" FILTER (WHERE ", _filter, env, made, then))
        return options

    return aggregate


def _filter(env: Env, value: Value, then: Then) -> Options:
    def closing(after: Env, test: Value) -> Options:
        text = f"{value.text} FILTER (WHERE {test.text})"
        made = Value(value.kind, text, value.keys, value.outer | test.outer, aggregate=True)
        return [lit(")", then, env.after(after), made)]

    return env.rules.condition(_inside(env), closing)


def _over(env: Env, then: Then) -> Then:
    return lambda after, value: [lit(" OVER (", _window, env, value, then)]


def _window(env: Env, value: Value, then: Then) -> Options:
    """A window from after its opening bracket on."""
    inner = env.within(depth=max(env.depth + 1, _PLAIN), windows=False)
    start = value.made(f"{value.text} OVER (")
    options = _window_end(env, inner, start, then) if value.text.startswith(_FREE) else []
    for word, rule in (("ORDER BY ", _ordered), ("PARTITION BY ", _parted)):
        options.append(lit(word, rule, env, inner, start.made(start.text + word), then))
    return options


_PLAIN = 3
"""The depth at which a window's expressions begin: one call, and nothing in it."""
_OVER_GROUPS = ("SUM", "AVG", "MAX", "MIN")
_FREE = ("SUM", "AVG", "COUNT", "MIN", "MAX")
_FRAMES = (
    " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW",
    " ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING",
)


def _parted(env: Env, inner: Env, so_far: Value, then: Then) -> Options:
    def parted(after: Env, value: Value) -> Options:
        made = so_far.joined(value, so_far.text + value.text, so_far.kind)
        more = made.made(f"{made.text}, ")
        order = made.made(f"{made.text} ORDER BY ")
        return [
            lit(", ", _parted, env, after, more, then),
            lit(" ORDER BY ", _ordered, env, after, order, then),
            *_window_end(env, after, made, then),
        ]

    return env.rules.expression(inner, ANY, parted, literals=False)


def _ordered(env: Env, inner: Env, so_far: Value, then: Then) -> Options:
    def ordered(after: Env, value: Value) -> Options:
        made = so_far.joined(value, so_far.text + value.text, so_far.kind)
        down = made.made(f"{made.text} DESC")
        return [lit(" DESC", directed, after, down), *directed(after, made)]

    def directed(after: Env, made: Value) -> Options:
        options = [lit(", ", _ordered, env, after, made.made(f"{made.text}, "), then)]
        for frame in _FRAMES:
            framed = made.made(made.text + frame)
            options.append(lit(frame, _window_end, env, after, framed, then))
        options.append(lit(" ROWS BETWEEN ", _preceding, env, after, made, then))
        return options + _window_end(env, after, made, then)

    return env.rules.expression(inner, ORDERED, ordered, literals=False)


def _preceding(env: Env, inner: Env, so_far: Value, then: Then) -> Options:
    def counted(count: str) -> Options:
        tail = " PRECEDING AND CURRENT ROW"
        made = so_far.made(f"{so_far.text} ROWS BETWEEN {count}{tail}")
        return [
            lit(tail, _window_end, env, inner, made, then),
            lit(" PRECEDING AND ", _following, env, inner, so_far, count, then),
        ]

    return counts(counted)


def _following(env: Env, inner: Env, so_far: Value, before: str, then: Then) -> Options:
    def counted(after: str) -> Options:
        rows = f" ROWS BETWEEN {before} PRECEDING AND {after} FOLLOWING"
        made = so_far.made(so_far.text + rows)
        return [lit(" FOLLOWING", _window_end, env, inner, made, then)]

    return counts(counted)


def _window_end(env: Env, inner: Env, so_far: Value, then: Then) -> Options:
    return [lit(")", then, env.after(inner), so_far.made(f"{so_far.text})"))]
