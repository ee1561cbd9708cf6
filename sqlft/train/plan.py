"""In which order everything is read: epochs of batches of packs, drawn from one seed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlft.config.recipe import Packing
from sqlft.train.lesson import Lesson
from sqlft.train.packing import Pack, Sized, batches, packs

Batch = tuple[tuple[int, ...], ...]
"""What is read at a time: packs of lessons' numbers."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """Lessons that come with one weight: how often an epoch reads them."""

    numbers: Sequence[int]
    weight: float


def plan(
    lessons: Sequence[Lesson],
    shares: Sequence[Share],
    packing: Packing,
    *,
    epochs: float,
    seed: int,
    needs: Callable[[int], frozenset[str]] = lambda number: frozenset(),
) -> tuple[Batch, ...]:
    """The batches of all epochs, in order. Of a last epoch that is a fraction, its beginning.

    Each epoch draws from its own stream of the seed: which lessons meet in a pack, and which packs
    in a batch, differs from epoch to epoch, and does not depend on how many there are.

    Args:
        needs: the tables that a lesson's answer is about; asked where the packing gathers by them.
    """
    found: list[Batch] = []
    for epoch in range(math.ceil(epochs)):
        rng = random.Random(f"{seed}/{epoch}")
        made = _epoch(lessons, shares, packing, rng, needs)
        part = min(1.0, epochs - epoch)
        found += made[: math.ceil(len(made) * part)]
    return tuple(found)


def _epoch(
    lessons: Sequence[Lesson],
    shares: Sequence[Share],
    packing: Packing,
    rng: random.Random,
    needs: Callable[[int], frozenset[str]],
) -> list[Batch]:
    numbers = [number for share in shares for number in drawn(share, rng)]
    about = needs if packing.alike_rate else lambda number: frozenset()
    sized = [_sized(number, lessons[number], about(number)) for number in numbers]
    made = packs(
        sized,
        questions_per_prefix=packing.questions_per_prefix,
        tokens_per_pack=packing.tokens_per_row,
        rng=rng,
        alike_rate=packing.alike_rate,
    )
    return [
        tuple(_numbers(pack) for pack in batch)
        for batch in batches(made, tokens_per_batch=packing.tokens_per_step, rng=rng)
    ]


def drawn(share: Share, rng: random.Random) -> list[int]:
    """Each number as often as its weight is whole, and a random part of them once more.

    >>> sorted(drawn(Share(numbers=[3, 4], weight=2.5), random.Random(0)))[:4]
    [3, 3, 4, 4]
    """
    whole = int(share.weight)
    part = round((share.weight - whole) * len(share.numbers))
    return [*list(share.numbers) * whole, *rng.sample(list(share.numbers), part)]


def _sized(number: int, lesson: Lesson, needs: frozenset[str]) -> Sized[int]:
    prefix = len(lesson.prefix)
    return Sized(
        item=number,
        # A tuple's hash is computed anew each time; where a layout shares nothing, all are alike.
        group=lesson.prefix,
        prefix_tokens=prefix,
        own_tokens=lesson.tokens - prefix,
        needs=needs,
    )


def _numbers(pack: Pack[int]) -> tuple[int, ...]:
    return pack.items
