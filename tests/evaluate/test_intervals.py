"""Intervals against values worked by hand, and what must hold of every one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.errors import InputError
from sqlft.evaluate import Rate, rate_interval, rate_of, wilson
from sqlft.evaluate.interval import student_quantile

rates = st.integers(1, 200).flatmap(
    lambda total: st.integers(0, total).map(lambda hits: Rate(hits=hits, total=total))
)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        # z^2 = 3.8415; 0 of 10: 0 to z^2 / (10 + z^2) = 3.8415 / 13.8415
        (0, 10, 0.0, 0.27753),
        (10, 10, 0.72247, 1.0),
        # 81 of 263, Newcombe 1998, "Two-Sided Confidence Intervals for the Single Proportion"
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_bounds(hits, total, low, high):
    found = wilson(Rate(hits=hits, total=total))
    assert (round(found.low, 4), round(found.high, 4)) == (
        pytest.approx(low, abs=6e-5),
        pytest.approx(high, abs=6e-5),
    )


@pytest.mark.parametrize(("freedom", "value"), [(4, 2.776), (10, 2.228), (30, 2.042), (200, 1.972)])
def test_students_quantile_is_that_of_the_tables(freedom, value):
    assert student_quantile(freedom) == pytest.approx(value, rel=5e-3)


def test_five_databases_that_are_all_right_or_all_wrong_count_as_five_questions():
    """Of 5 clusters of 20 with 3 all right: p = 0.6; the sum of squared differences of clusters is
    3 * 8^2 + 2 * 12^2 = 480, times 5/4 = 600; over 100^2 = 0.06 against 0.24 / 100: effect 25, so
    4 questions' worth, with t(4) = 2.776: centre (0.6 + 0.9634) / 2.9268 = 0.5342, half width
    2.776 * sqrt(0.06 + 0.12045) / 2.9268 = 0.4029."""
    databases = {str(at): Rate(hits=20 if at < 3 else 0, total=20) for at in range(5)}
    found = rate_interval(databases)
    assert found.low == pytest.approx(0.5342 - 0.4029, abs=2e-3)
    assert found.high == pytest.approx(0.5342 + 0.4029, abs=2e-3)
    assert "5 databases" in found.method


def test_fewer_than_five_databases_give_the_plain_interval():
    databases = {str(at): Rate(hits=at, total=9) for at in range(4)}
    assert rate_interval(databases) == wilson(Rate(hits=6, total=36))


@given(st.lists(rates, min_size=1, max_size=12))
def test_an_interval_holds_its_rate_and_clusters_never_narrow_it(found):
    whole = Rate(hits=sum(r.hits for r in found), total=sum(r.total for r in found))
    interval = rate_interval({str(at): rate for at, rate in enumerate(found)})
    plain = wilson(whole)
    assert 0 <= interval.low <= whole.share <= interval.high <= 1
    assert interval.high - interval.low >= plain.high - plain.low - 1e-12


@given(rates)
def test_misses_mirror_hits(rate):
    found, mirrored = wilson(rate), wilson(Rate(hits=rate.total - rate.hits, total=rate.total))
    assert math.isclose(found.low, 1 - mirrored.high, abs_tol=1e-12)


@given(rates, st.integers(2, 50))
def test_more_of_the_same_narrows(rate, times):
    more = wilson(Rate(hits=rate.hits * times, total=rate.total * times))
    found = wilson(rate)
    assert more.high - more.low < found.high - found.low


def test_a_rate_of_nothing_is_an_error():
    with pytest.raises(InputError, match="no question"):
        _ = rate_of([None]).share
    with pytest.raises(InputError):
        wilson(Rate(hits=0, total=0))
    with pytest.raises(InputError):
        rate_interval({})


def test_a_rate_keeps_its_hits_and_total():
    assert rate_of([True, False, None, True]) == Rate(hits=2, total=3)
    with pytest.raises(ValueError, match="no rate"):
        Rate(hits=4, total=3)
