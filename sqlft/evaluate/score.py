"""Predictions judged against a dataset's golds, two at a time."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import tee

from sqlft.compare import Rule
from sqlft.config import Progress
from sqlft.errors import InputError
from sqlft.evaluate.judgement import Judgement, judge
from sqlft.evaluate.match import queries
from sqlft.evaluate.prediction import Prediction
from sqlft.evaluate.question import Question
from sqlft.evaluate.running import Query, RunLimits, Runs

JOBS = 2
_TELL_S = 0.2
"""How often progress is told."""

_Task = Sequence[int]


def score(
    questions: Sequence[Question],
    predictors: Mapping[str, Sequence[Prediction]],
    rules: Mapping[str, Rule],
    headline: str,
    *,
    limits: RunLimits | None = None,
    jobs: int = JOBS,
    progress: Progress | None = None,
) -> dict[str, tuple[Judgement, ...]]:
    """The judgements of each predictor, in the questions' order.

    A query that several predictions or golds share runs once.

    Args:
        predictors: by name, one prediction for each question.
        rules: by name, as ``rules_with``.
        headline: the rule that outcomes are told under.

    Raises:
        InputError: no question, or a database that can no longer be read.
    """
    if not questions:
        raise InputError("there is no question to score")
    judged: dict[str, list[Judgement | None]] = {n: [None] * len(questions) for n in predictors}
    stopped = threading.Event()
    open_tasks = deque(_tasks(questions, jobs))

    def work() -> None:
        runs = Runs(limits=limits or RunLimits(), cancel=stopped.is_set)
        # Queries are taken from the same places a little earlier than these are judged.
        places, early_places = tee(_taken(open_tasks))
        with runs.ahead(_queries(early_places, questions, predictors, rules)):
            for place in places:
                for name, predictions in predictors.items():
                    if stopped.is_set():
                        return
                    judged[name][place] = judge(
                        questions[place], predictions[place], rules, headline, runs
                    )

    with ThreadPoolExecutor(jobs, thread_name_prefix="sqlft-score") as executor:
        waiting = {executor.submit(work) for _ in range(jobs)}
        last = judged[next(reversed(judged))] if judged else []
        try:
            _follow(waiting, last, progress)
        finally:
            stopped.set()
            executor.shutdown(wait=False, cancel_futures=True)
    return {name: tuple(one for one in found if one is not None) for name, found in judged.items()}


def _taken(open_tasks: deque[_Task]) -> Iterator[int]:
    """Places, task by task, until nobody has one left."""
    while True:
        try:
            task = open_tasks.popleft()
        except IndexError:
            return
        yield from task


def _queries(
    places: Iterable[int],
    questions: Sequence[Question],
    predictors: Mapping[str, Sequence[Prediction]],
    rules: Mapping[str, Rule],
) -> Iterator[Query]:
    for place in places:
        said = [predictions[place] for predictions in predictors.values()]
        texts = [one.sql for one in said if one.sql and one.failure is None and not one.refused]
        yield from queries(questions[place], texts, rules.values())


def _follow(
    waiting: set[Future[None]], judged: Sequence[Judgement | None], progress: Progress | None
) -> None:
    while waiting:
        done, waiting = wait(waiting, None if progress is None else _TELL_S, FIRST_COMPLETED)
        for finished in done:
            finished.result()
        if progress is not None:
            progress("scoring", 1 - judged.count(None) / len(judged) if judged else 1.0)


def _tasks(questions: Sequence[Question], jobs: int) -> list[_Task]:
    """Places of questions by database, the most first; a database larger than a fair share is cut.

    A worker process keeps one database open: going back and forth would open it many times.
    """
    by_database: defaultdict[str, list[int]] = defaultdict(list)
    for place, question in enumerate(questions):
        by_database[question.example.database].append(place)
    fair = -(-len(questions) // jobs)
    parts = [
        places[start : start + fair]
        for places in by_database.values()
        for start in range(0, len(places), fair)
    ]
    return sorted(parts, key=len, reverse=True)
