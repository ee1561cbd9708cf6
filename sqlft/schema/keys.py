"""Foreign keys as databases declare them, brought to the names of real tables and columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlft.schema.definition import ForeignKey, Schema, Table


@dataclass(frozen=True, kw_only=True)
class DeclaredKey:
    """A foreign key in the words of its declaration; no target columns: the primary key."""

    table: str
    columns: tuple[str, ...]
    target_table: str
    target_columns: tuple[str, ...] = ()


def _real_columns(table: Table, names: tuple[str, ...]) -> tuple[str, ...] | str:
    found = [table.column(name) for name in names]
    missing = next((n for n, c in zip(names, found, strict=True) if c is None), None)
    if missing is not None:
        return f"table {table.qualified_name!r} has no column {missing!r}"
    return tuple(column.name for column in found if column is not None)


def resolve_key(declared: DeclaredKey, schema: Schema) -> ForeignKey | str:
    """The key in real names, or one line that says why it holds for no table of the schema."""
    table, target = schema.table(declared.table), schema.table(declared.target_table)
    if table is None:
        return f"no table {declared.table!r}"
    if target is None:
        return f"{table.qualified_name!r} refers to {declared.target_table!r}, which is no table"
    columns = _real_columns(table, declared.columns)
    targets = _real_columns(target, declared.target_columns or target.primary_key)
    if isinstance(columns, str):
        return columns
    if isinstance(targets, str):
        return targets
    if len(columns) != len(targets) or not columns:
        counts = f"{len(columns)} column(s) refer to {len(targets)}"
        return f"{table.qualified_name!r} refers to {target.qualified_name!r}: {counts}"
    return ForeignKey(
        table=table.qualified_name,
        columns=columns,
        target_table=target.qualified_name,
        target_columns=targets,
    )


def resolvable_keys(declared: Iterable[DeclaredKey], schema: Schema) -> tuple[ForeignKey, ...]:
    """The keys that hold between tables of the schema, each once, in order.

    SQLite and MySQL keep keys whose target never existed; nothing can be joined on those.
    """
    found = (resolve_key(key, schema) for key in declared)
    return tuple(dict.fromkeys(key for key in found if isinstance(key, ForeignKey)))
