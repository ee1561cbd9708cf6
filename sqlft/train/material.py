"""What a recipe's datasets hold: exercises to teach, to validate with, and what was left out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sqlft.config import Progress, Recipe
from sqlft.data.check.leakage import question_leaks, sets_of
from sqlft.errors import InputError
from sqlft.examples import Dataset, Example, dataset, file_digest
from sqlft.prompt import layout
from sqlft.schema import Schema
from sqlft.train.course import Taught, taught
from sqlft.train.exercise import exercises
from sqlft.train.plan import Share

T = TypeVar("T")

_SHOWN_LEAKS = 3


@dataclass(frozen=True, kw_only=True)
class DatasetFacts:
    """What a card says of a dataset."""

    role: str
    """``data``, ``rehearsal``, ``validation`` or ``general``."""
    name: str
    split: str | None
    weight: float
    examples: int
    """Those that were read of it."""
    licence: str | None
    sha256: str
    """Of its file of examples."""


@dataclass(frozen=True, kw_only=True)
class Material:
    """Everything that a training reads."""

    what: Taught
    shares: tuple[Share, ...]
    validation: Taught | None
    general: Taught | None
    datasets: tuple[DatasetFacts, ...]
    own_schemas: frozenset[str]
    """Digests of the schemas that the recipe's own data is over, without rehearsal's."""
    nearly: int
    """Questions of the validation set that are nearly one of what is taught."""

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """The schemas of what is taught, each once."""
        found = {id(one.schema): one.schema for one in self.what.exercises}
        return tuple(found.values())

    @property
    def dropped(self) -> Mapping[str, int]:
        """How many examples are not taught, by reason."""
        return Counter(one.reason for one in self.what.dropped)


def material(
    recipe: Recipe, tokenizer: Any, *, max_tokens: int, progress: Progress | None = None
) -> Material:
    """The recipe's datasets, read, tokenised and compared with each other.

    Raises:
        InputError: no dataset, one that cannot be read, nothing that can be taught, or a question
            of the validation set that is taught.
    """
    if not recipe.data:
        raise InputError("there is nothing to teach", hint="--set data=PATH, or [[data]] path = ..")
    reader = _Reader(recipe, tokenizer, max_tokens, progress)
    parts = [reader.read("data", s.path, s.split, weight=s.weight) for s in recipe.data]
    own = frozenset(one.schema.digest for part in parts for one in part.found.exercises)
    if recipe.rehearsal.path is not None and recipe.rehearsal.share:
        parts.append(_rehearsal(recipe, parts, reader))
    chosen = recipe.validation
    validation = general = None
    nearly = 0
    if chosen.data is not None:
        taught_examples = [e for part in parts for e in part.examples]
        part = reader.read("validation", chosen.data, chosen.split, at_most=chosen.examples)
        nearly = _check_leaks(part, taught_examples, allowed=chosen.allow_leaks)
        validation = part.found
        reader.facts.append(part.facts)
    if recipe.general.data is not None:
        of = recipe.general
        part = reader.read("general", of.data or "", of.split, at_most=of.examples)
        general = part.found
        reader.facts.append(part.facts)
    what = _together([part.found for part in parts])
    if not what.lessons:
        raise InputError(
            f"no example can be taught: {_counts(Counter(d.reason for d in what.dropped))}",
            hint="raise packing.max_tokens" if what.dropped else "is the dataset empty?",
        )
    return Material(
        what=what,
        shares=tuple(_shares(parts)),
        validation=validation,
        general=general,
        datasets=(*(part.facts for part in parts), *reader.facts),
        own_schemas=own,
        nearly=nearly,
    )


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One dataset, as far as it is read."""

    examples: tuple[Example, ...]
    found: Taught
    weight: float
    facts: DatasetFacts


