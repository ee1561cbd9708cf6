"""What happened in a training, step by step: a file of JSON lines that survives a crash."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlft.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of the optimiser."""

    step: int
    loss: float
    """Of the step's batches, in nats an answer token."""
    learning_rate: float
    grad_norm: float | None
    tokens: int
    """Read in this step, padding aside."""
    examples: int
    seconds: float
    """Since training began, interruptions and looks aside."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one validation found."""

    step: int
    loss: float | None = None
    """In nats an answer token."""
    hits: int | None = None
    total: int | None = None
    """Questions whose answer was right, of those that were asked within the time there was."""
    general_loss: float | None = None
    seconds: float = 0.0
    """That it took."""

    @property
    def accuracy(self) -> float | None:
        """0 to 1; none where nothing was asked.

        >>> Look(step=1, hits=3, total=4).accuracy
        0.75
        """
        return self.hits / self.total if self.total and self.hits is not None else None

    def value(self, best_by: str) -> float:
        """Higher is better: the accuracy, or the loss turned round; NaN counts as the worst."""
        if best_by == "accuracy":
            return -math.inf if self.accuracy is None else self.accuracy
        return -math.inf if self.loss is None or math.isnan(self.loss) else -self.loss


@dataclass(frozen=True, kw_only=True)
class History:
    """All steps and looks, in order."""

    steps: tuple[Step, ...] = ()
    looks: tuple[Look, ...] = ()

    @property
    def seconds(self) -> float:
        """Spent on steps."""
        return self.steps[-1].seconds if self.steps else 0.0

    def until(self, step: int) -> History:
        """As it was when that step was done."""
        return History(
            steps=tuple(one for one in self.steps if one.step <= step),
            looks=tuple(one for one in self.looks if one.step <= step),
        )

    def best(self, best_by: str) -> Look | None:
        """The first of the best looks after training began; none before there is one."""
        looks = [look for look in self.looks if look.step > 0]
        return max(looks, key=lambda look: look.value(best_by), default=None)

    def looks_since_best(self, best_by: str) -> int:
        """How many looks came after it.

        >>> losses = [2.0, 1.0, 1.5]
        >>> looks = tuple(Look(step=at, loss=loss) for at, loss in enumerate(losses, 1))
        >>> History(looks=looks).looks_since_best("loss")
        1
        """
        best = self.best(best_by)
        return 0 if best is None else sum(look.step > best.step for look in self.looks)


def append(path: Path, entry: Step | Look) -> None:
    """Adds one entry to the file, on the disk when it returns."""
    line = json.dumps({"kind": type(entry).__name__.lower(), **asdict(entry)})
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_history(path: Path) -> History:
    """The history of a file; empty where there is none. A last line that was cut off is no entry.

    Raises:
        InputError: it cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return History()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    found: list[dict[str, Any]] = []
    for line in lines[:-1]:
        try:
            found.append(json.loads(line))
        except ValueError:
            raise InputError(f"{path} is damaged: {line[:40]!r} is not JSON") from None
    return History(
        steps=tuple(Step(**_bare(one)) for one in found if one["kind"] == "step"),
        looks=tuple(Look(**_bare(one)) for one in found if one["kind"] == "look"),
    )


def _bare(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "kind"}


def write_history(path: Path, history: History) -> None:
    """Replaces the file by one that holds this history, in the order of the steps."""
    entries: Sequence[Step | Look] = sorted(
        (*history.steps, *history.looks), key=lambda entry: (entry.step, isinstance(entry, Look))
    )
    lines = [json.dumps({"kind": type(e).__name__.lower(), **asdict(e)}) + "\n" for e in entries]
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
