"""Checkpoints that are whole or not there: each lists its files, and is checked against them."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

from sqlft.model.folder import sha256_of

LISTING = "complete.json"
_NUMBERED = re.compile(r"checkpoint-(\d+)")


def seal(folder: Path) -> None:
    """Writes the list that makes a checkpoint count, once all its files are on the disk."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != LISTING)
    for path in files:
        _sync(path)
    found = {
        path.relative_to(folder).as_posix(): [path.stat().st_size, sha256_of(path)]
        for path in files
    }
    partial = folder / f"{LISTING}.partial"
    partial.write_text(json.dumps(found, indent=1), encoding="utf-8")
    _sync(partial)
    partial.replace(folder / LISTING)
    _sync(folder)


def is_whole(folder: Path) -> bool:
    """Whether every file of the folder is as it was when it was sealed."""
    try:
        listed = json.loads((folder / LISTING).read_text(encoding="utf-8"))
        return bool(listed) and all(
            (folder / name).stat().st_size == size and sha256_of(folder / name) == digest
            for name, (size, digest) in listed.items()
        )
    except (OSError, ValueError, TypeError, AttributeError):
        return False


def step_of(folder: Path) -> int:
    """The step after which a checkpoint was made; -1 for another folder.

    >>> step_of(Path("run/checkpoint-40")), step_of(Path("run/other"))
    (40, -1)
    """
    found = _NUMBERED.fullmatch(folder.name)
    return int(found.group(1)) if found else -1


def newest(folder: Path) -> tuple[Path | None, tuple[Path, ...]]:
    """The last whole checkpoint in the folder, and the newer ones that are not whole."""
    damaged: list[Path] = []
    for path in sorted(folder.glob("checkpoint-*"), key=step_of, reverse=True):
        if step_of(path) >= 0 and is_whole(path):
            return path, tuple(damaged)
        damaged.append(path)
    return None, tuple(damaged)


def prune(folder: Path, keep: int) -> None:
    """Removes all but the newest whole checkpoints; those that are not whole are not counted."""
    whole = [path for path in folder.glob("checkpoint-*") if (path / LISTING).is_file()]
    for path in sorted(whole, key=step_of, reverse=True)[keep:]:
        (path / LISTING).unlink(missing_ok=True)  # first, so that half of it never counts
        shutil.rmtree(path, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
