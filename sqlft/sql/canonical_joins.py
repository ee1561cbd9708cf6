"""Comma joins as JOIN ... ON, and equalities with the earlier table on the left."""

from __future__ import annotations

from sqlglot import exp

from sqlft.sql.canonical_bind import Resolved
from sqlft.sql.canonical_scope import Block, Source

_Sides = tuple[Source, Source]


def rewrite_joins(found: Resolved) -> None:
    """Every block's FROM with its joins spelled one way; results stay equal."""
    bound = {id(b.column): b.source for b in found.bindings}
    lateral = {
        id(b.home) for b in found.bindings if b.home is not b.block and _in_from(b.block, b.home)
    }
    for block in found.blocks:
        if id(block) not in lateral:
            _write_commas_out(block, bound)
        _orient(block, bound)


def _in_from(inner: Block, home: Block) -> bool:
    """Whether the inner block stands in the other's FROM, where order matters."""
    node: exp.Expr | None = inner.select
    while node is not None and node.parent is not home.select:
        node = node.parent
    return isinstance(node, (exp.From, exp.Join))


def _conjuncts(node: exp.Expr) -> list[exp.Expr]:
    while isinstance(node, exp.Paren) and isinstance(node.this, (exp.And, exp.Paren)):
        node = node.this
    if isinstance(node, exp.And):
        return _conjuncts(node.left) + _conjuncts(node.right)
    return [node]


def _sides(condition: exp.Expr, bound: dict[int, Source]) -> _Sides | None:
    """The two sources that an equality of columns ties together."""
    while isinstance(condition, exp.Paren):
        condition = condition.this
    if not isinstance(condition, exp.EQ):
        return None
    left, right = bound.get(id(condition.left)), bound.get(id(condition.right))
    return (left, right) if left and right and left is not right else None


def _is_comma(join: exp.Join) -> bool:
    return join.kind in ("", "CROSS") and not (
        join.side or join.method or join.args.get("on") or join.args.get("using")
    )


def _write_commas_out(block: Block, bound: dict[int, Source]) -> None:
    joins: list[exp.Join] = block.select.args.get("joins") or []
    plain = all(isinstance(s.node, (exp.Table, exp.Subquery)) for s in block.sources)
    named = all(s.columns is not None for s in block.sources)
    inner = all(
        _is_comma(j)
        or (j.kind in ("", "INNER") and not j.side and not j.method and j.args.get("on"))
        for j in joins
    )
    if not any(_is_comma(j) for j in joins) or not plain or not inner:
        return
    where = block.select.args.get("where")
    conditions = _conjuncts(where.this) if where else []
    ties = [(c, sides) for c in conditions if (sides := _sides(c, bound)) is not None]
    ties = [(c, s) for c, s in ties if s[0] in block.sources and s[1] in block.sources]
    if all(_is_comma(j) for j in joins) and not block.has_star and named:
        joins = _connected_order(block, joins, ties)
    used = _attach_ties(block, joins, ties)
    block.select.set("joins", joins)
    rest = [c for c in conditions if not any(c is u for u in used)]
    if used:
        block.select.set("where", exp.Where(this=exp.and_(*rest, copy=False)) if rest else None)


def _connected_order(
    block: Block, joins: list[exp.Join], ties: list[tuple[exp.Expr, _Sides]]
) -> list[exp.Join]:
    """The joins so that each table is tied to an earlier one, else in the order written."""
    placed, waiting = block.sources[:1], block.sources[1:]
    join_of = {id(join.this): join for join in joins}
    while waiting:
        tied = (
            s
            for s in waiting
            if any(s in t and (t[0] in placed or t[1] in placed) for _, t in ties)
        )
        source = next(tied, waiting[0])
        placed.append(source)
        waiting.remove(source)
    block.sources[:] = placed
    return [join_of[id(s.node)] for s in placed[1:]]


def _attach_ties(
    block: Block, joins: list[exp.Join], ties: list[tuple[exp.Expr, _Sides]]
) -> list[exp.Expr]:
    """Put each equality at the comma join that completes it; the conditions that were used."""
    used: list[exp.Expr] = []
    for number, join in enumerate(joins, start=1):
        if not _is_comma(join):
            continue
        source, placed = block.sources[number], block.sources[: number + 1]
        here = [c for c, t in ties if source in t and t[0] in placed and t[1] in placed]
        if here:
            join.set("kind", None)
            join.set("on", exp.and_(*here, copy=False, wrap=False))
            used += here
        else:
            join.set("kind", "CROSS")
    return used


def _orient(block: Block, bound: dict[int, Source]) -> None:
    """``earlier.x = later.y`` in every ON."""
    rank = {id(source): number for number, source in enumerate(block.sources)}
    for join in block.select.args.get("joins") or ():
        if join.kind == "INNER":
            join.set("kind", None)
        if join.side and join.kind == "OUTER":
            join.set("kind", None)
        on = join.args.get("on")
        for condition in _conjuncts(on) if on is not None else ():
            while isinstance(condition, exp.Paren):
                condition = condition.this
            sides = _sides(condition, bound)
            if sides and rank.get(id(sides[0]), -1) > rank.get(id(sides[1]), -1) >= 0:
                left, right = condition.args["this"], condition.args["expression"]
                condition.set("this", right)
                condition.set("expression", left)
