"""What happens between the steps of a training: it is written down, sealed, shown and ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from sqlft.train.checkpoints import prune, seal
from sqlft.train.history import History, Look, Step, append

Told = Callable[["At"], None]


@dataclass(frozen=True, kw_only=True)
class At:
    """Where a training stands."""

    step: int
    steps: int
    loss: float
    tokens_per_s: float
    examples_per_s: float
    left_s: float
    """Seconds until the last step at the pace so far, or until the minutes are over."""
    share: float
    """Of the steps or of the minutes, whichever is further: what is over, 0 to 1."""
    look: Look | None = None
    """What was found just now, where it was looked."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one step reads."""

    tokens: int
    examples: int


class Keeper(TrainerCallback):
    """Writes every step into the history, and tells of it.

    Args:
        loads: what each step reads, from the first on.
        max_minutes: when steps end at the latest; 0: with the last one.
    """

    def __init__(
        self,
        path: Path,
        history: History,
        loads: Sequence[Load],
        *,
        max_minutes: float = 0.0,
        told: Told | None = None,
    ) -> None:
        self._path = path
        self._max_s = max_minutes * 60 or float("inf")
        self._loads = loads
        self._told = told
        self._before_s = history.seconds
        self._first = history.steps[-1].step if history.steps else 0
        self._paused_s = 0.0
        self._began = 0.0
        self.steps: list[Step] = list(history.steps)
        self.looks: list[Look] = list(history.looks)

    def on_train_begin(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        self._began, self._paused_s = time.monotonic(), 0.0

    @property
    def begun(self) -> bool:
        """This process has begun to take steps."""
        return self._began > 0

    @property
    def seconds(self) -> float:
        """Spent on steps, before an interruption too."""
        return self._before_s + time.monotonic() - self._began - self._paused_s

    def on_log(
        self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any
    ) -> None:
        if not state.is_world_process_zero or logs is None or "loss" not in logs:
            return
        load = self._loads[state.global_step - 1]
        made = Step(
            step=state.global_step,
            loss=logs["loss"],
            learning_rate=logs["learning_rate"],
            grad_norm=logs.get("grad_norm"),
            tokens=load.tokens,
            examples=load.examples,
            seconds=self.seconds,
        )
        append(self._path, made)
        self.steps.append(made)
        self._tell(state.max_steps)

    def looked(self, look: Look, steps: int) -> None:
        """Writes down what a look found; the time that it took is not the steps'."""
        self._paused_s += look.seconds
        append(self._path, look)
        self.looks.append(look)
        self._tell(steps, look)

    def _tell(self, steps: int, look: Look | None = None) -> None:
        if self._told is None or not self.steps:
            return
        last, now = self.steps[-1], [one for one in self.steps if one.step > self._first]
        seconds = max(1e-9, last.seconds - self._before_s)
        pace = max(1, len(now)) / seconds
        self._told(
            At(
                step=last.step,
                steps=steps,
                loss=last.loss,
                tokens_per_s=sum(one.tokens for one in now) / seconds,
                examples_per_s=sum(one.examples for one in now) / seconds,
                left_s=max(0.0, min((steps - last.step) / pace, self._max_s - last.seconds)),
                share=min(1.0, max(last.step / steps, last.seconds / self._max_s)),
                look=look,
            )
        )


class Sealer(TrainerCallback):
    """Makes each checkpoint count once it is whole, and removes those that are too old."""

    def __init__(self, folder: Path, keep: int) -> None:
        self._folder = folder
        self._keep = keep

    def on_save(self, args: Any, state: Any, control: Any, **others: Any) -> None:
        if state.is_world_process_zero:
            seal(self._folder / f"checkpoint-{state.global_step}")
            prune(self._folder, self._keep)


class Ender(TrainerCallback):
    """Ends a training whose time is over, or that has not become better for too many looks."""

    def __init__(self, keeper: Keeper, *, max_minutes: float, patience: int, best_by: str) -> None:
        self._keeper = keeper
        self._max_s = max_minutes * 60
        self._patience = patience
        self._best_by = best_by
        self.why: str | None = None

    def time_used(self) -> float:
        """The part of the allowed minutes that is over; before the first step, none of it."""
        return self._keeper.seconds / self._max_s if self._keeper.begun else 0.0

    def on_step_end(self, args: Any, state: Any, control: Any, **others: Any) -> Any:
        if self._max_s and _first_says(self._keeper.seconds > self._max_s, args):
            self.why = "its minutes are over"
            control.should_training_stop = True
        return control

    def on_evaluate(self, args: Any, state: Any, control: Any, **others: Any) -> Any:
        history = History(looks=tuple(self._keeper.looks))
        if self._patience and history.looks_since_best(self._best_by) >= self._patience:
            self.why = f"{self._patience} looks found no new best"
            control.should_training_stop = True
        return control


def _first_says(answer: bool, args: Any) -> bool:
    """What the first process says: clocks differ, and all must stop at the same step."""
    if args.world_size == 1:
        return answer
    import torch

    told = torch.tensor([int(answer)], device=args.device)
    torch.distributed.broadcast(told, src=0)
    return bool(told.item())
