"""Many statements over SQLite files, sent ahead of their answers to a worker of their own."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlft.config import Limits
from sqlft.database.failures import GONE, failed, no_answer
from sqlft.database.place import Database, locate
from sqlft.database.pool import shared_keeper
from sqlft.database.process import Cancel, Worker, WorkerCancelled
from sqlft.database.read import GRACE_S, OVERHEAD_BYTES, request_of
from sqlft.errors import InputError, SqlError

SENT_AHEAD_AT_MOST = 64
"""Statements that the worker may know of: it is never idle while who asked is at work."""

Row = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class PackedRows:
    """The rows of one statement as they came."""

    names: tuple[str, ...]
    packed: bytes
    """JSON. Rows with the same values, of the same types and in the same order, are the same bytes;
    a NaN, which SQLite has none of, cannot be among them."""
    truncated: bool
    """There were more than ``max_rows`` rows."""

    def rows(self) -> list[Row]:
        """The rows as SQLite's own values: integers, floats, texts, blobs and None.

        Raises:
            SqlError: the worker sent something else.
        """
        try:
            rows = [tuple(row) for row in json.loads(self.packed, object_hook=_blob)]
        except (ValueError, TypeError, KeyError, RecursionError):
            rows = [()]
        if {len(row) for row in rows} - {len(self.names)}:
            raise SqlError("the result cannot be read", kind="query_error")
        return rows


Outcome = PackedRows | SqlError | InputError


class Stream:
    """Statements put in line, and their answers in that order. For one thread."""

    def __init__(self, limits: Limits, cancel: Cancel | None) -> None:
        self._limits, self._cancel = limits, cancel
        self._line: deque[tuple[Database, str]] = deque()  # the first ones are sent
        self._n_sent = 0
        self._worker: Worker | None = None
        self._is_open = False
        self._missing: dict[str, InputError | None] = {}

    def put(self, database: Database, sql: str) -> None:
        """Puts one statement on a SQLite file in line."""
        if database.kind != "sqlite":
            raise ValueError(f"a stream reads SQLite files, not {database.kind}")
        self._line.append((database, sql))

    def __len__(self) -> int:
        """Statements without an answer yet."""
        return len(self._line)

    def answer(self) -> Outcome:
        """What the first statement in line gave.

        As ``read``, each within the limits: one that is late or ends its worker is killed for
        itself alone, and the next ones run in a new worker.

        Raises:
            IndexError: there is none in line.
            SqlError: it was cancelled.
            ModelError: a worker cannot be started.
        """
        database, _ = self._line[0]
        try:
            self._send_ahead()
            missing = self._missing[database.location]
            if missing is not None:
                found: Outcome = missing
            else:
                found = self._received(self._ready())
        except WorkerCancelled as reason:
            self.close()
            raise no_answer(reason, self._limits) from None
        except GONE as reason:
            self.close()
            found = no_answer(reason, self._limits)
        self._line.popleft()
        self._n_sent = max(0, self._n_sent - 1)
        return found

    def close(self) -> None:
        """Ends the worker; what is in line stays there."""
        worker, self._worker, self._n_sent = self._worker, None, 0
        if worker is not None:
            shared_keeper().end(worker)

    def _ready(self) -> Worker:
        if self._worker is None:
            database, _ = self._line[0]
            self._worker = shared_keeper().start(database, self._limits.memory_mib, "json")
            self._is_open = False
        return self._worker

    def _send_ahead(self) -> None:
        """Half of what may be ahead at once: neighbours tell the worker to keep their file open."""
        if self._n_sent > SENT_AHEAD_AT_MOST // 2:
            return
        upto = min(len(self._line), SENT_AHEAD_AT_MOST)
        asked = [self._line[at] for at in range(self._n_sent, upto)]
        if not asked:
            return
        following = [database for database, _ in asked[1:]] + [None]
        requests = [
            self._request(database, sql, keep=database == after)
            for (database, sql), after in zip(asked, following, strict=True)
            if not self._is_missing(database)
        ]
        if requests:
            self._ready().send(*requests)
        self._n_sent = upto

    def _request(self, database: Database, sql: str, *, keep: bool) -> dict[str, Any]:
        return {
            **request_of(database, self._limits),
            "form": "json",
            "keep": keep,
            "statements": [sql],
            "parameters": [],
            "trusted": False,
            "many": False,
        }

    def _is_missing(self, database: Database) -> bool:
        """Whether the file is not there any more; asked once, and remembered."""
        if database.location not in self._missing:
            try:
                locate(database.location)
            except InputError as error:
                self._missing[database.location] = error
            else:
                self._missing[database.location] = None
        return self._missing[database.location] is not None

    def _received(self, worker: Worker) -> Outcome:
        if not self._is_open:
            worker.open(self._cancel)
            self._is_open = True
        header, body = worker.receive(
            wait_s=self._limits.timeout_s + GRACE_S,
            body_bytes_at_most=(self._limits.max_result_mib << 20) + OVERHEAD_BYTES,
            cancel=self._cancel,
        )
        if worker.retires:
            self.close()
        return _outcome(header, body, self._limits)


@contextmanager
def streamed(limits: Limits, cancel: Cancel | None = None) -> Iterator[Stream]:
    """A stream, whose worker ends with the block."""
    stream = Stream(limits, cancel)
    try:
        yield stream
    finally:
        stream.close()


def _outcome(header: dict[str, Any], body: bytearray, limits: Limits) -> Outcome:
    if "error" in header:
        return failed(header, limits)
    try:
        (result,) = header["results"]
        names = tuple(str(name) for name in result["names"])
        truncated = bool(result["truncated"])
    except (KeyError, TypeError, ValueError):
        return SqlError("the query worker gave no answer", kind="query_error")
    return PackedRows(names=names, packed=bytes(body), truncated=truncated)


def _blob(marked: dict[str, str]) -> bytes:
    return bytes.fromhex(marked["blob"])
