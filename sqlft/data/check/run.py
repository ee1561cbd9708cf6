"""The linter for examples: every rule over every example of some datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path

from sqlft.config import Limits, Progress
from sqlft.data.check.agreement import AskedBefore, disagreements
from sqlft.data.check.finding import Finding, finding
from sqlft.data.check.golds import gold_findings
from sqlft.data.check.leakage import (
    ExampleSet,
    database_leaks,
    demo_findings,
    question_leaks,
    sets_of,
    shape_leaks,
)
from sqlft.data.check.limits import limit_findings
from sqlft.data.check.literals import literal_findings
from sqlft.data.check.prompt_length import length_findings
from sqlft.data.check.row_order import ReversedCopies, row_order_findings
from sqlft.data.check.subject import Subject
from sqlft.data.lengths import Meter
from sqlft.data.places import database_of, schema_of
from sqlft.database import Database
from sqlft.errors import InputError
from sqlft.examples import Dataset, Example
from sqlft.schema import Schema

_BLOCK = 32
_BY_CHANCE = frozenset({"gold-clock", "gold-limit", "gold-random"})
"""Found by these, an example's rows need no second look for what they depend on."""

_Opened = dict[tuple[Path, str], tuple[Database, Schema]]
"""Databases by the dataset's examples and their name: opening one anew takes a fifth of a check."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was found, and what was not looked at."""

    examples: int
    golds: int
    findings: tuple[Finding, ...]
    not_checked: tuple[str, ...]
    """One line for each thing that a rule could not look at."""

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(found.severity == "error" for found in self.findings)


def check_datasets(
    datasets: Sequence[Dataset],
    *,
    against: Sequence[Dataset] = (),
    demo: Sequence[Dataset] = (),
    meter: Meter | None = None,
    context_tokens: int | None = None,
    limits: Limits | None = None,
    jobs: int = 2,
    progress: Progress | None = None,
) -> Report:
    """Every finding about the datasets' examples, in their order; then those between sets.

    Args:
        against: datasets that these must share nothing with: no question, not nearly, no shape of
            a query, no database. Between the parts and datasets checked here, only questions
            count, and what the manifest says that they were split by.
        demo: what the product shows at its first start.
        meter, context_tokens: what prompts are measured with and must fit; without them the rule
            ``prompt-length`` is left out.
        limits: what one gold may use; at least ``subject.MAX_ROWS`` rows are fetched.
        jobs: examples looked at at a time.

    Raises:
        InputError: a dataset cannot be read.
    """
    examples = golds = 0
    findings: list[Finding] = []
    before = AskedBefore()
    opened: _Opened = {}
    with ReversedCopies() as copies, ThreadPoolExecutor(jobs) as pool:
        rules = _rules(meter, context_tokens)

        def look(task: tuple[Dataset, Example]) -> tuple[Subject | None, list[Finding]]:
            subject = _subject(*task, limits or Limits(), opened)
            if isinstance(subject, Finding):
                return None, [subject]
            return subject, [found for rule in rules for found in rule(subject)]

        def look_again(looked: tuple[Subject | None, list[Finding]]) -> list[Finding]:
            subject, found = looked
            if subject is None or any(known.rule in _BY_CHANCE for known in found):
                return []
            return list(row_order_findings(subject, copies))

        for block in _blocks(datasets):
            looked = list(pool.map(look, block))
            again = list(pool.map(look_again, looked))
            for (subject, found), more in zip(looked, again, strict=True):
                findings += [*found, *more]
                if subject is not None:
                    findings += before.findings(subject)
                    golds += len(subject.example.gold)
            examples += len(block)
            if progress is not None:
                progress(f"{examples:,} examples checked", None)
        left_out = [f"row order: {name}: {why}" for name, why in copies.not_copied.items()]
    findings += _between_sets(datasets, against, demo)
    if meter is None:
        left_out.append("prompt-length: no tokenizer was named")
    return Report(
        examples=examples,
        golds=golds,
        findings=tuple(findings),
        not_checked=tuple(left_out),
    )


def _rules(
    meter: Meter | None, context_tokens: int | None
) -> list[Callable[[Subject], Iterator[Finding]]]:
    """What is asked of each example by itself, in its own database."""

    def lengths(subject: Subject) -> Iterator[Finding]:
        if meter is not None and context_tokens is not None:
            yield from length_findings(subject, meter, context_tokens)

    return [gold_findings, disagreements, limit_findings, literal_findings, lengths]


def _subject(
    dataset: Dataset, example: Example, limits: Limits, opened: _Opened
) -> Subject | Finding:
    where = (dataset.examples_path, example.database)
    try:
        if where not in opened:
            found = database_of(dataset, example.database)
            opened[where] = found, schema_of(found)
    except InputError as error:
        return finding(dataset.name, example.id, "database", error.message)
    place, schema = opened[where]
    return Subject(
        dataset=dataset.name,
        example=example,
        place=place,
        schema=schema,
        limits=limits,
    )


def _blocks(datasets: Sequence[Dataset]) -> Iterator[list[tuple[Dataset, Example]]]:
    """The examples, some at a time: a block's results are in memory together, and workers change
    between a database and its copy once a block (for each example it took three times as long)."""
    tasks = ((dataset, example) for dataset in datasets for example in dataset.examples())
    while block := list(islice(tasks, _BLOCK)):
        yield block


def _between_sets(
    datasets: Sequence[Dataset], against: Sequence[Dataset], demo: Sequence[Dataset]
) -> Iterator[Finding]:
    demo_paths = {found.examples_path.resolve() for found in demo}
    checked = [d for d in datasets if d.examples_path.resolve() not in demo_paths]
    sets = [(dataset, part) for dataset in checked for part in _sets(dataset)]
    for (first, one), (second, other) in combinations(sets, 2):
        yield from question_leaks(other, one)
        if first is second:
            yield from _promised(first, other, one)
    for dataset in against:
        for theirs in _sets(dataset):
            for _, ours in sets:
                yield from question_leaks(ours, theirs)
                yield from shape_leaks(ours, theirs)
                yield from database_leaks(ours, theirs)
    for dataset in demo:
        for shown in _sets(dataset):
            for _, ours in sets:
                yield from demo_findings(ours, shown)


def _sets(dataset: Dataset) -> tuple[ExampleSet, ...]:
    return sets_of(dataset.name, dataset.examples())


def _promised(dataset: Dataset, one: ExampleSet, other: ExampleSet) -> Iterator[Finding]:
    """What parts share although the manifest says that they were split by it."""
    said = (dataset.split or "").casefold()
    if "by database" in said:
        yield from database_leaks(one, other)
    if "by skeleton" in said:
        yield from shape_leaks(one, other)
