"""Datasets that a path names, and the databases that their examples are about."""

from __future__ import annotations

from pathlib import Path

from sqlft.database import Database
from sqlft.errors import InputError
from sqlft.examples import Dataset, dataset
from sqlft.schema import Schema, notes_path, open_database, read_schema

DEMO = "demo"
"""A dataset of this name holds what the product shows at its first start."""
_EXAMPLES_FILE = "examples.jsonl"


def datasets_at(path: Path) -> tuple[Dataset, ...]:
    """The dataset of a folder or a ``.jsonl`` file; of a folder of datasets, all, by name.

    Raises:
        InputError: there is none, or one of them is damaged.
    """
    if path.is_dir() and not (path / _EXAMPLES_FILE).exists():
        folders = sorted(found.parent for found in path.glob(f"*/{_EXAMPLES_FILE}"))
        if folders:
            return tuple(dataset(folder) for folder in folders)
    return (dataset(path),)


def database_of(described: Dataset, name: str) -> Database:
    """The database that a dataset's examples call by this name.

    It is where the manifest says; for a name that it does not list, and for a loose file of
    examples, ``databases/NAME.duckdb`` (or ``.sqlite``) beside the examples, else the bundled
    schema of that name.

    Raises:
        InputError: there is none.
    """
    said = described.databases.get(name)
    if said is not None:
        return open_database(said)
    if name == Path(name).name:
        for suffix in (".duckdb", ".sqlite"):
            beside = described.examples_path.parent / "databases" / f"{name}{suffix}"
            if beside.is_file():
                return open_database(beside)
    if Path(name).exists() or "://" in name:  # a name is no path, whoever wrote the example
        raise InputError(f"the dataset {described.name} has no database called {name!r}")
    return open_database(name)


def schema_of(place: Database) -> Schema:
    """What a database contains, with the notes that belong to it.

    Raises:
        InputError: it, or its notes, cannot be read.
    """
    return read_schema(place, notes=notes_path(place))


def demo_beside(path: Path) -> tuple[Dataset, ...]:
    """The dataset called ``demo`` in a folder of datasets, or beside one; none where there is none.

    Raises:
        InputError: it is damaged.
    """
    folder = path.absolute()
    if folder.suffix == ".jsonl":
        folder = folder.parent
    places = (folder / DEMO, folder.parent / DEMO)
    return tuple(dataset(place) for place in places if (place / _EXAMPLES_FILE).is_file())
