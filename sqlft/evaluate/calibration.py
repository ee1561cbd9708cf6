"""How sure an adapter's answers are, measured: the fit of its confidence, and how well it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sqlft.ask.confidence import Weights
from sqlft.errors import InputError

FOLDS = 5
BINS = 10
LEAST_ANSWERS = 50
_RIDGE = 0.1
"""Of standardised signals: with few answers, a signal that tells nothing gets no weight."""

_STEPS = 30

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Answers of like confidence."""

    confidence: float
    """Their mean."""
    hits: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """A fitted confidence, and how well it held on answers that it was not fitted on."""

    weights: Weights
    answers: int
    error: float
    """Expected calibration error, 0 to 1, of five-fold cross-validation."""
    bins: tuple[Bin, ...]
    """Of the same."""


def fitted(signals: Sequence[Sequence[float]], hits: Sequence[bool]) -> Fitted:
    """The logistic map from signals to the chance that an answer is right.

    Args:
        signals: of each answer, as ``sqlft.ask.confidence.signals`` gives them.
        hits: whether it was right.

    Raises:
        InputError: there are fewer than 50 answers, or all are right, or all wrong.
    """
    if len(hits) < LEAST_ANSWERS or len(set(hits)) < 2:
        raise InputError(
            f"a confidence cannot be fitted on {len(hits)} answers, {sum(hits)} of them right",
            hint=f"at least {LEAST_ANSWERS} are needed, right ones and wrong ones",
        )
    x, y = np.array(signals, float), np.array(hits, float)
    fold = np.random.default_rng(0).permutation(len(y)) % FOLDS
    held_out = np.empty(len(y))
    for number in range(FOLDS):
        weights = _fit(x[fold != number], y[fold != number])
        held_out[fold == number] = [weights.confidence(row) for row in x[fold == number]]
    bins = reliability(held_out.tolist(), hits)
    return Fitted(weights=_fit(x, y), answers=len(y), error=calibration_error(bins), bins=bins)


def reliability(confidences: Sequence[float], hits: Sequence[bool]) -> tuple[Bin, ...]:
    """The answers in ten bins of as good as equal size, the least sure first."""
    order = np.argsort(np.array(confidences), kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    return tuple(
        Bin(
            confidence=float(np.mean([confidences[at] for at in part])),
            hits=sum(bool(hits[at]) for at in part),
            total=len(part),
        )
        for part in parts
    )


def calibration_error(bins: Sequence[Bin]) -> float:
    """The mean distance of confidence from the share of right answers, by answers.

    Naeini, Cooper, Hauskrecht 2015, "Obtaining Well Calibrated Probabilities Using Bayesian
    Binning", with bins of equal size.

    >>> sure, unsure = Bin(confidence=0.8, hits=1, total=2), Bin(confidence=0.1, hits=0, total=2)
    >>> calibration_error([sure, unsure])
    0.2
    """
    total = sum(one.total for one in bins)
    apart = sum(one.total * abs(one.confidence - one.hits / one.total) for one in bins)
    return round(apart / total, 12)


def _fit(x: Floats, y: Floats) -> Weights:
    """Newton's steps to the ridge-penalised maximum of the likelihood; the bias is free."""
    centre, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale < 1e-9] = 1.0
    design: Any = np.column_stack([np.ones(len(x)), (x - centre) / scale])
    penalty = np.diag([1e-6, *[_RIDGE * 10] * x.shape[1]])
    beta = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (y - chance) - penalty @ beta
        curve = (design * (chance * (1 - chance))[:, None]).T @ design + penalty
        step = np.linalg.solve(curve, slope)
        beta = beta + step
        if float(np.abs(step).max()) < 1e-9:
            break
    weights = beta[1:] / scale
    return Weights(bias=float(beta[0] - weights @ centre), weights=tuple(float(w) for w in weights))
