"""What a SQLite file contains, from its master table and describing PRAGMAs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from sqlft.database import Database
from sqlft.errors import SqlError
from sqlft.schema.catalog_rows import catalog_rows, quoted, tables_or_errors
from sqlft.schema.definition import Column, Schema, Table
from sqlft.schema.keys import DeclaredKey, resolvable_keys
from sqlft.schema.type_names import sqlite_type

_NAMES = r"""
SELECT name, type FROM sqlite_master
WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name
"""
_SHADOWS = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'"
_DESCRIBED = """
SELECT m.name AS table_name, x.name AS column_name, x.type AS declared, x."notnull" AS not_null,
    x.pk AS key_place
FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS x
WHERE m.type IN ('table', 'view') AND x.hidden <> 1
"""
_KEYS = """
SELECT m.name AS table_name, f.id AS key_id, f."table" AS target_table, f."from" AS column_name,
    f."to" AS target_column
FROM sqlite_master AS m JOIN pragma_foreign_key_list(m.name) AS f
WHERE m.type = 'table' ORDER BY m.name, f.id DESC, f.seq
"""
_TABLES_A_COUNT = 100
"""Tables counted by one statement: SQLite reads its whole schema anew for each."""

COUNTED_ROWS = 20_000_000
"""Rows counted in all tables together, about two seconds; a larger table's count stays open."""


def sqlite_schema(database: Database) -> Schema:
    """Tables and views with keys and row counts, types as DuckDB would call them; no samples.

    SQLite's own tables and the shadow tables of full-text indexes are left out, and so is what
    SQLite itself cannot describe: a view over a table that is gone, a module that is not loaded.
    """
    names = {row["name"]: row["type"] == "view" for row in catalog_rows(database, _NAMES)}
    shadows = {row["name"] for row in _rows(database, (_SHADOWS,))}
    described: dict[str, list[dict[str, Any]]] = {}
    for row in _described(database, names):
        described.setdefault(row["table_name"], []).append(row)
    tables = tuple(
        _table(name, described[name], is_view)
        for name, is_view in names.items()
        if name in described and name not in shadows
    )
    counted = _with_counts(database, tables)
    schema = Schema(name=database.name, dialect="sqlite", tables=counted)
    keys = resolvable_keys(_declared_keys(catalog_rows(database, _KEYS)), schema)
    return replace(schema, foreign_keys=keys)


def _rows(database: Database, statements: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of those statements that SQLite could run."""
    results = tables_or_errors(database, statements)
    return [row for r in results if not isinstance(r, SqlError) for row in r.to_pylist()]


def _described(database: Database, names: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of every column; one statement for all tables, or one each where a table is broken."""
    found = tables_or_errors(database, (_DESCRIBED,))[0]
    if not isinstance(found, SqlError):
        rows: list[dict[str, Any]] = found.to_pylist()
        return rows
    return _rows(database, [f"{_DESCRIBED} AND m.name = {_literal(name)}" for name in names])


def _table(name: str, rows: list[dict[str, Any]], is_view: bool) -> Table:
    keyed = sorted((row["key_place"], row["column_name"]) for row in rows if row["key_place"])
    columns = tuple(
        Column(
            name=row["column_name"],
            type=sqlite_type(row["declared"] or ""),
            nullable=not (row["not_null"] or row["key_place"]),
        )
        for row in rows
    )
    key = tuple(column for _, column in keyed)
    return Table(name=name, columns=columns, primary_key=key, is_view=is_view)


def _declared_keys(rows: list[dict[str, Any]]) -> Iterator[DeclaredKey]:
    for (table, _), group in groupby(rows, key=lambda row: (row["table_name"], row["key_id"])):
        parts = list(group)
        targets = tuple(row["target_column"] for row in parts if row["target_column"])
        yield DeclaredKey(
            table=table,
            columns=tuple(row["column_name"] for row in parts),
            target_table=parts[0]["target_table"],
            target_columns=targets,
        )


def _with_counts(database: Database, tables: tuple[Table, ...]) -> tuple[Table, ...]:
    places = [i for i, table in enumerate(tables) if not table.is_view]
    most = max(10_000, COUNTED_ROWS // max(1, len(places)))
    groups = [places[i : i + _TABLES_A_COUNT] for i in range(0, len(places), _TABLES_A_COUNT)]
    counts = _rows(database, [_count_sql(tables, group, most) for group in groups])
    by_place = {row["place"]: row["row_count"] for row in counts if row["row_count"] <= most}
    return tuple(replace(t, row_count=by_place.get(i)) for i, t in enumerate(tables))


def _count_sql(tables: tuple[Table, ...], places: list[int], most: int) -> str:
    return " UNION ALL ".join(
        f"SELECT {i} AS place, count(*) AS row_count"
        f" FROM (SELECT 1 FROM {quoted(tables[i].name)} LIMIT {most + 1})"
        for i in places
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
