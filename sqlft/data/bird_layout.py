"""BIRD's layout: ``*.json`` with ``SQL``, databases in ``*_databases/<id>/<id>.sqlite``.

Source: Li et al. 2023, "Can LLM Already Serve as a Database Interface? A BIg Bench for Large-Scale
Database Grounded Text-to-SQLs".
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlft.data.pairs import Source
from sqlft.data.spider_layout import numbered_pairs, question_files
from sqlft.errors import InputError


def bird_source(folder: Path, files: Sequence[str] = ()) -> Source:
    """The questions and databases of a folder in BIRD's layout.

    Args:
        files: question files in it, in that order; default: every ``*.json`` but tables, sorted.

    Raises:
        InputError: no such folder, file, or folder of databases.
    """
    chosen = question_files(folder, files, "*.json")
    roots = sorted(path for path in folder.glob("*_databases") if path.is_dir())
    roots += [path for path in (folder / "database",) if path.is_dir()]
    if not roots:
        raise InputError(f"{folder} has no folder *_databases/", hint="is it in BIRD's layout?")

    def place(name: str) -> Path:
        paths = [root / name / f"{name}.sqlite" for root in roots]
        return next((path for path in paths if path.is_file()), paths[0])

    return Source(
        name=folder.resolve().name,
        files=chosen,
        pairs=lambda: numbered_pairs(chosen, lambda said: "SQL" if "SQL" in said else "query"),
        place=place,
    )
