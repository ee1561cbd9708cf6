"""A fitted confidence says how often answers like it are right."""

import random

import pytest

from sqlft.errors import InputError
from sqlft.evaluate.calibration import calibration_error, fitted, reliability

DRAW = random.Random(7)


def answers(count: int) -> tuple[list[tuple[float, float, float]], list[bool]]:
    """Answers whose chance to be right is their share of votes."""
    signals = [(-DRAW.random(), DRAW.randrange(1, 6) / 5, 0.0) for _ in range(count)]
    return signals, [DRAW.random() < share for _, share, _ in signals]


def test_a_fit_finds_what_tells_right_from_wrong_and_holds_on_others() -> None:
    found = fitted(*answers(600))
    signals, hits = answers(600)
    sure = [found.weights.confidence(one) for one in signals]
    assert calibration_error(reliability(sure, hits)) < 0.08
    assert found.error < 0.10
    assert found.weights.confidence((-0.5, 1.0, 0.0)) > 0.8
    assert found.weights.confidence((-0.5, 0.2, 0.0)) < 0.4


def test_signals_that_tell_nothing_give_the_rate() -> None:
    hits = [number % 4 == 0 for number in range(200)]
    found = fitted([(-1.0, 1.0, 1.0)] * 200, hits)
    assert found.weights.confidence((-1.0, 1.0, 1.0)) == pytest.approx(0.25, abs=0.01)


def test_perfectly_told_answers_give_no_infinite_weight() -> None:
    signals = [(0.0, 1.0 if number % 2 else 0.2, 0.0) for number in range(100)]
    found = fitted(signals, [number % 2 == 1 for number in range(100)])
    assert 0.9 < found.weights.confidence((0.0, 1.0, 0.0)) < 1
    assert max(map(abs, found.weights.weights)) < 100


@pytest.mark.parametrize("hits", [[True] * 200, [False] * 200, [True, False] * 20])
def test_too_few_answers_are_told(hits: list[bool]) -> None:
    with pytest.raises(InputError, match="cannot be fitted"):
        fitted([(-1.0, 1.0, 1.0)] * len(hits), hits)


def test_bins_hold_every_answer_once() -> None:
    bins = reliability([number / 37 for number in range(37)], [True] * 37)
    assert sum(one.total for one in bins) == 37 and len(bins) == 10
    assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)
