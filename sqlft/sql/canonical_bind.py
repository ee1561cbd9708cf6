"""One column of a query bound to its table, or to the output column that its name stands for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp

from sqlft.sql.canonical_scope import Binding, Block, Source, Untouched

Clause = Literal["plain", "order", "grouped", "windowed"]
"""How a bare name is looked up: plain: column, then alias; order: alias first where it stands
alone; grouped (HAVING): a grouped column, then alias; windowed (QUALIFY): only what is certain."""


@dataclass(eq=False, slots=True)
class Expansion:
    """A name that stands for an output column, and the alias it is to be written out from."""

    column: exp.Column
    alias: exp.Alias
    block: Block
    alone: bool
    """Whether it is a whole GROUP BY or ORDER BY item, where an ordinal may stand as well."""


@dataclass(eq=False, slots=True)
class Ordinal:
    """A GROUP BY or ORDER BY item that is a number: it means that output column."""

    item: exp.Literal
    block: Block


@dataclass(eq=False, slots=True)
class OutputOrder:
    """An ORDER BY item of a set operation: it means an output column of the first SELECT."""

    item: exp.Expr
    first: exp.Select
    index: int


@dataclass(eq=False, slots=True)
class Resolved:
    """What one walk found, in the order of the walk: a block comes before those inside it."""

    blocks: list[Block] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    expansions: list[Expansion] = field(default_factory=list)
    ordinals: list[Ordinal] = field(default_factory=list)
    output_orders: list[OutputOrder] = field(default_factory=list)


def bind(
    found: Resolved, column: exp.Column, block: Block, clause: Clause, *, alone: bool = False
) -> None:
    parts = [part.name for part in column.parts]
    if isinstance(column.this, exp.Star):
        _bind_star(found, column, block)
    elif len(parts) == 1:
        _bind_bare(found, column, block, clause, alone=alone)
    else:
        _bind_qualified(found, column, parts, block)


def _bind_star(found: Resolved, column: exp.Column, block: Block) -> None:
    source = block.source(column.table.casefold())
    if source is None or column.args.get("db"):
        raise Untouched
    found.bindings.append(Binding(column, block, source, block))


def _bind_bare(
    found: Resolved, column: exp.Column, block: Block, clause: Clause, *, alone: bool
) -> None:
    folded = column.name.casefold()
    alias = block.aliases.get(folded)
    if alias is not None and column.find_ancestor(exp.Alias) is alias:
        alias = None
    if clause == "order" and alone:
        shown = alias or _shown_column(block, folded)
        if isinstance(shown, exp.Column):
            found.expansions.append(Expansion(column, exp.Alias(this=shown), block, alone))
            return
        held: list[Source] = [] if alias else block.holders(folded)
    else:
        held = block.holders(folded)
    if alias is not None and held and clause in ("grouped", "windowed"):
        held = _preferred(column, held, block, clause)
    if folded in block.merged and held:
        merged = block.merged[folded]
        if merged is None:
            return
        held = [merged]
    if len(held) > 1:
        raise Untouched
    if held:
        _attach(found, column, held[0], block, block)
    elif alias is not None:
        found.expansions.append(Expansion(column, alias, block, alone))
    else:
        _bind_outside(found, column, folded, block)


def _shown_column(block: Block, folded: str) -> exp.Column | None:
    """The output column that shows under its own name: ORDER BY prefers it when ambiguous."""
    if len(block.holders(folded)) < 2 or folded in block.merged:
        return None
    shown = [
        e
        for e in block.select.expressions
        if isinstance(e, exp.Column) and not e.is_star and e.name.casefold() == folded
    ]
    return shown[0] if len(shown) == 1 else None


def _preferred(
    column: exp.Column, held: list[Source], block: Block, clause: Clause
) -> list[Source]:
    """In HAVING a grouped column or an aggregate's argument is the column, else the alias."""
    if clause == "windowed":
        raise Untouched
    call = column.find_ancestor(exp.Func, exp.Having)
    while isinstance(call, exp.Func):
        if isinstance(call, exp.AggFunc):
            return held
        if isinstance(call, exp.Anonymous):
            raise Untouched
        call = call.find_ancestor(exp.Func, exp.Having)
    group = block.select.args.get("group")
    grouped = [
        item.name.casefold()
        for item in (group.expressions if group else ())
        if isinstance(item, (exp.Column, exp.Dot))
    ]
    return held if column.name.casefold() in grouped else []


def _bind_outside(found: Resolved, column: exp.Column, folded: str, block: Block) -> None:
    unknowns = block.unknowns
    outer = block.outer
    while outer is not None:
        held = outer.holders(folded)
        if held:
            if unknowns or len(held) > 1 or folded in outer.merged:
                raise Untouched
            _attach(found, column, held[0], block, outer)
            return
        if folded in outer.aliases or outer.unknowns:
            raise Untouched
        outer = outer.outer
    if any(folded == s.written.casefold() for s in block.sources):
        raise Untouched
    if len(unknowns) == 1:
        _attach(found, column, unknowns[0], block, block)
    elif len(block.sources) > 1 or block.outer is not None:
        raise Untouched


def _bind_qualified(found: Resolved, column: exp.Column, parts: list[str], block: Block) -> None:
    home: Block | None = block
    while home is not None:
        for source in home.sources:
            skip = _qualifier_length(parts, source)
            if skip:
                _attach(found, column, source, block, home, skip)
                return
        folded = parts[0].casefold()
        held = [source for source in home.holders(folded) if folded not in source.plain]
        if len(held) == 1 and not home.unknowns:
            _attach(found, column, held[0], block, home, 0)
            return
        home = home.outer
    raise Untouched


def _qualifier_length(parts: list[str], source: Source) -> int:
    """How many leading parts name the source: 1, 2 with its namespace, or 0."""
    written = source.written.casefold()
    if parts[0].casefold() == written:
        return 1
    node = source.node
    if len(parts) > 2 and isinstance(node, exp.Table) and not node.alias:
        space = (node.db or "main").casefold()
        if (parts[0].casefold(), parts[1].casefold()) == (space, written):
            return 2
    return 0


def _attach(
    found: Resolved,
    column: exp.Column,
    source: Source,
    block: Block,
    home: Block,
    skip: int | None = None,
) -> None:
    """Bind the column; parts beyond its name become field access."""
    parts = list(column.parts)[skip if skip is not None else len(column.parts) - 1 :]
    if not source.written and (len(block.sources) > 1 or home is not block):
        raise Untouched
    name = source.column(parts[0].name.casefold()) or parts[0].name
    fields = parts[1:]
    for key in ("table", "db", "catalog"):
        column.set(key, None)
    column.set("this", exp.to_identifier(name))
    found.bindings.append(Binding(column, block, source, home))
    if fields:
        chain: exp.Expr = column.copy()
        found.bindings[-1].column = chain  # type: ignore[assignment]
        for part in fields:
            chain = exp.Dot(this=chain, expression=exp.to_identifier(part.name))
        column.replace(chain)
