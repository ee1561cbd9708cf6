"""From a run's replies to an adapter's confidence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlft.ask.confidence import read_calibration, write_calibration
from sqlft.config import Limits, Progress
from sqlft.errors import InputError
from sqlft.evaluate.calibration import Fitted, fitted
from sqlft.evaluate.evaluation import asked_questions, rule_for
from sqlft.evaluate.match import rules_with
from sqlft.evaluate.predictor import Predictor
from sqlft.evaluate.reading import read_replies
from sqlft.evaluate.run_folder import RunFolder
from sqlft.evaluate.running import RunLimits
from sqlft.evaluate.score import score
from sqlft.model.adapter import adapter_folder


def calibrate(
    run: RunFolder,
    name: str | None = None,
    *,
    rule: str | None = None,
    progress: Progress | None = None,
) -> tuple[Fitted, Path]:
    """The confidence of a predictor's answers in a run, written beside its adapter.

    Questions with a gold count, where the predictor answered with SQL that ran.

    Args:
        name: the predictor; none: the only one with an adapter.
        rule: what counts as right; none: the run's own.

    Raises:
        InputError: the run has no such predictor, or too few answers.
    """
    place, predictor = _chosen(run, name)
    anything = replace(predictor.decoding, least_confidence=0.0)  # what was refused as unsure, too
    predictor = replace(predictor, decoding=anything)
    limits = Limits(timeout_s=run.config["query_timeout_s"])
    questions = asked_questions(run.config)
    said = read_replies(
        run, questions, place=place, predictor=predictor, limits=limits, progress=progress
    )
    headline = rule or run.config["rule"] or rule_for(run.config)
    judged = score(
        questions,
        {predictor.name: [one.prediction for one in said]},
        rules_with(keep_distinct=run.config["keep_distinct"]),
        headline,
        limits=RunLimits(timeout_s=run.config["query_timeout_s"]),
        progress=progress,
    )[predictor.name]
    pairs = [
        (one.prediction.signals, judgement.outcome == "correct")
        for one, judgement in zip(said, judged, strict=True)
        if judgement.counts and one.prediction.signals is not None
    ]
    found = fitted([signals for signals, _ in pairs], [hit for _, hit in pairs])
    folder = adapter_folder(predictor.choice.adapter or "")
    calibration = read_calibration(folder).with_weights(
        predictor.decoding.candidates, predictor.decoding.beams_used, found.weights
    )
    return found, write_calibration(folder, calibration)


def _chosen(run: RunFolder, name: str | None) -> tuple[int, Predictor]:
    with_adapter = [
        (place, one) for place, one in enumerate(run.predictors) if one.choice.adapter is not None
    ]
    found = [(place, one) for place, one in with_adapter if name in (None, one.name)]
    if len(found) != 1:
        names = ", ".join(one.name for _, one in with_adapter) or "none"
        said = f"has no adapter named {name!r}" if name else f"has {len(found)} adapters"
        raise InputError(f"{run.path} {said}", hint=f"choose one of them: {names}")
    return found[0]
