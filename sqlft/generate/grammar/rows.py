"""Rows of columns that are compared or counted as one: ``(a, b)``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlft.generate.grammar.columns import columns, in_sight
from sqlft.generate.grammar.kinds import ANY, Kind
from sqlft.generate.grammar.machine import Options, lit
from sqlft.generate.grammar.scope import Env, Value

_MOST_COLUMNS = 4

Rowed: TypeAlias = "Callable[[Env, Value, tuple[Kind, ...]], Options]"
"""What may come after the row's last column, given its text and its columns' kinds."""


def row(env: Env, then: Rowed) -> Options:
    """Columns after an opening bracket, up to before the closing one."""
    return _column(env, None, (), then)


def has_row(env: Env) -> bool:
    """Whether there are columns enough."""
    found = in_sight(env, ANY)
    return next(found, None) is not None and next(found, None) is not None


def _column(env: Env, so_far: Value | None, kinds: tuple[Kind, ...], then: Rowed) -> Options:
    def written(after: Env, value: Value) -> Options:
        both = (
            value if so_far is None else so_far.joined(value, f"{so_far.text}{value.text}", "other")
        )
        longer = (*kinds, value.kind)
        options = then(after, both, longer) if len(longer) > 1 else []
        seen = len(both.keys | both.outer)
        if len(longer) < _MOST_COLUMNS and seen < sum(1 for _ in in_sight(after, ANY)):
            more = both.made(f"{both.text}, ", "other")
            options.append(lit(", ", _column, after, more, longer, then))
        return options

    seen = so_far.keys | so_far.outer if so_far is not None else frozenset()
    return columns(env, ANY, written, but=seen)
