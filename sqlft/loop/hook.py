"""Execution accuracy for a model while it is trained, through the corridor that is asked later."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlft.config import Decoding, Limits, Recipe
from sqlft.config.evaluation import Asking
from sqlft.errors import InputError
from sqlft.evaluate import (
    Prediction,
    Question,
    Rate,
    read_questions,
    rules_with,
    score,
    summary_of,
    wilson,
)
from sqlft.evaluate.corridor import Asked, answer_of, prediction_of
from sqlft.evaluate.predictor import Predictor
from sqlft.evaluate.prompting import Prompter, asked_of
from sqlft.evaluate.shots import Pool
from sqlft.model import LoadedModel
from sqlft.prompt import layout
from sqlft.train.hook import Hook
from sqlft.train.material import sampled

AT_ONCE = 16
"""Questions whose answers are written side by side; between two such batches the time is looked
at."""


def execution_hook(recipe: Recipe) -> Hook | None:
    """What measures the recipe's validation sample; none where it does not ask for that.

    Raises:
        InputError: the validation data cannot be read.
    """
    of = recipe.validation
    if of.data is None or not of.execution:
        return None
    every = [q for q in read_questions(Path(of.data)) if of.split in (None, q.example.split)]
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

        generator = LocalGenerator(self._loaded(model, tokenizer))
        deadline = time.monotonic() + self.recipe.validation.execution_s
        predictions: list[Prediction] = []
        for batch in _batches(self.questions):
            if time.monotonic() >= deadline:
                break
            predictions += self._answered(batch, generator)
        if not predictions:
            return Rate(hits=0, total=0)
        asked, rule = self.questions[: len(predictions)], self.recipe.validation.rule
        judged = score(asked, {"it": predictions}, rules_with(), rule)
        return summary_of(judged["it"], rule).accuracy[rule]

    def _loaded(self, model: Any, tokenizer: Any) -> LoadedModel:
        return LoadedModel(
            model=model,
            tokenizer=tokenizer,
            name=self.recipe.base,
            adapter="in training" if self.recipe.method == "lora" else None,
            layout=self.recipe.layout,
            device=str(model.device).partition(":")[0],
            dtype="nf4" if self.recipe.quantize == "nf4" else str(model.dtype).partition(".")[2],
            digest=None,
        )

    def _answered(self, batch: Sequence[Question], generator: Any) -> list[Prediction]:
        """The batch's predictions; a question that cannot be asked is an outcome, no stop."""
        asked = [_asked(question) for question in batch]
        can_be = [one for one in asked if isinstance(one, Asked)]
        prompter = Prompter(
            predictor=Predictor(name="it", asking=Asking(strategy="rag")),
            layout=layout(self.recipe.layout),
            pool=Pool(members=()),
            in_domain=False,
            limits=Limits(),
        )
        prompts = [prompter.first(one).prompt for one in can_be]
        decoding = Decoding()
        replies = iter(generator.generate(prompts, decoding))
        found = []
        for one in asked:
            if isinstance(one, Prediction):
                found.append(one)
                continue
            said = next(replies)
            answer = answer_of(one, said, self.recipe.layout, decoding, Limits())
            found.append(prediction_of(answer, said))
        return found


def _batches(questions: Sequence[Question]) -> Iterator[Sequence[Question]]:
    for start in range(0, len(questions), AT_ONCE):
        yield questions[start : start + AT_ONCE]


def _asked(question: Question) -> Asked | Prediction:
    try:
        return asked_of(question)
    except InputError as error:
        return Prediction(error=error.message)
