"""Which lessons are read together: questions over one schema share its prefix.

A pack is one schema prefix with questions behind it, each of which sees the prefix and itself only.
Its gradient is the sum of its lessons' own; the prefix is read once instead of once a question.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Sized(Generic[T]):
    """Something to pack: what it shares a prefix with, and how many tokens it has."""

    item: T
    group: Hashable
    """Items of one group have the same prefix."""
    prefix_tokens: int
    own_tokens: int
    needs: frozenset[str] = frozenset()
    """Tables of the prefix that its answer is about."""


@dataclass(frozen=True, kw_only=True)
class Pack(Generic[T]):
    """Items that share a prefix."""

    items: tuple[T, ...]
    tokens: int
    """Of the prefix, once, and all items' own."""


def packs(
    items: Iterable[Sized[T]],
    *,
    questions_per_prefix: int,
    tokens_per_pack: int,
    rng: random.Random,
    alike_rate: float = 0.0,
) -> list[Pack[T]]:
    """Every item once, in packs that are drawn at random within each group.

    Of the items, ``alike_rate`` meet others that need the same tables. A pack has at most
    ``questions_per_prefix`` items, and at most ``tokens_per_pack`` tokens unless one item alone has
    more. The packs of a group are about equally full.
    """
    ordered = list(items)
    rng.shuffle(ordered)
    groups: dict[Hashable, list[Sized[T]]] = {}
    for one in ordered:
        groups.setdefault(one.group, []).append(one)
    made: list[Pack[T]] = []
    for group in groups.values():
        group = _gathered(group, alike_rate, rng)
        at_most = _even(len(group), questions_per_prefix)
        open_pack: list[Sized[T]] = []
        for one in group:
            if open_pack and (
                len(open_pack) >= at_most or _tokens([*open_pack, one]) > tokens_per_pack
            ):
                made.append(_closed(open_pack))
                open_pack = []
            open_pack.append(one)
        made.append(_closed(open_pack))
    return made


def _gathered(group: list[Sized[T]], rate: float, rng: random.Random) -> list[Sized[T]]:
    """The items, some of them in an order in which neighbours need the same tables.

    Those that need the same rare table come together; what is rare is drawn a little differently
    each time, and with it who meets whom.
    """
    if not rate:
        return group
    needed = Counter(table for one in group for table in sorted(one.needs))
    rank = {table: count * rng.uniform(0.3, 1) for table, count in needed.items()}
    alike = round(len(group) * rate)
    by_tables = sorted(group[:alike], key=lambda one: sorted(rank[table] for table in one.needs))
    return [*by_tables, *group[alike:]]


def _even(count: int, at_most: int) -> int:
    """The largest pack when as few packs as possible are filled evenly.

    >>> _even(17, 16), _even(5, 16)
    (9, 5)
    """
    return -(-count // -(-count // at_most))


def _tokens(pack: Sequence[Sized[T]]) -> int:
    return pack[0].prefix_tokens + sum(one.own_tokens for one in pack)


def _closed(pack: Sequence[Sized[T]]) -> Pack[T]:
    return Pack(items=tuple(one.item for one in pack), tokens=_tokens(pack))


def batches(
    made: Sequence[Pack[T]], *, tokens_per_batch: int, rng: random.Random
) -> list[tuple[Pack[T], ...]]:
    """Every pack once, in batches of packs of like length, in random order.

    A batch's packs, each padded to the longest, have at most ``tokens_per_batch`` tokens together,
    unless one pack alone has more.
    """
    shuffled = list(made)
    rng.shuffle(shuffled)
    # Lengths are rounded, so that which packs of like length meet is drawn anew each time.
    by_length = sorted(shuffled, key=lambda pack: pack.tokens // 64)
    found: list[tuple[Pack[T], ...]] = []
    for _, alike in groupby(by_length, key=lambda pack: pack.tokens // 64):
        found += _filled(list(alike), tokens_per_batch)
    rng.shuffle(found)
    return found


def _filled(alike: Sequence[Pack[T]], tokens_per_batch: int) -> list[tuple[Pack[T], ...]]:
    longest = max(pack.tokens for pack in alike)
    size = _even(len(alike), max(1, tokens_per_batch // longest))
    return [tuple(alike[at : at + size]) for at in range(0, len(alike), size)]
