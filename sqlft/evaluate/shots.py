"""The pool of examples that few-shot prompts show, and which of them one question gets."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlft.data.places import database_of, datasets_at, schema_of
from sqlft.errors import InputError, SqlError
from sqlft.examples import Dataset, Example
from sqlft.prompt import Layout, answer
from sqlft.prompt.selection import LIKENESSES, Selector, words
from sqlft.prompt.strategies import Shot
from sqlft.schema import Schema

_FEW_SHOT = "few-shot"


@dataclass(frozen=True)
class Pool:
    """Answerable examples with the datasets they come from, in a seeded order."""

    members: tuple[tuple[Dataset, Example], ...]

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """Their questions, in their order."""
        return tuple(example.question for _, example in self.members)

    @cached_property
    def selectors(self) -> dict[str, Selector]:
        """By likeness, made when first asked for."""
        return {}

    def selector(self, likeness: str) -> Selector:
        """The one index of that likeness over the pool."""
        if likeness not in self.selectors:
            kind = next(known for known in LIKENESSES if known == likeness)
            self.selectors[likeness] = Selector(self.questions, kind)
        return self.selectors[likeness]


def read_pool(paths: Sequence[Path], *, split: str | None, seed: int) -> Pool:
    """The answerable examples of datasets, each question once.

    Args:
        split: only examples of this split; none: all.

    Raises:
        InputError: a dataset cannot be read.
    """
    members: dict[str, tuple[Dataset, Example]] = {}
    for path in paths:
        for described in datasets_at(path):
            for example in described.examples():
                if example.gold and (split is None or example.split == split):
                    members.setdefault(_said(example.question), (described, example))
    found = list(members.values())
    random.Random(seed).shuffle(found)
    return Pool(tuple(found))


def shots_for(
    pool: Pool, example: Example, strategy: str, *, count: int, layout: Layout, in_domain: bool
) -> tuple[Shot, ...]:
    """The examples that one question is shown, the most like it last, next to the question.

    Never the question itself; never one over its own database unless ``in_domain``.

    Args:
        strategy: ``few-shot`` for the same examples whatever is asked, or with the likeness that
            they are chosen by.

    Raises:
        InputError: the pool has no example that may be shown.
    """
    _, _, likeness = strategy.partition(":")
    order: Sequence[int] = range(len(pool.members))
    if likeness:
        order = pool.selector(likeness).ranked(example.question)
    shots: list[Shot] = []
    for place in order:
        described, other = pool.members[place]
        if len(shots) == count:
            break
        if _is_shown(other, example, in_domain=in_domain):
            shot = _shot(described, other, layout)
            shots += [] if shot is None else [shot]
    if not shots:
        raise InputError(
            f"the pool has no example to show for {example.database}",
            hint="name a dataset over other databases with --pool, or allow --in-domain",
        )
    return tuple(reversed(shots))


def _is_shown(other: Example, asked: Example, *, in_domain: bool) -> bool:
    same = other.id == asked.id or _said(other.question) == _said(asked.question)
    if same:
        return False
    return in_domain or other.database != asked.database


def _shot(described: Dataset, example: Example, layout: Layout) -> Shot | None:
    """The example in the layout's answer form; none where its gold has none."""
    try:
        schema = _schema(described, example.database, layout)
        return Shot(question=example.question, answer=answer(example.gold[0], schema, layout))
    except SqlError:
        return None


def _schema(described: Dataset, database: str, layout: Layout) -> Schema:
    """Of use to the canonical form alone: other forms do without opening the database."""
    if layout.answer_form != "canonical":
        return Schema(name=database, tables=())
    return schema_of(database_of(described, database))


def _said(question: str) -> str:
    return " ".join(words(question))


def is_few_shot(strategy: str) -> bool:
    """Whether the strategy shows examples.

    >>> is_few_shot("few-shot:bm25"), is_few_shot("bare")
    (True, False)
    """
    return strategy.partition(":")[0] == _FEW_SHOT
