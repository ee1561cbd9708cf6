"""What a DuckDB file contains, from DuckDB's own catalog functions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from sqlft.database import Database
from sqlft.schema.catalog_rows import catalog_rows
from sqlft.schema.definition import Column, Schema, Table
from sqlft.schema.keys import DeclaredKey, resolvable_keys

_OURS = "database_name = current_database() AND NOT internal"
_TABLES = f"""
SELECT schema_name, table_name, comment, estimated_size AS row_count, false AS is_view
FROM duckdb_tables() WHERE {_OURS} AND NOT temporary
UNION ALL
SELECT schema_name, view_name, comment, NULL, true
FROM duckdb_views() WHERE {_OURS} AND NOT temporary
"""
_COLUMNS = f"""
SELECT schema_name, table_name, column_name, data_type, is_nullable, comment
FROM duckdb_columns() WHERE {_OURS} ORDER BY schema_name, table_name, column_index
"""
_KEYS = """
SELECT schema_name, table_name, constraint_type, constraint_column_names, referenced_table,
    referenced_column_names
FROM duckdb_constraints()
WHERE database_name = current_database() AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')
ORDER BY schema_name, table_name, constraint_index
"""


def duckdb_schema(database: Database) -> Schema:
    """Tables and views in every namespace, with keys, comments and row counts; no samples.

    A row count is DuckDB's own estimate: exact, except that deleted rows may still be counted.
    """
    tables, columns = catalog_rows(database, _TABLES), catalog_rows(database, _COLUMNS)
    keys = catalog_rows(database, _KEYS)
    by_table: dict[tuple[str, str], list[Column]] = defaultdict(list)
    for row in columns:
        by_table[row["schema_name"], row["table_name"]].append(_column(row))
    primary = {
        (row["schema_name"], row["table_name"]): tuple(row["constraint_column_names"])
        for row in keys
        if row["constraint_type"] == "PRIMARY KEY"
    }
    found = []
    for row in tables:
        place = row["schema_name"], row["table_name"]
        if not by_table[place]:
            continue  # a view over tables that are gone
        table = Table(
            name=row["table_name"],
            namespace=_namespace(row["schema_name"]),
            columns=tuple(by_table[place]),
            primary_key=primary.get(place, ()),
            comment=row["comment"] or None,
            row_count=row["row_count"],
            is_view=row["is_view"],
        )
        found.append(table)
    found.sort(key=lambda table: (table.namespace or "", table.name))
    schema = Schema(name=database.name, tables=tuple(found))
    declared = [_key(row) for row in keys if row["constraint_type"] == "FOREIGN KEY"]
    return replace(schema, foreign_keys=resolvable_keys(declared, schema))


def _column(row: dict[str, Any]) -> Column:
    return Column(
        name=row["column_name"],
        type=row["data_type"],
        nullable=row["is_nullable"],
        comment=row["comment"] or None,
    )


def _key(row: dict[str, Any]) -> DeclaredKey:
    space = _namespace(row["schema_name"])  # DuckDB allows keys only within one namespace
    prefix = f"{space}." if space else ""
    return DeclaredKey(
        table=prefix + row["table_name"],
        columns=tuple(row["constraint_column_names"]),
        target_table=prefix + row["referenced_table"],
        target_columns=tuple(row["referenced_column_names"]),
    )


def _namespace(name: str) -> str | None:
    return None if name == "main" else name
