"""Examples one can trust: prepared from other layouts, checked, split, counted."""

from sqlft.data.check import Finding, Report, check_datasets
from sqlft.data.layouts import LAYOUTS, source_of
from sqlft.data.named_split import NamedSplit, read_named_split
from sqlft.data.pairs import Pair, Source
from sqlft.data.parts import Part, parse_parts
from sqlft.data.prepare import Prepared, prepare
from sqlft.data.split import split_as_named, split_dataset
from sqlft.data.stats import Stats, stats_of, stats_page

__all__ = [
    "LAYOUTS",
    "Finding",
    "NamedSplit",
    "Pair",
    "Part",
    "Prepared",
    "Report",
    "Source",
    "Stats",
    "check_datasets",
    "parse_parts",
    "prepare",
    "read_named_split",
    "source_of",
    "split_as_named",
    "split_dataset",
    "stats_of",
    "stats_page",
]
