"""How far a measured rate may lie from the true one.

Sources: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference", for
the score interval; Miller 2024, "Adding Error Bars to Evals", for standard errors clustered by
what questions share; Dean and Pagano 2015, "Evaluating Confidence Interval Methods for Binomial
Proportions in Clustered Surveys", for the score interval at the effective sample size.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from sqlft.errors import InputError
from sqlft.evaluate.rate import Rate

CONFIDENCE = 0.95
CLUSTERS_AT_LEAST = 5
"""With fewer databases the spread between them cannot be told, and the plain interval is given."""


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Bounds between which the true value lies, with 95 % confidence."""

    low: float
    high: float
    method: str


def wilson(rate: Rate) -> Interval:
    """Wilson's score interval of one rate whose questions are independent.

    Raises:
        InputError: the rate is over nothing.

    >>> found = wilson(Rate(hits=8, total=10))
    >>> round(found.low, 4), round(found.high, 4)
    (0.4902, 0.9433)
    """
    low, high = _score_bounds(rate.share, rate.total, NormalDist().inv_cdf(0.5 + CONFIDENCE / 2))
    return Interval(low=low, high=high, method="Wilson")


def rate_interval(by_database: Mapping[str, Rate]) -> Interval:
    """The interval of the rate over all databases together.

    Of five databases or more: Wilson's at the effective sample size, which is the total divided by
    how much more the rate varies when whole databases are drawn instead of questions (never less
    than once), with Student's t for that many databases. Of fewer: Wilson's.

    Raises:
        InputError: there is no question.
    """
    rates = [rate for rate in by_database.values() if rate.total]
    whole = Rate(hits=sum(r.hits for r in rates), total=sum(r.total for r in rates))
    if len(rates) < CLUSTERS_AT_LEAST:
        return wilson(whole)
    share = whole.share
    off = [rate.hits - share * rate.total for rate in rates]
    spread = design_effect(off, total=whole.total, variance=share * (1 - share))
    quantile = student_quantile(len(rates) - 1)
    low, high = _score_bounds(share, whole.total / spread, quantile)
    return Interval(low=low, high=high, method=f"Wilson, clustered by {len(rates)} databases")


def design_effect(off: Sequence[float], *, total: int, variance: float) -> float:
    """By how much clusters multiply the variance of a mean; at least 1.

    Args:
        off: for each cluster, the sum of its values' differences from the mean of all.
        total: values in all clusters.
        variance: of one value; where it is 0 nothing can be told, and the answer is 1.

    >>> design_effect([2.0, -2.0], total=8, variance=0.25)
    8.0
    """
    if not off or variance <= 0:
        return 1.0
    corrected = len(off) / (len(off) - 1) if len(off) > 1 else 1.0
    clustered = corrected * math.fsum(each * each for each in off) / total**2
    return max(1.0, clustered / (variance / total))


def student_quantile(freedom: int) -> float:
    """Student's t at 97.5 %, within 0.5 % for four degrees of freedom or more.

    The expansion is Abramowitz and Stegun's 26.7.5.

    >>> round(student_quantile(10), 3)
    2.228
    """
    if freedom < CLUSTERS_AT_LEAST - 1:
        raise ValueError(f"too few degrees of freedom: {freedom}")
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))


def _score_bounds(share: float, total: float, quantile: float) -> tuple[float, float]:
    if not total:
        raise InputError("an interval over no question at all")
    square = quantile * quantile
    centre = (share + square / (2 * total)) / (1 + square / total)
    half = quantile * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    half /= 1 + square / total
    # Rounding must not put a bound on the wrong side of the rate itself.
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))
