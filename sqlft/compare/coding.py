"""Every cell of two results as a number: equal numbers exactly where the values are equal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import count

import numpy as np
from numpy.typing import NDArray

from sqlft.compare.cell import Key, as_float, is_exact, keys_of
from sqlft.compare.result import Result

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_Column = tuple[object, ...]

_WHOLE_UP_TO = 2.0**53
"""Whole numbers up to here are themselves as floats."""


_MANY_CELLS = 5_000
"""Of texts, from which on Arrow's dictionary is quicker than Python's, its import included."""


class Coding:
    """Gives out the codes of a pair of results; afterwards ``floats`` says what they stand for.

    Columns of plain numbers are sorted once, all together, which is several times quicker than
    looking up each cell; the codes of their different numbers come first. What is left is looked
    up in one dictionary: Arrow's where all of it is text, else Python's.
    """

    def __init__(self, results: Sequence[Result], *, typed: bool) -> None:
        self._typed = typed
        self._shapes = [(len(result.columns), len(result.rows)) for result in results]
        self._columns = [list(zip(*result.rows, strict=True)) for result in results]
        flat = [column for columns in self._columns for column in columns]
        self._types = [set(map(type, column)) for column in flat]
        numbers = [_numbers(*one) for one in zip(flat, self._types, strict=True)]
        self._numbers, codes = _sorted_codes([one for one in numbers if one is not None])
        self._code_of: defaultdict[Key, int] = defaultdict(count(len(self._numbers)).__next__)
        others = [at for at, one in enumerate(numbers) if one is None]
        texts = _text_codes(
            [flat[at] for at in others], [self._types[at] for at in others], len(self._numbers)
        )
        self._n_texts = 0 if texts is None else texts[1]
        if texts is not None:
            rest = iter(texts[0])
        else:
            self._code_of.update(self._seeds(others))
            self._n_seeds = len(self._code_of)
            rest = (self._looked_up(flat[at]) for at in others)
        found = iter(codes)
        self._codes = [next(rest) if one is None else next(found) for one in numbers]

    def coded(self, at: int) -> tuple[Ints, Flags]:
        """The codes of one result, and which cells are exact numbers; (columns, rows)."""
        codes, exact = np.empty(self._shapes[at], np.int64), np.zeros(self._shapes[at], bool)
        before = at * len(self._columns[0])
        for place, column in enumerate(self._columns[at]):
            codes[place], types = self._codes[before + place], self._types[before + place]
            if types <= {int, str, type(None)}:
                exact[place] = True
            elif types != {float}:
                exact[place] = [is_exact(value, typed=self._typed) for value in column]
        return codes, exact

    @cached_property
    def floats(self) -> Floats:
        """What each code stands for, NaN for what is no number."""
        if self._n_texts:
            return np.concatenate([self._numbers, np.full(self._n_texts, np.nan)])
        others = list(self._code_of)[self._n_seeds :]
        values = np.fromiter(map(as_float, others), np.float64, len(others))
        return np.concatenate([self._numbers, values])

    def _seeds(self, others: Sequence[int]) -> Iterable[tuple[Key, int]]:
        """The numbers sorted, where another column may hold one of them, too."""
        if all(self._types[at] <= {str, bytes, type(None)} for at in others):
            return ()
        return zip(self._numbers.tolist(), count(), strict=False)

    def _looked_up(self, column: _Column) -> Ints:
        keys = keys_of(column, typed=self._typed)
        return np.fromiter(map(self._code_of.__getitem__, keys), np.int64, len(keys))


def _sorted_codes(columns: list[Floats]) -> tuple[Floats, list[Ints]]:
    """The different numbers of all columns, and each column as places among them."""
    different, inverse = np.unique(np.concatenate([np.empty(0), *columns]), return_inverse=True)
    return different, np.split(inverse, np.cumsum([len(one) for one in columns]))


def _text_codes(
    columns: list[_Column], types: list[set[type]], start: int
) -> tuple[list[Ints], int] | None:
    """The codes of texts and NULLs from ``start`` on, and how many; none where that is no gain."""
    sizes = [len(column) for column in columns]
    if sum(sizes) < _MANY_CELLS or not all(each <= {str, type(None)} for each in types):
        return None
    import pyarrow as pa

    try:
        texts = pa.chunked_array([pa.array(column, pa.string()) for column in columns])
    except (pa.ArrowException, UnicodeError):  # half of a surrogate pair
        return None
    encoded = texts.combine_chunks().dictionary_encode()
    null = len(encoded.dictionary)
    codes = encoded.indices.fill_null(null).to_numpy().astype(np.int64) + start
    return np.split(codes, np.cumsum(sizes)), null + 1


def _numbers(column: _Column, types: set[type]) -> Floats | None:
    """The column, where every cell is an int or a float that a float array holds as it is."""
    if not types or not types <= {int, float}:
        return None
    try:
        numbers = np.fromiter(column, np.float64, len(column))
    except OverflowError:
        return None
    if np.isnan(numbers).any() or (int in types and np.abs(numbers).max() > _WHOLE_UP_TO):
        return None
    return numbers
