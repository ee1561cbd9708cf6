"""Examples one can trust: prepared from other layouts, checked, split, counted."""

from sqlft.data.layouts import LAYOUTS, source_of
from sqlft.data.pairs import Pair, Source
from sqlft.data.prepare import Prepared, prepare

__all__ = [
    "LAYOUTS",
    "Pair",
    "Prepared",
    "Source",
    "prepare",
    "source_of",
]
