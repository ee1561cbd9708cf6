"""Provenance: what a number or an answer was made with."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "sqlft",
    "duckdb",
    "sqlglot",
    "torch",
    "transformers",
    "peft",
    "tokenizers",
    "pyarrow",
)


@dataclass(frozen=True, kw_only=True)
class Record:
    """The circumstances of a run."""

    command: tuple[str, ...]
    commit: str | None
    """The commit that sqlft's own checkout stands at; none for an installed wheel."""
    dirty: bool | None
    """The checkout differs from that commit."""
    python: str
    packages: dict[str, str]
    machine: str
    cpu_count: int

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON-able values."""
        return {**asdict(self), "command": list(self.command)}


def record() -> Record:
    """The circumstances of this process."""
    commit = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain") if commit else None
    return Record(
        command=("sqlft", *map(_without_password, sys.argv[1:])),
        commit=commit,
        dirty=None if changes is None else bool(changes),
        python=platform.python_version(),
        packages=_versions(),
        machine=f"{platform.system()} {platform.machine()}",
        cpu_count=os.cpu_count() or 1,
    )


def _without_password(argument: str) -> str:
    """A URL's password never enters a record.

    >>> _without_password("postgresql://ann:secret@host/shop")
    'postgresql://ann:***@host/shop'
    """
    return re.sub(r"(://[^:/@\s]*):[^/\s]*@", r"\1:***@", argument)


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _git(*arguments: str) -> str | None:
    """What git says of the checkout that sqlft runs from; none where that is no checkout."""
    checkout = Path(__file__).resolve().parent.parent
    if not (checkout / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(checkout), *arguments],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
