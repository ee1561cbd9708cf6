"""A SQLite database as a DuckDB file with the same rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from sqlft.data.column_plan import ColumnPlan
from sqlft.data.database_plan import READING, DatabasePlan, TablePlan, plan_database
from sqlft.database import Database, build_duckdb, read_catalog
from sqlft.errors import InputError, SqlError
from sqlft.schema import ForeignKey
from sqlft.schema.catalog_rows import quoted
from sqlft.schema.type_names import sqlite_type

_ROWS_A_BATCH = 50_000
_ARROW = {"INTEGER": pa.int64(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BLOB": pa.binary()}


@dataclass(frozen=True, kw_only=True)
class Converted:
    """What was made of one SQLite database."""

    rows: int
    digest: str
    """SHA-256 over the DDL and every value written: DuckDB's file differs between two builds."""
    repairs: dict[str, str] = field(default_factory=dict)
    """Columns (``table.column``) whose type is another than declared, or that lost blank texts."""
    loose_keys: tuple[str, ...] = ()
    """Foreign keys that the rows break or DuckDB cannot hold; they stand in column comments."""


def convert(source: Database, path: Path, more_keys: Sequence[ForeignKey] = ()) -> Converted:
    """What became of the database, once its DuckDB file lies complete at ``path``.

    Every table and view becomes a table. Types are repaired by what is stored (``plan_column``),
    texts that are not UTF-8 lose the bytes that are none, and keys are declared where every row
    keeps them; the rest of the keys are told in comments.

    Raises:
        InputError: the source cannot be read or holds what DuckDB cannot, or ``path`` cannot be
            written.
    """
    try:
        plan = plan_database(source, more_keys)
        ddl = _ddl(plan)
        digest = hashlib.sha256(ddl.encode())
        build_duckdb(path, ddl, _digested(_batches(source, plan), digest))
    except SqlError as error:
        raise InputError(
            f"{source.shown} cannot be converted: {error.message}", hint=error.hint
        ) from None
    return Converted(
        rows=sum(table.rows for table in plan.tables),
        digest=digest.hexdigest(),
        repairs={
            f"{t.name}.{c.name}": said
            for t in plan.tables
            for c in t.columns
            if (said := _repair(c))
        },
        loose_keys=tuple(map(_shown, plan.loose_keys)),
    )


def _ddl(plan: DatabasePlan) -> str:
    made = [_create(table) for table in plan.tables]
    for key in plan.loose_keys:
        for column, target in zip(key.columns, key.target_columns, strict=True):
            said = f"refers to {key.target_table}.{target}".replace("'", "''")
            made.append(f"COMMENT ON COLUMN {quoted(key.table)}.{quoted(column)} IS '{said}'")
    return ";\n".join(made) + ";"


def _create(table: TablePlan) -> str:
    parts = [f"{quoted(c.name)} {c.type}" for c in table.columns]
    if table.primary_key:
        parts.append(f"PRIMARY KEY ({_listed(table.primary_key)})")
    parts += [f"UNIQUE ({_listed(columns)})" for columns in table.uniques]
    parts += [
        f"FOREIGN KEY ({_listed(key.columns)}) "
        f"REFERENCES {quoted(key.target_table)} ({_listed(key.target_columns)})"
        for key in table.foreign_keys
    ]
    return f"CREATE TABLE {quoted(table.name)} ({', '.join(parts)})"


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(map(quoted, columns))


def _batches(source: Database, plan: DatabasePlan) -> Iterator[tuple[str, pa.Table]]:
    """The rows of each table in their stored order, a bounded number at a time."""
    for table in plan.tables:
        listed = ", ".join(_converted(column) for column in table.columns)
        start = 0
        while start == 0 or start < table.rows:
            sql = f"SELECT {listed} FROM {quoted(table.name)} LIMIT {_ROWS_A_BATCH} OFFSET {start}"
            found = read_catalog(source, sql, READING).table
            if found.num_rows:
                yield table.name, _typed(found, table.columns)
            if found.num_rows < _ROWS_A_BATCH:
                break
            start += _ROWS_A_BATCH


def _converted(column: ColumnPlan) -> str:
    name = quoted(column.name)
    if column.type == "VARCHAR":
        return f"CAST({name} AS TEXT)"
    if column.blanks_to_null:
        return f"CASE WHEN typeof({name}) <> 'text' THEN {name} END"
    if column.whole_texts and column.type == "BIGINT":
        return f"CAST({name} AS INTEGER)"
    return name


def _typed(table: pa.Table, columns: Sequence[ColumnPlan]) -> pa.Table:
    """The rows under the table's own column names; a batch of NULLs alone has no own type."""
    made = [
        values.cast(_ARROW[column.type]) if column.type in _ARROW else values
        for values, column in zip(table.columns, columns, strict=True)
    ]
    return pa.Table.from_arrays(made, names=[column.name for column in columns])


def _digested(
    tables: Iterator[tuple[str, pa.Table]], digest: hashlib._Hash
) -> Iterator[tuple[str, pa.Table]]:
    for name, rows in tables:
        digest.update(f"\n{name}\n".encode())
        for column in rows.columns:
            digest.update(repr(column.to_pylist()).encode("utf-8", "surrogatepass"))
        yield name, rows


def _repair(column: ColumnPlan) -> str:
    said = (
        []
        if column.type == sqlite_type(column.declared)
        else [f"{column.declared or 'no type'} to {column.type}"]
    )
    if column.blanks_to_null:
        said.append(f"{column.blanks_to_null} blank texts to NULL")
    return ", ".join(said)


def _shown(key: ForeignKey) -> str:
    return (
        f"{key.table}({', '.join(key.columns)}) to "
        f"{key.target_table}({', '.join(key.target_columns)})"
    )
