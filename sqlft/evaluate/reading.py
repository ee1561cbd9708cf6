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
from sqlft.model import Reply
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


@dataclass(frozen=True, kw_only=True)
class _Source:
    """A predictor with everything that it replied."""

    predictor: Predictor
    layout: str
    found: Mapping[tuple[str, int], Completion]


def read_replies(
    run: RunFolder,
    questions: Sequence[Question],
    *,
    place: int,
    predictor: Predictor,
    limits: Limits,
    progress: Progress | None = None,
) -> tuple[Said, ...]:
    """What one predictor said to each question; see ``read_all_replies``."""
    sources = [_source(run, questions, place, predictor)]
    return _read(sources, questions, limits, progress)[predictor.name]


def read_all_replies(
    run: RunFolder,
    questions: Sequence[Question],
    limits: Limits,
    *,
    progress: Progress | None = None,
) -> dict[str, tuple[Said, ...]]:
    """What each predictor said to each question, in the questions' order.

    Replies are extracted, checked and run as ``sqlft ask`` does it, now: a better extraction tells
    of old replies too.

    Raises:
        InputError: replies are missing, or a database can no longer be read.
    """
    sources = [_source(run, questions, place, one) for place, one in enumerate(run.predictors)]
    return _read(sources, questions, limits, progress)


def _source(
    run: RunFolder, questions: Sequence[Question], place: int, predictor: Predictor
) -> _Source:
    layout_name = run.written.get(predictor.name)
    found = read_completions(run.replies(place, predictor.name))
    if layout_name is None or any((one.example.id, 1) not in found for one in questions):
        raise InputError(
            f"{run.path} has no reply of {predictor.name} to some questions",
            hint="the run was stopped: give the same `sqlft eval` command again",
        )
    return _Source(predictor=predictor, layout=layout_name, found=found)


def _read(
    sources: Sequence[_Source],
    questions: Sequence[Question],
    limits: Limits,
    progress: Progress | None,
) -> dict[str, tuple[Said, ...]]:
    """By database, so that each is opened once: a worker process holds one."""
    order = sorted(range(len(questions)), key=lambda place: questions[place].example.database)
    said: dict[str, dict[int, Said]] = {one.predictor.name: {} for one in sources}

    def read(place: int) -> list[Said]:
        return _said_to(questions[place], sources, limits)

    with ThreadPoolExecutor(_THREADS, thread_name_prefix="sqlft-read") as executor:
        for number, (place, found) in enumerate(
            zip(order, executor.map(read, order), strict=True), 1
        ):
            for source, one in zip(sources, found, strict=True):
                said[source.predictor.name][place] = one
            if progress is not None:
                progress("reading replies", number / len(order))
    return {
        name: tuple(found[place] for place in range(len(questions))) for name, found in said.items()
    }


def _said_to(question: Question, sources: Sequence[_Source], limits: Limits) -> list[Said]:
    """What each said to one question; predictors often say the same, which is looked at once."""
    known: dict[object, Prediction] = {}
    return [_said(question, source, limits, known) for source in sources]


def _said(
    question: Question, source: _Source, limits: Limits, known: dict[object, Prediction]
) -> Said:
    key = question.example.id
    steps = [source.found[(key, step)] for step in (1, 2) if (key, step) in source.found]
    last = steps[-1]
    reply = last.replies[0].text if last.replies else None
    return Said(
        prediction=_prediction(question, steps, source, limits, known),
        reply=reply,
        prose=None if reply is None else extract(reply, layout(source.layout)).prose,
        prompt_tokens=_total([_prompt_tokens(one) for one in steps]),
        output_tokens=_total([r.output_tokens for one in steps for r in one.replies]),
        seconds=sum(one.seconds for one in steps),
        together=last.together,
    )


def _prediction(
    question: Question,
    steps: Sequence[Completion],
    source: _Source,
    limits: Limits,
    known: dict[object, Prediction],
) -> Prediction:
    predictor, last = source.predictor, steps[-1]
    if last.error is not None or not last.replies:
        return Prediction(error=last.error or "there is no reply")
    # A second prompt of a strategy takes the first one's place; one of the corridor follows it.
    strategic = predictor.asking.strategy in ("plan", "self-correct")
    said = tuple(one.replies for one in (steps[-1:] if strategic else steps))
    key = (_decisive(said, predictor), source.layout, predictor.adapter, predictor.decoding)
    if key not in known:
        answer = answer_of(
            asked_of(question),
            said,
            layout=source.layout,
            adapter=predictor.adapter,
            decoding=predictor.decoding,
            limits=limits,
        )
        known[key] = prediction_of(answer, said[-1])
    return known[key]


def _decisive(said: tuple[tuple[Reply, ...], ...], predictor: Predictor) -> object:
    """What decides the corridor's answer: of a single reply without a calibration, its text."""
    if predictor.adapter is not None or any(len(replies) > 1 for replies in said):
        return said
    return tuple((one.text, one.finish) for replies in said for one in replies)


def _prompt_tokens(one: Completion) -> int | None:
    return one.replies[0].prompt_tokens if one.replies else 0


def _total(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
