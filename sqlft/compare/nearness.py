"""Numbers within a relative tolerance, and codes that are coarse enough to respect it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sqlft.compare.coding import Flags, Floats, Ints
from sqlft.compare.grid import Grid


def near(one: Floats, other: Floats, tolerance: float) -> Flags:
    """Where two finite numbers differ by at most ``tolerance`` times the larger size.

    >>> near(np.array([100.0, 0.0]), np.array([100.0009, 1e-300]), 1e-5).tolist()
    [True, False]
    """
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.maximum(np.abs(one), np.abs(other))
        return (np.abs(one - other) <= tolerance * size) & np.isfinite(size)


def any_near(gold: Grid, predicted: Grid, tolerance: float) -> bool:
    """Whether any two different numbers of both results might be near each other."""
    used = _Numbers([gold, predicted])
    return bool(_links(gold.values[used.codes], used.inexact, tolerance).any())


def coarse(
    gold: Grid,
    predicted: Grid,
    groups: Sequence[tuple[Sequence[int], Sequence[int]]],
    tolerance: float,
) -> tuple[Ints, Ints, bool]:
    """The codes of both grids with numbers that may be near each other under one code.

    Within a group of (gold columns, predicted columns), numbers that are linked, directly or in
    steps, share a code: near numbers always do. The flag says that the reverse holds too, so that
    equal coarse codes are the whole comparison.
    """
    gold_codes, predicted_codes = gold.codes.copy(), predicted.codes.copy()
    values, base, whole = gold.values, len(gold.values), True
    for gold_columns, predicted_columns in groups:
        used = _Numbers([gold.columns(gold_columns), predicted.columns(predicted_columns)])
        if not used.codes.size:
            continue
        numbers = values[used.codes]
        apart = ~_links(numbers, used.inexact, tolerance)
        cluster = np.concatenate([[0], np.cumsum(apart)])
        first, last = np.concatenate([[True], apart]), np.concatenate([apart, [True]])
        # The margin covers the rounding of the test itself.
        spans = near(numbers[first], numbers[last], tolerance * (1 - 1e-6))
        single = np.bincount(cluster) == 1
        several_exact = np.bincount(cluster[used.exact], minlength=1).max() > 1
        whole = whole and bool((spans | single).all()) and not several_exact
        recode = np.arange(len(values))
        recode[used.codes] = base + cluster
        base += len(used.codes)
        for codes, columns in ((gold_codes, gold_columns), (predicted_codes, predicted_columns)):
            codes[list(columns)] = recode[codes[list(columns)]]
    return gold_codes, predicted_codes, whole


class _Numbers:
    """The different numbers of some grids of a pair: their codes, sorted by value.

    ``exact`` and ``inexact`` tell as what each occurs; it can be both.
    """

    def __init__(self, parts: Sequence[Grid]) -> None:
        values = parts[0].values
        exact, inexact = np.zeros(len(values), bool), np.zeros(len(values), bool)
        for part in parts:
            exact[part.codes[part.exact]] = True
            inexact[part.codes[~part.exact]] = True
        codes = np.flatnonzero((exact | inexact) & ~np.isnan(values))
        self.codes: Ints = codes[np.argsort(values[codes])]
        self.exact: Flags = exact[self.codes]
        self.inexact: Flags = inexact[self.codes]


def _links(numbers: Floats, inexact: Flags, tolerance: float) -> Flags:
    """For each number but the last, whether it must share a cluster with the next.

    An inexact number is linked with all within twice the tolerance, a safe reach for what can be
    near it; two exact numbers are never near, so nothing else needs a link.
    """
    centres = numbers[inexact & np.isfinite(numbers)]
    with np.errstate(over="ignore"):
        reach = 2 * tolerance * np.abs(centres)
        low = np.searchsorted(numbers, centres - reach, "left")
        high = np.searchsorted(numbers, centres + reach, "right") - 1
    opened = np.bincount(low, minlength=len(numbers))
    closed = np.bincount(high, minlength=len(numbers))
    return np.asarray(np.cumsum(opened - closed)[:-1] > 0)
