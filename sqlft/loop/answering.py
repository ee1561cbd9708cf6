"""Questions through the corridor, side by side, as far as a time reaches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from sqlft.config import Decoding, Limits, Progress
from sqlft.config.evaluation import Asking
from sqlft.errors import InputError
from sqlft.evaluate import Prediction, Question
from sqlft.evaluate.corridor import Asked, AskedAgainError, answer_of, prediction_of
from sqlft.evaluate.predictor import Predictor
from sqlft.evaluate.prompting import Prompter, asked_of
from sqlft.evaluate.shots import Pool
from sqlft.model import Generator, Reply
from sqlft.prompt import layout

AT_ONCE = 16
"""Questions whose answers are written side by side; between two such batches the time is looked
at."""


def predictions(
    questions: Sequence[Question],
    generator: Generator,
    *,
    within_s: float = float("inf"),
    progress: Progress | None = None,
) -> tuple[Prediction, ...]:
    """What the model says to the first questions: to all of them, if the time reaches.

    They are asked as `sqlft ask` asks an adapter: with matched values and notes, greedily. A
    question that cannot be asked is an outcome, and stops nothing.

    Args:
        within_s: seconds after which no further batch is begun.
    """
    deadline = time.monotonic() + within_s
    found: list[Prediction] = []
    for batch in _batches(questions):
        if time.monotonic() >= deadline:
            break
        found += _answered(batch, generator)
        if progress is not None:
            progress("asking", len(found) / len(questions))
    return tuple(found)


def _batches(questions: Sequence[Question]) -> Iterator[Sequence[Question]]:
    for start in range(0, len(questions), AT_ONCE):
        yield questions[start : start + AT_ONCE]


def _answered(batch: Sequence[Question], generator: Generator) -> list[Prediction]:
    asked = [_asked(question) for question in batch]
    prompter = Prompter(
        predictor=Predictor(name="it", asking=Asking(strategy="rag")),
        layout=layout(generator.layout),
        pool=Pool(members=()),
        in_domain=False,
        limits=Limits(),
    )
    decoding = Decoding()
    prompts = [prompter.first(one).prompt for one in asked if isinstance(one, Asked)]
    replies = iter(generator.generate(prompts, decoding))
    return [
        _concluded(one, next(replies), generator, decoding) if isinstance(one, Asked) else one
        for one in asked
    ]


def _concluded(
    asked: Asked, first: tuple[Reply, ...], generator: Generator, decoding: Decoding
) -> Prediction:
    """What the corridor makes of the replies; it may ask the model once more."""
    said = [first]
    while True:
        try:
            answer = answer_of(
                asked,
                said,
                layout=generator.layout,
                adapter=None,  # of an adapter in training, nothing is calibrated
                decoding=decoding,
                limits=Limits(),
            )
        except AskedAgainError as again:
            said += generator.generate([again.prompt], again.decoding)
        else:
            return prediction_of(answer, said[-1])


def _asked(question: Question) -> Asked | Prediction:
    try:
        return asked_of(question)
    except InputError as error:
        return Prediction(error=error.message)
