"""One writes at a time; who reads ahead gives way to who asks."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager

from sqlft.model import Cancel

Prefix = tuple[str | None, tuple[int, ...]]
"""What questions share: the adapter that reads, and the ids that it reads first."""

_LOOK_S = 0.05


class Turns:
    """A lock that knows what those who wait for it want. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self._waiting: list[Set[Prefix]] = []

    @contextmanager
    def turn(self, cancel: Cancel | None, *, wants: Set[Prefix] = frozenset()) -> Iterator[bool]:
        """Whether it is this thread's turn; false where it was cancelled before.

        Args:
            wants: the prefixes that a question needs; none for work that nobody waits for.
        """
        with self._counting:
            self._waiting.append(wants)
        try:
            taken = self._taken(cancel)
        finally:
            with self._counting:
                self._waiting.remove(wants)
        try:
            yield taken
        finally:
            if taken:
                self._lock.release()

    def is_wanted_without(self, prefix: Prefix) -> bool:
        """Somebody waits to ask who has no use for the prefix."""
        with self._counting:
            return any(wants and wants != {prefix} for wants in self._waiting)

    def _taken(self, cancel: Cancel | None) -> bool:
        while not self._lock.acquire(timeout=_LOOK_S):
            if cancel is not None and cancel():
                return False
        return True
