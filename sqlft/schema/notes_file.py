"""A ``notes.toml`` as sections whose values are asked for by type, and problems are gathered."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlft.errors import InputError
from sqlft.schema.glossary_sql import suggestion

_LINE_CHARACTERS = 10_000  # tomllib needs the square of a key's length: 50,000 parts take minutes
OTHER_NOTES = (
    "mend the file; or name it NAME.notes.toml if it belongs to the database NAME alone; "
    "or give other notes (--notes FILE)"
)


@dataclass(frozen=True, kw_only=True)
class Section:
    """One table of the TOML file; what is wrong with it is added to ``problems``."""

    place: str
    values: Mapping[str, Any]
    problems: list[str] = field(repr=False)

    def check_keys(self, known: Iterable[str]) -> None:
        """Names every key that is not known as a problem."""
        for key in self.values:
            if key not in known:
                self.problems.append(f"{self.place}: unknown key {key!r}{suggestion(key, known)}")

    def text(self, key: str) -> str | None:
        """The text under a key, or none where it is missing or empty."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            self.problems.append(f"{self.place}: {key} must be text")
            return None
        return value or None

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts listed under a key."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problems.append(f"{self.place}: {key} must be a list of texts")
            return ()
        return tuple(value)

    def flag(self, key: str) -> bool:
        """Whether a key is true; false where it is missing."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.problems.append(f"{self.place}: {key} must be true or false")
            return True  # a privacy mark that cannot be read hides rather than shows
        return value

    def sections(self, key: str) -> dict[str, Section]:
        """The named sub-tables under a key, each with its own place."""
        value = self.values.get(key, {})
        shown = f"{self.place}.{key}" if self.place else key
        if not isinstance(value, dict):
            self.problems.append(f"{shown} must be a table")
            return {}
        found = {}
        for name, inner in value.items():
            if isinstance(inner, dict):
                place = f"{shown}.{name!r}" if not name.isidentifier() else f"{shown}.{name}"
                found[name] = Section(place=place, values=inner, problems=self.problems)
            else:
                self.problems.append(f"{shown}.{name} must be a table")
        return found

    def section_list(self, key: str) -> list[Section]:
        """The tables of an array of them (``[[key]]``), each with its own place."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(inner, dict) for inner in value):
            self.problems.append(f"{key} must be a list of tables: [[{key}]]")
            return []
        return [
            Section(place=f"{key}[{at}]", values=inner, problems=self.problems)
            for at, inner in enumerate(value, start=1)
        ]


def read_toml(path: Path) -> dict[str, Any]:
    """The values of a TOML file.

    Raises:
        InputError: it cannot be read, or is not TOML; the line is named.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(f"the notes {path} cannot be read: {reason}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: line {line} is not UTF-8 text", hint=OTHER_NOTES) from error
    if max(map(len, text.splitlines()), default=0) > _LINE_CHARACTERS:
        raise InputError(
            f"{path} has a line of more than {_LINE_CHARACTERS:,} characters", hint=OTHER_NOTES
        )
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError
        said = str(error).replace("\n", " ")
        if "at line" not in said:  # tomllib says "at end of document" there
            said = f"{said}, line {len(text.splitlines()) or 1}"
        raise InputError(f"{path} is not TOML: {said}", hint=OTHER_NOTES) from error
