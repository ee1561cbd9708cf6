"""Whether two sets of rows are equal, by hashes that are then checked row by row."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from sqlft.compare.coding import Ints
from sqlft.compare.sketch import mix

Hashes = NDArray[np.uint64]


def same_row_sets(one: Ints, other: Ints, *, dropped: bool) -> bool:
    """Whether two arrays of shape (columns, rows) have the same rows, whatever their order.

    Args:
        dropped: repeated rows do not count.

    >>> same_row_sets(np.array([[1, 2, 2]]), np.array([[2, 1]]), dropped=True)
    True
    """
    sorted_one, sorted_other = _sorted(one, dropped), _sorted(other, dropped)
    if sorted_one is None or sorted_other is None:  # two different rows of one hash
        rows, other_rows = Counter(_tuples(one)), Counter(_tuples(other))
        return rows.keys() == other_rows.keys() if dropped else rows == other_rows
    return bool(np.array_equal(one[:, sorted_one], other[:, sorted_other]))


def pairs_of_single_rows(one: Ints, other: Ints) -> tuple[Ints, Ints] | None:
    """For arrays with the same rows, the places of equal ones; none where a row is repeated."""
    hashes = row_hashes(one), row_hashes(other)
    orders = [np.argsort(each) for each in hashes]
    if any(
        (each[order][1:] == each[order][:-1]).any()
        for each, order in zip(hashes, orders, strict=True)
    ):
        return None
    return orders[0], orders[1]


def first_rows(codes: Ints) -> Ints:
    """Where each different row stands first, in the order of the rows."""
    hashes = row_hashes(codes)
    _, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
    if np.array_equal(codes, codes[:, first[inverse]]):
        return np.sort(first)
    seen: dict[tuple[int, ...], int] = {}
    for at, row in enumerate(_tuples(codes)):
        seen.setdefault(row, at)
    return np.fromiter(seen.values(), np.int64, len(seen))


def row_hashes(codes: Ints) -> Hashes:
    """One hash a row; equal rows have equal ones."""
    hashes = np.zeros(codes.shape[1], np.uint64)
    for column in codes.astype(np.uint64):
        hashes = mix(hashes + column)
    return hashes


def _sorted(codes: Ints, dropped: bool) -> Ints | None:
    """The places of the rows in the order of their hashes; none where one stands for two rows."""
    hashes = row_hashes(codes)
    order = np.argsort(hashes, kind="stable")
    repeats = np.flatnonzero(hashes[order][1:] == hashes[order][:-1]) + 1
    if not np.array_equal(codes[:, order[repeats]], codes[:, order[repeats - 1]]):
        return None
    return np.delete(order, repeats) if dropped else order


def _tuples(codes: Ints) -> list[tuple[int, ...]]:
    if not len(codes):
        return [()] * codes.shape[1]
    return list(zip(*codes.tolist(), strict=True))
