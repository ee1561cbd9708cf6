"""The second half of an evaluation begins: recorded replies become predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlft.config import Limits, Progress
from sqlft.errors import InputError
from sqlft.evaluate.completion import Completion, read_completions
from sqlft.evaluate.corridor import answer_of, prediction_of
from sqlft.evaluate.prediction import Prediction
from sqlft.evaluate.predictor import Predictor
from sqlft.evaluate.prompting import asked_of
from sqlft.evaluate.question import Question
from sqlft.evaluate.run_folder import RunFolder
from sqlft.prompt import extract, layout

_THREADS = 2


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a predictor said to one question, and what saying it took."""

    prediction: Prediction
    reply: str | None
    """The first candidate, as it came."""
    prose: bool | None
    """Something besides SQL or a refusal came; none where nothing came."""
    prompt_tokens: int | None
    output_tokens: int | None
    """Of all steps and candidates; none where the model does not tell."""
    seconds: float
    together: int


def read_replies(
    run: RunFolder,
    questions: Sequence[Question],
    *,
    place: int,
    predictor: Predictor,
    limits: Limits,
    progress: Progress | None = None,
) -> tuple[Said, ...]:
    """What the predictor said to each question, in the questions' order.

    Replies are extracted, checked and run as ``sqlft ask`` does it, now: a better extraction tells
    of old replies too.

    Raises:
        InputError: replies are missing, or a database can no longer be read.
    """
    layout_name = run.written.get(predictor.name)
    found = read_completions(run.replies(place, predictor.name))
    if layout_name is None or any((one.example.id, 1) not in found for one in questions):
        raise InputError(
            f"{run.path} has no reply of {predictor.name} to some questions",
            hint="the run was stopped: give the same `sqlft eval` command again",
        )
    chosen: str = layout_name

    def read(question: Question) -> Said:
        return _said(question, found, predictor, chosen, limits)

    said = []
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="sqlft-read") as executor:
        for number, one in enumerate(executor.map(read, questions), 1):
            said.append(one)
            if progress is not None:
                progress(f"{predictor.name}: reading replies", number / len(questions))
    return tuple(said)


def _said(
    question: Question,
    found: Mapping[tuple[str, int], Completion],
    predictor: Predictor,
    layout_name: str,
    limits: Limits,
) -> Said:
    steps = [found[key] for step in (1, 2) if (key := (question.example.id, step)) in found]
    last = steps[-1]
    replies = last.replies
    reply = replies[0].text if replies else None
    return Said(
        prediction=_prediction(question, steps, predictor, layout_name, limits),
        reply=reply,
        prose=None if reply is None else extract(reply, layout(layout_name)).prose,
        prompt_tokens=_total([_prompt_tokens(one) for one in steps]),
        output_tokens=_total([r.output_tokens for one in steps for r in one.replies]),
        seconds=sum(one.seconds for one in steps),
        together=last.together,
    )


def _prediction(
    question: Question,
    steps: Sequence[Completion],
    predictor: Predictor,
    layout_name: str,
    limits: Limits,
) -> Prediction:
    last = steps[-1]
    if last.error is not None or not last.replies:
        return Prediction(error=last.error or "there is no reply")
    # A second prompt of a strategy takes the first one's place; one of the corridor follows it.
    strategic = predictor.asking.strategy in ("plan", "self-correct")
    said = [one.replies for one in (steps[-1:] if strategic else steps)]
    answer = answer_of(
        asked_of(question),
        said,
        layout=layout_name,
        adapter=predictor.adapter,
        decoding=predictor.decoding,
        limits=limits,
    )
    return prediction_of(answer, said[-1])


def _prompt_tokens(one: Completion) -> int | None:
    return one.replies[0].prompt_tokens if one.replies else 0


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
