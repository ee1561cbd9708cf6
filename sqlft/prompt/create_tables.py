"""The schema as CREATE TABLE statements with comments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlft.prompt.compact import note_of, short_type, table_name
from sqlft.prompt.plain import identifier, literal, one_line
from sqlft.schema import Column, ForeignKey, Schema, Table

MAX_SAMPLES = 3
MAX_SAMPLE_CHARACTERS = 40
MAX_NOTE_CHARACTERS = 200


def _samples(column: Column) -> list[str]:
    """Values worth their tokens: numbers, dates and keys say little, and cost a retail schema of 15
    tables a quarter of its prompt."""
    if column.private or short_type(column.type) != "text":
        return []
    fitting = [s for s in column.samples if s.strip() and len(s) <= MAX_SAMPLE_CHARACTERS]
    return fitting[:MAX_SAMPLES]


def _remarks(column: Column) -> str:
    """What follows a column as a comment: its note, its unit, sample values."""
    note = note_of(column, MAX_NOTE_CHARACTERS)
    unit = f"unit: {one_line(column.unit, 40)}" if column.unit else ""
    samples = "e.g. " + ", ".join(map(literal, shown)) if (shown := _samples(column)) else ""
    return "; ".join(part for part in (note, unit, samples) if part)


def _column(column: Column, table: Table) -> str:
    line = f"{identifier(column.name)} {one_line(column.type, 200)}"
    if table.primary_key == (column.name,):
        return line + " PRIMARY KEY"
    return line if column.nullable else line + " NOT NULL"


def _names(columns: Sequence[str]) -> str:
    return ", ".join(identifier(name) for name in columns)


def _constraints(table: Table, keys: Sequence[ForeignKey], schema: Schema) -> list[str]:
    lines = [f"PRIMARY KEY ({_names(table.primary_key)})"] if len(table.primary_key) > 1 else []
    for key in keys:
        target = schema.table(key.target_table)
        name = table_name(target) if target is not None else identifier(key.target_table)
        lines.append(
            f"FOREIGN KEY ({_names(key.columns)}) REFERENCES {name} ({_names(key.target_columns)})"
        )
    return lines


def _create_table(table: Table, keys: Sequence[ForeignKey], schema: Schema) -> str:
    body = [(_column(column, table), _remarks(column)) for column in table.columns]
    body += [(line, "") for line in _constraints(table, keys, schema)]
    note = note_of(table, MAX_NOTE_CHARACTERS)
    lines = [f"-- {note}"] if note else []
    lines.append(f"CREATE TABLE {table_name(table)} (")
    for index, (line, remark) in enumerate(body):
        comma = "," if index < len(body) - 1 else ""
        lines.append(f"  {line}{comma}" + (f" -- {remark}" if remark else ""))
    lines.append(");")
    return "\n".join(lines)


def _keys_by_table(schema: Schema) -> dict[str, list[ForeignKey]]:
    found: dict[str, list[ForeignKey]] = defaultdict(list)
    for key in schema.foreign_keys:
        table = schema.table(key.table)
        found[table.qualified_name if table is not None else key.table].append(key)
    return found


def create_tables(schema: Schema) -> str:
    """One CREATE TABLE statement a table, as DuckDB takes it, with notes and samples as comments.

    A view is shown as the table that it looks like.
    """
    keys = _keys_by_table(schema)
    parts = [_create_table(t, keys.get(t.qualified_name, ()), schema) for t in schema.tables]
    if schema.today:
        parts.append(f"-- Today: {one_line(schema.today, 40)}")
    return "\n\n".join(parts)
