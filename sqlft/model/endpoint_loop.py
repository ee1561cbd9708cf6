"""Work that waits on the network, stopped the moment someone says so."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from sqlft.model.generator import Cancel

_LOOK_S = 0.05
_LEAVE_S = 0.1


def run_until_cancelled(work: Coroutine[Any, Any, None], cancel: Cancel | None) -> bool:
    """Whether the work came to its end; false where ``cancel`` stopped it before.

    It runs in a thread and an event loop of its own, so that a caller within a running loop may
    wait for it too, and so that a stop closes its connections at once. ``cancel`` is asked in the
    caller's thread.
    """
    loop = asyncio.new_event_loop()
    task = loop.create_task(work)
    ended = threading.Event()

    def run() -> None:
        try:
            with suppress(BaseException):  # kept by the task, for the caller
                loop.run_until_complete(task)
        finally:
            # Not asyncio.run: it would wait for a name server that does not answer.
            loop.close()
            ended.set()

    threading.Thread(target=run, name="sqlft-endpoint", daemon=True).start()
    try:
        while not ended.wait(_LOOK_S):
            if cancel is not None and cancel():
                return False
    finally:
        if not ended.is_set():  # cancelled, or interrupted
            with suppress(RuntimeError):  # the loop was closed in between
                loop.call_soon_threadsafe(task.cancel)
            ended.wait(_LEAVE_S)
    task.result()
    return True
