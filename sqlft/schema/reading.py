"""The one reader of schemas, whatever the database is, with a cache."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

from sqlft.config import Progress, check_type
from sqlft.database import Database
from sqlft.errors import InputError
from sqlft.schema.bundled import open_database
from sqlft.schema.definition import Schema
from sqlft.schema.from_duckdb import duckdb_schema
from sqlft.schema.from_sqlite import sqlite_schema
from sqlft.schema.notes import load_notes
from sqlft.schema.samples import with_samples

_KEPT = 8
"""Schemas kept in this process; one of 2,000 tables takes about 30 MB."""

_Key = tuple[object, ...]
_cache: dict[_Key, Schema] = {}
_lock = threading.Lock()


def opened(database: str | Path | Database, *, progress: Progress | None = None) -> Database:
    """The database that a caller means: as given, or as ``open_database`` reads its text.

    Raises:
        InputError: it is none of these, or nothing of that name is there.
    """
    if isinstance(database, Database):
        return database
    check_type("database", database, str | Path, "a bundled schema's name, a file or a URL")
    return open_database(database, progress=progress)


def read_schema(
    database: str | Path | Database,
    *,
    notes: str | Path | None = None,
    samples_per_column: int = 3,
) -> Schema:
    """What a database contains: tables, views, keys, comments, row counts and sample values.

    The same database, unchanged, with the same notes is read once in a process; a server is read
    anew each time. The tables of a file::

        schema = sqlft.read_schema("shop.duckdb", notes="shop.notes.toml")
        [table.name for table in schema.tables]  # ['customers', 'orders']

    Args:
        database: a bundled schema's name, a DuckDB or SQLite file, or a SQLAlchemy URL.
        notes: a ``notes.toml``; the columns that it marks private are never sampled. None is
            looked for: ``sqlft.schema.notes_path`` finds the one that lies beside a database, and
            ``sqlft.load`` takes that one by itself.
        samples_per_column: values shown of each column, 0 for none. They are the most frequent
            of the first rows.

    Raises:
        InputError: the database is missing, damaged, locked, unreachable or has no tables; or
            the notes do not fit it.
    """
    place, notes = opened(database), notes_file(notes)
    key = database_identity(place)
    if key is None:
        return _read(place, notes, samples_per_column)
    key += (_notes_digest(notes), samples_per_column)
    with _lock:
        known = _cache.get(key)
    if known is not None:
        return known
    schema = _read(place, notes, samples_per_column)
    with _lock:
        _cache[key] = schema
        while len(_cache) > _KEPT:
            del _cache[next(iter(_cache))]
    return schema


def notes_file(notes: str | Path | None) -> Path | None:
    """The path of the notes that a caller gave, or none.

    >>> notes_file("shop.notes.toml").name
    'shop.notes.toml'
    """
    check_type("notes", notes, str | Path | None, "a file's path")
    return None if notes is None else Path(notes).expanduser()


def _read(database: Database, notes: Path | None, samples_per_column: int) -> Schema:
    if database.kind == "duckdb":
        schema = duckdb_schema(database)
    elif database.kind == "sqlite":
        schema = sqlite_schema(database)
    else:
        from sqlft.schema.from_server import server_schema

        schema = server_schema(database)
    if not schema.tables:
        raise InputError(
            f"the database {database.name} has no tables",
            hint="create and fill at least one table, then ask again",
        )
    if notes is not None:
        schema = load_notes(notes, schema)
    if database.kind != "url":
        return with_samples(schema, database, samples_per_column)
    from sqlft.schema.from_server import with_server_samples

    return with_server_samples(schema, database, samples_per_column)


def database_identity(database: Database) -> _Key | None:
    """What changes whenever a file's content does, its write-ahead log included; none: a server."""
    if database.kind == "url":
        return None
    key: _Key = (database.kind, database.location, database.name)
    for suffix in ("", ".wal", "-wal"):
        try:
            state = Path(database.location + suffix).stat()
        except OSError:
            continue  # a missing database is reported, with its reason, by whoever opens it
        key += (suffix, state.st_mtime_ns, state.st_size, state.st_ino)
    return key


def _notes_digest(notes: Path | None) -> str | None:
    if notes is None:
        return None
    try:
        return f"{notes}:{hashlib.sha256(notes.read_bytes()).hexdigest()}"
    except OSError:
        return f"{notes}:"  # load_notes says why it cannot be read
