"""Numbers within a relative tolerance, and codes that are coarse enough to respect it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sqlft.compare.grid import Flags, Floats, Grid, Ints


def near(one: Floats, other: Floats, tolerance: float) -> Flags:
    """Where two finite numbers differ by at most ``tolerance`` times the larger size.

    >>> near(np.array([100.0, 0.0]), np.array([100.0009, 1e-300]), 1e-5).tolist()
    [True, False]
    """
    with np.errstate(invalid="ignore", over="ignore"):
        size = np.maximum(np.abs(one), np.abs(other))
        return (np.abs(one - other) <= tolerance * size) & np.isfinite(size)


def coarse(
    gold: Grid,
    predicted: Grid,
    groups: Sequence[tuple[Sequence[int], Sequence[int]]],
    tolerance: float,
) -> tuple[Ints, Ints, bool]:
    """The codes of both grids with numbers that may be near each other under one code.

    Within a group of (gold columns, predicted columns), numbers that are linked by steps of up to
    twice the tolerance share a code: near numbers always do. The flag says that the reverse holds
    too, so that equal coarse codes are the whole comparison.
    """
    gold_codes, predicted_codes = gold.codes.copy(), predicted.codes.copy()
    base = 1 + max(int(codes.max(initial=0)) for codes in (gold_codes, predicted_codes))
    whole = True
    for gold_columns, predicted_columns in groups:
        parts = [
            _Part(side, codes, list(columns))
            for side, codes, columns in (
                (gold, gold_codes, gold_columns),
                (predicted, predicted_codes, predicted_columns),
            )
        ]
        values = np.unique(np.concatenate([part.numbers for part in parts]))
        if not values.size:
            continue
        apart = ~near(values[1:], values[:-1], 2 * tolerance)
        cluster_of = base + np.concatenate([[0], np.cumsum(apart)])
        first, last = np.concatenate([[True], apart]), np.concatenate([apart, [True]])
        # The margin covers the rounding of the test itself.
        if not near(values[first], values[last], tolerance * (1 - 1e-6)).all():
            whole = False
        exact = np.unique(np.concatenate([part.exact_codes() for part in parts]), axis=0)
        clusters = cluster_of[np.searchsorted(values, exact["number"])]
        if len(np.unique(clusters)) < len(clusters):  # two integers are equal or not, never near
            whole = False
        for part in parts:
            part.recode(values, cluster_of)
        base += len(values)
    return gold_codes, predicted_codes, whole


_EXACT = np.dtype([("code", np.int64), ("number", np.float64)])


class _Part:
    """The numbers of some columns of one grid."""

    def __init__(self, grid: Grid, codes: Ints, columns: list[int]) -> None:
        self._codes, self._columns = codes, columns
        self._place = ~np.isnan(grid.numbers[columns])
        self._exact = grid.exact[columns][self._place]
        self.numbers: Floats = grid.numbers[columns][self._place]

    def exact_codes(self) -> NDArray[np.void]:
        """The (code, number) of every exact number."""
        pairs = np.empty(int(self._exact.sum()), _EXACT)
        pairs["code"] = self._codes[self._columns][self._place][self._exact]
        pairs["number"] = self.numbers[self._exact]
        return pairs

    def recode(self, values: Floats, cluster_of: Ints) -> None:
        """Writes each number's cluster where its code was."""
        part = self._codes[self._columns]
        part[self._place] = cluster_of[np.searchsorted(values, self.numbers)]
        self._codes[self._columns] = part
