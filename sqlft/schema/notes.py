"""What the owner of a database notes of it: meanings, privacy, foreign keys and a glossary."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

from sqlft.errors import InputError
from sqlft.schema.definition import Column, Schema, Table, Term
from sqlft.schema.glossary_sql import sql_problems, suggestion
from sqlft.schema.keys import DeclaredKey, resolve_key
from sqlft.schema.notes_file import OTHER_NOTES, Section, read_toml

_TABLE_KEYS = ("meaning", "synonyms", "private", "columns")
_COLUMN_KEYS = ("meaning", "unit", "synonyms", "private")
_TERM_KEYS = ("sql", "meaning", "synonyms")
_KEY_KEYS = ("table", "columns", "target_table", "target_columns")
_TOP_KEYS = ("database", "tables", "foreign_keys", "glossary")
_SHOWN = 5
"""Problems told at once: notes of another database have one for each of its tables."""


def load_notes(path: str | Path, schema: Schema) -> Schema:
    """The schema with the notes of a ``notes.toml`` on its tables, columns and glossary.

    A private column, or any column of a private table, has no samples from then on. Foreign keys
    that the notes add stand after those that the database declares.

    Raises:
        InputError: for a file that cannot be read, or naming the first five problems in it at
            once: a note or a foreign key on a table or column that is not there, an unknown key, a
            value of the wrong type, glossary SQL that does not parse or names what the schema
            lacks.
    """
    path = Path(path).absolute()
    problems: list[str] = []
    root = Section(place="", values=read_toml(path), problems=problems)
    for key in root.values:
        if key not in _TOP_KEYS:
            problems.append(f"unknown section {key!r}{suggestion(key, _TOP_KEYS)}")
    noted = _with_tables(_with_database(schema, root), root.sections("tables"), problems)
    noted = _with_foreign_keys(noted, root.section_list("foreign_keys"))
    noted = _with_glossary(noted, root.sections("glossary"))
    if problems:
        raise _misfit(path, problems)
    return noted


def _misfit(path: Path, problems: list[str]) -> InputError:
    told = problems[:_SHOWN]
    if len(problems) > _SHOWN:
        told.append(f"and {len(problems) - _SHOWN} more")
    return InputError(f"{path}: {'; '.join(told)}", hint=OTHER_NOTES)


def _with_database(schema: Schema, root: Section) -> Schema:
    values = root.values.get("database", {})
    if not isinstance(values, dict):
        root.problems.append("database must be a table")
        return schema
    section = Section(place="database", values=values, problems=root.problems)
    section.check_keys(("meaning", "today"))
    return replace(
        schema,
        meaning=section.text("meaning") or schema.meaning,
        today=_today(section) or schema.today,
    )


def _today(section: Section) -> str | None:
    value = section.values.get("today")
    if value is None:
        return None
    try:
        return datetime.date.fromisoformat(str(value)).isoformat()  # TOML has dates of its own
    except ValueError:
        section.problems.append(f"{section.place}: today must be a date such as 2025-12-31")
        return None


def _with_tables(schema: Schema, sections: dict[str, Section], problems: list[str]) -> Schema:
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


def _with_table(table: Table, section: Section) -> Table:
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


def _with_column(column: Column, section: Section) -> Column:
    section.check_keys(_COLUMN_KEYS)
    return replace(
        column,
        meaning=section.text("meaning") or column.meaning,
        unit=section.text("unit") or column.unit,
        synonyms=section.texts("synonyms") or column.synonyms,
        private=section.flag("private") or column.private,
    )


def _with_foreign_keys(schema: Schema, sections: list[Section]) -> Schema:
    keys = dict.fromkeys(schema.foreign_keys)
    for section in sections:
        section.check_keys(_KEY_KEYS)
        table, target_table = section.text("table"), section.text("target_table")
        columns = section.texts("columns")
        if table is None or target_table is None or not columns:
            section.problems.append(f"{section.place}: table, columns and target_table are needed")
            continue
        declared = DeclaredKey(
            table=table,
            columns=columns,
            target_table=target_table,
            target_columns=section.texts("target_columns"),
        )
        key = resolve_key(declared, schema)
        if isinstance(key, str):
            section.problems.append(f"{section.place}: {key}")
        elif key not in keys:
            keys[replace(key, noted=True)] = None
    return replace(schema, foreign_keys=tuple(keys))


def _with_glossary(schema: Schema, sections: dict[str, Section]) -> Schema:
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
