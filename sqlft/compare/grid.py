"""Two results as arrays: every cell a number that stands for its value."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
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
    """One result, column by column; all arrays are (columns, rows).

    ``codes``: equal exactly when the values are equal, across both grids of a pair.
    ``numbers``: the value as a float, NaN for what is no number; ``exact``: no tolerance between
    two such. Both are empty, (0, 0), where the rule has no tolerance.
    """

    codes: Ints
    numbers: Floats
    exact: Flags

    @property
    def n_columns(self) -> int:
        return int(self.codes.shape[0])

    @property
    def n_rows(self) -> int:
        return int(self.codes.shape[1])

    def take(self, rows: Ints) -> Grid:
        """The grid of these rows only."""
        numbers, exact = self.numbers, self.exact
        if numbers.size:
            numbers, exact = numbers[:, rows], exact[:, rows]
        return Grid(codes=self.codes[:, rows], numbers=numbers, exact=exact)

    def columns(self, columns: list[int]) -> Grid:
        """The grid of these columns only, in this order."""
        numbers, exact = self.numbers, self.exact
        if numbers.size:
            numbers, exact = numbers[columns], exact[columns]
        return Grid(codes=self.codes[columns], numbers=numbers, exact=exact)

    def content(self) -> bytes:
        """The same bytes for grids of a pair that hold the same."""
        return self.codes.tobytes() + self.exact.tobytes()


def grids(gold: Result, predicted: Result, rule: Rule) -> tuple[Grid, Grid]:
    """Both results as grids that share their codes."""
    typed = rule.values == "typed"
    code_of: defaultdict[Key, int] = defaultdict(count().__next__)
    coded = [_coded(result, code_of, typed=typed) for result in (gold, predicted)]
    if not rule.relative_tolerance:
        nothing = {"numbers": np.empty((0, 0)), "exact": np.empty((0, 0), bool)}
        return Grid(codes=coded[0], **nothing), Grid(codes=coded[1], **nothing)
    value_of = np.fromiter(map(as_float, code_of), np.float64, len(code_of))
    first, second = (
        Grid(codes=codes, numbers=value_of[codes], exact=_exact(result, typed=typed))
        for result, codes in zip((gold, predicted), coded, strict=True)
    )
    return first, second


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


def _columns(result: Result) -> list[tuple[object, ...]]:
    if not result.rows:
        return [()] * len(result.columns)
    return list(zip(*result.rows, strict=True))


def _coded(result: Result, code_of: defaultdict[Key, int], *, typed: bool) -> Ints:
    codes = np.empty((len(result.columns), len(result.rows)), np.int64)
    for at, column in enumerate(_columns(result)):
        keys = keys_of(column, typed=typed)
        codes[at] = np.fromiter(map(code_of.__getitem__, keys), np.int64, len(keys))
    return codes


def _exact(result: Result, *, typed: bool) -> Flags:
    flags = np.zeros((len(result.columns), len(result.rows)), bool)
    for at, column in enumerate(_columns(result)):
        types = set(map(type, column))
        if types <= {int, type(None)}:
            flags[at] = True
        elif types != {float}:
            flags[at] = [is_exact(value, typed=typed) for value in column]
    return flags
