"""Whether every table and column of a query for SQLite is there: SQLite itself says so.

The query is only prepared, never run, in memory, over empty tables made from the schema:
SQLite's compiler resolves names and calls no function. An authorizer refuses everything but
reads of those tables, and notes what is read.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

from sqlglot import exp

from sqlft.sql.catalog import Catalog, CatalogTable
from sqlft.sql.nearest import nearest
from sqlft.sql.resolve_problems import Known, unknown_table
from sqlft.sql.sqlite_policy import FUNCTIONS, TABLE_FUNCTIONS
from sqlft.sql.verdict import Problem

_NO_TABLE = re.compile(r"no such table: (.+)")
_NO_COLUMN = re.compile(r"no such column: (.+)")

Found = tuple[tuple[Problem, ...], set[str], set[str]]


def resolve_sqlite(sql: str, tree: exp.Expression, schema: Catalog) -> Found:
    """The problems, the tables and the columns (``table.column``) of one allowed query."""
    known = Known(schema)
    missing = _missing_tables(tree, known)
    if missing:
        return tuple(missing), set(), set()
    used = {table.name.lower() for table in tree.find_all(exp.Table)}
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for table in schema.tables:
            if table.name.lower() in used:
                connection.execute(_ddl(table))
        for function in sorted(TABLE_FUNCTIONS):
            # its first use declares a table, which the authorizer would refuse
            connection.execute(f"EXPLAIN SELECT * FROM {function}('[]')")
        tables: set[str] = set()
        columns: set[str] = set()
        connection.set_authorizer(_authorizer(known, tables, columns))
        try:
            connection.execute(f"EXPLAIN {sql}")
        except (sqlite3.Error, sqlite3.Warning) as error:
            return (_problem(str(error), known, used),), tables, columns
        return tuple(_quoted_strangers(tree, known)), tables, columns
    finally:
        connection.close()


def _ddl(table: CatalogTable) -> str:
    columns = ", ".join(_quoted(column.name) for column in table.columns)
    return f"CREATE TABLE {_quoted(table.name)} ({columns})"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _missing_tables(tree: exp.Expression, known: Known) -> list[Problem]:
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    return [
        unknown_table((table.name,), known)
        for table in tree.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier)
        and (table.db or table.name.lower() not in ctes)
        and known.table((table.name,)) is None
    ]


Decide = Callable[[int, str | None, str | None, str | None, str | None], int]


def _authorizer(known: Known, tables: set[str], columns: set[str]) -> Decide:
    def decide(
        action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
    ) -> int:
        if action == sqlite3.SQLITE_READ:
            table = known.table((first or "",))
            if table is not None:
                tables.add(table.name)
                if second:
                    columns.add(f"{table.name}.{second}")
            return sqlite3.SQLITE_OK
        if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE):
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION:
            allowed = (second or "").lower() in FUNCTIONS | TABLE_FUNCTIONS | _OPERATORS
            return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_DENY

    return decide


# What SQLite's compiler calls for operators: LIKE and GLOB are in FUNCTIONS; ->, ->> are these.
_OPERATORS = frozenset({"->", "->>"})


def _problem(message: str, known: Known, used: set[str]) -> Problem:
    if match := _NO_TABLE.search(message):
        return unknown_table((match.group(1),), known)
    if match := _NO_COLUMN.search(message):
        name = match.group(1).rpartition(".")[2]
        holders = known.holders(name)
        candidates = [
            f"{table.name}.{column.name}"
            for table in known.catalog.tables
            if table.name.lower() in used
            for column in table.columns
        ]
        near = nearest(name, candidates)
        hint = f"{', '.join(holders[:3])} has it" if holders else None
        hint = hint or (f"nearest: {', '.join(near)}" if near else None)
        return Problem(kind="unknown_column", message=f"no column {match.group(1)}", hint=hint)
    if "not authorized" in message or "prohibited" in message:
        return Problem(kind="forbidden", message=f"refused by SQLite: {message}")
    return Problem(kind="parse_error", message=message)


def _quoted_strangers(tree: exp.Expression, known: Known) -> list[Problem]:
    """Double-quoted names that are no column: SQLite would silently take them as strings."""
    names = {column.name.lower() for table in known.catalog.tables for column in table.columns}
    names |= {alias.alias.lower() for alias in tree.find_all(exp.Alias)}
    names |= {
        column.name.lower()
        for alias in tree.find_all(exp.TableAlias)
        for column in alias.args.get("columns") or ()
    }
    names |= {"rowid", "oid", "_rowid_", "key", "value", "type", "atom", "id", "parent"}
    return [
        Problem(
            kind="unknown_column",
            message=f"no column {column.name}",
            hint="write strings in single quotes",
        )
        for column in tree.find_all(exp.Column)
        if isinstance(column.this, exp.Identifier)
        and column.this.quoted
        and column.name.lower() not in names
    ]
