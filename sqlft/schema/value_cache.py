"""The value index of a database, built once for a file as it is and the marks in its notes."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from sqlft.config import Progress, home
from sqlft.database import Database
from sqlft.schema.definition import Schema
from sqlft.schema.reading import database_identity
from sqlft.schema.value_index import ARRAYS, ValueIndex, build_index
from sqlft.schema.value_reading import ValueReading, readable_columns
from sqlft.schema.value_words import singular_words

_FORMAT = b"sqlft values 1"
_HEAD_BYTES = 64  # Arrow wants its buffers aligned, so the head is as long as a cache line
_KEPT = 8
"""Indexes open in this process; each is a mapped file where it could be written."""

_SLOW_BUILD_S, _STALE_FACTOR = 1.0, 20.0
"""A file that is written to all the time is not indexed anew for every question: an index that took
longer than this to build is used for so many times as long, although the file has changed."""


@dataclass(frozen=True, kw_only=True)
class _Kept:
    purpose: str
    """Digest of what was read: the database's place, its columns, their private marks."""
    identity: str
    index: ValueIndex
    build_s: float
    built_at: float
    """Unix time."""
    schema: Schema | None = None
    """The one asked for last: working out its purpose again takes 15 ms with 2,000 tables."""

    def serves(self, purpose: str, identity: str) -> bool:
        if self.purpose != purpose:
            return False
        age = time.time() - self.built_at
        slow = self.build_s > _SLOW_BUILD_S
        return self.identity == identity or (slow and 0 <= age < _STALE_FACTOR * self.build_s)


_kept: dict[str, _Kept] = {}
_lock = threading.Lock()
_building: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


def value_index(
    database: Database, schema: Schema, *, progress: Progress | None = None
) -> ValueIndex | None:
    """The index of a database's values, from memory, from disk, or built now; none for a server.

    It holds no value of a column or table that ``schema`` marks private: another set of marks is
    another index, which takes the place of the old one on disk too. The file lies under
    ``SQLFT_HOME``, readable for its owner only; where it cannot be written there, the index is kept
    in memory alone.

    Raises:
        InputError: the database is missing, damaged or locked.
    """
    state = database_identity(database)
    if state is None:
        return None
    identity = _digest(state)
    with _lock:
        found = _kept.get(database.location)
        building = _building[database.location]
    known = found is not None and found.schema is schema
    purpose = found.purpose if found is not None and known else _purpose(database, schema)
    if found is not None and found.serves(purpose, identity):
        return found.index
    with building:
        with _lock:
            found = _kept.get(database.location)
        if found is None or not found.serves(purpose, identity):
            path = index_path(database)
            found = _opened(path)
            if found is None or not found.serves(purpose, identity):
                found = _built(database, schema, purpose, identity, progress)
                found = _written(path, found) or found
            with _lock:
                _kept.pop(database.location, None)
                _kept[database.location] = found = replace(found, schema=schema)
                while len(_kept) > _KEPT:
                    del _kept[next(iter(_kept))]
    return found.index


def index_path(database: Database) -> Path:
    """Where a database's value index is kept, whether or not it is there yet."""
    return home() / "databases" / f"{_digest(database.location)}.values"


def _purpose(database: Database, schema: Schema) -> str:
    columns = sorted([t.qualified_name, c.name, c.type] for t, c in readable_columns(schema))
    names = [[t.name, [c.name for c in t.columns]] for t in schema.tables]
    return _digest([database.kind, database.location, columns, names])


def _digest(what: object) -> str:
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:32]


def _built(
    database: Database, schema: Schema, purpose: str, identity: str, progress: Progress | None
) -> _Kept:
    started = time.monotonic()
    columns = readable_columns(schema)
    reading = ValueReading(columns=columns)
    texts = [name for t in schema.tables for name in (t.name, *(c.name for c in t.columns))]
    index = build_index(
        [(table.qualified_name, column.name) for table, column in columns],
        reading.values(database, schema.dialect, progress),
        {word for text in set(texts) for word in singular_words(text)},
    )
    if progress is not None and columns:
        without = f", {reading.left_out} columns in part or not at all" if reading.left_out else ""
        progress(f"{len(index):,} values indexed{without}", 1.0)
    build_s = time.monotonic() - started
    return _Kept(
        purpose=purpose, identity=identity, index=index, build_s=build_s, built_at=time.time()
    )


def _written(path: Path, kept: _Kept) -> _Kept | None:
    """The index as it is now on disk, or none where it could not be written."""
    index = kept.index
    about = {
        "purpose": kept.purpose,
        "identity": kept.identity,
        "build_s": kept.build_s,
        "built_at": kept.built_at,
        "columns": index.columns,
        "name_words": sorted(index.name_words),
    }
    partial = path.with_name(f"{path.name}.partial-{os.getpid()}-{threading.get_ident()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            body = _encoded(index, about)
            file.write(_head(body))
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink()
        # What lies there was made of other marks or rows, and must not outlive them.
        with suppress(OSError):
            path.unlink()
        return None
    return _opened(path)


def _head(body: pa.Buffer) -> bytes:
    said = b"%s %010d %016d\n" % (_FORMAT, zlib.crc32(body), body.size)
    return said.ljust(_HEAD_BYTES, b" ")


def _encoded(index: ValueIndex, about: Mapping[str, Any]) -> pa.Buffer:
    """One row of lists: arrays of any lengths that can be mapped without being read."""
    lists = []
    for name in ARRAYS:
        values = getattr(index, name)
        array = values if isinstance(values, pa.Array) else pa.array(values)
        lists.append(pa.LargeListArray.from_arrays(pa.array([0, len(array)], pa.int64()), array))
    batch = pa.record_batch(lists, names=list(ARRAYS))
    batch = batch.replace_schema_metadata({"about": json.dumps(about)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def _opened(path: Path) -> _Kept | None:
    """The index that a file holds; none where it is missing or damaged."""
    try:
        with pa.memory_map(str(path)) as file:
            whole = file.read_buffer()
        body = whole.slice(_HEAD_BYTES)
        if whole.slice(0, _HEAD_BYTES).to_pybytes() != _head(body):
            return None
        with pa.ipc.open_stream(body) as stream:
            batch = stream.read_next_batch()
    except (OSError, pa.ArrowException, IndexError, ValueError):
        return None
    about = json.loads(batch.schema.metadata[b"about"])
    arrays = {name: batch.column(name).values for name in ARRAYS}
    texts = {name: arrays.pop(name) for name in ("texts", "words")}
    index = ValueIndex(
        columns=tuple((table, column) for table, column in about["columns"]),
        name_words=frozenset(about["name_words"]),
        **texts,
        **{name: array.to_numpy(zero_copy_only=True) for name, array in arrays.items()},
    )
    return _Kept(
        purpose=about["purpose"],
        identity=about["identity"],
        index=index,
        build_s=about["build_s"],
        built_at=about["built_at"],
    )
