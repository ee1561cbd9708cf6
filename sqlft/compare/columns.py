"""Which predicted column is which gold column, found by content.

Trying all permutations is hopeless at ten columns. Instead: a column can only be one with the same
values (its candidates); where every candidate must be used, rows and columns refine each other's
colours (Weisfeiler and Leman 1968), which leaves one candidate in all but symmetric results; what
is left is searched depth first, and a choice is dropped as soon as the partial rows of the chosen
columns differ. Hashes only rule out what cannot be; the rows are compared exactly at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sqlft.compare.candidates import Candidates, components, near_columns
from sqlft.compare.grid import Flags, Grid, Ints, first_rows
from sqlft.compare.nearness import coarse
from sqlft.compare.pairing import augment
from sqlft.compare.rows import same_rows
from sqlft.compare.rules import Rule

Hashes = NDArray[np.uint64]

CELLS_AT_MOST = 2_000_000
"""Cells looked at before a search gives up and says "not equal": a guard against
results that are built to be symmetric and unequal. Twenty shuffled columns of 10,000 rows need
200,000. The one plain case that meets it: ten and more two-valued columns among look-alikes, in a
result whose other columns also multiply its rows."""


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

    def distinct(self, columns: Sequence[int]) -> dict[int, int]:
        """For each of these columns the first one that is equal to it."""
        first: dict[bytes, int] = {}
        return {at: first.setdefault(self.cells[at].tobytes(), at) for at in columns}

    def refined(self, columns: Sequence[int]) -> dict[int, int]:
        """A hash a column that also tells with what its values share their rows."""
        cells = self.cells[list(columns)]
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
    exact_places = places is None or not rule.relative_tolerance
    if rule.duplicates == "dropped" and exact_places:
        # Mostly the same rows come as often, and counting them prunes far better; rows that agree
        # counted also agree with repeats dropped (unless near repeats would count as places).
        counted = replace(rule, duplicates="counted")
        columns = _find(gold, predicted, counted, places)
        if columns is not None:
            return columns
    return _find(gold, predicted, rule, places)


def _find(gold: Grid, predicted: Grid, rule: Rule, places: Ints | None) -> tuple[int, ...] | None:
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
    if dropped:
        # As many different rows with all columns that may be used as gold has: then no column
        # left out merges rows, and repeats can be dropped before the search.
        used = sorted({at for each in candidates for at in each})
        first, second = codes if places is None else (gold.codes, predicted.codes)
        kept = first_rows(first), first_rows(second[used])
        if len(kept[0]) == len(kept[1]):
            where = None if places is None else places[kept[0]]
            one, other = (
                _sketch(side[:, rows], where, dropped=False)
                for side, rows in zip(codes, kept, strict=True)
            )
            candidates = _candidates(possible, one, other)
    if not one.dropped:
        candidates = _refined(candidates, one, other)

    def agree(columns: list[int]) -> bool:
        return same_rows(gold, predicted.columns(columns), rule, places)

    twins = [
        code.tobytes() + exact.tobytes()
        for code, exact in zip(predicted.codes, predicted.exact, strict=True)
    ]
    return _search(candidates, one, other, twins, agree)


def _sketch(codes: Ints, places: Ints | None, *, dropped: bool) -> _Sketch:
    if places is None:
        places = np.zeros(codes.shape[1], np.int64)
    return _Sketch(
        cells=_mix(codes.astype(np.uint64)), places=_mix(places.astype(np.uint64)), dropped=dropped
    )


def _mix(values: Hashes) -> Hashes:
    """Each number scattered over 64 bits (SplitMix64: Steele, Lea, Flood 2014)."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _candidates(possible: Flags, one: _Sketch, other: _Sketch) -> Candidates:
    colours = other.colours()
    return [
        [at for at, colour in enumerate(colours) if colour == own and row[at]]
        for own, row in zip(one.colours(), possible, strict=True)
    ]


def _refined(candidates: Candidates, one: _Sketch, other: _Sketch) -> Candidates:
    """The candidates that also share their rows with the same values.

    Equal columns count as one; where there are more different ones left than gold has, some are
    not to be used, and nothing can be said.
    """
    if all(len(each) == 1 for each in candidates):
        return candidates
    own = one.distinct(range(len(candidates)))
    others = other.distinct(sorted({at for each in candidates for at in each}))
    if len(set(own.values())) != len(set(others.values())):
        return candidates
    wanted = one.refined(sorted(set(own.values())))
    colours = other.refined(sorted(set(others.values())))
    return [
        [at for at in each if colours[others[at]] == wanted[own[gold]]]
        for gold, each in enumerate(candidates)
    ]


def _all_placed(candidates: Candidates) -> bool:
    """Whether every gold column could have a column of its own."""
    of_gold = [-1] * len(candidates)
    of_predicted = [-1] * (1 + max((at for each in candidates for at in each), default=0))
    return all(
        augment(at, candidates.__getitem__, of_gold, of_predicted) for at in range(len(candidates))
    )


def _search(
    candidates: Candidates,
    one: _Sketch,
    other: _Sketch,
    twins: list[bytes],
    agree: Callable[[list[int]], bool],
) -> tuple[int, ...] | None:
    """The first choice of columns whose rows agree, fewest candidates first."""
    order = sorted(range(len(candidates)), key=lambda at: len(candidates[at]))
    digests, rows = [], one.places
    for at in order:
        rows = _mix(rows + one.cells[at])
        digests.append(one.digest(rows))

    chosen: list[int] = []

    def fitting(rows: Hashes) -> Iterator[tuple[int, Hashes]]:
        depth, tried = len(chosen), set[bytes]()
        for at in candidates[order[depth]]:
            if at in chosen or twins[at] in tried:
                continue
            tried.add(twins[at])
            longer = _mix(rows + other.cells[at])
            if other.digest(longer) == digests[depth]:
                yield at, longer

    if not order:
        return () if agree([]) else None
    open_choices = [fitting(other.places)]
    for _ in range(1000 + CELLS_AT_MOST // (100 + len(one.places))):
        if not open_choices:
            return None
        choice = next(open_choices[-1], None)
        if choice is None:
            open_choices.pop()
            if chosen:
                chosen.pop()
            continue
        chosen.append(choice[0])
        if len(chosen) < len(order):
            open_choices.append(fitting(choice[1]))
            continue
        columns = [at for _, at in sorted(zip(order, chosen, strict=True))]
        if agree(columns):
            return tuple(columns)
        chosen.pop()
    return None
