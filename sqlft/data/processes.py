"""Calls spread over processes that end when their parent does."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

Run = Callable[[Sequence[tuple[Any, ...]], Callable[[int], None]], None]
"""Makes every call (a function and its arguments), telling how many are done; the first exception
ends it."""

_WATCH_EVERY_S = 1.0


@contextmanager
def processes(count: int) -> Iterator[Run]:
    """Runs calls in so many processes; in this one for a count of 1."""
    if count == 1:
        yield _run_here
        return
    # spawned: this process may have threads (progress, workers), which a fork would leave broken
    pool = ProcessPoolExecutor(count, get_context("spawn"), _end_with_parent)
    try:
        yield lambda calls, done: _run_in(pool, 2 * count, calls, done)
    finally:
        pool.shutdown(cancel_futures=True)


def _run_here(calls: Sequence[tuple[Any, ...]], done: Callable[[int], None]) -> None:
    for number, (function, *arguments) in enumerate(calls, 1):
        function(*arguments)
        done(number)


def _run_in(
    pool: ProcessPoolExecutor,
    waiting_at_most: int,
    calls: Sequence[tuple[Any, ...]],
    done: Callable[[int], None],
) -> None:
    left = iter(calls)
    running = {pool.submit(*call) for call in itertools.islice(left, waiting_at_most)}
    finished = 0
    while running:
        ended: set[Future[None]]
        ended, running = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            future.result()
            finished += 1
            running.update(pool.submit(*call) for call in itertools.islice(left, 1))
        done(finished)


def _end_with_parent() -> None:
    """Ends this process soon after the one that started it, however that one ends."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_EVERY_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
