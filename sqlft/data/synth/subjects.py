"""The databases that pairs are made over: named, found in folders, opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlft.config import Progress
from sqlft.database import Database
from sqlft.errors import InputError
from sqlft.schema import bundled_names, notes_path, open_database


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A database with the name that examples call it by."""

    name: str
    place: Database
    bundled: str | None = None
    """The bundled schema's name, where it is one."""
    notes: Path | None = None


def subjects_of(texts: Sequence[str], *, progress: Progress | None = None) -> tuple[Subject, ...]:
    """The databases that arguments name: bundled schemas, DuckDB files, folders of such files.

    A dataset's folder stands for the files in its ``databases``.

    Raises:
        InputError: nothing of that name, no DuckDB file in a folder, a server, a SQLite file, or
            two databases of one name.
    """
    found: list[Subject] = []
    for text in texts:
        if text not in bundled_names() and Path(text).is_dir():
            found += [_subject(open_database(path)) for path in _files(Path(text))]
        else:
            found.append(_subject(open_database(text, progress=progress), text))
    names = [s.name for s in found]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"two databases are called {name}", hint="rename one of the files")
    return tuple(found)


def _files(folder: Path) -> list[Path]:
    for place in (folder / "databases", folder):
        paths = sorted(place.glob("*.duckdb"))
        if paths:
            return paths
    raise InputError(
        f"there is no DuckDB file in {folder}",
        hint="`sqlft data prepare` turns SQLite databases into DuckDB files",
    )


def _subject(place: Database, text: str | None = None) -> Subject:
    if place.kind != "duckdb":
        raise InputError(
            f"pairs are made over DuckDB files, and {place.shown} is none",
            hint="`sqlft data prepare` turns SQLite databases into DuckDB files",
        )
    if text is not None and text in bundled_names():
        return Subject(name=text, place=place, bundled=text, notes=notes_path(place))
    return Subject(name=Path(place.location).stem, place=place, notes=notes_path(place))
