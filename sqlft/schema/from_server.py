"""What a database server contains, through SQLAlchemy's inspector."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import CompileError, SAWarning, SQLAlchemyError

from sqlft.database import Database, engine, said_of_server
from sqlft.errors import InputError
from sqlft.schema.definition import Column, Schema, Table
from sqlft.schema.keys import DeclaredKey, resolvable_keys
from sqlft.schema.samples import has_samples, representative, rows_looked_at
from sqlft.schema.type_names import named_type, sqlite_type

_SYSTEM_NAMESPACES = frozenset(
    "information_schema pg_catalog pg_toast mysql performance_schema sys ndbinfo".split()
)
_DIALECTS = {"postgresql": "postgres", "mariadb": "mysql", "mssql": "tsql"}
"""sqlglot's names, where SQLAlchemy's differ."""

_ESTIMATES = {
    "postgresql": "SELECT n.nspname, c.relname, CAST(c.reltuples AS BIGINT) FROM pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.reltuples >= 0",
    "mysql": "SELECT table_schema, table_name, table_rows FROM information_schema.tables"
    " WHERE table_rows IS NOT NULL",
}
"""The server's own estimates: counting a server's tables could take hours."""

_Place = tuple[str | None, str]


def server_schema(database: Database) -> Schema:
    """Tables and views in every namespace that is not the server's own; no samples.

    Row counts are the server's estimates on PostgreSQL and MySQL, else none.

    Raises:
        InputError: the server cannot be reached or does not describe itself.
    """
    connecting = engine(database)
    try:
        tables, declared = _described(connecting)
    except (SQLAlchemyError, NotImplementedError) as error:
        raise _unreadable(database, error) from error
    finally:
        connecting.dispose()
    dialect = _DIALECTS.get(connecting.dialect.name, connecting.dialect.name)
    tables.sort(key=lambda table: (table.namespace or "", table.name))
    schema = Schema(name=database.name, dialect=dialect, tables=tuple(tables))
    return replace(schema, foreign_keys=resolvable_keys(declared, schema))


def _described(connecting: sa.Engine) -> tuple[list[Table], list[DeclaredKey]]:
    inspector = sa.inspect(connecting)
    default = inspector.default_schema_name
    spaces: list[str | None] = [None]
    if connecting.dialect.name not in ("sqlite", "mysql", "mariadb"):  # there: other databases
        names = inspector.get_schema_names()
        spaces += [n for n in names if n != default and n.casefold() not in _SYSTEM_NAMESPACES]
    counts = _estimates(connecting, default)
    tables: list[Table] = []
    declared: list[DeclaredKey] = []
    for space in spaces:
        tables += _tables(inspector, space, counts)
        declared += _declared_keys(inspector.get_multi_foreign_keys(schema=space))
    return tables, declared


def _unreadable(database: Database, error: Exception) -> InputError:
    return InputError(
        f"the schema of {database.shown} cannot be read: {said_of_server(error, database)}",
        hint="check the URL, the network and the account's rights",
    )


def _tables(
    inspector: sa.Inspector, space: str | None, counts: Mapping[_Place, int]
) -> list[Table]:
    with warnings.catch_warnings():  # a type that SQLAlchemy does not know is read as text
        warnings.simplefilter("ignore", SAWarning)
        columns = inspector.get_multi_columns(
            schema=space, kind=sa.engine.reflection.ObjectKind.ANY
        )
    keys = inspector.get_multi_pk_constraint(schema=space)
    names = set(inspector.get_table_names(schema=space))
    comments: Mapping[_Place, Any] = {}
    with suppress(NotImplementedError):  # SQLite has no comments
        comments = inspector.get_multi_table_comment(schema=space)
    dialect = inspector.dialect
    return [
        Table(
            name=place[1],
            namespace=space,
            columns=tuple(_column(c, dialect, _key_of(place, keys)) for c in described),
            primary_key=_key_of(place, keys),
            comment=comments[place]["text"] if place in comments else None,
            row_count=counts.get((space, place[1])) if place[1] in names else None,
            is_view=place[1] not in names,
        )
        for place, described in columns.items()
        if described
    ]


def _key_of(place: _Place, keys: Mapping[_Place, Any]) -> tuple[str, ...]:
    return tuple(keys[place]["constrained_columns"]) if place in keys else ()


def _column(
    described: Mapping[str, Any], dialect: sa.Dialect, primary_key: tuple[str, ...]
) -> Column:
    return Column(
        name=str(described["name"]),
        type=_type(described["type"], dialect),
        nullable=bool(described.get("nullable", True)) and described["name"] not in primary_key,
        comment=described.get("comment") or None,
    )


def _type(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> str:
    try:
        text = str(kind.compile(dialect=dialect))
    except (CompileError, NotImplementedError):  # a type that only this server knows
        return "VARCHAR"
    if dialect.name == "sqlite":
        return sqlite_type("" if text == "NULL" else text)
    return named_type(text, _DIALECTS.get(dialect.name, dialect.name))


def _declared_keys(found: Mapping[_Place, Iterable[Mapping[str, Any]]]) -> list[DeclaredKey]:
    return [
        DeclaredKey(
            table=_dotted(space, name),
            columns=tuple(key["constrained_columns"]),
            target_table=_dotted(key["referred_schema"], key["referred_table"]),
            target_columns=tuple(key["referred_columns"]),
        )
        for (space, name), keys in found.items()
        for key in keys
    ]


def _dotted(space: str | None, name: str) -> str:
    return f"{space}.{name}" if space else name


def _estimates(connecting: sa.Engine, default: str | None) -> dict[_Place, int]:
    sql = _ESTIMATES.get(connecting.dialect.name)
    if sql is None:
        return {}
    with connecting.connect() as connection:
        rows = connection.execute(sa.text(sql)).all()
    return {(None if r[0] == default else r[0], r[1]): int(r[2]) for r in rows}


def with_server_samples(schema: Schema, database: Database, count: int) -> Schema:
    """The schema with up to ``count`` sample values a column, from each table's first rows.

    As ``with_samples`` for files; one statement a table, and none for views.
    """
    if count < 1:
        return schema
    in_all = sum(has_samples(c) for t in schema.tables for c in t.columns)
    connecting = engine(database)
    try:
        with connecting.connect() as connection:
            sampled = [_with_table_samples(t, connection, in_all, count) for t in schema.tables]
    except SQLAlchemyError as error:
        raise _unreadable(database, error) from error
    finally:
        connecting.dispose()
    return replace(schema, tables=tuple(sampled))


def _with_table_samples(
    table: Table, connection: sa.Connection, columns_in_all: int, count: int
) -> Table:
    chosen = [c for c in table.columns if has_samples(c)]
    if table.is_view or not chosen:
        return table
    source = sa.table(
        table.name, *(sa.column(c.name) for c in table.columns), schema=table.namespace
    )
    limit = rows_looked_at(table, columns_in_all)
    query = sa.select(*(_cut(source.c[c.name], c.type) for c in chosen)).limit(limit)
    try:
        rows = connection.execute(query).all()
    except SQLAlchemyError:  # no right to read it: it is described without samples
        connection.rollback()
        return table
    found = {
        c.name: representative((_text(row[i]) for row in rows), count) for i, c in enumerate(chosen)
    }
    columns = tuple(replace(c, samples=found.get(c.name, ())) for c in table.columns)
    return replace(table, columns=columns)


def _cut(column: sa.ColumnElement[Any], type_name: str) -> sa.ColumnElement[Any]:
    """Only the start of texts travels; everything else is short."""
    return sa.func.substr(sa.cast(column, sa.String), 1, 200) if type_name == "VARCHAR" else column


def _text(value: object) -> str | None:
    if value is None or isinstance(value, bytes | memoryview):
        return None
    return str(value)[:200]
