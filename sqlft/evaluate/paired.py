"""Two predictors on the same questions: what one gained over the other.

Sources: McNemar 1947, "Note on the Sampling Error of the Difference Between Correlated Proportions
or Percentages", in its exact binomial form; Bonett and Price 2012, "Adjusted Wald Confidence
Interval for a Difference of Binomial Proportions Based on Paired Data"; Miller 2024, "Adding Error
Bars to Evals", for differences clustered by what questions share.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

from sqlft.errors import InputError
from sqlft.evaluate.interval import (
    CLUSTERS_AT_LEAST,
    CONFIDENCE,
    Interval,
    design_effect,
    student_quantile,
)


@dataclass(frozen=True, kw_only=True)
class Paired:
    """The difference between two rates over the same questions, the first's less the second's."""

    total: int
    difference: float
    """-1 to 1."""
    interval: Interval
    p_value: float
    """Exact McNemar, two-sided: how often a difference at least so large comes by chance alone."""
    gained: tuple[str, ...]
    """Ids that only the first has right."""
    lost: tuple[str, ...]
    """Ids that only the second has right."""


def paired(
    first: Mapping[str, bool], second: Mapping[str, bool], database_of: Mapping[str, str]
) -> Paired:
    """What the first predictor gained and lost against the second.

    The interval is Bonett and Price's; with questions of five databases or more its standard error
    grows by what whole databases vary more than questions, with Student's t.

    Args:
        first, second: by question id, whether the answer was right.
        database_of: by question id.

    Raises:
        InputError: the two are not about the same questions, or about none.
    """
    if first.keys() != second.keys():
        odd = sorted(first.keys() ^ second.keys())
        raise InputError(f"the two are not about the same questions: {odd[0]} is in one only")
    if not first:
        raise InputError("there is no question to compare on")
    gained = tuple(key for key in first if first[key] and not second[key])
    lost = tuple(key for key in first if second[key] and not first[key])
    return Paired(
        total=len(first),
        difference=(len(gained) - len(lost)) / len(first),
        interval=_interval(first, second, database_of, len(gained), len(lost)),
        p_value=mcnemar(len(gained), len(lost)),
        gained=gained,
        lost=lost,
    )


def mcnemar(gained: int, lost: int) -> float:
    """The exact two-sided p-value of that many flips one way and the other.

    >>> mcnemar(1, 5), mcnemar(0, 0)
    (0.21875, 1.0)
    """
    flips = gained + lost
    tail = sum(math.comb(flips, k) for k in range(min(gained, lost) + 1))
    return min(1.0, 2 * tail / (1 << flips))


def _interval(
    first: Mapping[str, bool],
    second: Mapping[str, bool],
    database_of: Mapping[str, str],
    gained: int,
    lost: int,
) -> Interval:
    total = len(first)
    up, down = (gained + 1) / (total + 2), (lost + 1) / (total + 2)
    error = math.sqrt((up + down - (up - down) ** 2) / (total + 2))
    quantile, method = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2), "Bonett-Price"
    mean = (gained - lost) / total
    off: defaultdict[str, float] = defaultdict(float)
    for key, right in first.items():
        off[database_of[key]] += right - second[key] - mean
    if len(off) >= CLUSTERS_AT_LEAST:
        variance = (gained + lost) / total - mean * mean
        error *= math.sqrt(design_effect(list(off.values()), total=total, variance=variance))
        quantile = student_quantile(len(off) - 1)
        method += f", clustered by {len(off)} databases"
    low, high = up - down - quantile * error, up - down + quantile * error
    # The estimate is drawn towards 0; the measured difference stays inside.
    return Interval(low=max(-1.0, min(low, mean)), high=min(1.0, max(high, mean)), method=method)
