"""Which predicted column is which gold column, found by content.

Trying all permutations is hopeless at ten columns. Instead: a column can only be one with the same
values (its candidates); where every candidate must be used, rows and columns refine each other's
colours, which leaves one candidate in all but symmetric results; what is left is searched depth
first, refining again after each choice, and a choice is dropped as soon as the partial rows of the
chosen columns differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from sqlft.compare.candidates import components, near_columns
from sqlft.compare.coding import Flags, Ints
from sqlft.compare.grid import Grid
from sqlft.compare.nearness import coarse
from sqlft.compare.pairing import augment
from sqlft.compare.row_hashes import first_rows
from sqlft.compare.rows import same_rows
from sqlft.compare.rules import Rule
from sqlft.compare.sketch import Sketch, mix, refined, sketch

Candidates = dict[int, list[int]]
"""For each gold column the predicted ones that it could be."""

CELLS_AT_MOST = 2_000_000
"""Cells looked at before a search gives up and says "not equal": a guard against
results that are built to be symmetric and unequal. Twenty shuffled columns of 10,000 rows need
200,000. The one plain case that meets it: ten and more two-valued columns among look-alikes, in a
result whose other columns also multiply its rows."""


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
    one, other = (sketch(side, where, dropped=dropped) for side in codes)
    candidates = _candidates(possible, one, other)
    if not _all_placed(candidates):
        return None
    if dropped:
        # As many different rows with all columns that may be used as gold has: then no column
        # left out merges rows, and repeats can be dropped before the search.
        used = sorted({at for each in candidates.values() for at in each})
        first, second = codes if places is None else (gold.codes, predicted.codes)
        kept = first_rows(first), first_rows(second[used])
        if len(kept[0]) == len(kept[1]):
            where = None if places is None else places[kept[0]]
            one, other = (
                sketch(side[:, rows], where, dropped=False)
                for side, rows in zip(codes, kept, strict=True)
            )
            candidates = _candidates(possible, one, other)

    def agree(columns: list[int]) -> bool:
        return same_rows(gold, predicted.columns(columns), rule, places)

    return _search(candidates, one, other, _twins(predicted), agree)


def _twins(grid: Grid) -> list[int]:
    """For each column the first one that holds the same."""
    first: dict[bytes, int] = {}
    return [
        first.setdefault(codes.tobytes() + exact.tobytes(), at)
        for at, (codes, exact) in enumerate(zip(grid.codes, grid.exact, strict=True))
    ]


def _candidates(possible: Flags, one: Sketch, other: Sketch) -> Candidates:
    colours = np.array(other.colours(other.cells), np.uint64)
    own = np.array(one.colours(one.cells), np.uint64)
    alike = possible & (own[:, None] == colours[None, :])
    return {gold: np.flatnonzero(row).tolist() for gold, row in enumerate(alike)}


def _all_placed(candidates: Candidates) -> bool:
    """Whether every gold column could have a column of its own."""
    of_gold = [-1] * len(candidates)
    of_predicted = [-1] * (1 + max((at for each in candidates.values() for at in each), default=0))
    return all(augment(at, candidates.__getitem__, of_gold, of_predicted) for at in candidates)


def _narrowed(candidates: Candidates, one: Sketch, other: Sketch) -> Candidates:
    """The candidates that also share their rows with the same values.

    Equal columns count as one; where there are more different ones than gold has, some are not to
    be used, and nothing can be said.
    """
    if one.dropped or all(len(each) == 1 for each in candidates.values()):
        return candidates
    own = sorted({one.kinds[at] for at in candidates})
    others = sorted({other.kinds[at] for each in candidates.values() for at in each})
    if len(own) != len(others):
        return candidates
    colours, other_colours = refined(one, other, own, others)
    colour_of, other_colour_of = (
        dict(zip(own, colours, strict=True)),
        dict(zip(others, other_colours, strict=True)),
    )
    return {
        gold: [at for at in each if other_colour_of[other.kinds[at]] == colour_of[one.kinds[gold]]]
        for gold, each in candidates.items()
    }


@dataclass(frozen=True, kw_only=True)
class _State:
    """A search under way: what each column left could be, and the partial rows chosen so far."""

    candidates: Candidates
    one: Sketch
    other: Sketch
    chosen: tuple[tuple[int, int], ...]

    def next(self, twins: list[int]) -> Iterator[_State]:
        """Every choice for the column with the fewest candidates that keeps the partial rows."""
        candidates = _narrowed(self.candidates, self.one, self.other)
        gold = min(candidates, key=lambda at: len(candidates[at]))
        one = replace(self.one, rows=mix(self.one.rows + self.one.cells[gold]))
        wanted = one.digest(one.rows)
        tried: set[int] = set()
        for at in candidates[gold]:
            if twins[at] in tried:
                continue
            tried.add(twins[at])
            rows = mix(self.other.rows + self.other.cells[at])
            if self.other.digest(rows) == wanted:
                yield _State(
                    candidates={
                        left: [free for free in each if free != at]
                        for left, each in candidates.items()
                        if left != gold
                    },
                    one=one,
                    other=replace(self.other, rows=rows),
                    chosen=(*self.chosen, (gold, at)),
                )


def _search(
    candidates: Candidates,
    one: Sketch,
    other: Sketch,
    twins: list[int],
    agree: Callable[[list[int]], bool],
) -> tuple[int, ...] | None:
    """The first choice of columns whose rows agree. ``twins``: the first equal column of each."""
    if not candidates:
        return () if agree([]) else None
    start = _State(candidates=candidates, one=one, other=other, chosen=())
    open_choices = [start.next(twins)]
    for _ in range(1000 + CELLS_AT_MOST // (100 + len(one.rows))):
        if not open_choices:
            return None
        state = next(open_choices[-1], None)
        if state is None:
            open_choices.pop()
        elif state.candidates:
            open_choices.append(state.next(twins))
        else:
            columns = [at for _, at in sorted(state.chosen)]
            if agree(columns):
                return tuple(columns)
    return None
