"""Predictions judged against a dataset's golds, two at a time."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from sqlft.compare import Rule
from sqlft.config import Progress
from sqlft.errors import InputError
from sqlft.evaluate.judgement import Judgement, judge
from sqlft.evaluate.prediction import Prediction
from sqlft.evaluate.question import Question
from sqlft.evaluate.running import RunLimits, Runs

JOBS = 2

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

    def work(places: _Task) -> int:
        runs = Runs(limits=limits or RunLimits(), cancel=stopped.is_set)
        for place in places:
            for name, predictions in predictors.items():
                if stopped.is_set():
                    return 0
                judged[name][place] = judge(
                    questions[place], predictions[place], rules, headline, runs
                )
        return len(places)

    with ThreadPoolExecutor(jobs, thread_name_prefix="sqlft-score") as executor:
        waiting = [executor.submit(work, task) for task in _tasks(questions, jobs)]
        try:
            _follow(waiting, len(questions), progress)
        finally:
            stopped.set()
            executor.shutdown(wait=False, cancel_futures=True)
    return {name: tuple(one for one in found if one is not None) for name, found in judged.items()}


def _follow(waiting: Sequence[Future[int]], total: int, progress: Progress | None) -> None:
    done = 0
    for finished in as_completed(waiting):
        done += finished.result()
        if progress is not None:
            progress("scoring", done / total)


def _tasks(questions: Sequence[Question], jobs: int) -> list[_Task]:
    """Places of questions by database, the most first; a database larger than a fair share is cut.

    A worker process has one database open: going back and forth would start many.
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
