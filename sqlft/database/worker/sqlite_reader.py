"""SQLite files, each opened read-only behind an authorizer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

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
    """Any SQLite files, one at a time.

    A file is opened anew for every request, so that nobody is in the way of whoever replaces it,
    unless a request says that the next will be about the same file: compiling the schema takes
    longer than most queries.
    """

    def __init__(self, memory_mib: int, *, as_table: bool) -> None:
        """``as_table``: rows come as an Arrow table, else as (names, rows)."""
        self._memory_mib, self._as_table = memory_mib, as_table
        self._location = self._name = ""
        self._keep = False
        self._connection: sqlite3.Connection | None = None
        self._opened_as: tuple[Any, ...] = ()

    def turned_to(self, request: dict[str, Any]) -> SQLiteReader:
        """This reader, at the file that the request is about."""
        self._location, self._name = request["location"], request["name"]
        self._keep = bool(request.get("keep"))
        return self

    def run(
        self,
        statement: str,
        parameters: Sequence[Any],
        *,
        max_rows: int,
        max_result_mib: int,
        trusted: bool,
    ) -> tuple[Any, bool]:
        """The first ``max_rows`` rows of one statement, and whether there were more.

        Raises:
            Failure: the statement failed or was refused, ran out of memory, or its result is too
                large; or the file is damaged or locked.
        """
        keep = False
        try:
            connection = self._opened(max_result_mib, trusted)
            with closing(connection.execute(statement, tuple(parameters))) as cursor:
                if cursor.description is None:
                    raise Failure("query_error", "the statement returns no rows")
                names = [column[0] for column in cursor.description]
                rows = _fetch(cursor, max_rows + 1, max_result_mib)
            keep = self._keep
        except MemoryError:
            raise too_much_memory(self._memory_mib) from None
        except (sqlite3.Error, sqlite3.Warning, OverflowError, ValueError) as error:
            raise self._failed(error) from None
        finally:
            if not keep:
                self._close()
        truncated = len(rows) > max_rows
        del rows[max_rows:]
        if not self._as_table:
            return (names, rows), truncated
        from sqlft.database.worker.sqlite_table import table_of

        return table_of(names, rows), truncated

    def interrupt(self) -> None:
        """Asks the running statement to stop; a long call inside one function does not hear it."""
        connection = self._connection
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.interrupt()

    def _opened(self, max_result_mib: int, trusted: bool) -> sqlite3.Connection:
        wanted = (self._location, max_result_mib, trusted)
        if self._connection is not None and self._opened_as == wanted:
            return self._connection
        self._close()
        self._connection = connection = sqlite3.connect(
            f"file:{quote(self._location)}?{_uri_options(Path(self._location))}",
            uri=True,
            timeout=_BUSY_S,
            isolation_level=None,
            cached_statements=0,
            check_same_thread=False,  # interrupt comes from another thread
        )
        self._opened_as = wanted
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
        # Here a damaged file is told, whatever the statement reads of it.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
        connection.set_authorizer(_rule(trusted))
        return connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

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


def _rule(trusted: bool) -> Callable[..., int]:
    @lru_cache(1 << 10)  # SQLite asks about the same few things for every statement
    def ruled(action: int, first: str | None, second: str | None, *_: str | None) -> int:
        return authorize(trusted, action, first, second)

    return ruled


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
