"""Two results as arrays: every cell a number that stands for its value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlft.compare.coding import Coding, Flags, Floats, Ints
from sqlft.compare.result import Result
from sqlft.compare.rules import Rule


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One result, column by column.

    ``codes`` (columns, rows): equal exactly when the values are equal, across both grids of a pair.
    ``exact`` (columns, rows): no tolerance between two such numbers. It is kept by cell, because
    1 and 1.0 have one code.
    ``coding``: what gave out the codes of the pair.
    """

    codes: Ints
    exact: Flags
    coding: Coding

    @property
    def values(self) -> Floats:
        """What each code stands for as a float, NaN for what is no number; shared by the pair."""
        return self.coding.floats

    @property
    def n_columns(self) -> int:
        return int(self.codes.shape[0])

    @property
    def n_rows(self) -> int:
        return int(self.codes.shape[1])

    @property
    def numbers(self) -> Floats:
        """Each cell as a float, (columns, rows)."""
        return self.values[self.codes]

    def rows(self, rows: Ints) -> Grid:
        """The grid of these rows only, in this order."""
        return replace(self, codes=self.codes[:, rows], exact=self.exact[:, rows])

    def columns(self, columns: Sequence[int]) -> Grid:
        """The grid of these columns only, in this order."""
        at = list(columns)
        return replace(self, codes=self.codes[at], exact=self.exact[at])


def grids(gold: Result, predicted: Result, rule: Rule) -> tuple[Grid, Grid]:
    """Both results as grids that share their codes."""
    coding = Coding((gold, predicted), typed=rule.values == "typed")
    coded = [coding.coded(at) for at in (0, 1)]
    one, other = (Grid(codes=codes, exact=exact, coding=coding) for codes, exact in coded)
    return one, other


def row_tuples(codes: Ints) -> Iterator[tuple[int, ...]]:
    """The rows of an array of shape (columns, rows), as hashable tuples."""
    if not len(codes):
        return iter([()] * codes.shape[1])
    return zip(*codes.tolist(), strict=True)
