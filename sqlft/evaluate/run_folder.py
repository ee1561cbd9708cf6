"""The folder of one evaluation: what was asked, what was written, what came of it.

While it is made it is called ``NAME.partial``; a killed run goes on in it where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sqlft.errors import InputError
from sqlft.evaluate.predictor import Predictor, file_stem, predictor_of
from sqlft.files import whole_file

CONFIG = "config.json"
QUESTIONS = "questions.jsonl"
RECORDS = "records.json"
RESULTS = "results.json"
REPORT_PAGE = "report.html"
REPORT_TEXT = "report.md"
_WRITTEN = "written.json"


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """A run's folder, at the place where it is now."""

    path: Path
    config: Mapping[str, Any]
    """What was asked for, resolved; JSON-able. Two sittings of one run have the same."""

    @property
    def predictors(self) -> tuple[Predictor, ...]:
        """The predictors, in the report's order."""
        return tuple(predictor_of(document) for document in self.config["predictors"])

    def replies(self, place: int, name: str) -> Path:
        """Where the replies to a predictor's prompts are."""
        return self.path / "replies" / f"{file_stem(place, name)}.jsonl"

    def prompt(self, place: int, name: str) -> Path:
        """Where a predictor's first prompt is, for people to read."""
        return self.path / "prompts" / f"{file_stem(place, name)}.txt"

    def predictions(self, place: int, name: str) -> Path:
        """Where a predictor's SQL and outcomes are."""
        return self.path / "predictions" / f"{file_stem(place, name)}.jsonl"

    @property
    def written(self) -> dict[str, str]:
        """By name of the predictors whose replies are complete, the layout they were asked in."""
        path = self.path / _WRITTEN
        return read_json(path) if path.is_file() else {}

    def mark_written(self, name: str, layout: str) -> None:
        """Notes that the predictor's replies are complete."""
        write_json(self.path / _WRITTEN, {**self.written, name: layout})

    @property
    def records(self) -> list[dict[str, Any]]:
        """The circumstances of each sitting in which replies were written."""
        path = self.path / RECORDS
        return read_json(path) if path.is_file() else []

    def add_record(self, record: Mapping[str, Any]) -> None:
        """Adds the circumstances of one sitting."""
        write_json(self.path / RECORDS, [*self.records, record])

    def complete(self, out: Path) -> RunFolder:
        """The folder under its own name, now that it is whole."""
        if self.path == out:
            return self
        self.path.rename(out)
        return RunFolder(path=out, config=self.config)


def is_run(path: Path) -> bool:
    """Whether a folder is one of an evaluation."""
    return (path / CONFIG).is_file()


def opened_run(path: Path) -> RunFolder:
    """A run's folder.

    Raises:
        InputError: it is none.
    """
    if not is_run(path):
        partial = partial_of(path)
        hint = f"it is not complete: see {partial}" if is_run(partial) else None
        raise InputError(f"{path} is not the folder of an evaluation", hint=hint)
    return RunFolder(path=path, config=read_json(path / CONFIG))


def partial_of(out: Path) -> Path:
    """What a folder is called until it is complete.

    >>> partial_of(Path("runs/shop")).name
    'shop.partial'
    """
    return out.with_name(f"{out.name}.partial")


@contextmanager
def begun_run(out: Path, config: Mapping[str, Any]) -> Iterator[RunFolder]:
    """The partial folder of the run, made now or taken up again; no one else has it meanwhile.

    Raises:
        InputError: there is a complete run or another thing of that name, an unfinished run that
            asked for something else, or another process is at it.
    """
    partial = partial_of(out)
    if out.exists():
        raise InputError(
            f"{out} is there already",
            hint=f"`sqlft score {out}` scores it anew; --out names another folder",
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(out.with_name(f".{out.name}.lock"))
        with lock.acquire(timeout=0):
            yield _taken_up(partial, config)
    except Timeout:
        raise InputError(f"another process is at {partial}", hint="wait until it ends") from None
    finally:
        out.with_name(f".{out.name}.lock").unlink(missing_ok=True)


def _taken_up(partial: Path, config: Mapping[str, Any]) -> RunFolder:
    asked = json.loads(json.dumps(config))
    if is_run(partial):
        known = read_json(partial / CONFIG)
        if known != asked:
            odd = sorted(key for key in {*known, *asked} if known.get(key) != asked.get(key))
            raise InputError(
                f"{partial} is of a run that asked for something else: {', '.join(odd)}",
                hint="remove it, or name another folder with --out",
            )
    else:
        if partial.exists() and any(partial.iterdir()):
            raise InputError(f"{partial} is not the folder of an evaluation", hint="remove it")
        partial.mkdir(exist_ok=True)
        write_json(partial / CONFIG, asked)
    for name in ("replies", "prompts", "predictions"):
        (partial / name).mkdir(exist_ok=True)
    return RunFolder(path=partial, config=asked)


def write_json(path: Path, document: Any) -> None:
    """Writes a document; the file appears whole or not at all."""
    write_text(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def write_text(path: Path, text: str) -> None:
    """Writes a text; the file appears whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    with whole_file(path) as file:
        file.write(text)


def read_json(path: Path) -> Any:
    """A document that ``write_json`` wrote.

    Raises:
        InputError: it is not there or is damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path} is damaged: it is not JSON") from None
