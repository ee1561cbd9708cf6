"""A training's folder: what lies where, and how it begins, goes on and is finished."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from sqlft.config import Recipe, home
from sqlft.config.recipe_file import as_document, from_document
from sqlft.errors import InputError
from sqlft.record import record

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """A run that is at work: ``NAME.partial``, which becomes ``NAME`` when it is done."""

    path: Path

    @property
    def name(self) -> str:
        """The run's name."""
        return self.path.name.removesuffix(".partial")

    @property
    def recipe(self) -> Path:
        """The resolved recipe."""
        return self.path / "recipe.json"

    @property
    def over(self) -> Path:
        """What the adapter under the one that learns was when the run began."""
        return self.path / "over.json"

    @property
    def steps(self) -> Path:
        """The history."""
        return self.path / "steps.jsonl"

    @property
    def checkpoints(self) -> Path:
        """Where checkpoints lie."""
        return self.path / "checkpoints"

    @property
    def best(self) -> Path:
        """The weights that did best so far."""
        return self.path / "best"

    @property
    def result(self) -> Path:
        """The adapter, or the whole model."""
        return self.path / "adapter"

    @property
    def page(self) -> Path:
        """The learning curves."""
        return self.path / "curves.html"

    def lock(self) -> FileLock:
        """Held while a process trains here.

        Raises:
            InputError: another one does.
        """
        held = FileLock(self.path / ".lock")
        try:
            held.acquire(timeout=0)
        except Timeout:
            raise InputError(f"the run {self.name} is being trained by another process") from None
        return held

    def finish(self) -> Path:
        """The folder under its own name, without what only a resumption needs."""
        for leftover in (self.checkpoints, self.best):
            shutil.rmtree(leftover, ignore_errors=True)
        for leftover in (self.over, self.path / ".lock"):
            leftover.unlink(missing_ok=True)
        return self.path.rename(self.path.with_name(self.name))


def is_first_process() -> bool:
    """Whether this is the only process, or the first of several that ``accelerate`` started."""
    return int(os.environ.get("RANK", "0")) == 0


def runs_folder() -> Path:
    """Where all trainings lie."""
    return home() / "runs" / "train"


def new_run(recipe: Recipe) -> RunFolder:
    """The folder of a run that begins.

    Raises:
        InputError: a run has that name already, or it is no name for a folder.
    """
    name = recipe.run.name or "run"
    if not _NAME.fullmatch(name):
        raise InputError(f"run.name: {name!r} is no name for a folder")
    done = runs_folder() / name
    made = RunFolder(path=done.with_name(f"{name}.partial"))
    if done.exists():
        raise InputError(f"there is a run called {name}", hint="--set run.name=ANOTHER")
    if made.path.exists():
        raise InputError(
            f"there is an unfinished run called {name}",
            hint=f"sqlft train --resume {name}, or --set run.name=ANOTHER",
        )
    return begun_run(made.path, recipe)


def begun_run(partial: Path, recipe: Recipe) -> RunFolder:
    """The folder of a run that begins at a place of its own, which ends in ``.partial``."""
    made = RunFolder(path=partial)
    made.checkpoints.mkdir(parents=True)
    write_json(made.path / "record.json", record().as_dict())
    write_json(made.recipe, as_document(recipe))  # last: with it the run can be resumed
    return made


def unfinished_run(given: str) -> tuple[RunFolder, Recipe]:
    """The folder of a run that goes on, by its name or path, and its recipe.

    Raises:
        InputError: there is no such run, or it is finished.
    """
    path = Path(given).expanduser()
    if path.parent == Path() and not path.is_dir():
        path = runs_folder() / given
    done = path.with_name(path.name.removesuffix(".partial"))
    partial = done.with_name(f"{done.name}.partial")
    if not partial.is_dir():
        if done.is_dir():
            raise InputError(f"the run {done.name} is finished: it is in {done}")
        raise InputError(f"there is no run called {given}", hint=_unfinished())
    folder = RunFolder(path=partial)
    try:
        document = json.loads(folder.recipe.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(
            f"the run {folder.name} ended before it began: its recipe was not written",
            hint=f"remove {partial}, and start it again",
        ) from None
    return folder, from_document(document)


def _unfinished() -> str:
    names = sorted(path.name.removesuffix(".partial") for path in runs_folder().glob("*.partial"))
    return f"unfinished runs: {', '.join(names) or 'none'}"


def write_json(path: Path, document: object) -> None:
    """Writes a JSON file; it appears whole or not at all."""
    partial = path.with_name(f"{path.name}.partial")
    with partial.open("w", encoding="utf-8") as file:
        json.dump(document, file, indent=2, ensure_ascii=False)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
