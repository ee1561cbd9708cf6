"""Calls of scalar functions, aggregates and window functions."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache, partial

from sqlft.generate.grammar.arithmetic import may_read
from sqlft.generate.grammar.columns import columns, has_column
from sqlft.generate.grammar.kinds import ANY, DATES, NUMBER, ORDERED, Kind
from sqlft.generate.grammar.literals import SHAPES
from sqlft.generate.grammar.machine import Option, Options, lit
from sqlft.generate.grammar.rows import Rowed, has_row, row
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Value
from sqlft.generate.grammar.signatures import (
    AGGREGATES,
    SHARES,
    WINDOWS,
    Argument,
    Signature,
)
from sqlft.generate.grammar.windows import PLAIN, window

_LAST_LITERAL = re.compile(r", (?:'(?:[^']|'')*'|[\d.]+)$")
_MOST_ARGUMENTS = 5
_OF_ITSELF = ("REPLACE", "REGEXP_REPLACE")
"""Functions that have a reason to be called on what they gave."""
_UNFILTERED = ("FIRST(", "LAST(")
"""What DuckDB makes window functions of that take no FILTER."""
_OVER_GROUPS = ("SUM", "AVG", "MAX", "MIN")


def calls(env: Env, want: frozenset[Kind], then: Then) -> Options:
    """A call of any function that gives one of the kinds and that finds what it takes."""
    options: Options = []
    deeper = env.deeper()
    for signature in _fitting(env.rules.scalars, want, _readable(deeper)):
        if signature.name == env.around:
            continue
        options.append(_called(signature, env, deeper, want, then))
    if env.aggregates or _windowed(env):
        options += _aggregates(env, want, then)
    if _windowed(env):
        over, inner = _over(env, then), env.within(depth=env.depth + 1, windows=False)
        for signature in _fitting(WINDOWS, want, _readable(inner)):
            options.append(_called(signature, env, inner, want, over))
    return options


def _windowed(env: Env) -> bool:
    """Whether a window may stand here, and finds what it orders by."""
    if not env.windows or env.depth > PLAIN:
        return False
    return env.aggregates or has_column(env, ORDERED)


def window_calls(env: Env, want: frozenset[Kind], then: Then) -> Options:
    """A call of any function over a window."""
    if not _windowed(env):
        return []
    over, inner = _over(env, then), env.within(depth=env.depth + 1, windows=False)
    options = [
        _called(signature, env, inner, want, over)
        for signature in _fitting(WINDOWS, want, _readable(inner))
    ]
    if env.aggregates:
        if "number" in want:
            options += [lit(f"{name}(", _over_groups, env, name, then) for name in _OVER_GROUPS]
        return options
    return options + _aggregates(env, want, then)


def _aggregates(env: Env, want: frozenset[Kind], then: Then) -> Options:
    inner = _inside(env)
    finish = _finish(env, then)
    options: Options = []
    if "number" in want:
        options.append(lit("COUNT(*)", finish, env, Value("number", "COUNT(*)")))
        if has_row(inner):
            options.append(lit("COUNT(DISTINCT (", row, inner, _row_counted(env, finish)))
    for signature in _fitting(AGGREGATES, want, _readable(inner)):
        options.append(_called(signature, env, inner, want, finish))
    if env.aggregates and _windowed(env) and "number" in want:
        options += [lit(f"{name}(", _over_groups, env, name, then) for name in _OVER_GROUPS]
    return options


def _row_counted(env: Env, then: Then) -> Rowed:
    def counted(inner: Env, value: Value, kinds: tuple[Kind, ...]) -> Options:
        made = value.made(f"COUNT(DISTINCT ({value.text}))", "number")
        return [lit("))", then, env.after(inner), made)]

    return counted


def _over_groups(env: Env, name: str, then: Then) -> Options:
    """An aggregate of the groups' aggregates, as in ``SUM(COUNT(*)) OVER ()``."""

    def closing(after: Env, value: Value) -> Options:
        made = Value("number", f"{name}({value.text})", outer=value.outer, aggregate=True)
        return [lit(") OVER (", window, env.after(after), made, then)]

    return _aggregates(env.within(depth=env.depth + 1, windows=False), NUMBER, closing)


def _inside(env: Env) -> Env:
    """Within an aggregate: rows, not groups."""
    return env.within(depth=env.depth + 1, aggregates=False, windows=False, only=None, repeated=())


def _gives(signature: Signature, want: frozenset[Kind]) -> bool:
    if signature.gives != "same":
        return signature.gives in want
    first = signature.takes[0]
    return not isinstance(first, str) and bool(first & want)


def _readable(env: Env) -> frozenset[Kind]:
    """The kinds of which there is anything but literals."""
    return frozenset(kind for kind in ANY if may_read(env, frozenset({kind})))


@lru_cache(maxsize=4096)
def _fitting(
    signatures: tuple[Signature, ...], want: frozenset[Kind], readable: frozenset[Kind]
) -> tuple[Signature, ...]:
    """Those that give one of the kinds and find what they take."""
    return tuple(s for s in signatures if _gives(s, want) and _finds(s, want, readable))


def _finds(signature: Signature, want: frozenset[Kind], readable: frozenset[Kind]) -> bool:
    kinds = (_narrowed(signature, taken, want) for taken in signature.takes)
    wanted = (ANY if taken == "condition" else taken for taken in kinds)
    return all(isinstance(taken, str) or bool(taken & readable) for taken in wanted)


