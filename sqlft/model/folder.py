"""A model folder that is whole or not there: what was written is listed, and checked at use."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sqlft.config import Progress
from sqlft.errors import ModelError

LISTING = "sqlft.json"
_CHUNK_BYTES = 1 << 20

Make = Callable[[Path], Mapping[str, Any]]
"""Fills an empty folder, and returns what is to be recorded of where its files came from."""


def install(
    folder: Path, make: Make, *, force: bool = False, progress: Progress | None = None
) -> Path:
    """The folder, filled by ``make`` and listed in ``sqlft.json``; made whole or not at all.

    It is filled under another name and renamed when everything is on the disk. Of several
    processes that want it at once, one makes it and the others wait for it.

    Raises:
        ModelError: the disk is full or cannot be written, or whatever ``make`` raises.
    """
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    with written_in(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(folder, progress):
            _sweep(folder)
            if folder.is_dir() and not force:
                return verify(folder, full=True)
            try:
                partial.mkdir()
                _write_listing(partial, make(partial))
                _sync(partial)
                _put(partial, folder)
            finally:
                _sweep(folder)
    return folder


def verify(folder: Path, *, full: bool = False) -> Path:
    """The folder, after its files were compared with its list: sizes, and digests when ``full``.

    Raises:
        ModelError: a file is missing, truncated or changed.
    """
    for name, expected in listing(folder)["files"].items():
        path = folder / Path(name).name
        try:
            same = path.stat().st_size == expected["bytes"]
            if same and full:
                same = sha256_of(path) == expected["sha256"]
        except OSError:
            same = False
        if not same:
            raise damaged(folder, name)
    return folder


def listing(folder: Path) -> dict[str, Any]:
    """What ``sqlft.json`` says of the folder: ``source`` and ``files``.

    Raises:
        ModelError: it is missing or is not such a list.
    """
    try:
        found = json.loads((folder / LISTING).read_text(encoding="utf-8"))
        sizes = [(entry["bytes"], entry["sha256"]) for entry in found["files"].values()]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise damaged(folder, LISTING) from None
    if not sizes:
        raise damaged(folder, LISTING)
    return dict(found)


def weights_digest(folder: Path) -> str:
    """One sha256 for the weights that the list names: equal weights, equal digest.

    Not of the other files: what converted them leaves its version in there, and a prompt
    fingerprint covers the tokenizer.
    """
    files = listing(folder)["files"].items()
    weights = {name: entry["sha256"] for name, entry in files if name.endswith(".safetensors")}
    return hashlib.sha256(json.dumps(weights, sort_keys=True).encode()).hexdigest()


def damaged(folder: Path, name: str) -> ModelError:
    """The error that says which file of a fetched model is not as it was written."""
    return ModelError(
        f"the model in {folder} is damaged: {name} is missing or changed",
        hint=f"sqlft model fetch --force {folder.name}",
    )


def sha256_of(path: Path) -> str:
    """The file's sha256, read a MiB at a time."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def written_in(
    folder: Path, *, hint: str = "set SQLFT_HOME to a folder you can write"
) -> Iterator[None]:
    """Within it, an operating system's refusal to write is a ModelError about the folder."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_space(folder) from error
        reason = error.strerror or str(error)
        raise ModelError(f"cannot write in {folder}: {reason}", hint=hint) from error


def no_space(folder: Path) -> ModelError:
    """The error for a disk that has no room for a model."""
    return ModelError(
        f"there is not enough space on the disk that holds {folder}",
        hint="free some space, or set SQLFT_HOME to another disk",
    )


@contextmanager
def _only_one(folder: Path, progress: Progress | None) -> Iterator[None]:
    """Held by one process or thread at a time; the system releases it when its holder dies."""
    lock = FileLock(folder.with_name(f".{folder.name}.lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        if progress is not None:
            progress(f"waiting for another process that fetches {folder.name}", None)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _sweep(folder: Path) -> None:
    """Removes what was half made, and puts back what a killed replacement had moved away.

    Only called while the lock is held, so nobody is still at work on any of it.
    """
    replaced = _replaced(folder)
    if replaced.is_dir() and not folder.exists():
        replaced.rename(folder)
    for leftover in folder.parent.glob(f"{folder.name}.partial-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _replaced(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.partial-replaced")


def _put(partial: Path, folder: Path) -> None:
    if folder.exists():
        folder.rename(_replaced(folder))
    partial.rename(folder)
    _sync_entry(folder.parent)


def _write_listing(partial: Path, source: Mapping[str, Any]) -> None:
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(partial.iterdir())
    }
    text = json.dumps({"source": dict(source), "files": files}, indent=2)
    (partial / LISTING).write_text(text + "\n", encoding="utf-8")


def _sync(partial: Path) -> None:
    for path in partial.iterdir():
        _sync_entry(path)
    _sync_entry(partial)


def _sync_entry(path: Path) -> None:
    """Waits until the file or folder is on the disk; a folder cannot be opened on Windows."""
    with suppress(PermissionError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
