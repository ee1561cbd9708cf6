"""A SQLite file, opened read-only behind an authorizer, with Arrow columns made of its rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from sqlft.database.worker.failure import Failure, too_much_memory, too_much_result
from sqlft.database.worker.message import tidy
from sqlft.database.worker.sqlite_rules import authorize

_BUSY_S = 1.0  # how long a reader waits for a writer that holds the whole file
_ROWS_A_FETCH = 256
_WAL_VERSION_AT = slice(18, 20)

_LIMITS = (
    (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
    (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
    (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 1000),
    (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 500),
    (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000),
    (sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 1000),
)


class SQLiteReader:
    """One SQLite file, opened anew for every statement so that no lock is held between them."""

    def __init__(self, location: str, name: str, memory_mib: int) -> None:
        self._location, self._name, self._memory_mib = location, name, memory_mib
        self._connection: sqlite3.Connection | None = None
        self.run(
            "SELECT count(*) FROM sqlite_master", (), max_rows=1, max_result_mib=1, trusted=True
        )

    def run(
        self,
        statement: str,
        parameters: Sequence[Any],
        *,
        max_rows: int,
        max_result_mib: int,
        trusted: bool,
    ) -> tuple[pa.Table, bool]:
        """The first ``max_rows`` rows of one statement, and whether there were more.

        Raises:
            Failure: the statement failed or was refused, ran out of memory, or its result is too
                large; or the file is damaged or locked.
        """
        try:
            self._connection = connection = self._open(max_result_mib, trusted)
            cursor = connection.execute(statement, tuple(parameters))
            if cursor.description is None:
                raise Failure("query_error", "the statement returns no rows")
            names = [column[0] for column in cursor.description]
            rows = _fetch(cursor, max_rows + 1, max_result_mib)
        except MemoryError:
            raise too_much_memory(self._memory_mib) from None
        except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError) as error:
            raise self._failed(error) from None
        finally:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
        columns = [_column([row[i] for row in rows[:max_rows]]) for i in range(len(names))]
        return pa.Table.from_arrays(columns, names=names), len(rows) > max_rows

    def interrupt(self) -> None:
        """Asks the running statement to stop; a long call inside one function does not hear it."""
        connection = self._connection
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.interrupt()

    def _open(self, max_result_mib: int, trusted: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(self._location)}?{_uri_options(Path(self._location))}",
            uri=True,
            timeout=_BUSY_S,
            isolation_level=None,
            check_same_thread=False,  # interrupt comes from the timer's thread
        )
        connection.text_factory = _text
        for pragma in (
            f"hard_heap_limit={(self._memory_mib << 20) * 4 // 5}",
            "trusted_schema=OFF",
            "query_only=ON",
            "cell_size_check=ON",
            "temp_store=MEMORY",
            "mmap_size=0",
        ):
            connection.execute(f"PRAGMA {pragma}")
        for which, value in _LIMITS:
            connection.setlimit(which, value)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(max_result_mib, 1) << 20)
        rule = partial(authorize, trusted)
        connection.set_authorizer(lambda action, first, second, *_: rule(action, first, second))
        return connection

    def _failed(self, error: Exception) -> Failure:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        message, hint = tidy(str(error), location=self._location, name=self._name)
        place = self._location
        if code == sqlite3.SQLITE_INTERRUPT:
            return Failure("timeout", "the query was stopped")
        if code == sqlite3.SQLITE_NOMEM:
            return too_much_memory(self._memory_mib)
        if code == sqlite3.SQLITE_TOOBIG:
            return Failure(
                "too_large", "a value in the query is too long", "make shorter texts in the query"
            )
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Failure(
                "input",
                f"{place} is locked by another program",
                "wait until it has finished writing, then ask again",
            )
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR):
            return Failure(
                "input",
                f"{place} cannot be read: {message}",
                "the file may be damaged or cut short; restore it from a copy",
            )
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            return Failure(
                "input",
                f"{place} cannot be opened for reading: {message}",
                "another program may have left it in the middle of a write; open it there once",
            )
        if code == sqlite3.SQLITE_AUTH or message.startswith("not authorized"):
            return Failure("query_error", f"only reading this database is allowed: {message}")
        return Failure("query_error", message, hint)


def _uri_options(path: Path) -> str:
    """A WAL file at rest needs ``immutable``: SQLite would else have to write beside it."""
    with path.open("rb") as file:
        in_wal_mode = file.read(20)[_WAL_VERSION_AT] == b"\2\2"
    log = path.with_name(path.name + "-wal")
    if in_wal_mode and not (log.exists() and log.stat().st_size):
        return "mode=ro&immutable=1"
    return "mode=ro&readonly_shm=1"


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def _fetch(cursor: sqlite3.Cursor, count: int, max_result_mib: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    size = 0
    while len(rows) < count:
        some = cursor.fetchmany(min(_ROWS_A_FETCH, count - len(rows)))
        if not some:
            break
        rows += some
        size += sum(
            len(value) if isinstance(value, (str, bytes)) else 8 for row in some for value in row
        )
        if size > max_result_mib << 20:
            raise too_much_result(max_result_mib)
    return rows


def _column(values: list[Any]) -> pa.Array:
    """SQLite types each value by itself; here a column gets the one type that holds all of it.

    Integers int64, reals (also mixed with integers) float64, texts string, blobs binary; any
    other mixture becomes text, as SQLite would print it. Only NULLs: Arrow's null type.

    >>> _column([1, 2.5, None]).type, _column([1, "a"]).to_pylist()
    (DataType(double), ['1', 'a'])
    """
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    if kinds == {str, bytes} or len(kinds) > 1:
        return pa.array([None if v is None else _printed(v) for v in values], pa.string())
    if kinds == {int}:
        return pa.array(values, pa.int64())
    return pa.array(values)


def _printed(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
