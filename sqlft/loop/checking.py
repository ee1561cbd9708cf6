"""Which of the pairs are taught and asked: those that the linter finds nothing wrong with."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sqlft.config import Progress
from sqlft.data.check import Finding, check_datasets
from sqlft.data.check.agreement import folded
from sqlft.errors import InputError
from sqlft.evaluate.run_folder import write_json
from sqlft.examples import Dataset, Example, dataset, write_examples, write_manifest
from sqlft.loop.adaptation import Plan
from sqlft.loop.own_pairs import TEST

_UNUSABLE = frozenset({"database", "gold-parse", "gold-forbidden", "gold-fails", "golds-disagree"})
"""What keeps a pair of the user's own from being taught; of pairs that were made, any error."""
_OF_BOTH = "a question of your own"


def check_pairs(plan: Plan, *, progress: Progress | None = None) -> None:
    """Writes the folder ``checked``: the datasets, and ``left-out.json`` with what is in none.

    A question that the user has asked too is taken from the user alone, so that nothing which is
    taught is asked later.

    Raises:
        InputError: a dataset cannot be read, or no pair is left.
    """
    out = plan.folder.checked
    partial = out.with_name(f"{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    made = dataset(plan.folder.synthetic)
    given = _as_given(plan, partial / "given.jsonl")
    report = check_datasets([made], jobs=os.cpu_count() or 1, progress=progress)
    wrong, wrong_own = _first(report.findings), dict[str, str]()
    if given is not None:
        found = check_datasets([given], progress=progress).findings
        wrong_own = _first(one for one in found if one.rule in _UNUSABLE)
    questions = {folded(one.question) for one in plan.own}
    for one in made.examples():
        if folded(one.question) in questions:
            wrong.setdefault(one.id, _OF_BOTH)
    pairs = [one for one in made.examples() if one.id not in wrong]
    if not pairs:
        raise InputError("no pair that was made passed the check", hint=f"see {plan.folder.path}")
    _write(plan, partial / "pairs", pairs)
    own = [one for one in plan.own if one.id not in wrong_own]
    for name, some in (
        ("own", [replace(one, split="train") for one in own if one.split != TEST]),
        ("own-test", [one for one in own if one.split == TEST]),
    ):
        if some:
            _write(plan, partial / name, some)
    write_json(partial / "left-out.json", {"made": _counts(wrong), "own": wrong_own})
    partial.rename(out)


def _as_given(plan: Plan, path: Path) -> Dataset | None:
    if not plan.own:
        return None
    write_examples(path, plan.own)
    place = plan.subject.bundled or Path(plan.subject.place.location)
    return Dataset(name="your pairs", examples_path=path, databases={plan.subject.name: place})


def _first(findings: Iterable[Finding]) -> dict[str, str]:
    """By example, the rule and message of its first error."""
    wrong: dict[str, str] = {}
    for one in findings:
        if one.severity == "error" and one.id is not None:
            wrong.setdefault(one.id, f"{one.rule}: {one.message}")
    return wrong


def _counts(wrong: Mapping[str, str]) -> dict[str, int]:
    return dict(Counter(why.partition(":")[0] for why in wrong.values()).most_common())


def _write(plan: Plan, folder: Path, examples: list[Example]) -> None:
    """A dataset; the database is the one that lies with the pairs as they were made."""
    folder.mkdir()
    write_examples(folder / "examples.jsonl", examples)
    made = dataset(plan.folder.synthetic)
    place = made.databases[plan.subject.name]
    if isinstance(place, Path):
        inside = place.relative_to(plan.folder.synthetic)
        target = plan.folder.synthetic / inside.parts[0]
        (folder / inside.parts[0]).symlink_to(os.path.relpath(target, folder))
        place = folder / inside
    described = Dataset(
        name=f"{plan.name}-{folder.name}",
        examples_path=folder / "examples.jsonl",
        databases={plan.subject.name: place},
        source=made.source if folder.name == "pairs" else "the user's own pairs",
        counts={"examples": len(examples), "unanswerable": sum(not e.gold for e in examples)},
    )
    write_manifest(folder, described)
