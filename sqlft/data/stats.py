"""What a dataset is made of: how hard its queries are, what they use, and how long they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlft.config import Progress
from sqlft.data.features import FEATURES, features
from sqlft.data.hardness import HARDNESS, hardness
from sqlft.data.lengths import Meter
from sqlft.data.places import database_of, schema_of
from sqlft.errors import InputError, SqlError
from sqlft.examples import Dataset, Example
from sqlft.page import Bar, Figure, Grid, Section, bars, histogram, page
from sqlft.sql import skeleton

_MEASURED = ("question", "schema", "prompt", "answer")
_UNKNOWN = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Stats:
    """Counts over a dataset's examples; of several golds the first one counts."""

    name: str
    examples: int
    unanswerable: int
    unreadable: int
    """First golds that are no query."""
    golds: int
    skeletons: int
    """Different shapes of first golds."""
    by_database: Mapping[str, int]
    by_split: Mapping[str, int]
    by_hardness: Mapping[str, int]
    by_feature: Mapping[str, int]
    lengths: Mapping[str, Sequence[int]]
    """Tokens of each example's question, schema text, prompt and answer; empty if not measured."""
    not_measured: str | None
    """Why there are no lengths, or not of every example."""


@dataclass
class _Counts:
    examples: int = 0
    unanswerable: int = 0
    golds: int = 0
    skeletons: set[int] = field(default_factory=set)  # hashes: a million texts would be large
    database: Counter[str] = field(default_factory=Counter)
    split: Counter[str] = field(default_factory=Counter)
    hardness: Counter[str] = field(default_factory=Counter)
    feature: Counter[str] = field(default_factory=Counter)

    def add(self, example: Example) -> None:
        self.examples += 1
        self.golds += len(example.gold)
        self.database[example.database] += 1
        self.split[example.split or "none"] += 1
        if not example.gold:
            self.unanswerable += 1
            return
        try:
            self.hardness[hardness(example.gold[0])] += 1
            self.feature.update(features(example.gold[0]))
            self.skeletons.add(hash(skeleton(example.gold[0])))
        except SqlError:
            self.hardness[_UNKNOWN] += 1


def stats_of(
    described: Dataset, *, meter: Meter | None = None, progress: Progress | None = None
) -> Stats:
    """The dataset's counts, and its lengths where there is something to measure them with.

    Raises:
        InputError: the dataset cannot be read.
    """
    counts = _Counts()
    lengths: dict[str, list[int]] = {name: [] for name in _MEASURED}
    missing: set[str] = set()
    for example in described.examples():
        counts.add(example)
        if meter is not None and example.database not in missing:
            try:
                schema = schema_of(database_of(described, example.database))
            except InputError:
                missing.add(example.database)
                continue
            found = meter.measure(example, schema)
            for name in _MEASURED:
                lengths[name].append(getattr(found, f"{name}_tokens"))
        if progress is not None and counts.examples % 100 == 0:
            progress(f"{counts.examples:,} examples read", None)
    return Stats(
        name=described.name,
        examples=counts.examples,
        unanswerable=counts.unanswerable,
        unreadable=counts.hardness.pop(_UNKNOWN, 0),
        golds=counts.golds,
        skeletons=len(counts.skeletons),
        by_database=dict(sorted(counts.database.items())),
        by_split=dict(sorted(counts.split.items())),
        by_hardness={level: counts.hardness[level] for level in HARDNESS},
        by_feature={name: counts.feature[name] for name in FEATURES},
        lengths={name: tuple(values) for name, values in lengths.items() if values},
        not_measured=_why_not(meter, missing),
    )


def _why_not(meter: Meter | None, missing: set[str]) -> str | None:
    if meter is None:
        return "no tokenizer: give --tokenizer for lengths"
    return f"no database for {', '.join(sorted(missing))}" if missing else None


def quantile(values: Iterable[int], share: float) -> int:
    """The smallest value that at least this share of the values do not exceed.

    >>> quantile([4, 1, 3, 2], 0.5)
    2
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def tables(stats: Stats) -> tuple[tuple[str, Grid], ...]:
    """The statistics as titled tables."""
    whole: list[tuple[str, int]] = [
        ("examples", stats.examples),
        ("golds", stats.golds),
        ("unanswerable", stats.unanswerable),
        ("first golds that are no query", stats.unreadable),
        ("databases", len(stats.by_database)),
        ("query shapes", stats.skeletons),
    ]
    answered = stats.examples - stats.unanswerable - stats.unreadable
    found = [
        ("Examples", Grid(columns=("what", "number"), rows=whole)),
        ("Parts", _shares("part", stats.by_split, stats.examples)),
        ("Hardness", _shares("level", stats.by_hardness, answered)),
        ("SQL features", _shares("feature", stats.by_feature, answered)),
    ]
    if stats.lengths:
        rows: list[tuple[str | int, ...]] = [
            (name, *(quantile(values, share) for share in (0.5, 0.9, 0.99, 1.0)))
            for name, values in stats.lengths.items()
        ]
        columns = ("tokens of", "half up to", "90 % up to", "99 % up to", "longest")
        found.append(("Lengths", Grid(columns=columns, rows=rows)))
    return tuple(found)


def _shares(what: str, counts: Mapping[str, int], total: int) -> Grid:
    rows = [
        (name, count, f"{count / total:.1%}" if total else "") for name, count in counts.items()
    ]
    return Grid(columns=(what, "number", "share"), rows=rows)


_ABOUT = {
    "Hardness": (
        "Spider's levels: components of the first gold are counted as in Yu et al. 2018, "
        '"Spider: A Large-Scale Human-Labeled Dataset for Complex and Cross-Domain Semantic '
        'Parsing and Text-to-SQL Task".',
    ),
    "SQL features": ("Shares of the first golds that use each part of SQL.",),
    "Lengths": ("The prompt holds the schema's text, the notes that the question names, and it.",),
}


def stats_page(stats: Stats) -> str:
    """The statistics as one HTML page with plots."""
    sections = [
        Section(
            heading=title,
            text=_ABOUT.get(title, ()),
            grids=(grid,),
            figures=_figures(title, stats),
        )
        for title, grid in tables(stats)
    ]
    if stats.not_measured is not None:
        sections.append(Section(heading="Not measured", text=(stats.not_measured,)))
    return page(f"Dataset {stats.name}", sections)


def _figures(title: str, stats: Stats) -> tuple[Figure, ...]:
    if title == "Lengths":
        return tuple(
            Figure(svg=histogram(values, unit="tokens"), caption=f"Tokens of the {name}")
            for name, values in stats.lengths.items()
        )
    counts = {"Hardness": stats.by_hardness, "SQL features": stats.by_feature}.get(title)
    if not counts:
        return ()
    drawn = bars([Bar(label=name, value=n) for name, n in counts.items()], unit="examples")
    return (Figure(svg=drawn, caption=f"{title}: examples"),)
