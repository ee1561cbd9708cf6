"""A dataset in named parts: by database, by the shape of its queries, at random, or as named."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from sqlft.data.named_split import NamedSplit
from sqlft.data.parts import Part, assigned
from sqlft.errors import InputError, SqlError
from sqlft.examples import Dataset, Example, write_examples, write_manifest
from sqlft.sql import skeleton

By = Literal["database", "skeleton", "random"]
BY: tuple[By, ...] = ("database", "skeleton", "random")

_EXAMPLES_FILE = "examples.jsonl"


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
    key = _KEYS[by]
    sizes = Counter(key(example) for example in source.examples())
    chosen = assigned(sizes, parts, seed=seed)
    described = f"by {by} of {source.name}, seed {seed}"
    return _write_parts(source, out, [part.name for part in parts], described, chosen, key)


def split_as_named(source: Dataset, out: Path, named: NamedSplit) -> dict[str, int]:
    """How many examples each part got, where a file names the databases of the parts.

    Otherwise as ``split_dataset``.

    Raises:
        InputError: as there, or a named database has no example in the source.
    """
    sizes = Counter(example.database for example in source.examples())
    chosen = named.assigned(sizes)
    described = f"by database of {source.name}, as {named.path.name} names them"
    return _write_parts(source, out, named.parts, described, chosen, _KEYS["database"])


def _write_parts(
    source: Dataset,
    out: Path,
    names: Sequence[str],
    described: str,
    chosen: Mapping[str, str],
    key: Callable[[Example], str],
) -> dict[str, int]:
    if out.exists():
        raise InputError(f"{out} is there already", hint="name a folder that is not")
    partial = out.absolute().with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        counts = {
            name: _write_part(source, partial / name, name, described, chosen, key)
            for name in names
        }
        partial.rename(out)
    except OSError as error:
        raise InputError(f"cannot write {out}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return counts


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
