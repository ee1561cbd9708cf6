"""The questions that someone got wrong, with both results to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlft.config import Progress
from sqlft.evaluate.question import Question
from sqlft.evaluate.sides import Side, sides

MOST = 300
"""Questions shown in one report; the others are in the run's predictions."""
_RAN = ("extra_columns", "missing_columns", "wrong_order", "empty_result", "wrong_rows")


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """One wrong thing that was said, by one predictor or several."""

    by: tuple[str, ...]
    outcome: str
    sql: str | None
    message: str | None
    gold_side: Side | None = None
    """Both results, where the query ran."""
    side: Side | None = None


@dataclass(frozen=True, kw_only=True)
class Miss:
    """One question that at least one predictor got wrong."""

    id: str
    database: str
    question: str
    gold: tuple[str, ...]
    outcomes: Mapping[str, str]
    """By predictor."""
    wrong: tuple[Wrong, ...]


RIGHT = ("correct", "refused_rightly")


def misses(
    results: Mapping[str, Any],
    questions: Sequence[Question],
    *,
    progress: Progress | None = None,
) -> tuple[Miss, ...]:
    """The first ``MOST`` questions with a wrong answer, in the questions' order.

    Queries that ran are run again, to be shown.
    """
    by_id = {question.example.id: question for question in questions}
    found: list[Miss] = []
    answers = [one for one in results["answers"] if _is_missed(one)][:MOST]
    for number, answer in enumerate(answers, 1):
        said = answer["said"]
        found.append(
            Miss(
                id=answer["id"],
                database=answer["database"],
                question=answer["question"],
                gold=tuple(answer["gold"]),
                outcomes={name: one["outcome"] for name, one in said.items()},
                wrong=tuple(_wrongs(answer, by_id.get(answer["id"]))),
            )
        )
        if progress is not None:
            progress("running what was wrong, to show it", number / len(answers))
    return tuple(found)


def _is_missed(answer: Mapping[str, Any]) -> bool:
    return any(one["outcome"] not in RIGHT for one in answer["said"].values())


def _wrongs(answer: Mapping[str, Any], question: Question | None) -> list[Wrong]:
    grouped: dict[tuple[str, str | None], list[str]] = {}
    messages: dict[tuple[str, str | None], str | None] = {}
    for name, one in answer["said"].items():
        if one["outcome"] not in RIGHT:
            key = (one["outcome"], one["sql"])
            grouped.setdefault(key, []).append(name)
            messages.setdefault(key, one["message"])
    found = []
    for (outcome, sql), names in grouped.items():
        both: tuple[Side | None, Side | None] = (None, None)
        if outcome in _RAN and sql is not None and question is not None:
            both = sides(answer["gold"][0], sql, question.place.databases[0])
        found.append(
            Wrong(
                by=tuple(names),
                outcome=outcome,
                sql=sql,
                message=messages[(outcome, sql)],
                gold_side=both[0],
                side=both[1],
            )
        )
    return found
