"""Two results as a search for columns sees them: hashes that are equal where cells may be equal.

Hashes only ever rule out what cannot be; whatever is found is compared exactly afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sqlft.compare.coding import Ints

Hashes = NDArray[np.uint64]


def mix(values: Hashes) -> Hashes:
    """Each number scattered over 64 bits (SplitMix64: Steele, Lea, Flood 2014)."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """One result: its cells (columns, rows), and for each row what is known of it so far.

    ``dropped``: repeated rows do not count. ``kinds``: for each column the first that equals it.
    """

    cells: Hashes
    rows: Hashes
    dropped: bool
    kinds: tuple[int, ...]

    def digest(self, rows: Hashes) -> int:
        """One hash of all rows, whatever their order."""
        return int(mix(np.unique(rows) if self.dropped else rows).sum(dtype=np.uint64))

    def colours(self, cells: Hashes) -> list[int]:
        """One hash a column: of its values with what is known of their rows."""
        return [self.digest(mix(self.rows + column)) for column in cells]

    def spread(self, cells: Hashes, colours: list[int]) -> Hashes:
        """The cells, each also knowing the whole row that it stands in."""
        whole = mix(cells + np.array(colours, np.uint64)[:, None]).sum(axis=0, dtype=np.uint64)
        return mix(cells + mix(whole + self.rows))


def sketch(codes: Ints, places: Ints | None, *, dropped: bool) -> Sketch:
    """The sketch of a result with these codes, its rows told apart by ``places``."""
    if places is None:
        places = np.zeros(codes.shape[1], np.int64)
    first: dict[bytes, int] = {}
    return Sketch(
        cells=mix(codes.astype(np.uint64)),
        rows=mix(places.astype(np.uint64)),
        dropped=dropped,
        kinds=tuple(first.setdefault(column.tobytes(), at) for at, column in enumerate(codes)),
    )


def refined(
    one: Sketch, other: Sketch, own: Sequence[int], others: Sequence[int]
) -> tuple[list[int], list[int]]:
    """Colours of columns on both sides, refined until they no longer split.

    A column's colour comes from its rows', a row's from its cells' columns (Weisfeiler and Leman
    1968): columns that can be the same have the same colour.
    """
    cells, other_cells, split = one.cells[list(own)], other.cells[list(others)], 0
    while True:
        colours, other_colours = one.colours(cells), other.colours(other_cells)
        if len(set(colours)) in (split, len(own)):
            return colours, other_colours
        split = len(set(colours))
        cells, other_cells = one.spread(cells, colours), other.spread(other_cells, other_colours)
