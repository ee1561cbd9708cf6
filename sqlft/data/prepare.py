"""A source of pairs becomes a dataset folder whose golds are proven by running them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlft.config import Progress
from sqlft.data.pairs import Source
from sqlft.data.prepare_plan import Work, planned
from sqlft.data.prepare_units import DatabaseFacts, make_database, read_facts, settle_pairs
from sqlft.data.prepare_write import write_dataset
from sqlft.data.processes import Run, processes
from sqlft.data.unfinished import alone_in
from sqlft.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A finished preparation."""

    path: Path
    counts: Mapping[str, int]
    """``examples`` kept: ``verified`` (both engines agree), ``unverified`` (no row to compare) and
    ``unanswerable``; ``ties``: how many of the verified could return other rows, or another order,
    by breaking ties otherwise; ``dropped``, and that by reason; ``databases``."""


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
    work = Work(folder=out.with_name(f"{out.name}.partial"))
    with alone_in(work.folder, "preparation"):
        places = planned(source, work, progress)
        jobs = jobs or os.cpu_count() or 1
        with processes(jobs) as run:
            _make_databases(source, work, places, run, progress)
            _settle(source, work, places, run, progress)
        facts = _all_facts(work, places)
        counts = write_dataset(source, work, facts, name or source.name, licence)
        try:
            shutil.rmtree(work.inside)
            work.folder.replace(out)
        except OSError as error:
            raise InputError(f"cannot write {out}: {error.strerror or error}") from None
    return Prepared(path=out, counts=counts)


def _make_databases(
    source: Source, work: Work, places: Sequence[str], run: Run, progress: Progress | None
) -> None:
    calls = [
        (make_database, name, source.place(name), source.keys.get(name, ()), work.folder, facts)
        for place, name in enumerate(places)
        if not (facts := work.facts(place)).is_file()
    ]
    run(calls, _teller(progress, "converting databases", len(calls)))


def _settle(
    source: Source, work: Work, places: Sequence[str], run: Run, progress: Progress | None
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


def _all_facts(work: Work, places: Sequence[str]) -> list[DatabaseFacts]:
    return [read_facts(work.facts(place)) for place in range(len(places))]


def _teller(progress: Progress | None, doing: str, total: int) -> Callable[[int], None]:
    def tell(finished: int) -> None:
        if progress is not None:
            progress(doing, finished / total)

    return tell
