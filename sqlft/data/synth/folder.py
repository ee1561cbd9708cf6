"""The folder that a synthesis writes: held by one at a time, with its databases inside."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlft.data.synth.subjects import Subject
from sqlft.errors import InputError


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """The folder, made if need be, for as long as the block runs.

    Raises:
        InputError: it cannot be written, or another synthesis is at work on it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise InputError(f"cannot write {folder}: {error.strerror or error}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"another synthesis is at work on {folder}") from None
        yield
    finally:
        os.close(descriptor)


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
