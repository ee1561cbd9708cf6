"""Pairs over many databases become a dataset folder: in rounds of blocks, resumable."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlft
from sqlft.config import Progress
from sqlft.data.processes import processes
from sqlft.data.synth.block import Order, write_block
from sqlft.data.synth.coverage import Coverage, coverage_of
from sqlft.data.synth.folder import databases_inside
from sqlft.data.synth.mix import default_mix
from sqlft.data.synth.subjects import Subject
from sqlft.data.unfinished import alone_in, write_whole
from sqlft.errors import InputError
from sqlft.examples import Dataset, Example, file_digest, write_examples, write_manifest

REPORT_FILE = "synthesis.json"
_BLOCK_PAIRS = 100
_BARREN = 0.25
"""A database whose last round gave a smaller part of what was asked for is asked no more."""
_ROUNDS_AT_MOST = 12
_CODE = 1
"""To be raised whenever the same seed would give other pairs, so that no old block is resumed."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be made.

    Args:
        pairs: over all databases together.
        seed: the same seed gives the same bytes.
        wordings: questions a query, at most.
        unanswerable_rate: share of questions that the schema cannot answer.
        mix: shares of SQL features to aim at; none: those of the training questions that come
            with sqlft.
    """

    pairs: int
    seed: int = 7
    wordings: int = 1
    unanswerable_rate: float = 0.06
    mix: Mapping[str, float] | None = None


@dataclass(frozen=True, kw_only=True)
class Synthesised:
    """A finished synthesis."""

    path: Path
    pairs: int
    queries: int
    unanswerable: int
    dropped: Mapping[str, int]
    """Candidates that were not kept, by reason."""
    kinds: Mapping[str, int]
    mix: Mapping[str, tuple[float, float]]
    """Share of queries that use each SQL feature: aimed at, reached."""
    coverage: Coverage


@dataclass(kw_only=True)
class _Tally:
    """What was merged so far; bounded by what is kept, not by what was tried."""

    kept: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    used: dict[str, set[str]] = field(default_factory=dict)
    parts: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    unanswerable: int = 0
    queries: int = 0


def synthesise(
    subjects: Sequence[Subject],
    out: Path,
    wanted: Wanted,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Synthesised:
    """The dataset folder ``out``: pairs whose queries were run, over all databases alike.

    It is built as ``NAME.partial`` and renamed when complete; run again after an interruption, it
    goes on where it was and gives the same bytes. A database that has no more to ask gives its
    share to the others, so fewer pairs than wanted may come out.

    Args:
        jobs: processes; default: one for each core.

    Raises:
        InputError: ``out`` exists, another synthesis is at work on it, a database cannot be read,
            or nothing could be asked.
    """
    if out.exists():
        raise InputError(f"{out} exists already", hint="choose another folder, or remove it")
    partial = out.with_name(f"{out.name}.partial")
    with alone_in(partial, "synthesis"):
        work = partial / "work"
        _start(work, subjects, wanted)
        try:
            blocks = _made_blocks(subjects, wanted, work, jobs, progress)
        except InputError:  # what cannot be read leaves nothing behind
            shutil.rmtree(partial, ignore_errors=True)
            raise
        made = _write(subjects, wanted, blocks, partial)
        shutil.rmtree(work)
        try:
            partial.replace(out)
        except OSError as error:
            raise InputError(f"cannot write {out}: {error.strerror or error}") from None
    return Synthesised(**{**vars(made), "path": out})


def _start(work: Path, subjects: Sequence[Subject], wanted: Wanted) -> None:
    """An empty work folder, or the one of the same work begun before."""
    plan = work / "plan.txt"
    said = _fingerprint(subjects, wanted)
    if plan.is_file() and plan.read_text(encoding="utf-8") == said:
        return
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    write_whole(plan, said)


def _fingerprint(subjects: Sequence[Subject], wanted: Wanted) -> str:
    mix = wanted.mix or default_mix()
    parts = [str(_CODE), sqlft.__version__, version("duckdb"), version("sqlglot")]
    parts += [repr(sorted(mix.items())), repr({**vars(wanted), "mix": None})]
    for subject in subjects:
        state = Path(subject.place.location).stat()
        notes = file_digest(subject.notes) if subject.notes else ""
        parts.append(f"{subject.name} {state.st_size} {state.st_mtime_ns} {notes}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _made_blocks(
    subjects: Sequence[Subject],
    wanted: Wanted,
    work: Path,
    jobs: int | None,
    progress: Progress | None,
) -> dict[str, list[Path]]:
    """Finished blocks of each database, in order. Rounds depend on nothing but what was kept."""
    blocks: dict[str, list[Path]] = {s.name: [] for s in subjects}
    kept = {s.name: 0 for s in subjects}
    active = list(subjects)
    with processes(jobs or os.cpu_count() or 1) as run:
        for round_number in range(_ROUNDS_AT_MOST):
            done = sum(kept.values())
            missing = wanted.pairs - done
            if missing <= 0 or not active:
                break
            orders = _orders(active, wanted, missing, round_number)
            calls = [
                (write_block, order, path)
                for order, path in ((o, work / _block_name(o)) for o in orders)
                if not path.is_file()
            ]

            def tell(finished: int, *, total: int = len(calls), done: int = done) -> None:
                if progress is not None:
                    share = done / wanted.pairs + (1 - done / wanted.pairs) * finished / total
                    progress("making pairs", share)

            run(calls, tell)
            asked: Counter[str] = Counter()
            for order in orders:
                blocks[order.name].append(work / _block_name(order))
                asked[order.name] += order.pairs
            before = dict(kept)
            for subject in active:
                name = subject.name
                kept[name] = sum(1 for _ in _kept(blocks[name], wanted.wordings))
            active = [s for s in active if kept[s.name] - before[s.name] >= _BARREN * asked[s.name]]
    return blocks


def _orders(
    active: Sequence[Subject], wanted: Wanted, missing: int, round_number: int
) -> list[Order]:
    """Blocks that together hold what is missing, the same number a database."""
    each = -(-missing // len(active))
    orders = []
    for subject in active:
        for at, start in enumerate(range(0, each, _BLOCK_PAIRS)):
            orders.append(
                Order(
                    place=subject.place,
                    name=subject.name,
                    seed=f"{wanted.seed} {subject.name} {round_number} {at}",
                    pairs=min(_BLOCK_PAIRS, each - start),
                    wordings=wanted.wordings,
                    unanswerable_rate=wanted.unanswerable_rate,
                    mix=wanted.mix or default_mix(),
                )
            )
    return orders


def _block_name(order: Order) -> str:
    return f"{hashlib.sha256(order.seed.encode()).hexdigest()[:24]}.jsonl"


def _kept(
    paths: Sequence[Path], wordings: int, tally: _Tally | None = None, name: str = ""
) -> Iterator[dict[str, Any]]:
    """The pairs of a database's blocks, without those that an earlier block has: no question
    twice, and no query and rows more often than it has wordings."""
    prints: Counter[str] = Counter()
    questions: set[int] = set()
    for said in _lines(name, paths, tally):
        question, print_ = hash(said["question"].casefold()), said.get("print", "")
        if question in questions or (print_ and prints[print_] >= wordings):
            if tally is not None:
                tally.dropped["duplicate"] += 1
            continue
        questions.add(question)
        prints[print_] += 1
        said["is_new"] = prints[print_] == 1
        yield said


def _write(
    subjects: Sequence[Subject],
    wanted: Wanted,
    blocks: Mapping[str, Sequence[Path]],
    folder: Path,
) -> Synthesised:
    tally = _Tally()
    shares = _shares(subjects, wanted, blocks)
    examples = _examples(subjects, blocks, shares, tally, wanted.wordings)
    count = write_examples(folder / "examples.jsonl", examples)
    if not count:
        shutil.rmtree(folder, ignore_errors=True)
        raise InputError("nothing could be asked of these databases", hint="do they have rows?")
    coverage = coverage_of(tally.parts, tally.used)
    mix = wanted.mix or default_mix()
    made = Synthesised(
        path=folder,
        pairs=count,
        queries=tally.queries,
        unanswerable=tally.unanswerable,
        dropped=dict(tally.dropped.most_common()),
        kinds=dict(tally.kinds.most_common()),
        mix={f: (s, tally.features[f] / max(1, tally.queries)) for f, s in mix.items()},
        coverage=coverage,
    )
    write_whole(folder / REPORT_FILE, _report(made))
    described = Dataset(
        name=f"synthetic-{wanted.seed}",
        examples_path=folder / "examples.jsonl",
        databases=databases_inside(subjects, folder),
        source=f"made by sqlft {sqlft.__version__} from the databases, seed {wanted.seed}",
        counts={
            "examples": count,
            "queries": tally.queries,
            "unanswerable": tally.unanswerable,
            "databases": len({n for n, k in tally.kept.items() if k}),
        },
        digests={REPORT_FILE: file_digest(folder / REPORT_FILE)},
    )
    write_manifest(folder, described)
    return made


def _report(made: Synthesised) -> str:
    said = {k: v for k, v in vars(made).items() if k not in ("path", "coverage")}
    said["coverage"] = vars(made.coverage)
    return json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _shares(
    subjects: Sequence[Subject], wanted: Wanted, blocks: Mapping[str, Sequence[Path]]
) -> dict[str, int]:
    """How many pairs each database gives: what it has, cut so that all come to what is wanted."""
    has = {s.name: sum(1 for _ in _kept(blocks[s.name], wanted.wordings)) for s in subjects}
    over = sum(has.values()) - wanted.pairs
    while over > 0:  # the fullest give, all of one height at a time
        top = max(has.values())
        fullest = sorted(name for name, count in has.items() if count == top)
        below = max((count for count in has.values() if count < top), default=0)
        each = max(1, min(top - below, over // len(fullest)))
        for name in fullest[: max(1, min(len(fullest), over // each))]:
            has[name] -= each
            over -= each
    return has


def _examples(
    subjects: Sequence[Subject],
    blocks: Mapping[str, Sequence[Path]],
    shares: Mapping[str, int],
    tally: _Tally,
    wordings: int,
) -> Iterator[Example]:
    for subject in subjects:
        tally.used[subject.name] = set()
        for said in _kept(blocks[subject.name], wordings, tally, subject.name):
            if tally.kept[subject.name] < shares[subject.name]:
                tally.kept[subject.name] += 1
                yield _example(said, subject, tally.kept[subject.name], tally)


def _lines(name: str, paths: Iterable[Path], tally: _Tally | None) -> Iterator[dict[str, Any]]:
    for path in paths:
        with path.open(encoding="utf-8") as file:
            for line in file:
                said = json.loads(line)
                if "dropped" not in said:
                    yield said
                elif tally is not None:
                    tally.dropped.update(said["dropped"])
                    tally.parts[name] = said["parts"]


def _example(said: Mapping[str, Any], subject: Subject, number: int, tally: _Tally) -> Example:
    kind = str(said["kind"])
    tally.kinds[kind] += 1
    gold = (str(said["sql"]),) if "sql" in said else ()
    if not gold:
        tally.unanswerable += 1
    elif said["is_new"]:
        tally.queries += 1
        tally.features.update(said["features"])
        tally.used[subject.name].update(said["used"])
    return Example(
        id=f"{subject.name}-synth-{number:05}",
        database=subject.name,
        question=str(said["question"]),
        gold=gold,
        tags=(kind,),
        source="synthetic",
    )
