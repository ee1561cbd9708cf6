"""A query over the same database whose tables and columns have other names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlft.errors import SqlError
from sqlft.sql.canonical import canonical
from sqlft.sql.canonical_bind import Resolved
from sqlft.sql.canonical_names import name_sources
from sqlft.sql.canonical_resolve import resolve
from sqlft.sql.canonical_scope import Source, Tables, Untouched
from sqlft.sql.catalog import Catalog
from sqlft.sql.from_first import hoist_joins, write_from_first
from sqlft.sql.parse import parse_query

NewNames = Mapping[str, tuple[str, Mapping[str, str]]]
"""By a table's name, with its namespace where it has one: its new name without one, and new names
of its columns by their old ones. What is not named keeps its name."""


def renamed(sql: str, schema: Catalog, names: NewNames) -> str | None:
    """The query with the new names; none where its names cannot be followed for certain.

    Args:
        schema: with the old names.

    Raises:
        SqlError: kind ``parse_error`` or ``forbidden``, as from ``parse_query``.

    >>> from sqlft.schema.definition import Column, Schema, Table
    >>> def table(name, *columns):
    ...     return Table(name=name, columns=tuple(Column(name=c, type="INTEGER") for c in columns))
    >>> shop = Schema(name="shop", tables=(table("orders", "id", "buyer"), table("people", "id")))
    >>> renamed("SELECT p.id FROM people p JOIN orders o ON p.id = o.buyer", shop,
    ...         {"people": ("Clients", {"id": "no"}), "orders": ("sales", {})})
    'FROM Clients JOIN sales ON Clients.no = sales.buyer SELECT Clients.no'
    """
    tree = hoist_joins(parse_query(canonical(sql, schema)))
    tables = Tables.of(schema)
    try:
        found = resolve(tree, tables)
        _check(tree)
        ctes = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
        _keep_output_names(found)
        news = {
            id(source): _known(source, tables, ctes, names)
            for block in found.blocks
            for source in block.sources
        }
        for binding in found.bindings:
            new = news[id(binding.source)]
            if new is not None and not isinstance(binding.column.this, exp.Star):
                old = binding.column.name
                binding.column.set("this", exp.to_identifier(new[1].get(old, old)))
        for source in (source for block in found.blocks for source in block.sources):
            new = news[id(source)]
            if new is not None:
                source.own = new[0]
                source.node.this.set("this", new[0])
        name_sources(found)
        return write_from_first(tree)
    except Untouched:
        return None
    except (SqlglotError, RecursionError) as error:
        raise SqlError("the query is too involved to be rewritten", kind="parse_error") from error


def _check(tree: exp.Expr) -> None:
    """Names that stand for columns of two tables at once cannot be told apart here."""
    for join in tree.find_all(exp.Join):
        if join.args.get("using") or join.method == "NATURAL":
            raise Untouched


def _keep_output_names(found: Resolved) -> None:
    """What an outer query calls a column by stays: the renamed column gets its old name as alias.

    ORDER BY items of a set operation, which name its output, become numbers.
    """
    for order in found.output_orders:
        order.item.replace(exp.Literal.number(order.index + 1))
    for block in found.blocks:
        for expression in list(block.select.expressions) if block.named else ():
            if expression.is_star:
                raise Untouched
            if isinstance(expression, exp.Column):
                alias = exp.Alias(alias=exp.to_identifier(expression.name))
                expression.replace(alias)
                alias.set("this", expression)  # the node itself: a binding holds it


def _known(
    source: Source, tables: Tables, ctes: set[str], names: NewNames
) -> tuple[str, Mapping[str, str]] | None:
    """The new names of the schema's table that a source is; none where it keeps its own."""
    node = source.node
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        return None
    if not node.db and node.name.casefold() in ctes:
        return None
    table = tables.find(node.name, node.db)
    if table is None:
        raise Untouched
    is_default = (table.namespace or "main") == "main"
    return names.get(table.name if is_default else f"{table.namespace}.{table.name}")
