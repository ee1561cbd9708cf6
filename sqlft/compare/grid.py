"""Two results as arrays: every cell a number that stands for its value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from numpy.typing import NDArray

from sqlft.compare.cell import Key, as_float, is_exact, keys_of
from sqlft.compare.result import Result
from sqlft.compare.rules import Rule

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """One result, column by column.

    ``codes`` (columns, rows): equal exactly when the values are equal, across both grids of a pair.
    ``values``: what each code stands for as a float, NaN for what is no number; shared by the pair,
    and empty where the rule has no tolerance.
    ``exact`` (columns, rows): no tolerance between two such numbers. It is kept by cell, because
    1 and 1.0 have one code.
    """

    codes: Ints
    values: Floats
    exact: Flags

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
    typed = rule.values == "typed"
    code_of: defaultdict[Key, int] = defaultdict(count().__next__)
    coded = [_coded(result, code_of, typed=typed) for result in (gold, predicted)]
    numbers = map(as_float, code_of) if rule.relative_tolerance else ()
    values = np.fromiter(numbers, np.float64)
    one, other = (Grid(codes=codes, values=values, exact=exact) for codes, exact in coded)
    return one, other


def row_tuples(codes: Ints) -> Iterator[tuple[int, ...]]:
    """The rows of an array of shape (columns, rows), as hashable tuples."""
    if not len(codes):
        return iter([()] * codes.shape[1])
    return zip(*codes.tolist(), strict=True)


def first_rows(codes: Ints) -> Ints:
    """Where each different row stands first, in the order of the rows."""
    first: dict[tuple[int, ...], int] = {}
    for at, row in enumerate(row_tuples(codes)):
        first.setdefault(row, at)
    return np.fromiter(first.values(), np.int64, len(first))


def _coded(result: Result, code_of: defaultdict[Key, int], *, typed: bool) -> tuple[Ints, Flags]:
    shape = len(result.columns), len(result.rows)
    codes, exact = np.empty(shape, np.int64), np.zeros(shape, bool)
    for at, column in enumerate(zip(*result.rows, strict=True)):
        keys = keys_of(column, typed=typed)
        codes[at] = np.fromiter(map(code_of.__getitem__, keys), np.int64, len(keys))
        types = set(map(type, column))
        if types <= {int, str, type(None)}:
            exact[at] = True
        elif types != {float}:
            exact[at] = [is_exact(value, typed=typed) for value in column]
    return codes, exact
