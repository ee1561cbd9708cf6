"""The databases inside the folder that a synthesis writes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from sqlft.data.synth.subjects import Subject
from sqlft.errors import InputError


def databases_inside(subjects: Sequence[Subject], folder: Path) -> dict[str, str | Path]:
    """Where each database is: a bundled schema's name, or a copy of the file in the folder.

    Raises:
        InputError: a copy cannot be written.
    """
    return {s.name: s.bundled or _copied(s, folder / "databases") for s in subjects}


def _copied(subject: Subject, folder: Path) -> Path:
    source = Path(subject.place.location)
    target = folder / f"{subject.name}{source.suffix}"
    try:
        folder.mkdir(exist_ok=True)
        shutil.copyfile(source, target)
        if subject.notes is not None:
            shutil.copyfile(subject.notes, folder / f"{subject.name}.notes.toml")
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}") from None
    return target
