"""Worker processes that are kept for the next query, shared by all threads."""

from __future__ import annotations

import atexit
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlft.database.keeper import Keeper
from sqlft.database.place import Database
from sqlft.database.process import Cancel, Worker, WorkerCancelled

WORKERS_AT_MOST = max(2, os.cpu_count() or 2)

_IDLE_S = 30.0
"""An idle worker keeps a DuckDB file from being written by others, so it does not stay for long."""

_CANCEL_POLL_S = 0.05
_PATIENCE_S = 0.25
"""As long as a start takes: an idle worker of another database is ended only after so long without
a query, or when someone without any worker waited so long (200 queries of 16 threads on two
databases with two workers: 0.4 s, and 13 s where the first idle worker is ended at once)."""

_Key = tuple[str, str, int]


@dataclass(kw_only=True, eq=False)
class _Kept:
    worker: Worker
    key: _Key
    stamp: tuple[Any, ...]
    idle_since: float = 0.0

    def outdated(self, key: _Key, stamp: tuple[Any, ...]) -> bool:
        """True where it has the same file open as it was before it was replaced."""
        return self.key == key and self.stamp != stamp


class Pool:
    """At most ``WORKERS_AT_MOST`` living workers; who finds none free waits."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._changed = threading.Condition()
        self._idle: list[_Kept] = []  # longest idle first
        self._busy: list[_Kept] = []
        self._starting: list[_Key] = []
        self._closed = False

    @contextmanager
    def worker(
        self, database: Database, memory_mib: int, cancel: Cancel | None
    ) -> Iterator[Worker]:
        """An open worker, for as long as the block runs; every request in it must be answered.

        The worker is kept for the next query unless the block raises or the worker retires.

        Raises:
            InputError, ModelError: the database cannot be opened.
            WorkerCancelled: ``cancel`` said so while waiting.
        """
        # A DuckDB file is open in a worker of its own; one for SQLite reads any file.
        key = (database.kind, database.location * (database.kind == "duckdb"), memory_mib)
        kept = self._acquire(database, key, _stamp(database), cancel)
        keep = False
        try:
            yield kept.worker
            keep = not kept.worker.retires
        finally:
            self._release(kept, keep)

    def _acquire(
        self, database: Database, key: _Key, stamp: tuple[Any, ...], cancel: Cancel | None
    ) -> _Kept:
        unfit: list[_Kept] = []
        try:
            found = self._take(key, stamp, cancel, unfit)
        finally:
            for old in unfit:
                self._keeper.end(old.worker)
        if found is not None:
            return found
        kept = None
        try:
            worker = self._keeper.start(database, key[2])
            kept = _Kept(worker=worker, key=key, stamp=stamp)
            worker.open(cancel)
        except BaseException:
            if kept is not None:
                self._keeper.end(kept.worker)
            with self._changed:
                self._starting.remove(key)
                self._changed.notify_all()
            raise
        with self._changed:
            self._starting.remove(key)
            self._busy.append(kept)
        return kept

    def _take(
        self, key: _Key, stamp: tuple[Any, ...], cancel: Cancel | None, unfit: list[_Kept]
    ) -> _Kept | None:
        """A free worker, or none and the right to start one. Those in ``unfit`` are to be ended."""
        patient_until = time.monotonic() + _PATIENCE_S
        with self._changed:
            while True:
                unfit += [k for k in self._idle if not k.worker.alive or k.outdated(key, stamp)]
                self._idle = [k for k in self._idle if k not in unfit]
                fitting = [k for k in self._idle if k.key == key]
                if fitting:
                    self._idle.remove(fitting[-1])
                    self._busy.append(fitting[-1])
                    return fitting[-1]
                alive = len(self._idle) + len(self._busy) + len(self._starting)
                if alive >= WORKERS_AT_MOST and self._idle:
                    now = time.monotonic()
                    own = key in self._starting or any(k.key == key for k in self._busy)
                    unused = self._idle[0].idle_since + _PATIENCE_S < now
                    if unused or (not own and patient_until < now):
                        unfit.append(self._idle.pop(0))
                        alive -= 1
                if alive < WORKERS_AT_MOST:
                    self._starting.append(key)
                    return None
                self._changed.wait(_CANCEL_POLL_S)
                if cancel is not None and cancel():
                    raise WorkerCancelled

    def _release(self, kept: _Kept, keep: bool) -> None:
        with self._changed:
            keep = keep and not self._closed
            if keep:
                self._busy.remove(kept)
                kept.idle_since = time.monotonic()
                self._idle.append(kept)
                self._changed.notify_all()
        if not keep:
            self._keeper.end(kept.worker)
            with self._changed:
                self._busy.remove(kept)
                self._changed.notify_all()

    def close_idle(self) -> None:
        """Ends the workers that nobody asked for half a minute."""
        old = time.monotonic() - _IDLE_S
        with self._changed:
            tired = [kept for kept in self._idle if kept.idle_since < old]
            self._idle = [kept for kept in self._idle if kept not in tired]
            self._changed.notify_all()
        for kept in tired:
            self._keeper.end(kept.worker)

    def close(self) -> None:
        """Ends idle workers now, and each busy one after the query that it runs."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
        for kept in idle:
            self._keeper.end(kept.worker)

    def disown(self) -> None:
        """In a forked child: lets go of every worker of the parent."""
        for kept in (*self._idle, *self._busy):
            kept.worker.disown()


def _stamp(database: Database) -> tuple[Any, ...]:
    """Changes when a DuckDB file is replaced; a SQLite file is opened anew for every query."""
    if database.kind != "duckdb":
        return ()
    found = []
    for path in (database.location, database.location + ".wal"):
        with suppress(OSError):
            stat = Path(path).stat()
            found.append((stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return tuple(found)


_lock = threading.Lock()
_keeper: Keeper | None = None
_pool: Pool | None = None


def shared_keeper() -> Keeper:
    """The process's one starter of workers; made at first use."""
    global _keeper
    with _lock:
        if _keeper is None:
            _keeper = Keeper(_close_idle, every_s=_IDLE_S / 6)
        return _keeper


def shared_pool() -> Pool:
    """The process's pool of workers; made at first use."""
    global _pool
    keeper = shared_keeper()
    with _lock:
        if _pool is None:
            _pool = Pool(keeper)
        return _pool


def close_workers() -> None:
    """Ends every worker process: idle ones now, a busy one after the query that it runs.

    The next query starts a new one.
    """
    global _pool
    with _lock:
        pool, _pool = _pool, None
    if pool is not None:
        pool.close()


def _close_idle() -> None:
    pool = _pool
    if pool is not None:
        pool.close_idle()


def _forget_after_fork() -> None:
    global _lock, _keeper, _pool
    _lock = threading.Lock()
    pool, _pool, _keeper = _pool, None, None
    if pool is not None:
        pool.disown()


atexit.register(close_workers)
os.register_at_fork(after_in_child=_forget_after_fork)
