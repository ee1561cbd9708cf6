"""The results document: everything that a report, a script or a later comparison reads."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlft.errors import InputError
from sqlft.evaluate.calibration import calibration_error, reliability
from sqlft.evaluate.interval import Interval
from sqlft.evaluate.judgement import Judgement
from sqlft.evaluate.paired import Paired
from sqlft.evaluate.predictor import Predictor
from sqlft.evaluate.rate import Rate, rate_of
from sqlft.evaluate.reading import Said
from sqlft.evaluate.summary import Summary, difference, summary_of
from sqlft.prompt import fingerprint, layout

GROUPS = ("by_database", "by_hardness", "by_category", "by_tag", "by_feature")


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One predictor with what was found of it, in the questions' order."""

    predictor: Predictor
    layout: str
    schema_text: str
    said: tuple[Said, ...]
    judgements: tuple[Judgement, ...]

    @property
    def settings(self) -> dict[str, Any]:
        """What must be the same for two predictors to be compared on equal terms, as it was."""
        return {
            **asdict(self.predictor.decoding),
            "beams": 1 if self.predictor.is_endpoint else self.predictor.decoding.beams_used,
            "constrained": self.is_constrained,
            "schema_text": self.schema_text,
        }

    @property
    def is_constrained(self) -> bool:
        """Its SQL could name only what the schema holds: of a model here, in the canonical form."""
        could = layout(self.layout).answer_form == "canonical" and not self.predictor.is_endpoint
        return could and self.predictor.decoding.constrained


def results_document(
    measured: Sequence[Measured], headline: str, about: Mapping[str, Any]
) -> dict[str, Any]:
    """The document; ``about`` stands at its beginning.

    ``best_baseline`` is the predictor without tuning that did best under the headline rule on
    equal terms; ``paired`` holds each other predictor's difference from it.

    Raises:
        InputError: no question counts: accuracy of nothing.
    """
    summaries = [summary_of(one.judgements, headline) for one in measured]
    settings = [one.settings for one in measured]
    common = most_common(settings)
    rows = [
        _predictor(one, summary, unequal(own, common))
        for one, summary, own in zip(measured, summaries, settings, strict=True)
    ]
    best = best_baseline(rows)
    return {
        **about,
        "rule": headline,
        "questions": len(measured[0].judgements),
        "common_settings": common,
        "predictors": rows,
        "best_baseline": best,
        "paired": _paired(measured, best, headline),
        "break_even": break_even(rows),
        "answers": _answers(measured),
    }


