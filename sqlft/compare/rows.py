"""Whether two results have the same rows, once it is known which column is which."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from sqlft.compare.coding import Ints
from sqlft.compare.grid import Grid, row_tuples
from sqlft.compare.nearness import coarse, near
from sqlft.compare.pairing import augment
from sqlft.compare.row_hashes import first_rows, pairs_of_single_rows, same_row_sets
from sqlft.compare.rules import Rule


def same_rows(gold: Grid, predicted: Grid, rule: Rule, places: Ints | None) -> bool:
    """Whether the rows agree; both grids have the same columns in the same order.

    ``places`` is None where order does not count, else the group of each gold row, rising: rows of
    one group may stand in any order. With ``duplicates="dropped"`` and no order, every row of one
    result must have an equal in the other; with order, repeated rows are dropped after their first.
    """
    dropped = rule.duplicates == "dropped"
    if dropped and places is not None:
        kept = first_rows(gold.codes)
        gold, predicted = gold.rows(kept), predicted.rows(first_rows(predicted.codes))
        places, dropped = places[kept], False
    if not dropped and gold.n_rows != predicted.n_rows:
        return False
    if places is None:
        places = np.zeros(max(gold.n_rows, predicted.n_rows), np.int64)
    if same_row_sets(*(_placed(one.codes, places) for one in (gold, predicted)), dropped=dropped):
        return True
    if not rule.relative_tolerance:
        return False
    return _near_rows(gold, predicted, places, rule.relative_tolerance, dropped=dropped)


def _placed(codes: Ints, places: Ints) -> Ints:
    return np.concatenate([places[None, : codes.shape[1]], codes])


def _near_rows(
    gold: Grid, predicted: Grid, places: Ints, tolerance: float, *, dropped: bool
) -> bool:
    pairs = [([at], [at]) for at in range(gold.n_columns)]
    gold_codes, predicted_codes, whole = coarse(gold, predicted, pairs, tolerance)
    placed = _placed(gold_codes, places), _placed(predicted_codes, places)
    if not same_row_sets(*placed, dropped=dropped):
        return False
    if whole:
        return True
    single = pairs_of_single_rows(*placed)
    if single is not None:
        return bool(_alike(gold.rows(single[0]), predicted.rows(single[1]), tolerance).all())
    gold_groups, predicted_groups = (_groups(row_tuples(one)) for one in placed)
    both = [(rows, predicted_groups[key]) for key, rows in gold_groups.items()]
    lone = [(one[0], other[0]) for one, other in both if len(one) == len(other) == 1]
    one, other = np.array(lone, np.int64).reshape(-1, 2).T
    if not _alike(gold.rows(one), predicted.rows(other), tolerance).all():
        return False
    for gold_rows, predicted_rows in both:
        if len(gold_rows) == len(predicted_rows) == 1:
            continue
        group = _Group(
            gold.rows(np.array(gold_rows)), predicted.rows(np.array(predicted_rows)), tolerance
        )
        if not (group.covers() if dropped else group.pairs_up()):
            return False
    return True


def _groups(rows: Iterable[tuple[int, ...]]) -> dict[tuple[int, ...], list[int]]:
    groups: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        groups[row].append(at)
    return groups


def _alike(one: Grid, other: Grid, tolerance: float) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Row by row (one row may be held against many), whether every cell is equal or near."""
    close = near(one.numbers, other.numbers, tolerance) & ~(one.exact & other.exact)
    alike: np.ndarray[tuple[int], np.dtype[np.bool_]] = ((one.codes == other.codes) | close).all(
        axis=0
    )
    return alike


class _Group:
    """Rows that may be equal: near in every column, or linked by steps of the tolerance.

    Being near is not transitive, so neither rounding nor sorting decides: the rows must pair up.
    Both sides are sorted by the column that varies most; the rows that can be near one row then
    lie in a window.
    """

    def __init__(self, gold: Grid, predicted: Grid, tolerance: float) -> None:
        self._tolerance = tolerance
        numbers = np.concatenate([gold.numbers, predicted.numbers], axis=1)
        is_number = ~np.isnan(numbers).any(axis=1) & np.isfinite(numbers).all(axis=1)
        self._key = -1
        if is_number.any():
            numbers[~is_number] = 0
            low, high = numbers.min(axis=1), numbers.max(axis=1)
            size = np.maximum(np.abs(low), np.abs(high))
            spread = np.where(is_number, (high - low) / np.where(size > 0, size, 1), -1)
            self._key = int(spread.argmax())
        self._gold, self._predicted = self._sorted(gold), self._sorted(predicted)

    def _sorted(self, grid: Grid) -> Grid:
        numbers = grid.numbers
        return grid.rows(np.lexsort([*numbers, numbers[self._key]])) if self._key >= 0 else grid

    def _near(self, one: Grid, at: int, other: Grid) -> list[int]:
        """Which rows of ``other`` are near row ``at`` of ``one``."""
        low, high = 0, other.n_rows
        if self._key >= 0:
            value, values = (
                one.values[one.codes[self._key, at]],
                other.values[other.codes[self._key]],
            )
            reach = 1.01 * abs(value) * self._tolerance / (1 - self._tolerance)
            low = int(np.searchsorted(values, value - reach, "left"))
            high = int(np.searchsorted(values, value + reach, "right"))
        window = np.arange(low, high)
        alike = _alike(one.rows(np.array([at])), other.rows(window), self._tolerance)
        return [int(row) for row in window[alike]]

    def covers(self) -> bool:
        """Whether every row of each side is near some row of the other."""
        sides = ((self._gold, self._predicted), (self._predicted, self._gold))
        return all(self._near(one, at, other) for one, other in sides for at in range(one.n_rows))

    def pairs_up(self) -> bool:
        """Whether the rows can be paired so that the two of each pair are near.

        Rows of equal rank are paired first; each row left over is then paired if any pairing can.
        """
        alike = _alike(self._gold, self._predicted, self._tolerance)
        of_gold = [at if ok else -1 for at, ok in enumerate(alike)]
        of_predicted = of_gold.copy()
        return all(
            augment(at, self._partners, of_gold, of_predicted)
            for at in range(len(alike))
            if not alike[at]
        )

    def _partners(self, at: int) -> list[int]:
        return self._near(self._gold, at, self._predicted)
