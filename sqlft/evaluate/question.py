"""What is asked in an evaluation: examples with the databases that their answers are run on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlft.data import source_of
from sqlft.data.places import database_of
from sqlft.database import Database, locate
from sqlft.errors import InputError
from sqlft.examples import Dataset, Example, dataset

Engine = Literal["duckdb", "sqlite"]
ENGINES: tuple[Engine, ...] = ("duckdb", "sqlite")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the questions about one database are answered, or why they cannot be."""

    databases: tuple[Database, ...] = ()
    """One, or several with the same tables and different rows, on all of which an answer must
    agree with the gold."""
    problem: str | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """One example and where it is answered."""

    example: Example
    place: Place


def read_questions(
    path: Path, *, files: Sequence[str] = (), engine: Engine | None = None
) -> tuple[Question, ...]:
    """The questions of a dataset of ours, or of a folder in Spider's own layout.

    In Spider's layout (a folder ``database/``), a question is answered on every ``.sqlite`` file
    beside the one that its database names. A database that is missing or damaged is told in the
    ``place`` of its questions.

    Args:
        files: question files of a folder in Spider's layout.
        engine: what the databases must be; none: what they are.

    Raises:
        InputError: no such dataset, one without a question, or databases of another engine.
    """
    in_spider_layout = path.is_dir() and (path / "database").is_dir()
    if in_spider_layout and engine == "duckdb":
        raise InputError(
            f"{path} holds SQLite databases",
            hint=f"score with --engine sqlite, or first: sqlft data prepare spider {path} OUT",
        )
    if files and not in_spider_layout:
        raise InputError("question files are named only for a folder in Spider's layout")
    found = tuple(_of_spider(path, files) if in_spider_layout else _of_dataset(dataset(path)))
    if not found:
        raise InputError(f"{path} has no question")
    for question in found:
        for place in question.place.databases:
            if engine is not None and place.kind != engine:
                raise InputError(
                    f"{place.name} is a {place.kind} database, not one for {engine}",
                    hint="leave --engine out to use what there is",
                )
    return found


def _of_dataset(described: Dataset) -> Iterator[Question]:
    places: dict[str, Place] = {}
    for example in described.examples():
        if example.database not in places:
            try:
                only = database_of(described, example.database)
                places[example.database] = Place(databases=(only,))
            except InputError as error:
                places[example.database] = Place(problem=error.message)
        yield Question(example=example, place=places[example.database])


def _of_spider(folder: Path, files: Sequence[str]) -> Iterator[Question]:
    source = source_of("spider", folder, files=files)
    places: dict[str, Place] = {}
    for pair in source.pairs():
        if pair.database not in places:
            places[pair.database] = _files_beside(Path(source.place(pair.database)))
        example = Example(
            id=pair.id,
            database=pair.database,
            question=pair.question,
            gold=pair.gold,
            hardness=pair.hardness,
            source=pair.source,
        )
        yield Question(example=example, place=places[pair.database])


def _files_beside(named: Path) -> Place:
    others = sorted(path for path in named.parent.glob("*.sqlite") if path != named)
    try:
        return Place(databases=tuple(locate(path) for path in (named, *others)))
    except InputError as error:
        return Place(problem=error.message)
