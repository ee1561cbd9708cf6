"""The parts that a split is asked for, and the draw of groups into them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlft.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part to be made: a share of the examples, a number of groups, or the rest."""

    name: str
    share: float | None = None
    """0 to 1, of the examples that the counted parts leave."""
    groups: int | None = None
    """Databases, skeletons, or (at random) examples."""

    @property
    def is_rest(self) -> bool:
        """It takes what the others leave."""
        return self.share is None and self.groups is None


def parse_parts(text: str) -> tuple[Part, ...]:
    """The parts of ``NAME=AMOUNT,...``: a share with a point, a whole number of groups, ``rest``.

    Raises:
        InputError: it cannot be read, shares exceed 1, names repeat, or there are two rests.

    >>> [part.share for part in parse_parts("train=0.8,test=0.2")]
    [0.8, 0.2]
    """
    parts = tuple(_part(piece) for piece in text.split(","))
    names = [part.name for part in parts]
    shares = sum(part.share or 0.0 for part in parts)
    if len(set(names)) < len(names):
        raise InputError(f"a part is named twice in {text!r}")
    if shares > 1 + 1e-9:
        raise InputError(f"the shares in {text!r} add up to {shares:g}, more than 1")
    if sum(part.is_rest for part in parts) > 1:
        raise InputError(f"two parts take the rest in {text!r}")
    return parts


def is_part_name(name: str) -> bool:
    """Whether a part may be called so: its folder is.

    >>> [is_part_name(name) for name in ("train-2", "../train", "")]
    [True, False, False]
    """
    return name.replace("-", "").replace("_", "").isalnum()


def _part(piece: str) -> Part:
    name, _, amount = (word.strip() for word in piece.partition("="))
    if not is_part_name(name):
        raise InputError(
            f"{piece.strip()!r} is not a part", hint="write --parts train=0.8,test=0.2"
        )
    if amount == "rest":
        return Part(name=name)
    if amount.isascii() and amount.isdigit() and int(amount) > 0:
        return Part(name=name, groups=int(amount))
    try:
        share = float(amount)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise InputError(
            f"{amount!r} of part {name} is no amount",
            hint="a share such as 0.2, a whole number of groups, or rest",
        )
    return Part(name=name, share=share)


def assigned(sizes: Mapping[str, int], parts: Sequence[Part], *, seed: int) -> dict[str, str]:
    """The part of each group, given the groups' numbers of examples.

    Counted parts draw first, in their order; of the others, each group goes to the part that lacks
    most of its share. What shares below 1 leave goes to the rest, or to no part.

    Raises:
        InputError: there are too few groups.
    """
    drawn = iter(sorted(sizes, key=lambda group: _draw(group, seed)))
    chosen: dict[str, str] = {}
    for part in parts:
        for _ in range(part.groups or 0):
            group = next(drawn, None)
            if group is None:
                raise InputError(f"there are only {len(sizes)} groups to split")
            chosen[group] = part.name
    left = list(drawn)
    total = sum(sizes[group] for group in left)
    lacking = {part.name: part.share * total for part in parts if part.share is not None}
    rest = next((part.name for part in parts if part.is_rest), None)
    unclaimed = total - sum(lacking.values())
    lacking[rest or ""] = lacking.get(rest or "", 0.0) + unclaimed
    for group in left:
        name = max(lacking, key=lambda part: lacking[part])
        lacking[name] -= sizes[group]
        if name:
            chosen[group] = name
    empty = [part.name for part in parts if part.name not in chosen.values()]
    if empty:
        raise InputError(
            f"no group is left for part {empty[0]}: there are {len(sizes)}",
            hint="give each part a number of groups, or split --by random",
        )
    return chosen


def _draw(group: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{group}".encode("utf-8", "surrogatepass")).digest()
