"""The user's own pairs about one database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlft.data import source_of
from sqlft.data.synth import Subject
from sqlft.errors import InputError
from sqlft.examples import Example, dataset

TEST = "test"
"""The split whose pairs are asked in the end, and not taught."""


def own_pairs(path: Path, subject: Subject) -> tuple[Example, ...]:
    """The pairs of a CSV file with a question and its sql a line, or of a dataset.

    Raises:
        InputError: it cannot be read, holds nothing, or a pair is about another database.
    """
    found = tuple(_of_csv(path, subject) if path.suffix == ".csv" else dataset(path).examples())
    if not found:
        raise InputError(f"{path} holds no example")
    odd = next((one for one in found if one.database != subject.name), None)
    if odd is not None:
        raise InputError(
            f"{path}: the example {odd.id} is about {odd.database}, not about {subject.name}",
            hint=f'write "database": "{subject.name}", or leave it out of the file',
        )
    return found


def _of_csv(path: Path, subject: Subject) -> Iterator[Example]:
    source = source_of("csv", path, database=Path(subject.place.location))
    for pair in source.pairs():
        yield Example(
            id=pair.id,
            database=subject.name,
            question=pair.question,
            gold=pair.gold,
            evidence=pair.evidence,
            source=pair.source,
        )
