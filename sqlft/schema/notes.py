"""What the owner of a database notes of it: meanings, units, synonyms, privacy and a glossary."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlft.errors import InputError
from sqlft.schema.definition import Column, Schema, Table, Term
from sqlft.schema.glossary_sql import sql_problems, suggestion

_TABLE_KEYS = ("meaning", "synonyms", "private", "columns")
_COLUMN_KEYS = ("meaning", "unit", "synonyms", "private")
_TERM_KEYS = ("sql", "meaning", "synonyms")
_TOP_KEYS = ("database", "tables", "glossary")
_SHOWN = 5
_LINE_CHARACTERS = 10_000  # tomllib needs the square of a key's length: 50,000 parts take minutes
"""Problems told at once: notes of another database have one for each of its tables."""
_OTHER_NOTES = (
    "mend the file; or name it NAME.notes.toml if it belongs to the database NAME alone; "
    "or give other notes (--notes FILE)"
)


@dataclass(frozen=True, kw_only=True)
class _Section:
    """One table of the TOML file; what is wrong with it is added to ``problems``."""

    place: str
    values: Mapping[str, Any]
    problems: list[str] = field(repr=False)

    def check_keys(self, known: Iterable[str]) -> None:
        for key in self.values:
            if key not in known:
                self.problems.append(f"{self.place}: unknown key {key!r}{suggestion(key, known)}")

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            self.problems.append(f"{self.place}: {key} must be text")
            return None
        return value or None

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problems.append(f"{self.place}: {key} must be a list of texts")
            return ()
        return tuple(value)

    def flag(self, key: str) -> bool:
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.problems.append(f"{self.place}: {key} must be true or false")
            return True  # a privacy mark that cannot be read hides rather than shows
        return value

    def sections(self, key: str) -> dict[str, _Section]:
        """The named sub-tables under a key, each with its own place."""
        value = self.values.get(key, {})
        shown = f"{self.place}.{key}" if self.place else key
        if not isinstance(value, dict):
            self.problems.append(f"{shown} must be a table")
            return {}
        found = {}
        for name, inner in value.items():
            if isinstance(inner, dict):
                place = f"{shown}.{name!r}" if not name.isidentifier() else f"{shown}.{name}"
                found[name] = _Section(place=place, values=inner, problems=self.problems)
            else:
                self.problems.append(f"{shown}.{name} must be a table")
        return found


def load_notes(path: str | Path, schema: Schema) -> Schema:
    """The schema with the notes of a ``notes.toml`` on its tables, columns and glossary.

    A private column, or any column of a private table, has no samples from then on.

    Raises:
        InputError: for a file that cannot be read, or naming the first five problems in it at
            once: a note on a table or column that is not there, an unknown key, a value of the
            wrong type, glossary SQL that does not parse or names what the schema lacks.
    """
    path = Path(path).absolute()
    problems: list[str] = []
    root = _Section(place="", values=_read_toml(path), problems=problems)
    for key in root.values:
        if key not in _TOP_KEYS:
            problems.append(f"unknown section {key!r}{suggestion(key, _TOP_KEYS)}")
    noted = _with_tables(_with_database(schema, root), root.sections("tables"), problems)
    noted = _with_glossary(noted, root.sections("glossary"))
    if problems:
        raise _misfit(path, problems)
    return noted


def _misfit(path: Path, problems: list[str]) -> InputError:
    told = problems[:_SHOWN]
    if len(problems) > _SHOWN:
        told.append(f"and {len(problems) - _SHOWN} more")
    return InputError(f"{path}: {'; '.join(told)}", hint=_OTHER_NOTES)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(f"the notes {path} cannot be read: {reason}") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(f"{path}: line {line} is not UTF-8 text", hint=_OTHER_NOTES) from error
    if max(map(len, text.splitlines()), default=0) > _LINE_CHARACTERS:
        raise InputError(
            f"{path} has a line of more than {_LINE_CHARACTERS:,} characters", hint=_OTHER_NOTES
        )
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError
        said = str(error).replace("\n", " ")
        if "at line" not in said:  # tomllib says "at end of document" there
            said = f"{said}, line {len(text.splitlines()) or 1}"
        raise InputError(f"{path} is not TOML: {said}", hint=_OTHER_NOTES) from error


def _with_database(schema: Schema, root: _Section) -> Schema:
    values = root.values.get("database", {})
    if not isinstance(values, dict):
        root.problems.append("database must be a table")
        return schema
    section = _Section(place="database", values=values, problems=root.problems)
    section.check_keys(("meaning", "today"))
    return replace(
        schema,
        meaning=section.text("meaning") or schema.meaning,
        today=_today(section) or schema.today,
    )


def _today(section: _Section) -> str | None:
    value = section.values.get("today")
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()  # TOML has dates of its own
    except ValueError:
        section.problems.append(f"{section.place}: today must be a date such as 2025-12-31")
        return None


def _with_tables(schema: Schema, sections: dict[str, _Section], problems: list[str]) -> Schema:
    noted: dict[str, Table] = {}
    for name, section in sections.items():
        table = schema.table(name)
        if table is None:
            names = [t.qualified_name for t in schema.tables]
            problems.append(f"{section.place}: no table {name!r}{suggestion(name, names)}")
        elif table.qualified_name in noted:
            problems.append(f"{section.place}: table {table.qualified_name!r} is noted twice")
        else:
            noted[table.qualified_name] = _with_table(table, section)
    return replace(schema, tables=tuple(noted.get(t.qualified_name, t) for t in schema.tables))


def _with_table(table: Table, section: _Section) -> Table:
    section.check_keys(_TABLE_KEYS)
    noted: dict[str, Column] = {}
    for name, inner in section.sections("columns").items():
        column = table.column(name)
        if column is None:
            close = suggestion(name, [c.name for c in table.columns])
            section.problems.append(f"{inner.place}: no column {name!r}{close}")
        elif column.name in noted:
            section.problems.append(f"{inner.place}: column {column.name!r} is noted twice")
        else:
            noted[column.name] = _with_column(column, inner)
    return replace(
        table,
        columns=tuple(noted.get(c.name, c) for c in table.columns),
        meaning=section.text("meaning") or table.meaning,
        synonyms=section.texts("synonyms") or table.synonyms,
        private=section.flag("private") or table.private,
    )


def _with_column(column: Column, section: _Section) -> Column:
    section.check_keys(_COLUMN_KEYS)
    return replace(
        column,
        meaning=section.text("meaning") or column.meaning,
        unit=section.text("unit") or column.unit,
        synonyms=section.texts("synonyms") or column.synonyms,
        private=section.flag("private") or column.private,
    )


def _with_glossary(schema: Schema, sections: dict[str, _Section]) -> Schema:
    terms = []
    for name, section in sections.items():
        section.check_keys(_TERM_KEYS)
        sql = section.text("sql")
        if sql is None:
            if "sql" not in section.values or section.values["sql"] == "":
                section.problems.append(f"{section.place}: sql is missing")
            continue
        section.problems.extend(f"{section.place}: {p}" for p in sql_problems(sql, schema))
        meaning, synonyms = section.text("meaning"), section.texts("synonyms")
        terms.append(Term(name=name, sql=sql, meaning=meaning, synonyms=synonyms))
    return replace(schema, glossary=tuple(terms) or schema.glossary)
