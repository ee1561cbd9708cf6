"""Results in words: the verdict, and how figures are written in every report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlft.page import Tone

Row = Mapping[str, Any]


def rate_words(rate: Row) -> str:
    """A rate with its hits and total.

    >>> rate_words({"rate": 0.25, "hits": 1, "total": 4}), rate_words({"total": 0})
    ('25.0 % (1 of 4)', 'none')
    """
    if not rate["total"]:
        return "none"
    return f"{rate['rate']:.1%} ({rate['hits']:,} of {rate['total']:,})".replace("%", " %")


def share_words(rate: Row) -> str:
    """A rate alone.

    >>> share_words({"rate": 0.25, "hits": 1, "total": 4})
    '25.0 %'
    """
    return f"{100 * rate['rate']:.1f} %" if rate["total"] else "none"


def bounds_words(rate: Row) -> str:
    """The interval of a rate.

    >>> bounds_words({"low": 0.1, "high": 0.45})
    '10.0 to 45.0 %'
    """
    return f"{100 * rate['low']:.1f} to {100 * rate['high']:.1f} %"


def points_words(pair: Row) -> str:
    """A difference in percentage points, with its interval.

    >>> points_words({"difference": 0.15, "low": 0.04, "high": 0.25})
    '+15.0 points (+4.0 to +25.0)'
    """
    low, high = 100 * pair["low"], 100 * pair["high"]
    return f"{100 * pair['difference']:+.1f} points ({low:+.1f} to {high:+.1f})"


def p_words(p_value: float) -> str:
    """A p-value, as exact as it is of use.

    >>> p_words(0.0312), p_words(0.00002)
    ('p = 0.031', 'p < 0.001')
    """
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"


def best_tuned(results: Row) -> str | None:
    """The tuned predictor with the highest accuracy, on equal terms before others."""
    tuned = [row for row in results["predictors"] if row["tuned"]]
    equal = [row for row in tuned if not _terms(row)] or tuned
    if not equal:
        return None
    name: str = max(equal, key=lambda row: row["headline"]["hits"])["name"]
    return name


def _terms(row: Row) -> bool:
    return bool(row["unequal"])


def verdict(results: Row) -> tuple[str, Tone]:
    """The sentence that the report begins with, and its tone: good, bad, open or plain.

    With a tuned predictor it says whether tuning beat the best prompting; without, which prompting
    did best. What the interval leaves open is called open.
    """
    rows = {row["name"]: row for row in results["predictors"]}
    tuned, best = best_tuned(results), results["best_baseline"]
    if tuned is None or best is None:
        name = best or tuned
        if name is None:
            return "Nothing was measured.", "plain"
        rate = rows[name]["headline"]
        among = "" if len(rows) == 1 else f", the most of {len(rows)} predictors,"
        return (
            f"{name}{among} answers {rate['hits']:,} of {rate['total']:,} questions rightly: "
            f"{share_words(rate)} ({bounds_words(rate)}).",
            "plain",
        )
    pair = next(one for one in results["paired"] if one["first"] == tuned)
    said = (
        f"{tuned} answers {share_words(rows[tuned]['headline'])} rightly, the best prompting "
        f"({best}) {share_words(rows[best]['headline'])}: {points_words(pair)}."
    )
    if pair["low"] > 0:
        return f"Tuning is worth it. {said}", "good"
    if pair["high"] < 0:
        return f"Prompting is better than this tuning. {said}", "bad"
    return f"Not decided: the difference may be chance. {said}", "open"


def reasons(results: Row) -> list[str]:
    """What the verdict rests on, and what it leaves out, a sentence each."""
    found = []
    tuned, best = best_tuned(results), results["best_baseline"]
    pair = next((one for one in results["paired"] if one["first"] == tuned), None)
    if pair is not None and tuned is not None:
        found.append(
            f"On the same {pair['total']:,} questions {tuned} gains {len(pair['gained']):,} over "
            f"{best} and loses {len(pair['lost']):,} (exact McNemar {p_words(pair['p_value'])})."
        )
        rows = {row["name"]: row for row in results["predictors"]}
        found += _cheaper(rows[tuned], rows[str(best)])
    for one in results["break_even"]:
        if one["tuned"] == tuned and one["baseline"] == best:
            found.append(break_even_words(one))
    if best is not None and sum(not row["tuned"] for row in results["predictors"]) > 2:
        found.append(
            "The best prompting was chosen on these very questions, which favours it a little."
        )
    return found


def _cheaper(tuned: Row, other: Row) -> list[str]:
    ours, theirs = tuned["usage"], other["usage"]
    parts = []
    for key, what in (("prompt_tokens_mean", "prompt tokens"), ("seconds_mean", "seconds")):
        if ours[key] and theirs[key]:
            parts.append(f"{number_words(ours[key])} {what} instead of {number_words(theirs[key])}")
    return [f"A question takes it {' and '.join(parts)}."] if parts else []


def break_even_words(one: Row) -> str:
    """After how many questions tuning is the cheaper way."""
    if one["questions"] is None:
        return f"{one['tuned']} costs as much a question as {one['baseline']} or more."
    return (
        f"After {one['questions']:,.0f} questions {one['tuned']} has cost less than "
        f"{one['baseline']}: a thousand questions cost "
        f"{number_words(1000 * one['saved_per_question'])} less."
    )


def number_words(value: float | None) -> str:
    """A figure with three digits that count; nothing for none.

    >>> number_words(1234.6), number_words(0.01234), number_words(None)
    ('1,235', '0.0123', '')
    """
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def settings_words(unequal: Row) -> str:
    """The settings in which a predictor differs from the common ones.

    >>> settings_words({"candidates": 8, "temperature": 0.7})
    'candidates 8, temperature 0.7'
    """
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in unequal.items())


OUTCOME_GROUPS: Mapping[str, tuple[str, ...]] = {
    "right": ("correct", "refused_rightly"),
    "other rows": ("wrong_rows", "empty_result", "wrong_order"),
    "other columns": ("extra_columns", "missing_columns"),
    "unknown name": ("unknown_table", "unknown_column"),
    "does not run": ("query_error", "timeout", "too_large"),
    "no valid SQL": ("no_sql", "parse_error", "forbidden"),
    "refused wrongly": ("refused_wrongly",),
    "should have refused": ("answered_unanswerable",),
    "model failed": ("model_failed",),
    "gold failed": ("gold_failed",),
}
"""Outcomes as a reader first looks at them; every outcome is in one group."""


def grouped_outcomes(outcomes: Mapping[str, int]) -> dict[str, int]:
    """Counts by group, those without any left out.

    >>> grouped_outcomes({"correct": 3, "query_error": 1, "timeout": 1})
    {'right': 3, 'does not run': 2}
    """
    counts = {
        group: sum(outcomes.get(name, 0) for name in names)
        for group, names in OUTCOME_GROUPS.items()
    }
    return {group: count for group, count in counts.items() if count}


def calibration_words(row: Row) -> str:
    """How far the confidence that a predictor tells can be believed.

    >>> calibration_words({"name": "ask", "calibration": {"error": 0.0712, "bins": []}})
    'ask: what it says of its confidence is 7.1 points off (expected calibration error).'
    """
    points = 100 * row["calibration"]["error"]
    return (
        f"{row['name']}: what it says of its confidence is {points:.1f} points off "
        "(expected calibration error)."
    )
