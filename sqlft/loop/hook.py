"""Execution accuracy for a model while it is trained, through the corridor that is asked later."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlft.config import Recipe
from sqlft.evaluate import Question, Rate, read_questions, rules_with, score, summary_of, wilson
from sqlft.loop.answering import predictions
from sqlft.model import LoadedModel
from sqlft.train.hook import Hook
from sqlft.train.material import sampled


def execution_hook(recipe: Recipe, *, confirming: bool = False) -> Hook | None:
    """What measures the recipe's validation sample; none where it does not ask for that.

    Args:
        confirming: it measures on questions outside that sample instead.

    Raises:
        InputError: the validation data cannot be read.
    """
    of = recipe.validation
    if of.data is None or not of.execution:
        return None
    every = [q for q in read_questions(Path(of.data)) if of.split in (None, q.example.split)]
    if confirming:
        from sqlft.train.search import confirming_of

        chosen = confirming_of(every, of.examples)[: of.execution]
    else:
        chosen = sampled(every, "validation", of.examples)[: of.execution]
    hook = _Execution(recipe=recipe, questions=tuple(chosen))
    return Hook(measure=hook, bounds=lambda rate: wilson(Rate(hits=rate.hits, total=rate.total)))


@dataclass(frozen=True, kw_only=True)
class _Execution:
    """Asks the same questions each time, in the same order, as far as the time reaches."""

    recipe: Recipe
    questions: tuple[Question, ...]

    def __call__(self, model: Any, tokenizer: Any, step: int) -> Rate:
        from sqlft.generate import LocalGenerator
        from sqlft.train.trainable import as_one

        within_s = self.recipe.validation.execution_s
        with as_one(model) as key:
            generator = LocalGenerator(self._loaded(model, tokenizer, key))
            said = predictions(self.questions, generator, within_s=within_s)
        if not said:
            return Rate(hits=0, total=0)
        rule = self.recipe.validation.rule
        judged = score(self.questions[: len(said)], {"it": said}, rules_with(), rule)
        return summary_of(judged["it"], rule).accuracy[rule]

    def _loaded(self, model: Any, tokenizer: Any, key: str | None) -> LoadedModel:
        return LoadedModel(
            model=model,
            tokenizer=tokenizer,
            name=self.recipe.base,
            adapter="in training" if self.recipe.method == "lora" else None,
            adapter_key=key,
            layout=self.recipe.layout,
            device=str(model.device).partition(":")[0],
            dtype="nf4" if self.recipe.quantize == "nf4" else str(model.dtype).partition(".")[2],
            digest=None,
        )
