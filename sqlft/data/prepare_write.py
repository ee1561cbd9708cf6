"""The dataset that a preparation ends in, written from the outcomes of its tasks."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlft.data.pairs import Source
from sqlft.data.prepare_plan import Work
from sqlft.data.prepare_units import DatabaseFacts, file_of
from sqlft.data.unfinished import write_whole
from sqlft.errors import InputError
from sqlft.examples import Dataset, Example, file_digest, write_examples, write_manifest

DROPPED_FILE = "dropped.jsonl"
DATABASES_FILE = "databases.jsonl"


def write_dataset(
    source: Source, work: Work, facts: Sequence[DatabaseFacts], name: str, licence: str | None
) -> dict[str, int]:
    """The counts, once everything but the databases is written from the outcomes."""
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
    shown = _shown(counts, by_reason, len(found))
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


def _shown(counts: Counter[str], by_reason: Counter[str], databases: int) -> dict[str, int]:
    """The counts under the names, and in the order, of ``Prepared.counts``."""
    kept = ("examples", "verified", "ties", "unverified", "unanswerable")
    reasons = {f"dropped_{reason}": count for reason, count in sorted(by_reason.items())}
    dropped = {"dropped": by_reason.total(), **reasons}
    return {**{name: counts[name] for name in kept}, **dropped, "databases": databases}


def _standing(example: Example) -> str:
    if not example.gold:
        return "unanswerable"
    return "unverified" if "unverified" in example.tags else "verified"


def _outcome_lines(work: Work) -> Iterator[str]:
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
