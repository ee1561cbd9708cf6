"""Notes as the Data page edits them: the TOML file changes only where the analyst changed it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit

from analyst.places import Place, own_notes
from sqlft.errors import InputError
from sqlft.schema import Schema, load_notes, read_schema


@dataclass(frozen=True, kw_only=True)
class ColumnNotes:
    """What is noted of one column; empty is as good as none."""

    name: str
    meaning: str = ""
    unit: str = ""
    synonyms: tuple[str, ...] = ()
    private: bool = False


@dataclass(frozen=True, kw_only=True)
class TableNotes:
    """What is noted of one table, under its qualified name."""

    name: str
    meaning: str = ""
    synonyms: tuple[str, ...] = ()
    columns: tuple[ColumnNotes, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TermNotes:
    """One business term."""

    name: str
    sql: str
    meaning: str = ""
    synonyms: tuple[str, ...] = ()


def save_table(place: Place, noted: TableNotes) -> Path:
    """The notes' path, once what is noted of one table stands in it.

    Raises:
        InputError: the notes in use are broken, or would be; then nothing is written.
    """
    schema = read_schema(place.database, samples_per_column=0)
    document = _document(place)
    section = _section(_section(document, "tables"), noted.name)
    _set(section, "meaning", noted.meaning)
    _set(section, "synonyms", noted.synonyms)
    for column in noted.columns:
        column = _without_comment(column, schema, noted.name)
        if not _says_something(column) and not _has(section, "columns", column.name):
            continue
        inner = _section(_section(section, "columns"), column.name)
        _set(inner, "meaning", column.meaning)
        _set(inner, "unit", column.unit)
        _set(inner, "synonyms", column.synonyms)
        _set(inner, "private", column.private)
    return _write(place, document, schema)


def save_glossary(place: Place, terms: Sequence[TermNotes]) -> Path:
    """The notes' path, once its glossary holds these terms and no others.

    Raises:
        InputError: as ``save_table``; also for a term without SQL, or whose SQL fits no column.
    """
    schema = read_schema(place.database, samples_per_column=0)
    document = _document(place)
    glossary = _section(document, "glossary")
    kept = {term.name for term in terms}
    for name in [name for name in glossary if name not in kept]:
        del glossary[name]
    for term in terms:
        section = _section(glossary, term.name)
        section["sql"] = term.sql
        _set(section, "meaning", term.meaning)
        _set(section, "synonyms", term.synonyms)
    return _write(place, document, schema)


def parted(text: str | None) -> tuple[str, ...]:
    """The parts of a list with commas.

    >>> parted(" a, b,, ")
    ('a', 'b')
    """
    return tuple(filter(None, (part.strip() for part in (text or "").split(","))))


def _document(place: Place) -> Any:
    """The notes in use, with their comments, ready to be changed."""
    path = place.notes
    if path is None:
        return tomlkit.document()
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError(f"the notes {path} cannot be read: {error}") from None


def _section(around: Any, name: str) -> Any:
    """The section of that name in any case; a new one where there is none."""
    found = next((key for key in around if key.casefold() == name.casefold()), None)
    if found is None:
        around[name] = tomlkit.table()
        found = name
    return around[found]


def _has(around: Mapping[str, Any], part: str, name: str) -> bool:
    return any(key.casefold() == name.casefold() for key in around.get(part, {}))


def _set(section: Any, key: str, value: str | tuple[str, ...] | bool) -> None:
    """Writes a value, or takes the key away where it says nothing."""
    if value:
        section[key] = list(value) if isinstance(value, tuple) else value
    elif key in section:
        del section[key]


def _without_comment(column: ColumnNotes, schema: Schema, table_name: str) -> ColumnNotes:
    """The notes without a meaning that is the database's own comment, which stands there anyway."""
    table = schema.table(table_name)
    found = table.column(column.name) if table is not None else None
    if found is not None and found.comment == column.meaning:
        return replace(column, meaning="")
    return column


def _says_something(column: ColumnNotes) -> bool:
    return bool(column.meaning or column.unit or column.synonyms or column.private)


def _write(place: Place, document: Any, schema: Schema) -> Path:
    path = own_notes(place)
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="utf-8") as file:
            file.write(tomlkit.dumps(document))
            file.flush()
            os.fsync(file.fileno())
        _check(partial, schema)
        partial.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)
    return path


def _check(path: Path, schema: Schema) -> None:
    try:
        load_notes(path, schema)
    except InputError as error:
        message = error.message.removeprefix(f"{path.absolute()}: ")
        raise InputError(message, hint="mend it and save again; nothing was written") from None
