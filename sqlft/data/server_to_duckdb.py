"""Tables of a database server as a private DuckDB file, which can then be asked like any other.

SQL that a model wrote never reaches the server: what is sent are reads of whole tables, up to a
number of rows, which SQLAlchemy writes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sqlft.config import Progress
from sqlft.data.copied_columns import CopiedColumn
from sqlft.database import Database, build_duckdb, engine, said_of_server
from sqlft.errors import InputError
from sqlft.files import whole_file
from sqlft.schema import Schema, Table, read_schema
from sqlft.schema.catalog_rows import quoted

if TYPE_CHECKING:
    import sqlalchemy as sa

Cancel = Callable[[], bool]

ROWS_AT_MOST = 1_000_000
_BATCH = 5_000
_BYTES_AT_MOST = 512 << 20
_SECONDS_AT_MOST = 600.0
_ONE_MOMENT = frozenset({"postgresql", "mysql", "mariadb"})
"""Here all tables are read as they were when the first one was: a repeatable read."""
_PATIENCE = {
    "postgresql": "SET statement_timeout = '300s'",
    "mysql": "SET SESSION max_execution_time = 300000",
    "mariadb": "SET SESSION max_statement_time = 300",
}
"""No server works longer on one table for us."""


@dataclass(frozen=True, kw_only=True)
class CopiedTable:
    """What became of one table."""

    source: str
    """Its name on the server, with its namespace where that is not the default one."""
    name: str
    """Its name in the copy."""
    rows: int
    is_whole: bool
    """False: the server has more rows than were copied."""
    left_out: str | None = None
    """Why it is not in the copy; none where it is."""


@dataclass(frozen=True, kw_only=True)
class ServerCopy:
    """A finished copy."""

    path: Path
    source: str
    """The server's URL without user, password and options."""
    taken_at: str
    """When reading began: ISO, UTC, to the second."""
    tables: tuple[CopiedTable, ...]

    @property
    def cut(self) -> tuple[CopiedTable, ...]:
        """The tables of which only a part is there."""
        return tuple(t for t in self.tables if t.left_out is None and not t.is_whole)

    @property
    def missing(self) -> tuple[CopiedTable, ...]:
        """The tables that are not there."""
        return tuple(t for t in self.tables if t.left_out is not None)


class CopyStopped(InputError):
    """The caller does not want the copy any more."""