class _Reader:
    """Reads datasets for one recipe."""

    def __init__(
        self, recipe: Recipe, tokenizer: Any, max_tokens: int, progress: Progress | None
    ) -> None:
        self._layout = layout(recipe.layout)
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._progress = progress
        self.facts: list[DatasetFacts] = []

    def read(
        self,
        role: str,
        path: str,
        split: str | None,
        *,
        weight: float = 1.0,
        at_most: int | None = None,
    ) -> _Part:
        """The dataset's examples with their lessons; of many, a sample that is always the same."""
        described = dataset(Path(path))
        examples = [e for e in described.examples() if split is None or e.split == split]
        if not examples:
            which = f"{path} has no example" + (f" of the split {split}" if split else "")
            raise InputError(which, hint=_splits(described) if split else None)
        examples = examples if at_most is None else sampled(examples, role, at_most)
        ids = {example.id for example in examples}
        asked = list(exercises(described, split=split, ids=ids, progress=self._progress))
        found = taught(
            asked,
            self._layout,
            self._tokenizer,
            max_tokens=self._max_tokens,
            told=lambda done: self._tell(f"tokenising {described.name}", done, len(asked)),
        )
        facts = DatasetFacts(
            role=role,
            name=described.name,
            split=split,
            weight=weight,
            examples=len(found.lessons),
            licence=described.licence,
            sha256=file_digest(described.examples_path),
        )
        if at_most is not None and not found.lessons:
            raise InputError(
                f"no example of the {role} set can be used: "
                f"{_counts(Counter(dropped.reason for dropped in found.dropped))}",
                hint="raise packing.max_tokens",
            )
        return _Part(examples=tuple(examples), found=found, weight=weight, facts=facts)

    def _tell(self, what: str, done: int, total: int) -> None:
        if self._progress is not None and done % 50 == 0:
            self._progress(what, done / total)


def sampled(items: Sequence[T], role: str, at_most: int) -> list[T]:
    """At most so many of a dataset's items: the same ones in every run, whatever its seed.

    >>> sampled("abcdef", "validation", 2) == sampled("abcdef", "validation", 2)
    True
    """
    if at_most >= len(items):
        return list(items)
    return random.Random(role).sample(list(items), at_most)


def _splits(described: Dataset) -> str:
    found = sorted({str(example.split) for example in described.examples()})
    return f"its splits: {', '.join(found)}"


def _rehearsal(recipe: Recipe, parts: Sequence[_Part], reader: _Reader) -> _Part:
    """General data, with the weight that makes it its share of an epoch."""
    of = recipe.rehearsal
    part = reader.read("rehearsal", of.path or "", of.split)
    others = sum(one.weight * len(one.found.lessons) for one in parts)
    weight = of.share / (1 - of.share) * others / max(1, len(part.found.lessons))
    return replace(part, weight=weight, facts=replace(part.facts, weight=round(weight, 4)))


def _together(found: Sequence[Taught]) -> Taught:
    return Taught(
        exercises=tuple(one for part in found for one in part.exercises),
        lessons=tuple(one for part in found for one in part.lessons),
        dropped=tuple(one for part in found for one in part.dropped),
    )


def _shares(parts: Sequence[_Part]) -> list[Share]:
    shares, start = [], 0
    for part in parts:
        count = len(part.found.lessons)
        shares.append(Share(numbers=range(start, start + count), weight=part.weight))
        start += count
    return shares


def _check_leaks(part: _Part, taught_examples: Sequence[Example], *, allowed: bool) -> int:
    """How many questions to validate with are nearly taught ones.

    Raises:
        InputError: a question is taught itself, and that was not allowed.
    """
    (known,) = sets_of("what is taught", map(_unsplit, taught_examples))
    found = [
        leak
        for one in sets_of(part.facts.name, map(_unsplit, part.examples))
        for leak in question_leaks(one, known)
    ]
    same = [leak for leak in found if leak.rule == "leak-question"]
    if same and not allowed:
        shown = ", ".join(str(leak.id) for leak in same[:_SHOWN_LEAKS])
        raise InputError(
            f"{len(same)} of {len(part.examples)} examples to validate with are taught, too: "
            f"{shown}{' ...' if len(same) > _SHOWN_LEAKS else ''}",
            hint="split the data (sqlft data split), or --set validation.allow_leaks=true",
        )
    return len(found) - len(same)


def _unsplit(example: Example) -> Example:
    return replace(example, split=None)


def _counts(reasons: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in reasons.items()) or "none read"
