"""Keys and values of prompt beginnings that questions over one schema share."""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

KEPT_MIB = 1024
"""MiB of keys and values kept. A token of the embedded model takes 23 KiB: 45,000 tokens."""


class Prefixes:
    """The prefixes read last, least recently used out first. Safe to use from several threads.

    What is kept is never handed out itself: a reader extends its copy.
    """

    def __init__(self, kept_mib: int = KEPT_MIB) -> None:
        self._room = kept_mib * 2**20
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, ...], Any] = OrderedDict()

    def take(self, ids: Sequence[int]) -> Any | None:
        """A copy of the cache that holds exactly these ids, or none."""
        with self._lock:
            found = self._kept.get(tuple(ids))
            if found is None:
                return None
            self._kept.move_to_end(tuple(ids))
        return copy.deepcopy(found)

    def keep(self, ids: Sequence[int], cache: Any) -> None:
        """Keeps a copy of the cache of these ids, where it fits at all."""
        if bytes_of(cache) > self._room:
            return
        held = copy.deepcopy(cache)
        with self._lock:
            self._kept[tuple(ids)] = held
            while sum(bytes_of(one) for one in self._kept.values()) > self._room:
                self._kept.popitem(last=False)


def bytes_of(cache: Any) -> int:
    """Bytes of a cache's keys and values."""
    return sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)
