"""From a database to an adapter of its own, in stages that can be interrupted."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlft.config import Progress
from sqlft.data import parse_parts, split_dataset
from sqlft.data.synth import Wanted, synthesise
from sqlft.data.unfinished import alone_in
from sqlft.errors import InputError
from sqlft.evaluate.run_folder import RESULTS, read_json, write_json, write_text
from sqlft.examples import dataset
from sqlft.loop.adapt_report import report_text
from sqlft.loop.adaptation import Plan, begin
from sqlft.loop.checking import check_pairs
from sqlft.loop.measuring import measure
from sqlft.loop.outcome import Outcome, outcome
from sqlft.loop.promise import making_jobs
from sqlft.loop.teaching import teach
from sqlft.model.adapters import fitting_adapter

if TYPE_CHECKING:
    from sqlft.train.callbacks import At

PARTS = "train=rest,choose=0.04,test=0.08"
_TOOK = "took.json"
_UNANSWERABLE_RATE = 0.02
"""Of the pairs. People ask unlike the pairs, and what is unlike looks like what cannot be answered:
an adapter that was taught 7 % refused 32 of 56 questions that people wrote."""

Told = Callable[["At"], None]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One stage: its work, which leaves ``result`` whole, and what is said of it then."""

    name: str
    result: Path
    work: Callable[[Progress | None, Told | None], None]
    says: Callable[[], str]


@dataclass(frozen=True, kw_only=True)
class Done:
    """A stage that is done."""

    name: str
    said: str
    seconds: float
    """In all sittings."""


@contextmanager
def begun(plan: Plan) -> Iterator[tuple[Stage, ...]]:
    """The stages, in order; no one else is at this adaptation meanwhile.

    Raises:
        InputError: another process is at it, or its folder cannot be written.
    """
    with alone_in(plan.folder.path, "adaptation"):
        begin(plan)
        yield _stages(plan)


def run_stage(
    plan: Plan, stage: Stage, *, told: Told | None = None, progress: Progress | None = None
) -> Done:
    """Does what is left of a stage; of one that is done, nothing.

    Raises:
        InputError, ModelError: as the stage's own work does.
    """
    took: dict[str, float] = _took(plan)
    began = time.monotonic()
    if not stage.result.exists():
        try:
            stage.work(progress, told)
        finally:  # what an interrupted sitting took counts, too
            took[stage.name] = round(took.get(stage.name, 0.0) + time.monotonic() - began, 1)
            write_json(plan.folder.path / _TOOK, took)
    return Done(name=stage.name, said=stage.says(), seconds=took.get(stage.name, 0.0))


def _took(plan: Plan) -> dict[str, float]:
    path = plan.folder.path / _TOOK
    return read_json(path) if path.is_file() else {}


def _stages(plan: Plan) -> tuple[Stage, ...]:
    folder = plan.folder
    return (
        Stage(
            name="pairs",
            result=folder.synthetic,
            work=lambda progress, _: _synthesise(plan, progress),
            says=lambda: f"{_count(folder.synthetic):,} made, each query run",
        ),
        Stage(
            name="check",
            result=folder.checked,
            work=lambda progress, _: check_pairs(plan, progress=progress),
            says=lambda: _checked(plan),
        ),
        Stage(
            name="split",
            result=folder.parts,
            work=lambda progress, _: _split(plan),
            says=lambda: _split_said(plan),
        ),
        Stage(
            name="train",
            result=folder.training,
            work=lambda progress, told: teach(plan, told=told, progress=progress),
            says=lambda: _taught(plan),
        ),
        Stage(
            name="eval",
            result=folder.evaluation,
            work=lambda progress, _: measure(plan, progress=progress),
            says=lambda: str(_outcome(plan)),
        ),
        Stage(
            name="adapter",
            result=folder.taken,
            work=lambda progress, _: _install(plan),
            says=lambda: str(adapter_of(plan)),
        ),
        Stage(
            name="report",
            result=folder.report,
            work=lambda progress, _: write_text(folder.report, report_text(plan, _took(plan))),
            says=lambda: str(folder.report),
        ),
    )


