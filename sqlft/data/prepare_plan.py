"""The folder of an unfinished preparation: all pairs as tasks, and whether old work still fits."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import sqlft
from sqlft.config import Progress
from sqlft.data.pairs import Source
from sqlft.data.unfinished import write_whole
from sqlft.errors import InputError
from sqlft.examples import file_digest

_PAIRS_A_TASK = 100
_CODE = 2
"""To be raised whenever the same pairs would settle otherwise, so that no old work is resumed."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """The folder of an unfinished preparation."""

    folder: Path

    @property
    def inside(self) -> Path:
        return self.folder / "work"

    @property
    def plan(self) -> Path:
        """What is prepared, and of which databases: there once all tasks are written."""
        return self.inside / "plan.json"

    def facts(self, place: int) -> Path:
        return self.inside / f"database-{place:06}.json"

    def task(self, place: int, number: int) -> Path:
        return self.inside / f"task-{place:06}-{number:06}.jsonl"

    def outcomes(self, task: Path) -> Path:
        return task.with_name(task.name.replace("task", "outcomes"))

    def tasks(self) -> list[Path]:
        return sorted(self.inside.glob("task-*.jsonl"))


def planned(source: Source, work: Work, progress: Progress | None) -> list[str]:
    """The databases that the source names, in order, once all pairs lie in tasks.

    What an earlier preparation of the same left is used as it is; of anything else, nothing.

    Raises:
        InputError: the source has a broken line, or no question; then nothing is left behind.
    """
    made_from = _fingerprint(source)
    try:
        plan = json.loads(work.plan.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        plan = {}
    if plan.get("made_from") == made_from and plan["stamps"] == _stamps(source, plan["databases"]):
        return list(plan["databases"])
    try:
        shutil.rmtree(work.folder / "databases", ignore_errors=True)
        shutil.rmtree(work.inside, ignore_errors=True)
        work.inside.mkdir()
        places = _write_tasks(source, work, progress)
        if not places:
            raise InputError(f"there is no question in {', '.join(map(str, source.files))}")
        plan = {"made_from": made_from, "databases": places, "stamps": _stamps(source, places)}
        write_whole(work.plan, json.dumps(plan))
    except InputError:
        shutil.rmtree(work.folder, ignore_errors=True)
        raise
    return places


def _fingerprint(source: Source) -> str:
    """A digest of what the outcome depends on, but for the databases themselves."""
    said = [
        str(_CODE),
        sqlft.__version__,
        *(f"{package} {version(package)}" for package in ("duckdb", "sqlglot")),
        *(f"{path.name} {file_digest(path)}" for path in source.files),
        repr(sorted(source.keys.items())),
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _stamps(source: Source, databases: Sequence[str]) -> list[list[int]]:
    """What changes whenever a database's file does."""
    found = []
    for name in databases:
        place = source.place(name)
        state = place.stat() if isinstance(place, Path) and place.is_file() else None
        found.append([state.st_size, state.st_mtime_ns] if state is not None else [])
    return found


def _write_tasks(source: Source, work: Work, progress: Progress | None) -> list[str]:
    """Every pair in the task file of its database; a bounded number of lines is held."""
    waiting: dict[str, list[str]] = {}
    written: Counter[str] = Counter()
    places: dict[str, int] = {}

    def flush(database: str) -> None:
        path = work.task(places[database], written[database])
        write_whole(path, "\n".join(waiting.pop(database)) + "\n")
        written[database] += 1

    for number, pair in enumerate(source.pairs()):
        places.setdefault(pair.database, len(places))
        lines = waiting.setdefault(pair.database, [])
        lines.append(pair.as_line())
        if len(lines) == _PAIRS_A_TASK:
            flush(pair.database)
        if progress is not None and number % 1000 == 0:
            progress(f"reading questions: {number}", None)
    for database in list(waiting):
        flush(database)
    return list(places)
