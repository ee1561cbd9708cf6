"""Keys and values of prompt beginnings that questions over one schema share."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

KEPT_MIB = 1024
"""MiB of keys and values kept. A token of the embedded model takes 23 KiB: 45,000 tokens."""


class Prefixes:
    """The prefixes read last, least recently used out first. Safe to use from several threads.

    A prefix is known by its ids and the adapter that read them. What is kept is never changed:
    whoever takes it makes a copy of what is extended.
    """

    def __init__(self, kept_mib: int = KEPT_MIB) -> None:
        self._room = kept_mib * 2**20
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._bytes = 0

    def take(self, key: Hashable) -> Any | None:
        """What is kept under the key, or none."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: Hashable, held: Any, size_bytes: int) -> None:
        """Keeps it, where it fits at all."""
        if size_bytes > self._room:
            return
        with self._lock:
            self._drop(key)
            self._kept[key] = (held, size_bytes)
            self._bytes += size_bytes
            while self._bytes > self._room:
                self._drop(next(iter(self._kept)))

    @property
    def size_bytes(self) -> int:
        """Bytes of all that is kept."""
        return self._bytes

    def _drop(self, key: Hashable) -> None:
        if key in self._kept:
            self._bytes -= self._kept.pop(key)[1]