def copy_server(
    server: Database,
    path: Path,
    *,
    tables: Sequence[str] | None = None,
    rows_at_most: int = 100_000,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> ServerCopy:
    """What was copied, once the DuckDB file lies complete at ``path``.

    Values keep their types; a column whose values do not fit the type that the server declares
    becomes one of numbers or texts. Primary keys are declared; foreign keys between copied tables
    stand in ``NAME.notes.toml`` beside the file. A table that the account may not read is left
    out, as is what comes after 512 MiB or 10 minutes; ``ServerCopy`` says so.

    Args:
        tables: qualified names; none: all tables, no views.
        rows_at_most: of each table, the first ones by its primary key.
        cancel: asked between batches of 5,000 rows.

    Raises:
        InputError: the server cannot be reached or read, a name is not there, nothing could be
            copied, ``path`` cannot be written, or (``CopyStopped``) ``cancel`` said so. No message
            holds the URL's user, password or options.
    """
    if not 1 <= rows_at_most <= ROWS_AT_MOST:
        raise InputError(f"rows_at_most is {rows_at_most:,}", hint=f"1 to {ROWS_AT_MOST:,}")
    notes = path.with_name(f"{path.stem}.notes.toml")
    for taken in (path, notes):
        if taken.exists():
            raise InputError(f"{taken} is there already", hint="name another file")
    schema = read_schema(server, samples_per_column=0)
    chosen = _chosen(schema, tables)
    reading = _Reading(names=_fresh_names(chosen), rows_at_most=rows_at_most, cancel=cancel)
    taken_at = datetime.now(UTC).isoformat(timespec="seconds")
    with _connected(server) as connection:
        for number, table in enumerate(chosen):
            share = number / len(chosen)
            reading.read(connection, table, server, partial(_told, progress, share))
    if not reading.found:
        reasons = "; ".join(f"{t.source}: {t.left_out}" for t in reading.tables[:3])
        raise InputError(f"no table of {server.shown} could be copied: {reasons}")
    reading.build(path)
    _write_keys(schema, reading, notes)
    return ServerCopy(
        path=path, source=server.shown, taken_at=taken_at, tables=tuple(reading.tables)
    )


def _told(progress: Progress | None, share: float, message: str, _: float | None) -> None:
    if progress is not None:
        progress(message, share)


def _chosen(schema: Schema, names: Sequence[str] | None) -> list[Table]:
    if names is None:
        return [table for table in schema.tables if not table.is_view]
    found = [(name, schema.table(name)) for name in dict.fromkeys(names)]
    unknown = [name for name, table in found if table is None]
    if unknown or not found:
        known = ", ".join(t.qualified_name for t in schema.tables[:12])
        raise InputError(f"no table {', '.join(unknown) or 'was named'}", hint=f"there: {known}")
    return [table for _, table in found if table is not None]


def _fresh_names(tables: Sequence[Table]) -> dict[str, str]:
    """By qualified name what each table is called in the copy, where case makes no difference."""
    taken: set[str] = set()
    return {t.qualified_name: _fresh(t.qualified_name.replace(".", "_"), taken) for t in tables}


def _fresh(name: str, taken: set[str]) -> str:
    fresh, number = name, 1
    while fresh.casefold() in taken:
        number += 1
        fresh = f"{name}_{number}"
    taken.add(fresh.casefold())
    return fresh


@contextmanager
def _connected(server: Database) -> Iterator[sa.Connection]:
    """One read-only connection, in one transaction."""
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    connecting = engine(server)
    try:
        if connecting.dialect.name in _ONE_MOMENT:
            connecting = connecting.execution_options(isolation_level="REPEATABLE READ")
        with connecting.connect() as connection:
            patience = _PATIENCE.get(connecting.dialect.name)
            if patience is not None:
                with suppress(SQLAlchemyError):
                    connection.execute(sa.text(patience))
            yield connection
    except SQLAlchemyError as error:
        raise InputError(
            f"{server.shown} cannot be read: {said_of_server(error, server)}"
        ) from None
    finally:
        connecting.dispose()


@contextmanager
def _kept_apart(connection: sa.Connection) -> Iterator[None]:
    """What fails inside leaves the connection of use for the next table, and its moment."""
    from sqlalchemy.exc import SQLAlchemyError

    if connection.dialect.name in _ONE_MOMENT:
        with connection.begin_nested():
            yield
        return
    try:
        yield
    except SQLAlchemyError:
        connection.rollback()
        raise


class _Reading:
    """Tables on their way, all of them within the bounds of one copy."""

    def __init__(self, *, names: dict[str, str], rows_at_most: int, cancel: Cancel | None) -> None:
        self.tables: list[CopiedTable] = []
        self.found: list[tuple[Table, str, pa.Table, list[str]]] = []
        """Each with its name, rows and column types in the copy."""
        self._names, self._rows_at_most, self._cancel = names, rows_at_most, cancel
        self._left_bytes = _BYTES_AT_MOST
        self._ends_at = time.monotonic() + _SECONDS_AT_MOST

    def read(
        self, connection: sa.Connection, table: Table, server: Database, progress: Progress
    ) -> None:
        """Takes one table in, or notes why not."""
        from sqlalchemy.exc import SQLAlchemyError

        source, name = table.qualified_name, self._names[table.qualified_name]
        if self._is_full:
            left_out = "the copy had its 512 MiB or its 10 minutes before"
            rows, is_whole = 0, False
        else:
            try:
                with _kept_apart(connection):
                    made, is_whole = self._rows_of(connection, table, progress)
                columns = [column.finished() for column in made]
                data = pa.table(
                    {c.name: values for c, (_, values) in zip(made, columns, strict=True)}
                )
                self.found.append((table, name, data, [kind for kind, _ in columns]))
                rows, left_out = data.num_rows, None
            except (SQLAlchemyError, ValueError) as error:  # a driver's own for odd values
                rows, is_whole, left_out = 0, False, said_of_server(error, server)
        self.tables.append(
            CopiedTable(source=source, name=name, rows=rows, is_whole=is_whole, left_out=left_out)
        )

    @property
    def _is_full(self) -> bool:
        return self._left_bytes <= 0 or time.monotonic() > self._ends_at

    def _rows_of(
        self, connection: sa.Connection, table: Table, progress: Progress
    ) -> tuple[list[CopiedColumn], bool]:
        """The columns, and whether they hold all the rows there are."""
        taken: set[str] = set()
        made = [CopiedColumn(name=_fresh(c.name, taken), declared=c.type) for c in table.columns]
        result = connection.execute(
            _statement(table, self._rows_at_most + 1),
            execution_options={"stream_results": True, "yield_per": _BATCH},
        )
        count = 0
        with result:
            for batch in result.partitions():
                if self._cancel is not None and self._cancel():
                    raise CopyStopped("the copy was stopped")
                kept = batch[: self._rows_at_most - count]
                if kept:
                    for column, values in zip(made, zip(*kept, strict=True), strict=True):
                        self._left_bytes -= column.add(values)
                count += len(kept)
                progress(f"copying {table.qualified_name}: {count:,} rows", None)
                if len(kept) < len(batch) or self._is_full:
                    return made, False
        return made, True

    def build(self, path: Path) -> None:
        """The file; without keys where the copied values break one."""
        rows = [(name, data) for _, name, data, _ in self.found]
        try:
            build_duckdb(path, self._ddl(with_keys=True), rows)
        except InputError:
            build_duckdb(path, self._ddl(with_keys=False), rows)

    def _ddl(self, *, with_keys: bool) -> str:
        made: list[str] = []
        for table, name, data, kinds in self.found:
            parts = [f"{quoted(n)} {k}" for n, k in zip(data.column_names, kinds, strict=True)]
            own = dict(zip([c.name for c in table.columns], data.column_names, strict=True))
            key = [own[column] for column in table.primary_key if column in own]
            if with_keys and key:
                parts.append(f"PRIMARY KEY ({', '.join(map(quoted, key))})")
            made.append(f"CREATE TABLE {quoted(name)} ({', '.join(parts)})")
            if table.comment:
                made.append(f"COMMENT ON TABLE {quoted(name)} IS {_literal(table.comment)}")
            made += [
                f"COMMENT ON COLUMN {quoted(name)}.{quoted(own[c.name])} IS {_literal(c.comment)}"
                for c in table.columns
                if c.comment
            ]
        return ";\n".join(made) + ";"


def _statement(table: Table, rows_at_most: int) -> sa.Select[Any]:
    """A read of a table's first rows, quoted as its server wants it."""
    import sqlalchemy as sa

    source = sa.table(
        sa.sql.quoted_name(table.name, quote=True),
        *(sa.column(sa.sql.quoted_name(c.name, quote=True)) for c in table.columns),
        schema=table.namespace,
    )
    order = [source.c[name] for name in table.primary_key if name in source.c]
    return sa.select(*source.c).order_by(*order).limit(rows_at_most)


def _write_keys(schema: Schema, reading: _Reading, notes: Path) -> None:
    """Notes with the foreign keys between tables of the copy: of cut ones, no key holds in rows."""
    there = {t.source: t.name for t in reading.tables if t.left_out is None}
    own = {
        table.qualified_name: dict(
            zip([c.name for c in table.columns], data.column_names, strict=True)
        )
        for table, _, data, _ in reading.found
    }
    sections = [
        "[[foreign_keys]]\n"
        f"table = {_toml(there[key.table])}\n"
        f"columns = [{', '.join(_toml(own[key.table][c]) for c in key.columns)}]\n"
        f"target_table = {_toml(there[key.target_table])}\n"
        "target_columns = "
        f"[{', '.join(_toml(own[key.target_table][c]) for c in key.target_columns)}]\n"
        for key in schema.foreign_keys
        if key.table in there and key.target_table in there
    ]
    if sections:
        with whole_file(notes) as file:
            file.write("\n".join(sections))


def _toml(text: str) -> str:
    """A TOML basic string: JSON's escapes, and DEL, which JSON lets pass."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
