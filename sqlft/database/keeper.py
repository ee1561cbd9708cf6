"""The one thread that starts worker processes and waits for dead ones.

Linux ends a worker with its parent (PR_SET_PDEATHSIG), where "parent" is the *thread* that started
it. Whoever asks may be a short-lived thread, so this one, which lasts, starts them all.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from sqlft.database.place import Database
from sqlft.database.process import Form, Worker


class Keeper:
    """Starts workers for all threads; between jobs it calls ``tidy_up`` every ``every_s``."""

    def __init__(self, tidy_up: Callable[[], None], *, every_s: float) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._tidy_up, self._every_s = tidy_up, every_s
        threading.Thread(target=self._work, name="sqlft-workers", daemon=True).start()

    def start(self, database: Database, memory_mib: int, form: Form = "arrow") -> Worker:
        """A started worker whose database is not open yet."""
        answer: queue.SimpleQueue[Worker | BaseException] = queue.SimpleQueue()

        def job() -> None:
            try:
                answer.put(Worker(database, memory_mib, form))
            except BaseException as error:  # for the thread that asked
                answer.put(error)

        def discard() -> None:
            started = answer.get()
            if isinstance(started, Worker) and not started.kill():
                started.reap()

        self._jobs.put(job)
        try:
            started = answer.get()
        except BaseException:  # Ctrl-C while waiting: nobody will ever ask that worker
            self._jobs.put(discard)
            raise
        if isinstance(started, BaseException):
            raise started
        return started

    def end(self, worker: Worker) -> None:
        """Kills a worker; one that takes long to give back its memory is waited for aside."""
        if not worker.kill():
            self._jobs.put(worker.reap)

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=self._every_s)
            except queue.Empty:
                self._tidy_up()
            else:
                job()
