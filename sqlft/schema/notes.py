"""What the owner of a database notes of it: meanings, units, synonyms, privacy and a glossary."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlft.errors import InputError
from sqlft.schema.definition import Column, Schema, Table, Term
from sqlft.sql import nearest

_TABLE_KEYS = ("meaning", "synonyms", "private", "columns")
_COLUMN_KEYS = ("meaning", "unit", "synonyms", "private")
_TERM_KEYS = ("sql", "meaning", "synonyms")


@dataclass(frozen=True, kw_only=True)
class _Section:
    """One table of the TOML file; what is wrong with it is added to ``problems``."""

    place: str
    values: Mapping[str, Any]
    problems: list[str] = field(repr=False)

    def check_keys(self, known: Iterable[str]) -> None:
        for key in self.values:
            if key not in known:
                self.problems.append(f"{self.place}: unknown key {key!r}{_suggestion(key, known)}")

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


def load_notes(path: Path, schema: Schema) -> Schema:
    """The schema with the notes of a ``notes.toml`` on its tables, columns and glossary.

    A private column, or any column of a private table, has no samples from then on.

    Raises:
        InputError: for a file that cannot be read, or naming every problem in it at once: a note
            on a table or column that is not there, an unknown key, a value of the wrong type,
            glossary SQL that does not parse or names what the schema lacks.
    """
    problems: list[str] = []
    root = _Section(place="", values=_read_toml(path), problems=problems)
    for key in root.values:
        if key not in ("database", "tables", "glossary"):
            problems.append(f"unknown section {key!r}{_suggestion(key, _TOP_KEYS)}")
    noted = _with_tables(_with_database(schema, root), root.sections("tables"), problems)
    noted = _with_glossary(noted, root.sections("glossary"))
    if problems:
        raise InputError(
            f"{path.name}: {'; '.join(problems)}",
            hint="every note must name a table or column of this database",
        )
    return noted


_TOP_KEYS = ("database", "tables", "glossary")


def _suggestion(name: str, names: Iterable[str]) -> str:
    found = nearest(name, tuple(names))
    return f" (nearest: {', '.join(found)})" if found else ""


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
        raise InputError(f"{path.name}: line {line} is not UTF-8 text") from error
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = str(error).replace("\n", " ")
        if "at line" not in said:  # tomllib says "at end of document" there
            said = f"{said}, line {len(text.splitlines()) or 1}"
        raise InputError(f"{path.name} is not TOML: {said}") from error


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
            problems.append(f"{section.place}: no table {name!r}{_suggestion(name, names)}")
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
            close = _suggestion(name, [c.name for c in table.columns])
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
        section.problems.extend(f"{section.place}: {p}" for p in _sql_problems(sql, schema))
        meaning, synonyms = section.text("meaning"), section.texts("synonyms")
        terms.append(Term(name=name, sql=sql, meaning=meaning, synonyms=synonyms))
    return replace(schema, glossary=tuple(terms) or schema.glossary)


def _sql_problems(sql: str, schema: Schema) -> list[str]:
    """What keeps the SQL from being one condition or expression over the schema's columns."""
    try:
        trees = sqlglot.parse(f"SELECT {sql}", read=schema.dialect)
    except (SqlglotError, RecursionError):
        return ["its SQL does not parse"]
    tree = trees[0] if len(trees) == 1 else None
    clauses = {key for key, value in tree.args.items() if value} if tree is not None else set()
    parts = tree.expressions if isinstance(tree, exp.Select) and clauses == {"expressions"} else ()
    if len(parts) != 1 or isinstance(parts[0], exp.Alias | exp.Star):
        return ["its SQL must be one condition or expression"]
    assert tree is not None
    own = {a.alias_or_name.casefold() for a in tree.find_all(exp.TableAlias, exp.CTE)}
    own |= {t.alias.casefold() for t in tree.find_all(exp.Table) if t.alias}
    problems = [_column_problem(c, schema) for c in tree.find_all(exp.Column) if c.table]
    outside = [p for p, alias in problems if p and alias.casefold() not in own]
    return list(dict.fromkeys(outside))


def _column_problem(column: exp.Column, schema: Schema) -> tuple[str | None, str]:
    """One line where a qualified column is not there, and the qualifier it was written with."""
    name = f"{column.db}.{column.table}" if column.db else column.table
    table = schema.table(name)
    if table is None:
        names = [t.qualified_name for t in schema.tables]
        return f"its SQL names no table of the schema: {name!r}{_suggestion(name, names)}", name
    if table.column(column.name) is None:
        close = _suggestion(column.name, [c.name for c in table.columns])
        return f"its SQL: table {name!r} has no column {column.name!r}{close}", name
    return None, name