def most_common(settings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The settings that most predictors share; of several, those of the earliest."""
    counts = [sum(other == one for other in settings) for one in settings]
    return dict(settings[counts.index(max(counts))])


def unequal(own: Mapping[str, Any], common: Mapping[str, Any]) -> dict[str, Any]:
    """What of a predictor's settings is not the common one: on equal terms it is nothing.

    >>> unequal({"candidates": 8, "seed": 0}, {"candidates": 1, "seed": 0})
    {'candidates': 8}
    """
    return {name: value for name, value in own.items() if common.get(name) != value}


def best_baseline(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """The untuned predictor with the highest accuracy, on equal terms before others."""
    untuned = [row for row in rows if not row["tuned"]]
    equal = [row for row in untuned if not row["unequal"]] or untuned
    if not equal:
        return None
    name: str = max(equal, key=lambda row: row["headline"]["hits"])["name"]
    return name


def rate_document(rate: Rate, interval: Interval | None = None) -> dict[str, Any]:
    """A rate with hits and total, and its interval where there is one."""
    document: dict[str, Any] = {
        "hits": rate.hits,
        "total": rate.total,
        "rate": rate.share if rate.total else None,
    }
    return document if interval is None else {**document, **asdict(interval)}


def _predictor(one: Measured, summary: Summary, differing: Mapping[str, Any]) -> dict[str, Any]:
    predictor = one.predictor
    accuracy = {
        rule: rate_document(rate, summary.intervals[rule])
        for rule, rate in summary.accuracy.items()
    }
    return {
        "name": predictor.name,
        "tuned": predictor.is_tuned,
        "model": predictor.choice.model,
        "adapter": predictor.adapter,
        "adapter_digest": predictor.digest,
        "layout": one.layout,
        "prompt_fingerprint": fingerprint(layout(one.layout), None),
        "strategy": predictor.asking.strategy,
        "settings": one.settings,
        "unequal": dict(differing),
        "headline": accuracy[summary.headline],
        "accuracy": accuracy,
        "valid": rate_document(summary.valid),
        "runs": rate_document(summary.runs),
        "prose": rate_document(rate_of(_prose(one))),
        "refusal_precision": rate_document(summary.refusal_precision),
        "refusal_recall": rate_document(summary.refusal_recall),
        "outcomes": dict(summary.outcomes),
        **{
            group: {name: rate_document(rate) for name, rate in getattr(summary, group).items()}
            for group in GROUPS
        },
        "usage": _usage(one),
        "risk_coverage": risk_coverage(one),
        "calibration": _calibration(one),
    }


def _prose(one: Measured) -> list[bool | None]:
    """Whether talk came with each answer; nothing is told of a model that could not talk."""
    return [] if one.is_constrained else [said.prose for said in one.said]


def _usage(one: Measured) -> dict[str, Any]:
    seconds = [said.seconds for said in one.said]
    prompt = _known([said.prompt_tokens for said in one.said])
    output = _known([said.output_tokens for said in one.said])
    prices, cost = one.predictor.prices, None
    if prices.known and prompt is not None and output is not None:
        cost = prices.of(prompt_tokens=sum(prompt), output_tokens=sum(output), seconds=sum(seconds))
    questions = len(one.said)
    return {
        "seconds_mean": statistics.fmean(seconds),
        "seconds_median": statistics.median(seconds),
        "written_together": max(said.together for said in one.said),
        "prompt_tokens_mean": None if prompt is None else statistics.fmean(prompt),
        "output_tokens_mean": None if output is None else statistics.fmean(output),
        "cost": cost,
        "cost_per_question": None if cost is None else cost / questions,
        "tuning_price": prices.tuning_price,
    }


def _known(counts: Sequence[int | None]) -> list[int] | None:
    known = [count for count in counts if count is not None]
    return known if len(known) == len(counts) and known else None


def _told(one: Measured) -> list[tuple[float, bool]]:
    """The confidence of each answer that tells one, and whether it was right."""
    return [
        (said.prediction.confidence, judged.outcome == "correct")
        for said, judged in zip(one.said, one.judgements, strict=True)
        if judged.counts and said.prediction.confidence is not None
    ]


def _calibration(one: Measured) -> dict[str, Any] | None:
    """How confidence and the share of right answers agree; none where no confidence is told."""
    pairs = _told(one)
    if not pairs:
        return None
    bins = reliability([confidence for confidence, _ in pairs], [right for _, right in pairs])
    return {
        "error": calibration_error(bins),
        "bins": [{"confidence": b.confidence, "hits": b.hits, "total": b.total} for b in bins],
    }


def risk_coverage(one: Measured) -> list[dict[str, float]] | None:
    """Accuracy among the most confident answers, by the share of questions they are.

    Source: El-Yaniv and Wiener 2010, "On the Foundations of Noise-free Selective Classification".
    None where the predictor tells no confidence.
    """
    pairs = _told(one)
    counted = sum(judged.counts for judged in one.judgements)
    if not pairs:
        return None
    pairs.sort(key=lambda pair: -pair[0])
    curve, hits = [], 0
    for number, (confidence, right) in enumerate(pairs, 1):
        hits += right
        ends = number == len(pairs) or pairs[number][0] != confidence
        if ends:  # answers of one confidence are given or withheld together
            curve.append(
                {
                    "confidence": confidence,
                    "coverage": number / counted,
                    "accuracy": hits / number,
                }
            )
    return curve


def _paired(measured: Sequence[Measured], best: str | None, headline: str) -> list[dict[str, Any]]:
    by_name = {one.predictor.name: one for one in measured}
    if best is None:
        return []
    return [
        paired_document(name, best, difference(one.judgements, by_name[best].judgements, headline))
        for name, one in by_name.items()
        if name != best
    ]


def paired_document(first: str, second: str, found: Paired) -> dict[str, Any]:
    """The difference of one predictor from another, with the questions that flipped."""
    return {
        "first": first,
        "second": second,
        "total": found.total,
        "difference": found.difference,
        **asdict(found.interval),
        "p_value": found.p_value,
        "gained": list(found.gained),
        "lost": list(found.lost),
    }


def break_even(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """After how many questions each tuned predictor has cost less than each baseline.

    Only of predictors whose prices are named. ``questions`` is none where the tuned one costs as
    much a question or more: it never pays for itself.
    """
    priced = [row for row in rows if row["usage"]["cost_per_question"] is not None]
    found = []
    for tuned in (row for row in priced if row["tuned"]):
        for other in (row for row in priced if not row["tuned"]):
            once = tuned["usage"]["tuning_price"]
            saved = other["usage"]["cost_per_question"] - tuned["usage"]["cost_per_question"]
            found.append(
                {
                    "tuned": tuned["name"],
                    "baseline": other["name"],
                    "saved_per_question": saved,
                    "questions": once / saved if saved > 0 else None,
                }
            )
    return found


def _answers(measured: Sequence[Measured]) -> list[dict[str, Any]]:
    """What every predictor answered to each question, with its outcome."""
    if not measured:
        raise InputError("there is no predictor")
    found = []
    for place, judged in enumerate(measured[0].judgements):
        example = judged.question.example
        found.append(
            {
                "id": example.id,
                "database": example.database,
                "question": example.question,
                "gold": list(example.gold),
                "said": {one.predictor.name: _answer(one, place) for one in measured},
            }
        )
    return found


def _answer(one: Measured, place: int) -> dict[str, Any]:
    judged = one.judgements[place]
    return {
        "sql": judged.prediction.sql,
        "outcome": judged.outcome,
        "rules": dict(judged.matches),
        "valid": judged.valid,
        "runs": judged.runs,
        "confidence": judged.prediction.confidence,
        "message": judged.message,
    }
