"""A schema as text for people, and as JSON values for programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlft.errors import printable
from sqlft.schema.definition import Column, ForeignKey, Schema, Table

TYPE_CHARACTERS_AT_MOST = 60
"""An enum of a thousand values, or a deep struct, would push every note off the screen."""


def as_dict(schema: Schema) -> dict[str, Any]:
    """The schema as values that JSON can hold, with its digest.

    >>> sorted(as_dict(Schema(name="shop", tables=())))[:3]
    ['dialect', 'digest', 'foreign_keys']
    """
    return {**asdict(schema), "digest": schema.digest}


def describe(schema: Schema) -> str:
    """The schema as aligned plain text: tables, columns with types, keys, notes and row counts.

    Whatever the database or its notes hold, a line stays one line and moves no cursor.

    >>> print(describe(Schema(name="shop", tables=(
    ...     Table(name="city", columns=(Column(name="id", type="INTEGER"),), row_count=2),))))
    shop: 1 table, 0 foreign keys
    <BLANKLINE>
    city  2 rows
      id  INTEGER
    """
    keys: dict[str, list[ForeignKey]] = {}
    for key in schema.foreign_keys:
        keys.setdefault(key.table, []).append(key)
    blocks = [_heading(schema)]
    blocks += [_table(table, keys.get(table.qualified_name, [])) for table in schema.tables]
    if schema.glossary:
        terms = [
            f"  {t.name}{_named(t.synonyms)}: {t.sql}{_dash(t.meaning)}" for t in schema.glossary
        ]
        blocks.append(["glossary", *terms])
    return "\n\n".join("\n".join(printable(line) for line in block) for block in blocks)


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _heading(schema: Schema) -> list[str]:
    tables = _count(len(schema.tables), "table")
    lines = [f"{schema.name}: {tables}, {_count(len(schema.foreign_keys), 'foreign key')}"]
    if schema.meaning:
        lines.append(schema.meaning)
    if schema.today:
        lines.append(f"today is {schema.today}")
    return lines


def _table(table: Table, keys: Iterable[ForeignKey]) -> list[str]:
    facts = [table.qualified_name]
    if table.is_view:
        facts.append("view")
    if table.row_count is not None:
        facts.append(_count(table.row_count, "row"))
    if table.private:
        facts.append("private")
    head = "  ".join(facts) + _named(table.synonyms) + _dash(table.meaning or table.comment)
    targets = {k.columns[0]: k for k in keys if len(k.columns) == 1}
    rows = [_cells(column, table, targets.get(column.name)) for column in table.columns]
    name_width = max((len(row[0]) for row in rows), default=0)
    type_width = max((len(row[1]) for row in rows), default=0)
    lines = [f"  {n:<{name_width}}  {t:<{type_width}}  {rest}".rstrip() for n, t, rest in rows]
    wide = [f"  {_key_text(key)}" for key in keys if len(key.columns) > 1]
    return [head, *lines, *wide]


def _cells(column: Column, table: Table, key: ForeignKey | None) -> tuple[str, str, str]:
    facts = []
    if column.name in table.primary_key:
        facts.append("primary key")
    elif not column.nullable:
        facts.append("not null")
    if key is not None:
        facts.append(f"-> {key.target_table}.{key.target_columns[0]}")
    if column.private:
        facts.append("private")
    if column.unit:
        facts.append(f"in {column.unit}")
    if column.samples:
        facts.append(f"such as {', '.join(column.samples)}")
    rest = ", ".join(facts) + _named(column.synonyms) + _dash(column.meaning or column.comment)
    shown_type = printable(column.type, at_most=TYPE_CHARACTERS_AT_MOST)
    return printable(column.name), shown_type, rest.strip()


def _key_text(key: ForeignKey) -> str:
    columns, targets = ", ".join(key.columns), ", ".join(key.target_columns)
    return f"({columns}) -> {key.target_table}({targets})"


def _named(synonyms: tuple[str, ...]) -> str:
    return f" (also: {', '.join(synonyms)})" if synonyms else ""


def _dash(text: str | None) -> str:
    return f" - {text}" if text else ""