def _synthesise(plan: Plan, progress: Progress | None) -> None:
    wanted = Wanted(
        pairs=plan.options.wanted_pairs,
        seed=plan.options.seed,
        unanswerable_rate=_UNANSWERABLE_RATE,
    )
    jobs = making_jobs(plan)
    synthesise([plan.subject], plan.folder.synthetic, wanted, jobs=jobs, progress=progress)


def _split(plan: Plan) -> None:
    """By the shape of queries, so that what is asked later is not what was taught with other
    values; at random where there are too few shapes for that."""
    made, parts = dataset(plan.folder.checked / "pairs"), parse_parts(PARTS)
    try:
        split_dataset(made, plan.folder.parts, parts=parts, by="skeleton", seed=plan.options.seed)
    except InputError:
        split_dataset(made, plan.folder.parts, parts=parts, by="random", seed=plan.options.seed)


def _install(plan: Plan) -> None:
    """Puts the adapter where it is found, if it answers as much as what there was; whole or not at
    all."""
    is_taken = _outcome(plan).is_taken
    if is_taken and not plan.installed.exists():
        partial = plan.folder.path / "adapter.partial"
        shutil.rmtree(partial, ignore_errors=True)
        try:
            shutil.copytree(plan.folder.adapter, partial)
            plan.installed.parent.mkdir(parents=True, exist_ok=True)
            partial.rename(plan.installed)
        except OSError as error:
            raise InputError(f"cannot write {plan.installed}: {error.strerror or error}") from None
    write_json(plan.folder.taken, {"taken": is_taken})


def _outcome(plan: Plan) -> Outcome:
    return outcome(read_json(plan.folder.evaluation / RESULTS))


def adapter_of(plan: Plan) -> Path:
    """Where the new adapter lies: among those that ``sqlft ask`` finds, or left aside."""
    return plan.installed if _outcome(plan).is_taken else plan.folder.adapter


def asked_with(plan: Plan) -> str:
    """The command that asks the new adapter.

    It names the adapter only where another one would be taken without a word.
    """
    words = ["sqlft ask", plan.subject.bundled or plan.subject.place.location, '"..."']
    if plan.options.model != type(plan.options)().model:
        words.append(f"--model {plan.options.model}")
    found = adapter_of(plan)
    if found != plan.installed:
        words.append(f"--adapter {found}")
    elif fitting_adapter(plan.options.model, plan.schema.digest) != found:
        words.append(f"--adapter {plan.name}")
    return " ".join(words)


def _count(path: Path) -> int:
    return dataset(path).counts["examples"] if path.is_dir() else 0


def _checked(plan: Plan) -> str:
    checked = plan.folder.checked
    left_out: dict[str, Any] = read_json(checked / "left-out.json")
    said = [f"{_count(checked / 'pairs'):,} good"]
    if left_out["made"]:
        reasons = ", ".join(f"{count:,} {why}" for why, count in left_out["made"].items())
        said.append(f"left out {reasons}")
    if plan.own:
        own, asked = _count(checked / "own"), _count(checked / "own-test")
        said.append(f"of your own {own:,} to teach, {asked:,} to ask")
        said += [f"yours, left out: {id_}: {why}" for id_, why in left_out["own"].items()]
    return "; ".join(said)


def _split_said(plan: Plan) -> str:
    counts = {path.name: _count(path) for path in sorted(plan.folder.parts.iterdir())}
    by = dataset(plan.folder.parts / "test").split
    return f"{', '.join(f'{count:,} {name}' for name, count in counts.items())}; {by}"


def _taught(plan: Plan) -> str:
    card = read_json(plan.folder.adapter / "card.json")
    training = card["training"]
    return (
        f"{training['examples']:,} readings in {training['steps']:,} steps, "
        f"{training['seconds'] / 60:,.1f} minutes"
    )
