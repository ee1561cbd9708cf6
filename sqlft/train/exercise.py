"""What is taught: examples together with all that their prompts show."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlft.config import Progress
from sqlft.data.places import database_of, schema_of
from sqlft.database import Database
from sqlft.examples import Dataset, Example
from sqlft.schema import Schema, ValueMatch, match_values
from sqlft.train.needs import Needs, needs


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One example, the schema it is asked over, and the stored values that its question names."""

    example: Example
    schema: Schema
    values: tuple[ValueMatch, ...] = ()
    answer: str | None = None
    """What is to be answered, in the layout's form, where that is worked out already."""

    @cached_property
    def needed(self) -> Needs | None:
        """What its first gold needs of the schema; none where that cannot be told."""
        gold = self.example.gold
        return needs(gold[0], self.schema) if gold else Needs()

    @property
    def needed_tables(self) -> frozenset[str]:
        """Their qualified names; none where it needs none, or that cannot be told."""
        return frozenset() if self.needed is None else self.needed.tables


def exercises(
    described: Dataset,
    *,
    split: str | None = None,
    ids: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Iterator[Exercise]:
    """The dataset's examples as they are asked: with schema, notes and matched values.

    Each database is opened once; nothing of it is held open afterwards.

    Args:
        split: only examples of this part; None for all.
        ids: only examples with these ids; None for all.

    Raises:
        InputError: while reading, where the dataset or one of its databases cannot be read.
    """
    read: dict[str, tuple[Database, Schema]] = {}
    for example in described.examples():
        if split is not None and example.split != split:
            continue
        if ids is not None and example.id not in ids:
            continue
        if example.database not in read:
            if progress is not None:
                progress(f"reading {example.database}", None)
            place = database_of(described, example.database)
            read[example.database] = (place, schema_of(place))
        place, schema = read[example.database]
        yield Exercise(
            example=example,
            schema=schema,
            values=match_values(place, schema, example.question),
        )
