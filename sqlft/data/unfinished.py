"""Work that may be interrupted: a folder that one process holds, files that are there whole."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlft.errors import InputError


@contextmanager
def alone_in(folder: Path, doing: str) -> Iterator[None]:
    """The folder, made if need be, for as long as the block runs.

    Args:
        doing: what is done in it, for the message: a preparation.

    Raises:
        InputError: it cannot be written, or another process is at the same work in it.
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
            raise InputError(f"another {doing} is at work on {folder}") from None
        yield
    finally:
        os.close(descriptor)


def write_whole(path: Path, text: str) -> None:
    """Writes a file that is there complete or not at all, also when the machine stops.

    Raises:
        InputError: it cannot be written.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
