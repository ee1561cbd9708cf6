"""A question with its gold as a source gives it, before anything is proven."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlft.errors import InputError
from sqlft.schema import ForeignKey


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One question of a source. Its gold is in the words of the database it names."""

    id: str
    database: str
    question: str
    gold: tuple[str, ...]
    evidence: str | None = None
    hardness: str | None = None
    source: str | None = None

    def as_line(self) -> str:
        """The pair as one JSON line, which ``pair_of`` reads."""
        return json.dumps(asdict(self), ensure_ascii=True)


def pair_of(line: str) -> Pair:
    """The pair of one line of ours.

    >>> pair = Pair(id="a", database="shop", question="how many?", gold=("SELECT 1",))
    >>> pair_of(pair.as_line()) == pair
    True
    """
    said = json.loads(line)
    return Pair(**{**said, "gold": tuple(said["gold"])})


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where pairs come from, and where their databases lie."""

    name: str
    files: tuple[Path, ...]
    """The question files, in the order in which they are read."""
    pairs: Callable[[], Iterator[Pair]]
    """Reads them anew, one by one; an InputError names the file and line of what is wrong."""
    place: Callable[[str], str | Path]
    """A database's file, or the name of a bundled schema."""
    keys: Mapping[str, tuple[ForeignKey, ...]] = field(default_factory=dict)
    """Foreign keys known of a database beside those that it declares."""


def checked_name(name: str, where: str) -> str:
    """The database's name, if it can name a file in a folder.

    Raises:
        InputError: it could lead elsewhere.
    """
    odd = any(c in '/\\:\0"' or not c.isprintable() for c in name) or len(name) > 120
    if odd or not name.strip() or name.startswith("."):
        raise InputError(f"{where}: {name[:60]!r} cannot name a database")
    return name


def texts_only(said: Mapping[str, object], wanted: str, where: str) -> str:
    """The text under a key.

    Raises:
        InputError: it is missing, empty, or no text.
    """
    value = said.get(wanted)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}: {wanted} must be a text that is not empty")
    return value
