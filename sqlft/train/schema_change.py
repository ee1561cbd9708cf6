"""Schemas with less, more, or the same in another order."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlft.schema import Schema, Table
from sqlft.train.needs import Needs

T = TypeVar("T")

DROPPED_TABLES = (0.2, 1.0)
"""Share of the tables that nobody needs which go, on average: drawn between these."""
DROPPED_COLUMNS = 0.3
ADDED_TABLES = 4
"""Tables of another schema that come, at most."""


def without(
    schema: Schema, tables: Collection[str] = (), columns: Collection[tuple[str, str]] = ()
) -> Schema:
    """The schema without these tables and columns, and without the keys that they were part of.

    Args:
        tables: qualified names.
        columns: ``(table, column)``.
    """
    kept = [table for table in schema.tables if table.qualified_name not in tables]
    left = tuple(_without_columns(table, columns) for table in kept)
    names = {table.qualified_name for table in left}
    keys = tuple(
        key
        for key in schema.foreign_keys
        if {key.table, key.target_table} <= names
        and not any((key.table, column) in columns for column in key.columns)
        and not any((key.target_table, column) in columns for column in key.target_columns)
    )
    return replace(schema, tables=left, foreign_keys=keys)


def _without_columns(table: Table, columns: Collection[tuple[str, str]]) -> Table:
    name = table.qualified_name
    gone = {column for owner, column in columns if owner == name}
    key = () if gone & set(table.primary_key) else table.primary_key
    kept = tuple(column for column in table.columns if column.name not in gone)
    return replace(table, columns=kept, primary_key=key)


def reduced(schema: Schema, kept: Needs, rng: random.Random) -> Schema:
    """The schema without some of the tables and columns that are not needed.

    Of what is needed, of keys' columns, and of a table's last column, nothing goes.
    """
    spare = [t for t in schema.tables if t.qualified_name not in kept.tables]
    share = rng.uniform(*DROPPED_TABLES)
    gone = {t.qualified_name for t in spare if rng.random() < share}
    if len(gone) == len(schema.tables):
        gone.discard(schema.tables[0].qualified_name)
    stay = kept.columns | kept.shown | key_columns(schema)
    columns = {
        (table.qualified_name, column.name)
        for table in schema.tables
        for column in table.columns[1:]  # the first stays: a table without columns is none
        if (table.qualified_name, column.name) not in stay and rng.random() < DROPPED_COLUMNS
    }
    return without(schema, gone, columns)


def key_columns(schema: Schema) -> frozenset[tuple[str, str]]:
    """``(table, column)`` of all primary and foreign keys."""
    primary = {(t.qualified_name, column) for t in schema.tables for column in t.primary_key}
    here = {(key.table, column) for key in schema.foreign_keys for column in key.columns}
    there = {
        (key.target_table, column) for key in schema.foreign_keys for column in key.target_columns
    }
    return frozenset(primary | here | there)


def extended(
    schema: Schema, others: Sequence[Schema], rng: random.Random, *, taken: Collection[str] = ()
) -> Schema:
    """The schema with a few tables of another one, wherever names leave room for them.

    Args:
        taken: further names that no table may have.
    """
    names = {name.casefold() for name in (*taken, *(table.name for table in schema.tables))}
    other = rng.choice(others) if others else None
    free = [
        table
        for table in (other.tables if other is not None else ())
        if table.name.casefold() not in names and table.namespace is None
    ]
    if other is None or not free:
        return schema
    come = rng.sample(free, min(len(free), rng.randint(1, ADDED_TABLES)))
    came = {table.qualified_name for table in come}
    tables = list(schema.tables)
    for table in come:
        tables.insert(rng.randint(0, len(tables)), table)
    keys = (k for k in other.foreign_keys if {k.table, k.target_table} <= came)
    return replace(schema, tables=tuple(tables), foreign_keys=(*schema.foreign_keys, *keys))


def shuffled(schema: Schema, rng: random.Random) -> Schema:
    """The same tables, columns and foreign keys in another order."""
    tables = [
        replace(table, columns=_in_any_order(table.columns, rng))
        for table in _in_any_order(schema.tables, rng)
    ]
    keys = _in_any_order(schema.foreign_keys, rng)
    return replace(schema, tables=tuple(tables), foreign_keys=keys)


def _in_any_order(things: Sequence[T], rng: random.Random) -> tuple[T, ...]:
    return tuple(rng.sample(things, len(things)))
