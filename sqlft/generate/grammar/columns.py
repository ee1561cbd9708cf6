"""The columns that may be written at a place, and what a column decides for what follows."""

from __future__ import annotations

from collections.abc import Iterator

from sqlft.generate.grammar.demands import asked_for, asking
from sqlft.generate.grammar.kinds import Kind
from sqlft.generate.grammar.machine import Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Field, Key, Read, Source, Value


def columns(
    env: Env,
    want: frozenset[Kind],
    then: Then,
    *,
    but: frozenset[Key] = frozenset(),
    types: frozenset[str] | None = None,
) -> Options:
    """Every column in sight of one of the kinds, in the style of its query.

    Args:
        but: columns that are left out.
        types: DuckDB's names of the types they may have; none: any.
    """
    if env.scope.tables:
        return asking(env, want, then, but, types)
    options: Options = []
    free = env.scope.style == "free"
    for source, field, own in in_sight(env, want):
        key = (source.name, field.text)
        if key in but or (types is not None and field.type not in types):
            continue
        keys = frozenset({(key, frozenset[str]())}) if own else frozenset[Read]()
        outer = frozenset[Key]() if own else frozenset({key})
        if own and env.scope.style != "qualified" and not (free and _ambiguous(env, field)):
            value = Value(field.kind, field.text, keys, outer, plain=True)
            options.append(lit(field.text, then, env if free else env.styled("bare"), value))
        if env.scope.style != "bare":
            text = f"{source.shown}.{field.text}"
            value = Value(field.kind, text, keys, outer, plain=True)
            after = env if free else env.styled("qualified")
            options.append(lit(text, then, after, value))
    return options


def _ambiguous(env: Env, field: Field) -> bool:
    folded = field.text.casefold()
    holders = (f for s in env.scope.sources for f in s.fields if f.text.casefold() == folded)
    return next(holders, None) is not None and next(holders, None) is not None


def in_sight(
    env: Env, want: frozenset[Kind], *, grouped: bool = True
) -> Iterator[tuple[Source, Field, bool]]:
    """Columns of the kinds, and whether each is of this query's own sources.

    Args:
        grouped: only those that may stand outside of aggregates.
    """
    if env.scope.tables:
        yield from asked_for(env, want)
        return
    only = env.only if grouped else None
    for source in env.scope.sources:
        for field in source.fields:
            allowed = only is None or (source.name, field.text) in only
            if field.kind in want and allowed:
                yield source, field, True
    if env.scope.style != "bare":
        for source in env.scope.outer:
            for field in source.fields:
                if field.kind in want:
                    yield source, field, False


def has_column(env: Env, want: frozenset[Kind], *, grouped: bool = True) -> bool:
    """Whether any column of one of the kinds may be written."""
    return next(in_sight(env, want, grouped=grouped), None) is not None
