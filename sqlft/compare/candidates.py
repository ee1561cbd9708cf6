"""Which predicted columns could be which gold column, by their numbers alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sqlft.compare.coding import Flags, Floats
from sqlft.compare.grid import Grid
from sqlft.compare.nearness import near


def near_columns(gold: Grid, predicted: Grid, tolerance: float, *, dropped: bool) -> Flags:
    """A (gold columns, predicted columns) table: whether the numbers can be near each other.

    Repeats counted: sorted, they are near place by place, which is so whenever any pairing is.
    Repeats dropped: each has a near one in the other column.
    """
    slack = tolerance * 1.001  # the exact test comes later; this one must not miss by rounding
    ones, others = (_sorted_columns(grid, dropped=dropped) for grid in (gold, predicted))
    possible = np.zeros((gold.n_columns, predicted.n_columns), bool)
    for at, among in np.ndindex(*possible.shape):
        a, b = ones[at], others[among]
        if not (dropped or len(a) == len(b)) or bool(len(a)) != bool(len(b)):
            continue
        if len(a) == len(b) and np.array_equal(a, b):
            possible[at, among] = True
        elif _equal(a[[0, -1]], b[[0, -1]], slack):
            both = _found(a, b, slack) and _found(b, a, slack) if dropped else _equal(a, b, slack)
            possible[at, among] = both
    return possible


def _sorted_columns(grid: Grid, *, dropped: bool) -> list[Floats]:
    columns = [grid.values[np.unique(column) if dropped else column] for column in grid.codes]
    return [np.sort(column[~np.isnan(column)]) for column in columns]


def _equal(one: Floats, other: Floats, tolerance: float) -> bool:
    return bool((near(one, other, tolerance) | (one == other)).all())


def _found(wanted: Floats, among: Floats, tolerance: float) -> bool:
    """Whether each wanted number is near its neighbour below or above; both are sorted."""
    above = np.minimum(np.searchsorted(among, wanted), len(among) - 1)
    below = np.maximum(above - 1, 0)
    return bool(
        np.logical_or.reduce(
            [near(wanted, among[at], tolerance) | (wanted == among[at]) for at in (above, below)]
        ).all()
    )


def components(possible: Flags) -> Iterator[tuple[list[int], list[int]]]:
    """The (gold columns, predicted columns) that possible pairs link, directly or in steps.

    >>> list(components(np.array([[True, False, True], [False, True, False]])))
    [([0], [0, 2]), ([1], [1])]
    """
    left = set(range(len(possible)))
    while left:
        gold, predicted = {min(left)}, set[int]()
        size = 0
        while size != len(gold) + len(predicted):
            size = len(gold) + len(predicted)
            predicted = set(np.flatnonzero(possible[sorted(gold)].any(axis=0)).tolist())
            gold |= set(np.flatnonzero(possible[:, sorted(predicted)].any(axis=1)).tolist())
        left -= gold
        yield sorted(gold), sorted(predicted)
