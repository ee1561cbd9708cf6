"""Interrupts a statement when its time is up; one thread for all that a worker runs."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable


class Deadline:
    """Of one statement at a time: ``start`` before it, ``stop`` after it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due = math.inf
        self._wakes_at = math.inf
        self._interrupt: Callable[[], None] | None = None
        threading.Thread(target=self._watch, daemon=True).start()

    def start(self, seconds: float, interrupt: Callable[[], None]) -> None:
        """From now on ``interrupt`` is called, by another thread, after so many seconds."""
        with self._changed:
            self._due, self._interrupt = time.monotonic() + seconds, interrupt
            if self._due < self._wakes_at:  # seldom: the watch mostly sleeps for an earlier one
                self._changed.notify()

    def stop(self) -> None:
        """No interrupt comes after this."""
        with self._changed:
            self._due, self._interrupt = math.inf, None

    @property
    def struck(self) -> bool:
        """Whether the time is up, of a statement that was started."""
        with self._changed:
            return self._interrupt is None or time.monotonic() >= self._due

    def _watch(self) -> None:
        with self._changed:
            while True:
                self._wakes_at = self._due
                left_s = self._due - time.monotonic()
                if left_s > 0:
                    self._changed.wait(min(left_s, threading.TIMEOUT_MAX))
                elif self._interrupt is not None:
                    interrupt, self._interrupt, self._due = self._interrupt, None, math.inf
                    interrupt()
                else:
                    self._due = math.inf
