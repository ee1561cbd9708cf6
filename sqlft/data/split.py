"""A dataset in named parts: by database, by the shape of its queries, or at random."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sqlft.errors import InputError, SqlError
from sqlft.examples import Dataset, Example, write_examples, write_manifest
from sqlft.sql import skeleton

By = Literal["database", "skeleton", "random"]
BY: tuple[By, ...] = ("database", "skeleton", "random")

_EXAMPLES_FILE = "examples.jsonl"


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


def _part(piece: str) -> Part:
    name, _, amount = (word.strip() for word in piece.partition("="))
    if not name.replace("-", "").replace("_", "").isalnum():
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


def split_dataset(
    source: Dataset, out: Path, *, parts: Sequence[Part], by: By = "database", seed: int = 0
) -> dict[str, int]:
    """How many examples each part got; ``out`` holds one dataset folder a part, or nothing.

    No group stands in two parts. Groups are drawn in an order that only the seed and their names
    decide, so that the same examples in another order are split alike. Parts keep the source's
    order. Databases are shared: a part's ``databases`` is a relative link to the source's, which
    must stay beside it.

    Raises:
        InputError: ``out`` is there already, there are too few groups, a part stays empty, or the
            source cannot be read.
    """
    if out.exists():
        raise InputError(f"{out} is there already", hint="name a folder that is not")
    key = _KEYS[by]
    sizes = Counter(key(example) for example in source.examples())
    chosen = assigned(sizes, parts, seed=seed)
    partial = out.absolute().with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        described = f"by {by} of {source.name}, seed {seed}"
        counts = {
            part.name: _write_part(source, partial / part.name, part.name, described, chosen, key)
            for part in parts
        }
        partial.rename(out)
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return counts


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
        raise InputError(f"no group is left for part {empty[0]}: there are {len(sizes)}")
    return chosen


def _draw(group: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}:{group}".encode("utf-8", "surrogatepass")).digest()


def _skeleton_of(example: Example) -> str:
    """The shape of the first gold; an example without one, or that cannot be read, is its own."""
    try:
        return skeleton(example.gold[0]) if example.gold else example.id
    except SqlError:
        return example.id


_KEYS: Mapping[By, Callable[[Example], str]] = {
    "database": lambda example: example.database,
    "skeleton": _skeleton_of,
    "random": lambda example: example.id,
}


def _write_part(
    source: Dataset,
    folder: Path,
    name: str,
    described: str,
    chosen: Mapping[str, str],
    key: Callable[[Example], str],
) -> int:
    folder.mkdir(parents=True)
    databases: set[str] = set()
    unanswerable = 0

    def members() -> Iterator[Example]:
        nonlocal unanswerable
        for example in source.examples():
            if chosen.get(key(example)) == name:
                databases.add(example.database)
                unanswerable += not example.gold
                yield replace(example, split=name)

    count = write_examples(folder / _EXAMPLES_FILE, members())
    places = {known: source.databases[known] for known in source.databases if known in databases}
    write_manifest(
        folder,
        Dataset(
            name=f"{source.name}-{name}",
            examples_path=folder / _EXAMPLES_FILE,
            databases={known: _shared(source, folder, place) for known, place in places.items()},
            licence=source.licence,
            source=source.source,
            split=described,
            counts={"examples": count, "unanswerable": unanswerable},
        ),
    )
    return count


def _shared(source: Dataset, folder: Path, place: str | Path) -> str | Path:
    """The place as the part's manifest gives it; a file is reached through a relative link."""
    if isinstance(place, str):
        return place
    inside = place.relative_to(source.examples_path.parent)
    link = folder / inside.parts[0]
    if not link.is_symlink():
        target = source.examples_path.parent.absolute() / inside.parts[0]
        link.symlink_to(os.path.relpath(target, folder.absolute()))
    return folder / inside
