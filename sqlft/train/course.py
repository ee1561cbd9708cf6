"""What a training reads, batch by batch, made when it is read."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from sqlft.prompt import Layout
from sqlft.train.batch import tensors
from sqlft.train.exercise import Exercise
from sqlft.train.lesson import Dropped, Lesson, answered, lesson
from sqlft.train.plan import Batch

Vary = Callable[[Sequence[Exercise], random.Random], Sequence[Exercise]]
"""A pack's exercises as they are taught this time: over a changed schema, say. As many as given."""


@dataclass(frozen=True, kw_only=True)
class Taught:
    """Exercises that can be taught, with their lessons, and why the others cannot."""

    exercises: tuple[Exercise, ...]
    lessons: tuple[Lesson, ...]
    dropped: tuple[Dropped, ...]


def taught(
    exercises: Sequence[Exercise],
    layout: Layout,
    tokenizer: Any,
    *,
    max_tokens: int,
    told: Callable[[int], None] = lambda done: None,
) -> Taught:
    """The lessons of all exercises that have one.

    Args:
        told: how many are done, after each.
    """
    kept: list[Exercise] = []
    lessons: list[Lesson] = []
    dropped: list[Dropped] = []
    prefixes: dict[tuple[int, ...], tuple[int, ...]] = {}
    for number, exercise in enumerate(exercises, 1):
        solved = answered(exercise, layout)
        made = (
            solved
            if isinstance(solved, Dropped)
            else lesson(solved, layout, tokenizer, max_tokens=max_tokens)
        )
        if isinstance(made, Lesson) and isinstance(solved, Exercise):
            kept.append(solved)
            lessons.append(_with_prefix(made, prefixes))
        elif isinstance(made, Dropped):
            dropped.append(made)
        told(number)
    return Taught(exercises=tuple(kept), lessons=tuple(lessons), dropped=tuple(dropped))


def _with_prefix(made: Lesson, kept: dict[tuple[int, ...], tuple[int, ...]]) -> Lesson:
    """The lesson with the one object that stands for its prefix: thousands share it."""
    prefix = kept.setdefault(made.prefix, made.prefix)
    return Lesson(id=made.id, prefix=prefix, question=made.question, answer=made.answer)


class Course(torch.utils.data.Dataset[dict[str, Any]]):
    """Batches as ``sqlft.train.batch.tensors`` makes them, with their examples' ``ids``.

    A batch depends on its number, the seed and what is taught alone: it is the same in any process
    and after any interruption.
    """

    def __init__(
        self,
        what: Taught,
        batches: Sequence[Batch],
        *,
        layout: Layout,
        tokenizer: Any,
        max_tokens: int,
        seed: int,
        vary: Vary | None = None,
    ) -> None:
        self._what = what
        self._batches = batches
        self._layout = layout
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._seed = seed
        self._vary = vary

    def __len__(self) -> int:
        return len(self._batches)

    def __getitem__(self, number: int) -> dict[str, Any]:
        rng = random.Random(f"{self._seed}/batch/{number}")
        packs = [made for pack in self._batches[number] for made in self._lessons(pack, rng)]
        ids = [one.id for pack in packs for one in pack]
        pad = self._tokenizer.pad_token_id
        return {
            **tensors(packs, pad_id=self._tokenizer.eos_token_id if pad is None else pad),
            "ids": ids,
        }

    def _lessons(self, pack: Sequence[int], rng: random.Random) -> list[list[Lesson]]:
        """The pack's lessons, by prefix: those that are varied may have one of their own."""
        plain = [self._what.lessons[number] for number in pack]
        if self._vary is None:
            return [plain]
        given = [self._what.exercises[number] for number in pack]
        varied = self._vary(given, rng)
        by_prefix: dict[tuple[int, ...], list[Lesson]] = {}
        for before, exercise, now in zip(plain, given, varied, strict=True):
            made = before if now is exercise else self._made(now, before)
            by_prefix.setdefault(made.prefix, []).append(made)
        return list(by_prefix.values())

    def _made(self, exercise: Exercise, before: Lesson) -> Lesson:
        """The lesson; one that is too long now, or cannot be taught so, is taught as before."""
        found = lesson(exercise, self._layout, self._tokenizer, max_tokens=self._max_tokens)
        return found if isinstance(found, Lesson) else before
