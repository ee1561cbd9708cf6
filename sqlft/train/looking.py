"""What validation finds while a training runs."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import torch
from transformers import TrainingArguments

from sqlft.page import write_page
from sqlft.train.callbacks import Keeper
from sqlft.train.course import Course, Taught
from sqlft.train.curves import curves_page
from sqlft.train.history import History, Look
from sqlft.train.hook import Hook
from sqlft.train.plan import Share, plan
from sqlft.train.preparing import Prepared, course_of
from sqlft.train.result import save_result
from sqlft.train.run_folder import RunFolder
from sqlft.train.supervised import mean_loss


class Looking:
    """What validation finds, kept in the history; the best weights are kept on the disk."""

    def __init__(
        self,
        ready: Prepared,
        folder: RunFolder,
        hook: Hook | None,
        keeper: Keeper,
        arguments: TrainingArguments,
    ) -> None:
        self._ready = ready
        self._folder = folder
        self._hook = hook if ready.recipe.validation.execution else None
        self._keeper = keeper
        self._arguments = arguments
        self._validation = self._read(ready.material.validation)
        self._general = self._read(ready.material.general)

    @property
    def wanted(self) -> bool:
        """There is something to look at."""
        return self._validation is not None or self._general is not None

    def _read(self, what: Taught | None) -> Course | None:
        if what is None or not what.lessons:
            return None
        share = Share(numbers=range(len(what.lessons)), weight=1.0)
        batches = plan(what.lessons, [share], self._ready.recipe.packing, epochs=1, seed=0)
        return course_of(self._ready, what, batches)

    def __call__(self, model: Any, step: int) -> dict[str, float]:
        began = time.monotonic()
        state = torch.random.get_rng_state()
        found = self._look(model, step)
        torch.random.set_rng_state(state)
        look = replace(found, seconds=time.monotonic() - began)
        if self._arguments.process_index == 0:
            self._keep(model, look)
        values = {
            "eval_loss": look.loss,
            "eval_accuracy": look.accuracy,
            "eval_general_loss": look.general_loss,
        }
        return {name: value for name, value in values.items() if value is not None}

    def _look(self, model: Any, step: int) -> Look:
        loss = None if self._validation is None else mean_loss(model, self._validation)
        general = None if self._general is None else mean_loss(model, self._general)
        if self._hook is None or step == 0:  # a base that was not taught the layout says nothing
            return Look(step=step, loss=loss, general_loss=general)
        rate = self._hook.measure(model, self._ready.tokenizer, step)
        return Look(step=step, loss=loss, general_loss=general, hits=rate.hits, total=rate.total)

    def _keep(self, model: Any, look: Look) -> None:
        best_by = self._ready.recipe.validation.best_by
        before = History(looks=tuple(self._keeper.looks)).best(best_by)
        self._keeper.looked(look, self._arguments.max_steps)
        is_best = before is None or look.value(best_by) > before.value(best_by)
        if look.step > 0 and is_best and self._validation is not None:
            save_result(model, self._folder.best, self._ready.recipe)
        history = History(steps=tuple(self._keeper.steps), looks=tuple(self._keeper.looks))
        if history.steps:
            html = curves_page(self._folder.name, self._ready.recipe, self._ready.material, history)
            write_page(self._folder.page, html)
