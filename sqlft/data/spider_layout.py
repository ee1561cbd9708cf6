"""Spider's layout: question files, ``tables.json``, ``database/<id>/<id>.sqlite``.

Source: Yu et al. 2018, "Spider: A Large-Scale Human-Labeled Dataset for Complex and Cross-Domain
Semantic Parsing and Text-to-SQL Task".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlft.data.json_items import json_items
from sqlft.data.pairs import Pair, Source, checked_name, texts_only
from sqlft.errors import InputError
from sqlft.schema import ForeignKey

TABLES_FILE = "tables.json"


def spider_source(folder: Path, files: Sequence[str] = ()) -> Source:
    """The questions and databases of a folder in Spider's layout.

    Args:
        files: question files in it, in that order; default: every ``train*.json``, sorted.

    Raises:
        InputError: no such folder or file, or a broken ``tables.json``.
    """
    chosen = question_files(folder, files, "train*.json")
    root = folder / "database"
    if not root.is_dir():
        raise InputError(f"{folder} has no folder database/", hint="is it in Spider's layout?")
    return Source(
        name=folder.resolve().name,
        files=chosen,
        pairs=lambda: _pairs(chosen),
        place=lambda name: root / name / f"{name}.sqlite",
        keys=_keys(folder / TABLES_FILE),
    )


def question_files(folder: Path, named: Sequence[str], usual: str) -> tuple[Path, ...]:
    """The question files: those named, or all of the usual name, sorted.

    Raises:
        InputError: one is missing, or there is none.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder")
    found = [folder / name for name in named] or sorted(
        path for path in folder.glob(usual) if not path.name.endswith(TABLES_FILE)
    )
    missing = next((path for path in found if not path.is_file()), None)
    if missing is not None or not found:
        there = ", ".join(path.name for path in sorted(folder.glob("*.json"))[:5])
        raise InputError(
            f"no question file {missing or folder / usual}",
            hint=f"name them with --files; there are: {there}" if there else None,
        )
    return tuple(found)


def _pairs(files: Sequence[Path]) -> Iterator[Pair]:
    return numbered_pairs(files, lambda said: "query")


def numbered_pairs(
    files: Sequence[Path], sql_key: Callable[[dict[str, Any]], str]
) -> Iterator[Pair]:
    """The pairs of question files, numbered from 0 within each."""
    for path in files:
        for number, (line, said) in enumerate(json_items(path)):
            where = f"{path}, line {line}"
            evidence, hardness = said.get("evidence"), said.get("difficulty")
            yield Pair(
                id=f"{path.stem}-{number}",
                database=checked_name(texts_only(said, "db_id", where), where),
                question=texts_only(said, "question", where).strip(),
                gold=(texts_only(said, sql_key(said), where),),
                evidence=evidence if isinstance(evidence, str) and evidence.strip() else None,
                hardness=hardness if isinstance(hardness, str) else None,
                source=path.name,
            )


def _keys(path: Path) -> dict[str, tuple[ForeignKey, ...]]:
    """The foreign keys that ``tables.json`` tells of each database."""
    found = {}
    for line, said in json_items(path) if path.is_file() else ():
        try:
            tables, columns = said["table_names_original"], said["column_names_original"]
            found[str(said["db_id"])] = tuple(
                _key(tables, columns[one], columns[other]) for one, other in said["foreign_keys"]
            )
        except (KeyError, IndexError, TypeError, ValueError):
            raise InputError(f"{path}, line {line}: not a description of a database") from None
    return found


def _key(tables: list[str], column: list[Any], target: list[Any]) -> ForeignKey:
    return ForeignKey(
        table=str(tables[column[0]]),
        columns=(str(column[1]),),
        target_table=str(tables[target[0]]),
        target_columns=(str(target[1]),),
    )
