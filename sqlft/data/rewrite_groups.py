"""Columns beside aggregates that are not grouped by: SQLite picks a row, DuckDB is told which.

SQLite takes such a "bare" column from the row that holds the minimum or maximum, where MIN or MAX
is the one aggregate of that sort, and else from any row of the group.
Source: https://www.sqlite.org/lang_select.html, "Bare columns in an aggregate query".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from sqlglot import exp

from sqlft.data.value_kinds import Place, ValueKinds

Pick = Literal["grouped", "any", "first", "last"]
_PICKS: dict[Pick, str] = {"any": "ANY_VALUE", "first": "FIRST", "last": "LAST"}


def has_bare_columns(tree: exp.Expr, kinds: ValueKinds) -> bool:
    """Whether any SELECT of the query reads a bare column."""
    return any(_bare(select, kinds) for select in tree.find_all(exp.Select))


def settle_bare_columns(tree: exp.Expr, kinds: ValueKinds, pick: Pick) -> None:
    """Takes each bare column from the row of the extreme, groups by it, or picks a value of it."""
    for select in list(tree.find_all(exp.Select)):
        bare = _bare(select, kinds)
        extremes = {node.sql() for node in _own(select) if isinstance(node, (exp.Min, exp.Max))}
        extreme = next((n for n in _own(select) if isinstance(n, (exp.Min, exp.Max))), None)
        group = select.args.get("group")
        for column in bare:
            if extreme is not None and len(extremes) == 1:
                name = "ARG_MIN" if isinstance(extreme, exp.Min) else "ARG_MAX"
                _replace(column, exp.func(name, column.copy(), extreme.this.copy()))
            elif pick == "grouped" and group is not None:
                if column.sql() not in {key.sql() for key in group.expressions}:
                    group.append("expressions", column.copy())
            else:
                called = _PICKS[pick if pick != "grouped" else "any"]
                _replace(column, exp.func(called, column.copy()))


def _replace(column: exp.Column, made: exp.Expr) -> None:
    """Puts the pick in the column's place; a column of the result keeps its name."""
    if isinstance(column.parent, exp.Select) and column.arg_key == "expressions":
        made = exp.alias_(made, column.name, quoted=column.this.quoted)
    column.replace(made)


def _bare(select: exp.Select, kinds: ValueKinds) -> list[exp.Column]:
    group = select.args.get("group")
    if group is None and not any(isinstance(node, exp.AggFunc) for node in _own(select)):
        return []
    keys: list[exp.Expr] = list(group.expressions) if group else []
    given = {p.alias.casefold(): p.this for p in select.selects if p.alias}
    for place, key in enumerate(keys):
        if isinstance(key, exp.Literal) and key.is_int:
            at = int(key.name) - 1
            keys[place] = select.selects[at].unalias() if at < len(select.selects) else key
        elif isinstance(key, exp.Column) and _named(key, kinds) is None:
            keys[place] = given.get(key.name.casefold(), key)
    grouped = {_named(key, kinds) for key in keys if isinstance(key, exp.Column)} - {None}
    whole = {key.sql() for key in keys}
    return [c for c in _loose(select, whole) if (p := _named(c, kinds)) and p not in grouped]


def _named(column: exp.Column, kinds: ValueKinds) -> Place | None:
    """Where a column leads, unless it is a name that SELECT gives."""
    place = kinds.place(column)
    return place if place is not None and place.source else None


def _parts(select: exp.Select) -> Iterator[exp.Expr]:
    yield from select.selects
    for name in ("having", "order"):
        if part := select.args.get(name):
            yield part


def _own(select: exp.Select) -> Iterator[exp.Expr]:
    """What the SELECT computes itself: not inside its subqueries, nor windows."""
    for part in _parts(select):
        yield from part.walk(prune=lambda n: isinstance(n, (exp.Query, exp.Window)))


def _loose(select: exp.Select, keys: set[str]) -> Iterator[exp.Column]:
    """Columns outside of aggregates and of whole grouped expressions."""
    stops = (exp.Query, exp.Window, exp.AggFunc)
    for part in _parts(select):
        for node in part.walk(prune=lambda n: isinstance(n, stops) or n.sql() in keys):
            if isinstance(node, exp.Column) and not node.is_star and node.sql() not in keys:
                yield node
