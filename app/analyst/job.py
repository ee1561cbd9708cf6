"""One question on its way: it runs beside the page, which looks at it and may stop it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlft.ask import OnStage
from sqlft.errors import SqlftError
from sqlft.model import Cancel

Work = Callable[[OnStage, Cancel], Any]

STAGES = {
    "model": "Loading the model",
    "schema": "Reading the schema",
    "prompt": "Finding values and terms",
    "generate": "Writing SQL",
    "repair": "Mending it",
    "check": "Checking it",
    "execute": "Running it",
}

UNSEEN_S = 60.0
"""Seconds that work goes on without anybody who looks at it: a model serves one at a time."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of a job, with its seconds so far or in all."""

    name: str
    seconds: float
    done: bool


@dataclass(eq=False)
class Job:
    """Work in a thread of its own; ``result`` or ``error`` is there once ``done`` is true."""

    work: Work
    stays: bool = False
    """It goes on though nobody looks at it."""
    result: Any = None
    error: SqlftError | None = None
    _begun: list[tuple[str, float]] = field(default_factory=list)
    _ended: float | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _finished: threading.Event = field(default_factory=threading.Event)
    _looked_at: float = field(default_factory=time.monotonic)

    def start(self) -> Job:
        """Begins the work."""
        threading.Thread(target=self._run, name="sqlft-question", daemon=True).start()
        return self

    @property
    def done(self) -> bool:
        return self._finished.is_set()

    @property
    def stopping(self) -> bool:
        """Somebody pressed stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Asks the work to end; it does so within a fraction of a second."""
        self._stop.set()

    def look(self) -> None:
        """Says that somebody still waits for it."""
        self._looked_at = time.monotonic()

    def _ends(self) -> bool:
        """Stopped, or left: a window that was closed tells nobody, so the model asks."""
        left = not self.stays and time.monotonic() - self._looked_at > UNSEEN_S
        return left or self._stop.is_set()

    def wait(self, seconds: float) -> bool:
        """True once it is done, at most so many seconds from now."""
        return self._finished.wait(seconds)

    @property
    def stages(self) -> list[Stage]:
        """What it did so far, in order."""
        begun, now = list(self._begun), self._ended or time.perf_counter()
        ends = [*(start for _, start in begun[1:]), now][: len(begun)]
        last = len(begun) - 1
        return [
            Stage(name=name, seconds=end - start, done=self.done or place < last)
            for place, ((name, start), end) in enumerate(zip(begun, ends, strict=True))
        ]

    def _run(self) -> None:
        try:
            self.result = self.work(self._on_stage, self._ends)
        except SqlftError as error:
            self.error = error
        except Exception as error:  # a defect of ours: one line for the analyst, no traceback
            said = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
            self.error = SqlftError(
                f"something went wrong inside sqlft ({said})",
                hint="try again; if it happens twice, please report it",
            )
        finally:
            self._ended = time.perf_counter()
            self._finished.set()

    def _on_stage(self, name: str) -> None:
        self._begun.append((name, time.perf_counter()))
