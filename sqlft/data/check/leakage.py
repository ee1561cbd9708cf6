"""What one set of examples gives away of another: questions, query shapes, databases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process

from sqlft.data.check.agreement import folded
from sqlft.data.check.finding import Finding, Severity, finding
from sqlft.errors import SqlError
from sqlft.examples import Example
from sqlft.sql import skeleton

NEARLY = 90.0
"""Similarity from which two questions are nearly one: rapidfuzz's token sort ratio, 0 to 100. It
is the edit distance after the words are sorted, in shares of the longer question."""
_ROWS_AT_ONCE = 512
_SHOWN = 3


@dataclass(frozen=True)
class Asked:
    """What is kept of an example to find it again in other sets."""

    id: str
    database: str
    question: str
    gold: str | None

    @cached_property
    def shape(self) -> str | None:
        """The skeleton of its first gold; none where there is none, or it cannot be read."""
        try:
            return skeleton(self.gold) if self.gold is not None else None
        except SqlError:
            return None


@dataclass(frozen=True, kw_only=True)
class ExampleSet:
    """Examples that are used together: a dataset, or one part of it."""

    dataset: str
    part: str | None
    asked: tuple[Asked, ...]

    @property
    def name(self) -> str:
        """What messages call it.

        >>> ExampleSet(dataset="retail", part="test", asked=()).name
        'retail (test)'
        """
        return self.dataset if self.part is None else f"{self.dataset} ({self.part})"


def sets_of(dataset: str, examples: Iterable[Example]) -> tuple[ExampleSet, ...]:
    """The parts of a dataset, by the examples' ``split``, in the order in which they begin."""
    parts: dict[str | None, list[Asked]] = defaultdict(list)
    for e in examples:
        parts[e.split].append(Asked(e.id, e.database, e.question, next(iter(e.gold), None)))
    return tuple(
        ExampleSet(dataset=dataset, part=part, asked=tuple(found)) for part, found in parts.items()
    )


def question_leaks(one: ExampleSet, other: ExampleSet) -> Iterator[Finding]:
    """Questions of one set that stand in another, or nearly, over a database of the same name."""
    theirs: dict[str, list[Asked]] = defaultdict(list)
    for asked in other.asked:
        theirs[asked.database].append(asked)
    ours: dict[str, list[Asked]] = defaultdict(list)
    for asked in one.asked:
        ours[asked.database].append(asked)
    for database, questions in ours.items():
        if database in theirs:
            yield from _same_database(one, other, questions, theirs[database])


def _same_database(
    one: ExampleSet, other: ExampleSet, ours: Sequence[Asked], theirs: Sequence[Asked]
) -> Iterator[Finding]:
    for asked, match, score in nearest_questions(ours, theirs):
        if folded(asked.question) == folded(match.question):
            message = f"the question of {match.id} of {other.name}"
            yield finding(one.dataset, asked.id, "leak-question", message)
        elif score >= NEARLY:
            message = f"nearly the question of {match.id} of {other.name}: {match.question}"
            yield finding(one.dataset, asked.id, "leak-near", message)


def nearest_questions(
    ours: Sequence[Asked], theirs: Sequence[Asked]
) -> Iterator[tuple[Asked, Asked, float]]:
    """For each question the most similar one of the others, and their similarity, 0 to 100."""
    others = [folded(asked.question) for asked in theirs]
    for start in range(0, len(ours), _ROWS_AT_ONCE):
        block = ours[start : start + _ROWS_AT_ONCE]
        scores = process.cdist(
            [folded(asked.question) for asked in block],
            others,
            scorer=fuzz.token_sort_ratio,
            score_cutoff=NEARLY,
            dtype=np.uint8,
        )
        for asked, row in zip(block, scores, strict=True):
            best = int(row.argmax())
            yield asked, theirs[best], float(row[best])


def shape_leaks(one: ExampleSet, other: ExampleSet) -> Iterator[Finding]:
    """One finding where two sets have skeletons of queries in common."""
    known = {asked.shape for asked in other.asked} - {None}
    with_shape = [asked for asked in one.asked if asked.shape is not None]
    shared = [asked for asked in with_shape if asked.shape in known]
    if shared:
        message = (
            f"{len(shared)} of {len(with_shape)} queries of {one.name} have a skeleton that is in "
            f"{other.name}: {_some(asked.id for asked in shared)}"
        )
        yield finding(one.dataset, None, "leak-skeleton", message)


def database_leaks(one: ExampleSet, other: ExampleSet) -> Iterator[Finding]:
    """One finding where two sets have databases in common."""
    shared = {a.database for a in one.asked} & {a.database for a in other.asked}
    if shared:
        message = f"{one.name} and {other.name} share {len(shared)} databases: {_some(shared)}"
        yield finding(one.dataset, None, "leak-database", message)


def _some(names: Iterable[str]) -> str:
    found = sorted(names)
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + more


def demo_findings(one: ExampleSet, demo: ExampleSet) -> Iterator[Finding]:
    """Examples that are the demo's: by question or nearly, or by the shape of their query.

    What the product shows at its first start must not be what it was trained or measured on. A
    shape over another database than the demo's is a warning.
    """
    if not demo.asked:
        return
    shapes = {asked.shape: asked for asked in demo.asked if asked.shape is not None}
    for asked, match, score in nearest_questions(one.asked, demo.asked):
        if score >= NEARLY:
            message = f"the demo's question {match.id}: {match.question}"
            yield finding(one.dataset, asked.id, "demo-question", message)
        elif asked.shape in shapes:
            match = shapes[asked.shape]
            severity: Severity = "error" if asked.database == match.database else "warning"
            message = f"a query of the shape of the demo's {match.id}: {asked.shape}"
            yield finding(one.dataset, asked.id, "demo-question", message, severity=severity)