def _narrowed(signature: Signature, taken: Argument, want: frozenset[Kind]) -> Argument:
    """The kinds of an argument, of the first alone those that give what is wanted."""
    first = signature.gives == "same" and taken is signature.takes[0]
    return taken & want if first and not isinstance(taken, str) else taken


def _called(
    signature: Signature, env: Env, inner: Env, want: frozenset[Kind], then: Then
) -> Option:
    """The call; ``then`` is asked with an aggregate's value as one."""
    if not signature.takes:
        kind = signature.gives if signature.gives != "same" else "number"
        text = f"{signature.name}()"
        return lit(text, then, env, Value(kind, text))
    # Half a hundred of these are made wherever a value may stand, and one is followed: each is as
    # little as it can be.
    return Option(f"{signature.name}(", partial(_opened, signature, env, inner, want, then))


def _opened(
    signature: Signature, env: Env, inner: Env, want: frozenset[Kind], then: Then, text: str
) -> Options:
    def closed(after: Env, value: Value) -> Options:
        return then(env.after(after), replace(value.whole(value.text), constant=False))

    if signature.name not in _OF_ITSELF:
        inner = inner.within(around=signature.name)
    options: Options = []
    for opening in signature.openings:
        start = Value("number", text + opening, constant=True)
        if opening:
            options.append(lit(opening, _argument, signature, 0, start, inner, want, closed))
        else:
            options += _argument(signature, 0, start, inner, want, closed)
    return options


def _argument(
    signature: Signature, at: int, so_far: Value, env: Env, want: frozenset[Kind], then: Then
) -> Options:
    """The call from before its argument of that number on."""
    taken = _narrowed(signature, signature.takes[min(at, len(signature.takes) - 1)], want)

    def written(after: Env, value: Value) -> Options:
        kind = value.kind if at == 0 else so_far.kind
        made = so_far.joined(value, so_far.text + value.text, kind)
        return _more(signature, at + 1, made, after, want, then)

    if taken == "condition":
        return env.rules.condition(env.within(depth=max(env.depth, PLAIN)), written)
    if taken == "same":
        taken = DATES if so_far.kind == "timestamp" else frozenset({so_far.kind})
    if isinstance(taken, str):
        return _literal(taken, env, written)
    literals = signature.free if at == 0 else not (signature.free and so_far.constant)
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
    if at < (_MOST_ARGUMENTS if signature.repeats else len(signature.takes)):
        longer = replace(so_far, text=f"{so_far.text}, ")
        options.append(lit(", ", _argument, signature, at, longer, env, want, then))
    if at >= len(signature.takes) - signature.optional:
        kind = so_far.kind if signature.gives == "same" else signature.gives
        options.append(lit(")", then, env, so_far.made(f"{so_far.text})", kind)))
        if signature.ordered and has_column(env, ORDERED):
            longer = replace(so_far, text=f"{so_far.text} ORDER BY ", kind=kind)
            options.append(lit(" ORDER BY ", _arranged, signature, env, longer, then))
    return options


def _arranged(signature: Signature, env: Env, so_far: Value, then: Then) -> Options:
    """The order in which an aggregate takes its rows: of distinct values, their own."""

    def arranged(after: Env, value: Value) -> Options:
        made = so_far.joined(value, so_far.text + value.text, so_far.kind)
        return ended(after, made)

    def ended(after: Env, made: Value) -> Options:
        down = made.made(f"{made.text} DESC)")
        return [
            lit(")", then, after, made.made(f"{made.text})")),
            lit(" DESC)", then, after, down),
        ]

    distinct = so_far.text.startswith(f"{signature.name}(DISTINCT ")
    if distinct or signature.name.startswith("QUANTILE"):
        start = len(signature.name) + len("(DISTINCT " if distinct else "(")
        own = _LAST_LITERAL.sub("", so_far.text[start:].removesuffix(" ORDER BY "))
        return [lit(own, ended, env, so_far.made(so_far.text + own))]
    return columns(env, ORDERED, arranged)


def _finish(env: Env, then: Then) -> Then:
    """What may come after an aggregate: FILTER, OVER, or what comes after its value."""

    def aggregate(after: Env, value: Value) -> Options:
        made = Value(value.kind, value.text, frozenset(), value.outer, aggregate=True)
        options = then(after, made) if env.aggregates else []
        if _windowed(env) and (env.only is None or value.keys <= env.only):
            options.append(lit(" OVER (", window, env.after(after), value, then))
        if env.aggregates:
            options.append(lit(" FILTER (WHERE ", _filter, env.after(after), value, then))
        return options

    return aggregate


def _filter(env: Env, value: Value, then: Then) -> Options:
    def closing(after: Env, test: Value) -> Options:
        text = f"{value.text} FILTER (WHERE {test.text})"
        made = Value(value.kind, text, frozenset(), value.outer | test.outer, aggregate=True)
        after_it = env.after(after)
        options = [lit(")", then, after_it, made)]
        if _windowed(env) and not env.only and not value.text.startswith(_UNFILTERED):
            over = replace(made, reads=value.reads | test.reads, aggregate=False)
            options.append(lit(") OVER (", window, after_it, over, then))
        return options

    return env.rules.condition(_inside(env), closing)


def _over(env: Env, then: Then) -> Then:
    return lambda after, value: [lit(" OVER (", window, env.after(after), value, then)]
