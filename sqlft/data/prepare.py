"""A source of pairs becomes a dataset folder whose golds are proven by running them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlft
from sqlft.config import Progress
from sqlft.data.pairs import Source
from sqlft.data.prepare_units import (
    DatabaseFacts,
    file_of,
    make_database,
    read_facts,
    settle_pairs,
    write_whole,
)
from sqlft.data.processes import Run, processes
from sqlft.errors import InputError
from sqlft.examples import Dataset, Example, file_digest, write_examples, write_manifest

DROPPED_FILE = "dropped.jsonl"
DATABASES_FILE = "databases.jsonl"
_PAIRS_A_TASK = 100
_CODE = 2
"""To be raised whenever the same pairs would settle otherwise, so that no old work is resumed."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A finished preparation."""

    path: Path
    counts: Mapping[str, int]
    """``examples`` kept: ``verified`` (both engines agree), ``unverified`` (no row to compare) and
    ``unanswerable``; ``ties``: how many of the verified could return other rows, or another order,
    by breaking ties otherwise; ``dropped``, and that by reason; ``databases``."""


@dataclass(frozen=True, kw_only=True)
class _Work:
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


def prepare(
    source: Source,
    out: Path,
    *,
    name: str | None = None,
    licence: str | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """The dataset folder ``out``, made of a source's pairs and databases.

    It is built as ``NAME.partial`` and renamed when complete. Run again after an interruption, it
    goes on where it was, and ``examples.jsonl``, ``dropped.jsonl``, ``databases.jsonl`` and
    ``manifest.toml`` come out the same to the byte; DuckDB's own files differ between builds, and
    ``databases.jsonl`` carries a digest of their content. Examples stand grouped by database, in
    the order in which the source first names them.

    Args:
        name: the dataset's; default: the source's.
        jobs: processes; default: one for each core.

    Raises:
        InputError: ``out`` exists, another preparation is at work on it, the source has a broken
            line (then nothing is left behind), or no pair could be kept.
    """
    if out.exists():
        raise InputError(f"{out} exists already", hint="choose another folder, or remove it")
    work = _Work(folder=out.with_name(f"{out.name}.partial"))
    with _alone_in(work.folder):
        places = _planned(source, work, progress)
        jobs = jobs or os.cpu_count() or 1
        with processes(jobs) as run:
            _make_databases(source, work, places, run, progress)
            _settle(source, work, places, run, progress)
        counts = _write(source, work, places, name or source.name, licence)
        try:
            shutil.rmtree(work.inside)
            work.folder.replace(out)
        except OSError as error:
            raise InputError(f"cannot write {out}: {error.strerror or error}") from None
    return Prepared(path=out, counts=counts)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror or error}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"another preparation is at work on {folder}") from None
        yield
    finally:
        os.close(descriptor)


def _planned(source: Source, work: _Work, progress: Progress | None) -> list[str]:
    """The databases that the source names, in order, once all pairs lie in tasks."""
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


def _write_tasks(source: Source, work: _Work, progress: Progress | None) -> list[str]:
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


def _make_databases(
    source: Source, work: _Work, places: Sequence[str], run: Run, progress: Progress | None
) -> None:
    calls = [
        (make_database, name, source.place(name), source.keys.get(name, ()), work.folder, facts)
        for place, name in enumerate(places)
        if not (facts := work.facts(place)).is_file()
    ]
    run(calls, _teller(progress, "converting databases", len(calls)))


def _settle(
    source: Source, work: _Work, places: Sequence[str], run: Run, progress: Progress | None
) -> None:
    facts = _all_facts(work, places)
    calls = [
        (settle_pairs, task, source.place(name), facts[place], work.folder, outcomes)
        for task in work.tasks()
        if not (outcomes := work.outcomes(task)).is_file()
        for place in (int(task.name.split("-")[1]),)
        for name in (places[place],)
    ]
    run(calls, _teller(progress, "running golds", len(calls)))


def _all_facts(work: _Work, places: Sequence[str]) -> list[DatabaseFacts]:
    return [read_facts(work.facts(place)) for place in range(len(places))]


def _teller(progress: Progress | None, doing: str, total: int) -> Callable[[int], None]:
    def tell(finished: int) -> None:
        if progress is not None:
            progress(doing, finished / total)

    return tell


def _write(
    source: Source, work: _Work, places: Sequence[str], name: str, licence: str | None
) -> dict[str, int]:
    """The counts, once everything but the databases is written from the outcomes."""
    facts = _all_facts(work, places)
    counts: Counter[str] = Counter()
    by_reason: Counter[str] = Counter()
    dropped_path = work.folder / DROPPED_FILE
    with dropped_path.open("w", encoding="utf-8", newline="\n") as dropped:

        def kept() -> Iterator[Example]:
            for line in _outcome_lines(work):
                said = json.loads(line)
                if "dropped" in said:
                    by_reason[said["dropped"]["reason"]] += 1
                    dropped.write(json.dumps(said["dropped"], ensure_ascii=False) + "\n")
                    continue
                example = _example(said["kept"])
                counts[_standing(example)] += 1
                counts["ties"] += "ties" in example.tags
                yield example

        counts["examples"] = write_examples(work.folder / "examples.jsonl", kept())
    if not counts["examples"]:
        reasons = ", ".join(f"{reason} {count}" for reason, count in by_reason.most_common())
        shutil.rmtree(work.folder, ignore_errors=True)
        raise InputError(f"no example could be kept: {reasons}", hint=_first_detail(facts))
    found = {f.name: f.schema or file_of(work.folder, f.name) for f in facts if f.reason is None}
    _write_facts(work.folder / DATABASES_FILE, facts)
    shown = {
        key: counts[key] for key in ("examples", "verified", "ties", "unverified", "unanswerable")
    }
    shown |= {"dropped": by_reason.total()}
    shown |= {f"dropped_{reason}": count for reason, count in sorted(by_reason.items())}
    shown |= {"databases": len(found)}
    described = Dataset(
        name=name,
        examples_path=work.folder / "examples.jsonl",
        databases=found,
        licence=licence,
        source=f"{source.name}: {', '.join(path.name for path in source.files)}",
        counts=shown,
        digests={file: file_digest(work.folder / file) for file in (DROPPED_FILE, DATABASES_FILE)},
    )
    write_manifest(work.folder, described)
    return shown


def _standing(example: Example) -> str:
    if not example.gold:
        return "unanswerable"
    return "unverified" if "unverified" in example.tags else "verified"


def _outcome_lines(work: _Work) -> Iterator[str]:
    for task in work.tasks():
        with work.outcomes(task).open(encoding="utf-8") as file:
            yield from file


def _example(said: dict[str, Any]) -> Example:
    return Example(**{**said, "gold": tuple(said["gold"]), "tags": tuple(said["tags"])})


def _write_facts(path: Path, facts: Sequence[DatabaseFacts]) -> None:
    lines = []
    for fact in facts:
        said = {k: v for k, v in vars(fact).items() if v not in (None, "", (), {})}
        lines.append(json.dumps(said, ensure_ascii=False) + "\n")
    write_whole(path, "".join(lines))


def _first_detail(facts: Sequence[DatabaseFacts]) -> str | None:
    return next((f"{f.name}: {f.detail}" for f in facts if f.detail), None)
