"""Which tables, columns and keys a query uses."""

from __future__ import annotations

from sqlglot import exp

from sqlft.data.synth.view import View
from sqlft.schema import Schema


def used(tree: exp.Expression, view: View) -> list[str]:
    """``table``, ``table.column`` and ``child>parent`` for all that a canonical query uses, sorted.

    A key counts where both its tables are read and its column is named.
    """
    sources: dict[str, str] = {}
    for table in tree.find_all(exp.Table):
        found = view.schema.table(table.name)
        if found is not None:
            sources[table.alias_or_name.casefold()] = found.qualified_name
    found_names = set(sources.values())
    for column in tree.find_all(exp.Column):
        own = sources.get(column.table.casefold()) if column.table else None
        tables = [own] if own else list(sources.values()) if not column.table else []
        for name in tables:
            table_found = view.schema.table(name) if name else None
            there = table_found.column(column.name) if table_found else None
            if there is not None:
                found_names.add(f"{name}.{there.name}")
    for link in view.links:
        both = {link.child.name, link.parent.name} <= found_names
        if both and f"{link.child.name}.{link.child_field.name}" in found_names:
            found_names.add(key_name(link.child.name, link.child_field.name))
    return sorted(found_names)


def parts_of(schema: Schema) -> dict[str, list[str]]:
    """All that a schema has, named as ``used`` names it: tables, columns and declared keys."""
    single = [k for k in schema.foreign_keys if len(k.columns) == 1]
    return {
        "tables": [t.qualified_name for t in schema.tables],
        "columns": [f"{t.qualified_name}.{c.name}" for t in schema.tables for c in t.columns],
        "foreign_keys": [key_name(k.table, k.columns[0]) for k in single],
    }


def key_name(table: str, column: str) -> str:
    """How a used key is written.

    >>> key_name("orders", "store_id")
    'orders.store_id>'
    """
    return f"{table}.{column}>"
