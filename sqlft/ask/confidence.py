"""How sure an answer is: a small map, fitted per adapter, from what its candidates say."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlft.ask.answer import Candidate
from sqlft.ask.doubts import FINDS_NOTHING
from sqlft.errors import InputError, ModelError
from sqlft.model.adapter import adapter_folder

CONFIDENCE_FILE = "confidence.json"
"""Beside an adapter's weights."""

SIGNALS = ("log_surprisal", "vote_share", "margin", "doubts")
_CERTAIN = 0.01
"""Added to a surprisal before its logarithm: less than so much is not told apart."""


def signals(candidates: Sequence[Candidate]) -> tuple[float, float, float, float] | None:
    """What the candidates say of the first of them: see ``SIGNALS``; none where it is not known.

    The logarithm of its surprisal in nats; the share of the candidates that say the same; and how
    much larger that share is than the next group's, both 1 where they do not vote; and the doubts
    about it, but that it finds nothing, which is known only of what was run. Over answers that were
    tried, the surprisal of the whole told right from wrong better than that of a token on
    average, and its logarithm makes the map fit at both ends; of answers that were searched for,
    the alternatives' probabilities told nothing more.

    >>> one = Candidate(reply="SELECT 1", sql="SELECT 1", votes=2, log_probability=-1.0, tokens=4)
    >>> other = Candidate(reply="SELECT 2", sql="SELECT 2", group=1)
    >>> signals([one, one, other, other])  # doctest: +ELLIPSIS
    (0.0099..., 0.5, 0.25, 0.0)
    """
    best = candidates[0]
    if best.log_probability is None or not best.tokens:
        return None
    surprisal = math.log(max(0.0, -best.log_probability) + _CERTAIN)
    doubted = float(sum(doubt != FINDS_NOTHING for doubt in best.doubts))
    if best.votes is None:
        return surprisal, 1.0, 1.0, doubted
    rest = max((c.votes or 0 for c in candidates if c.group != best.group), default=0)
    several = len(candidates)
    return surprisal, best.votes / several, (best.votes - rest) / several, doubted


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A logistic map over the signals."""

    bias: float
    weights: tuple[float, ...]
    """One for each signal, in their order."""

    def confidence(self, signals: Sequence[float]) -> float:
        """From 0 to 1.

        >>> round(Weights(bias=0.0, weights=(1.0, 2.0)).confidence((-1.0, 0.5)), 2)
        0.5
        """
        logit = self.bias + sum(w * s for w, s in zip(self.weights, signals, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """What was fitted for one adapter: a map for each way of writing that it was measured with.

    Written in another way, answers' signals mean something else, and nothing is known.
    """

    by_way: Mapping[tuple[int, int], Weights] = field(default_factory=dict)
    """By the number of candidates, and of the beams that they were searched with."""

    def confidence(self, candidates: Sequence[Candidate], *, beams: int = 1) -> float | None:
        """How likely the first candidate is right, or none where that is not known."""
        found = signals(candidates)
        drawn = len(candidates) if candidates[0].votes is not None else 1
        known = self.by_way.get((drawn, beams))
        return None if found is None or known is None else known.confidence(found)

    def with_weights(self, candidates: int, beams: int, weights: Weights) -> Calibration:
        """The calibration with another map for that way of writing."""
        return Calibration(by_way={**self.by_way, (candidates, beams): weights})


UNKNOWN = Calibration()
"""Nothing was measured."""


def read_calibration(adapter: Path) -> Calibration:
    """What is known of an adapter's confidence; nothing where its folder does not say.

    Raises:
        ModelError: the file is there and cannot be read.
    """
    path = adapter / CONFIDENCE_FILE
    if not path.is_file():
        return UNKNOWN
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        maps = {
            (int(one["candidates"]), int(one["beams"])): Weights(
                bias=float(one["bias"]), weights=tuple(_weight(one, name) for name in SIGNALS)
            )
            for one in document["measured"]
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{path} does not hold a calibration", hint="remove it, and calibrate again"
        ) from error
    return Calibration(by_way=maps)


def _weight(one: Mapping[str, Any], name: str) -> float:
    return float(one.get(name, 0.0) if name == "doubts" else one[name])  # older files have none


def calibration_of(adapter: str | None) -> Calibration:
    """What is known of the confidence of the adapter of that folder or name; nothing of none."""
    if adapter is None:
        return UNKNOWN
    try:
        return read_calibration(adapter_folder(adapter))
    except InputError:  # replies are read again where the adapter does not lie
        return UNKNOWN


def write_calibration(adapter: Path, calibration: Calibration) -> Path:
    """Writes it into an adapter's folder, where ``sqlft ask`` finds it."""
    measured = [
        {
            "candidates": candidates,
            "beams": beams,
            "bias": found.bias,
            **dict(zip(SIGNALS, found.weights, strict=True)),
        }
        for (candidates, beams), found in sorted(calibration.by_way.items())
    ]
    path = adapter / CONFIDENCE_FILE
    path.write_text(json.dumps({"measured": measured}, indent=2) + "\n", encoding="utf-8")
    return path
