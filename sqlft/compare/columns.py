"""Which predicted column is which gold column, found by content.

Trying all permutations is hopeless at ten columns. Instead: a column can only be one with the same
values (its candidates); where every candidate must be used, rows and columns refine each other's
colours (Weisfeiler and Leman 1968), which leaves one candidate in all but symmetric results; what
is left is searched depth first, and a choice is dropped as soon as the partial rows of the chosen
columns differ. Hashes only rule out what cannot be; the rows are compared exactly at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sqlft.compare.candidates import Candidates, components, near_columns
from sqlft.compare.grid import Grid, Ints, first_rows
from sqlft.compare.nearness import coarse
from sqlft.compare.pairing import augment
from sqlft.compare.rows import same_rows
from sqlft.compare.rule import Rule

Hashes = NDArray[np.uint64]

STEPS_AT_MOST = 20_000
"""Choices tried before a search gives up and says "not equal": a guard against results that are
built to be symmetric and unequal. Twenty shuffled columns need 20."""


@dataclass(frozen=True, kw_only=True)
class _Sketch:
    """One result as the search sees it: hashes of (columns, rows) and of each row's place.

    Cells that may be equal have equal hashes. ``dropped``: repeated rows do not count.
    """

    cells: Hashes
    places: Hashes
    dropped: bool

    def colours(self) -> list[int]:
        """One hash a column: of its values and their places."""
        return [self.digest(_mix(self.places + column)) for column in self.cells]

    def digest(self, rows: Hashes) -> int:
        """One hash of all rows, whatever their order."""
        return int(_mix(np.unique(rows) if self.dropped else rows).sum(dtype=np.uint64))

    def refined(self, columns: list[int]) -> dict[int, int]:
        """A hash a column that also tells with what its values share their rows."""
        cells = self.cells[columns]
        for _ in range(2):
            own = np.array([self.digest(_mix(self.places + c)) for c in cells], np.uint64)
            rows = _mix(_mix(cells + own[:, None]).sum(axis=0, dtype=np.uint64) + self.places)
            cells = _mix(cells + rows)
        return {at: self.digest(column) for at, column in zip(columns, cells, strict=True)}


def find_columns(
    gold: Grid, predicted: Grid, rule: Rule, places: Ints | None
) -> tuple[int, ...] | None:
    """For each gold column the predicted column that it is, or None where there is no such map.

    Every map found makes the rows agree (``same_rows``, which also tells what ``places`` is).
    """
    if predicted.n_columns < gold.n_columns:
        return None
    dropped = rule.duplicates == "dropped"
    if not dropped and gold.n_rows != predicted.n_rows:
        return None
    codes = gold.codes, predicted.codes
    possible = np.ones((gold.n_columns, predicted.n_columns), bool)
    if rule.relative_tolerance:
        possible = near_columns(gold, predicted, rule.relative_tolerance, dropped=dropped)
        linked = list(components(possible))
        codes = coarse(gold, predicted, linked, rule.relative_tolerance)[:2]
    # With duplicates dropped, a row's place is only known once its columns are.
    where = None if dropped else places
    one, other = (_sketch(side, where, dropped=dropped) for side in codes)
    candidates = _candidates(possible, one, other)
    if not _all_placed(candidates):
        return None
    used = sorted({at for each in candidates for at in each})
    if len(used) == gold.n_columns:
        if dropped:
            kept = _kept(gold, predicted.columns(used), codes, used, places)
            if len(kept[0]) != len(kept[1]):
                return None
            where = None if places is None else places[kept[0]]
            one, other = (
                _sketch(side[:, rows], where, dropped=False)
                for side, rows in zip(codes, kept, strict=True)
            )
        candidates = _refined(candidates, one, other, used)

    def agree(columns: list[int]) -> bool:
        return same_rows(gold, predicted.columns(columns), rule, places)

    twins = [c.tobytes() + e.tobytes() for c, e in zip(*_identity(predicted), strict=True)]
    return _search(candidates, one, other, twins, agree)
