"""Two predictors on the same questions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.errors import InputError
from sqlft.evaluate import mcnemar, paired


def answers(text: str) -> dict[str, bool]:
    return {str(at): mark == "x" for at, mark in enumerate(text)}


def one_database(found: dict[str, bool]) -> dict[str, str]:
    return dict.fromkeys(found, "shop")


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),
        (5, 0, 2 / 32),
        (2, 8, 2 * (1 + 10 + 45) / 1024),
        (3, 3, 1.0),  # twice 42/64 is more than 1
        (1, 11, 2 * 13 / 4096),
    ],
)
def test_mcnemar_counts_the_binomial_tails(gained, lost, p):
    assert mcnemar(gained, lost) == p == mcnemar(lost, gained)


def test_thousands_of_flips_are_no_trouble():
    assert mcnemar(3000, 3000) == 1.0
    assert 0 <= mcnemar(1000, 5000) < 1e-300


def test_flips_are_listed_and_the_interval_is_that_worked_by_hand():
    """4 gained, 1 lost of 10: p+ = 5/12, p- = 2/12; 0.25 -+ 1.96 sqrt((7/12 - 1/16) / 12)."""
    first, second = answers("xxxxx....."), answers("x....x....")
    found = paired(first, second, one_database(first))
    assert (found.gained, found.lost) == (("1", "2", "3", "4"), ("5",))
    assert found.difference == pytest.approx(0.3)
    half = 1.959964 * math.sqrt((7 / 12 - 1 / 16) / 12)
    assert found.interval.low == pytest.approx(0.25 - half, abs=1e-6)
    assert found.interval.high == pytest.approx(0.25 + half, abs=1e-6)
    assert found.p_value == mcnemar(4, 1)


def test_gains_in_few_databases_are_less_certain_than_gains_in_all():
    first, second = answers("x" * 10 + "." * 40), answers("." * 50)
    gathered = {key: str(int(key) // 10) for key in first}
    scattered = {key: str(int(key) % 5) for key in first}
    wide, narrow = (paired(first, second, where).interval for where in (gathered, scattered))
    assert "5 databases" in wide.method
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_only_the_same_questions_are_compared():
    with pytest.raises(InputError, match="same questions"):
        paired({"a": True}, {"b": True}, {"a": "shop", "b": "shop"})
    with pytest.raises(InputError, match="no question"):
        paired({}, {}, {})


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 7)), min_size=1))
def test_the_difference_lies_inside_and_turns_with_the_sides(found):
    first = {str(at): one for at, (one, _, _) in enumerate(found)}
    second = {str(at): other for at, (_, other, _) in enumerate(found)}
    where = {str(at): str(database) for at, (_, _, database) in enumerate(found)}
    there, back = paired(first, second, where), paired(second, first, where)
    assert -1 <= there.interval.low <= there.difference <= there.interval.high <= 1
    assert there.interval.low == pytest.approx(-back.interval.high)
    assert (there.gained, there.p_value) == (back.lost, back.p_value)
