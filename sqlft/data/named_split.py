"""A split by database that is written down: which databases each part has, read from a file."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlft.data.parts import is_part_name
from sqlft.errors import InputError
from sqlft.examples.example import check_keys


@dataclass(frozen=True, kw_only=True)
class NamedSplit:
    """The databases of each part, by name; one more part may take all others."""

    path: Path
    databases: Mapping[str, tuple[str, ...]]
    """Part to databases; none stands in two parts."""
    rest: str | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts, the one that takes the rest first."""
        return (*((self.rest,) if self.rest else ()), *self.databases)

    def assigned(self, databases: Collection[str]) -> dict[str, str]:
        """The part of each of these databases; those that no part takes are left out.

        Raises:
            InputError: a named database is not among them, or nothing is left for the rest.
        """
        named = {name: part for part, names in self.databases.items() for name in names}
        missing = [name for name in named if name not in databases]
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise InputError(
                f"{self.path}: there is no example over the database {missing[0]!r}{more}",
                hint="the file was written for another set of examples",
            )
        others = [name for name in databases if name not in named]
        if self.rest and not others:
            raise InputError(f"{self.path}: no database is left for part {self.rest}")
        return named | (dict.fromkeys(others, self.rest) if self.rest else {})


def read_named_split(path: Path) -> NamedSplit:
    """The split that a TOML file names: ``[databases]`` with a list a part, and perhaps ``rest``.

    Raises:
        InputError: it cannot be read, or names a part or a database twice.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not TOML: {error}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    try:
        return _named_split(path, said)
    except InputError as error:
        raise InputError(f"{path}: {error.message}", hint=error.hint) from None


def _named_split(path: Path, said: Mapping[str, Any]) -> NamedSplit:
    check_keys(said, ["rest", "databases"])
    rest, table = said.get("rest"), said.get("databases")
    if not isinstance(table, dict) or not all(map(_is_list_of_names, table.values())):
        raise InputError("databases must be a table with a list of names for each part")
    for part in [*table, *([] if rest is None else [rest])]:
        if not isinstance(part, str) or not is_part_name(part):
            raise InputError(f"{part!r} cannot name a part")
    if rest in table:
        raise InputError(f"part {rest} is both named and the rest")
    names = [name for listed in table.values() for name in listed]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is not None:
        raise InputError(f"the database {twice!r} is named twice")
    return NamedSplit(path=path, databases={k: tuple(v) for k, v in table.items()}, rest=rest)


def _is_list_of_names(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)
