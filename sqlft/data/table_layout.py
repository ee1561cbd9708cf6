"""One's own pairs: a CSV or JSON lines file with a question and its SQL on each line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlft.data.pairs import Pair, Source, checked_name, texts_only
from sqlft.errors import InputError
from sqlft.schema import bundled_names

_SQL_NAMES = ("sql", "gold", "query")
_LINE_CHARACTERS_MOST = 4 << 20


def table_source(path: Path, kind: str, database: Path | None = None) -> Source:
    """The pairs of a file: ``question``, ``sql`` (``gold``, ``query``), ``database``, ``evidence``.

    The database column names a bundled schema, or a file relative to the folder of ``path``.

    Args:
        kind: ``csv`` or ``jsonl``.
        database: the one that every pair is about; the column is then not needed.

    Raises:
        InputError: no such file.
    """
    if not path.is_file():
        raise InputError(f"no such file: {path}")
    if database is not None and not database.is_file():
        raise InputError(f"no such database: {database}", hint="check --database")

    def place(name: str) -> str | Path:
        if database is not None:
            return database
        if name in bundled_names():
            return name
        there = [path.parent / f"{name}{suffix}" for suffix in ("", ".duckdb", ".sqlite", ".db")]
        return next((file for file in there if file.is_file()), there[0])

    only = database.stem if database is not None else None
    return Source(
        name=path.stem,
        files=(path,),
        pairs=lambda: _pairs(path, _csv_rows(path) if kind == "csv" else _json_rows(path), only),
        place=place,
    )


def _pairs(
    path: Path, rows: Iterator[tuple[int, dict[str, Any]]], only: str | None
) -> Iterator[Pair]:
    seen: set[int] = set()  # hashes: a million ids would take twice the memory
    for number, (line, said) in enumerate(rows):
        where = f"{path}, line {line}"
        id_ = texts_only(said, "id", where) if said.get("id") else f"{path.stem}-{number}"
        if hash(id_) in seen:
            raise InputError(f"{where}: the id {id_!r} stands on an earlier line, too")
        seen.add(hash(id_))
        evidence = said.get("evidence")
        if evidence is not None and not isinstance(evidence, str):
            raise InputError(f"{where}: evidence must be a text")
        yield Pair(
            id=id_,
            database=checked_name(only or _database(said, where), where),
            question=texts_only(said, "question", where).strip(),
            gold=_gold(said, where),
            evidence=evidence or None,
            source=path.name,
        )


def _database(said: Mapping[str, object], where: str) -> str:
    if not said.get("database"):
        raise InputError(
            f"{where}: no database is named", hint="add a column database, or give --database FILE"
        )
    return texts_only(said, "database", where)


def _gold(said: Mapping[str, object], where: str) -> tuple[str, ...]:
    name = next((name for name in _SQL_NAMES if name in said), None)
    if name is None:
        raise InputError(f"{where}: there is none of {', '.join(_SQL_NAMES)}")
    value = said[name]
    if isinstance(value, list) and all(isinstance(sql, str) and sql.strip() for sql in value):
        return tuple(value)  # empty: the schema cannot answer
    return (texts_only(said, name, where),)


def _json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, text in _lines(path):
        if not text.strip():
            continue
        try:
            said = json.loads(text)
        except RecursionError:
            raise InputError(f"{path}, line {number}: nested too deeply") from None
        except ValueError as error:
            reason = str(error).split(": line ")[0]
            raise InputError(f"{path}, line {number}: not JSON: {reason}") from None
        if not isinstance(said, dict):
            raise InputError(f"{path}, line {number}: not a JSON object")
        yield number, said


def _csv_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    read = csv.reader((text for _, text in _lines(path)), strict=True)
    number = 1
    try:
        names = [name.strip().casefold() for name in next(read, [])]
        if "question" not in names:
            raise InputError(f"{path}, line 1: no column question", hint="is there a header line?")
        number = read.line_num + 1
        for row in read:
            if row and len(row) != len(names):
                raise InputError(
                    f"{path}, line {number}: {len(row)} fields, but {len(names)} columns"
                )
            if row:
                yield number, dict(zip(names, row, strict=True))
            number = read.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path}, line {number}: not CSV: {error}") from None


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with path.open("rb") as file:
            while raw := file.readline(_LINE_CHARACTERS_MOST + 1):
                number += 1
                if len(raw) > _LINE_CHARACTERS_MOST:
                    raise InputError(f"{path}, line {number}: longer than 4 MiB")
                yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}, line {number}: not UTF-8 (byte {error.start + 1} of the line)",
            hint="save the file as UTF-8",
        ) from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
