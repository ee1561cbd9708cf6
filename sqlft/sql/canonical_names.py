"""The names that sources get, and the columns and aliases rewritten to them."""

from __future__ import annotations

from sqlglot import exp

from sqlft.sql.canonical_bind import Expansion, Ordinal, Resolved
from sqlft.sql.canonical_scope import Block, Source, Untouched, is_same_name, output_columns

_VOLATILE = frozenset({"random", "uuid", "gen_random_uuid", "uuidv4", "uuidv7", "nextval"})


def name_sources(found: Resolved) -> None:
    """Give every source its own name, with ``_2``, ``_3`` where that is taken in sight.

    A name is taken by an earlier table of the same FROM, and by a table of an enclosing query
    that this block or one inside it refers to.
    """
    used_from_outside: dict[int, set[int]] = {}
    sources = {id(s): s for block in found.blocks for s in block.sources}
    for binding in found.bindings:
        block: Block | None = binding.block
        while block is not None and block is not binding.home:
            used_from_outside.setdefault(id(block), set()).add(id(binding.source))
            block = block.outer
    qualified = {id(b.block) for b in found.bindings if b.home is not b.block}
    wanted = {id(b.source) for b in found.bindings if b.home is not b.block}
    for block in found.blocks:
        taken = {sources[i].name.casefold() for i in used_from_outside.get(id(block), ())}
        for source in block.sources:
            source.name = _free_name(source.own, taken) if source.own else ""
            taken.add(source.name.casefold())
            alone = len(block.sources) == 1 and id(block) not in qualified
            _set_alias(source, droppable=alone and id(source) not in wanted)
    for binding in found.bindings:
        many = len(binding.block.sources) > 1 or id(binding.block) in qualified
        _write_column(binding.column, binding.source, qualify=many)


def _free_name(own: str, taken: set[str]) -> str:
    name, number = own, 1
    while name.casefold() in taken:
        number += 1
        name = f"{own}_{number}"
    return name


def _set_alias(source: Source, *, droppable: bool) -> None:
    node, alias = source.node, source.node.args.get("alias")
    columns = alias.columns if isinstance(alias, exp.TableAlias) else []
    plain_table = isinstance(node, exp.Table) and not source.needs_alias
    if plain_table:
        needed = source.name.casefold() != node.name.casefold()
    else:
        needed = bool(source.name) and (source.needs_alias or not droppable)
    new = exp.TableAlias(this=exp.to_identifier(source.name)) if needed else None
    if new is not None and columns:
        new.set("columns", columns)
    node.set("alias", new)


def _write_column(column: exp.Column, source: Source, *, qualify: bool) -> None:
    if isinstance(column.this, exp.Star) and not qualify:
        inside_call = isinstance(column.parent, exp.Func)
        if not inside_call:
            column.replace(column.this)
            return
        qualify = True
    if qualify and not source.name:
        raise Untouched
    if qualify:
        column.set("table", exp.to_identifier(source.name))
    elif isinstance(column.this, exp.Star):
        column.set("table", None)


def write_out_aliases(found: Resolved) -> None:
    """Aliases and ordinals that the query uses itself become the expressions they stand for.

    Then the aliases go, except where an outer query needs the names.
    """
    for block in reversed(found.blocks):  # from the inside out: what is copied is finished
        for expansion in found.expansions:
            if expansion.block is block:
                _expand(expansion)
        for ordinal in found.ordinals:
            if ordinal.block is block:
                _spell_out(ordinal)
        _drop_aliases(block)
    _name_output_orders(found)


def _spell_out(ordinal: Ordinal) -> None:
    expressions = ordinal.block.select.expressions
    index = int(ordinal.item.name) - 1
    if not 0 <= index < len(expressions):
        raise Untouched
    expression = expressions[index].unalias()
    if _copyable(expression):
        ordinal.item.replace(_wrapped(expression))


def _expand(expansion: Expansion) -> None:
    expression = expansion.alias.this
    if _copyable(expression):
        expansion.column.replace(_wrapped(expression))
        return
    if not expansion.alone or expansion.block.has_star:
        raise Untouched
    position = next(
        n for n, e in enumerate(expansion.block.select.expressions, 1) if e is expansion.alias
    )
    expansion.column.replace(exp.Literal.number(position))


def _copyable(expression: exp.Expr) -> bool:
    """Whether the expression means the same written twice; a constant is no GROUP BY item."""
    signed = expression
    while isinstance(signed, (exp.Neg, exp.Paren)):
        signed = signed.this
    if isinstance(signed, (exp.Literal, exp.Null, exp.Boolean)):
        return False
    return not any(
        isinstance(node, (exp.Explode, exp.Rand, exp.Uuid))
        or (isinstance(node, exp.Anonymous) and node.name.lower() in _VOLATILE)
        for node in expression.walk()
    )


def _wrapped(expression: exp.Expr) -> exp.Expr:
    copy = expression.copy()
    return copy if isinstance(copy, (exp.Column, exp.Paren)) else exp.Paren(this=copy)


def _drop_aliases(block: Block) -> None:
    kept: dict[str, exp.Expr] = {}
    expressions: list[exp.Expr] = []
    for expression in block.select.expressions:
        if isinstance(expression, exp.Alias):
            if not block.named or is_same_name(expression):
                expressions.append(expression.this)
                continue
            kept[expression.alias.casefold()] = expression.this
        expressions.append(expression)
    block.select.set("expressions", expressions)
    order = block.select.args.get("order")
    for ordered in order.expressions if order else ():
        item = ordered.this
        if isinstance(item, exp.Column) and not item.table:
            shadow = kept.get(item.name.casefold(), item)
            if shadow != item:
                raise Untouched


def _name_output_orders(found: Resolved) -> None:
    """A set operation is ordered by its columns' names where those are plain, else by number."""
    blocks = {id(b.select): b for b in found.blocks}
    for order in found.output_orders:
        names = output_columns(blocks[id(order.first)])
        name = names[order.index] if names else ""
        folded = [n.casefold() for n in names or ()]
        if name and folded.count(name.casefold()) == 1:
            order.item.replace(exp.column(name))
        else:
            order.item.replace(exp.Literal.number(order.index + 1))
