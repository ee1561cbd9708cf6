"""Two runs on the questions that both asked: what the second gained and lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlft.errors import InputError
from sqlft.evaluate.paired import paired
from sqlft.evaluate.results import paired_document
from sqlft.evaluate.run_folder import RESULTS, opened_run, read_json

Answers = Mapping[str, Mapping[str, Any]]


def compared(
    first: Path, second: Path, *, predictor: str | None = None, other: str | None = None
) -> dict[str, Any]:
    """By predictor, the second run's difference from the first, with every question that flipped.

    Args:
        predictor: only this one; none: all that both runs have.
        other: what it is called in the second run; none: the same.

    Raises:
        InputError: a folder is no scored run, the rules differ, or nothing is in both.
    """
    before, after = _results(first), _results(second)
    if before["rule"] != after["rule"]:
        raise InputError(
            f"{first} is scored under {before['rule']}, {second} under {after['rule']}",
            hint=f"sqlft score {second} --rule {before['rule']}",
        )
    answers_a, answers_b = _answers(before), _answers(after)
    shared = [key for key in answers_a if key in answers_b]
    if not shared:
        raise InputError("the runs have no question in common")
    changed = next(
        (k for k in shared if answers_a[k]["question"] != answers_b[k]["question"]), None
    )
    if changed is not None:
        raise InputError(f"the runs ask {changed} in different words")
    pairs = [
        _pair(answers_a, answers_b, shared, one, another)
        for one, another in _names(before, after, predictor, other)
    ]
    return {
        "rule": before["rule"],
        "pairs": pairs,
        "only_in_a": len(answers_a) - len(shared),
        "only_in_b": len(answers_b) - len(shared),
    }


def _results(folder: Path) -> dict[str, Any]:
    run = opened_run(folder)
    if not (run.path / RESULTS).is_file():
        raise InputError(f"{folder} is not scored yet", hint=f"sqlft score {folder}")
    found: dict[str, Any] = read_json(run.path / RESULTS)
    return found


def _answers(results: Mapping[str, Any]) -> Answers:
    return {answer["id"]: answer for answer in results["answers"]}


def _names(
    before: Mapping[str, Any], after: Mapping[str, Any], predictor: str | None, other: str | None
) -> list[tuple[str, str]]:
    first = [row["name"] for row in before["predictors"]]
    second = [row["name"] for row in after["predictors"]]
    if predictor is None:
        both = [(name, name) for name in first if name in second]
        if not both:
            raise InputError(
                "the runs have no predictor in common",
                hint=f"--predictor and --as name one of each: {', '.join(first)}; "
                f"{', '.join(second)}",
            )
        return both
    for name, known in ((predictor, first), (other or predictor, second)):
        if name not in known:
            raise InputError(f"no such predictor: {name}", hint=f"there are: {', '.join(known)}")
    return [(predictor, other or predictor)]


def _pair(
    before: Answers, after: Answers, shared: list[str], first: str, second: str
) -> dict[str, Any]:
    sides = [
        {
            key: said["outcome"] == "correct"
            for key in shared
            if _counts(said := side[key]["said"][name])
        }
        for side, name in ((before, first), (after, second))
    ]
    kept = sides[0].keys() & sides[1].keys()
    was, now = ({key: right for key, right in side.items() if key in kept} for side in sides)
    found = paired(now, was, {key: before[key]["database"] for key in shared})
    document = paired_document(first, second, found)
    for what in ("gained", "lost"):
        document[what] = [
            {
                "id": key,
                "question": before[key]["question"],
                "gold": before[key]["gold"],
                "outcome_before": before[key]["said"][first]["outcome"],
                "outcome_after": after[key]["said"][second]["outcome"],
                "sql_before": before[key]["said"][first]["sql"],
                "sql_after": after[key]["said"][second]["sql"],
            }
            for key in document[what]
        ]
    total = len(kept)
    return {
        **document,
        "rate_before": sum(was.values()) / total,
        "rate_after": sum(now.values()) / total,
    }


def _counts(said: Mapping[str, Any]) -> bool:
    """There is a gold query, and it ran: the same questions as accuracy is over."""
    return any(match is not None for match in said["rules"].values())
