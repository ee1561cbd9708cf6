"""The compact schema text: a line a table, then a line a foreign key."""

from __future__ import annotations

import re

from sqlft.prompt.plain import identifier, literal, one_line
from sqlft.schema import Column, ForeignKey, Schema, Table

MAX_SAMPLES = 2
MAX_SAMPLE_CHARACTERS = 16
MAX_SAMPLES_CHARACTERS = 18  # of one column: with 48, a Spider schema took 459 tokens, not 300
MAX_NOTE_CHARACTERS = 90

_SHORT_TYPES = {
    "int": "TINYINT SMALLINT INTEGER INT BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT"
    " UHUGEINT",
    "text": "VARCHAR CHAR BPCHAR TEXT STRING NVARCHAR CHARACTER ENUM CLOB",
    "float": "DOUBLE FLOAT REAL FLOAT4 FLOAT8",
    "decimal": "DECIMAL NUMERIC",
    "bool": "BOOLEAN BOOL LOGICAL",
    "timestamp": "TIMESTAMP DATETIME TIMESTAMPTZ TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS",
    "blob": "BLOB BYTEA VARBINARY BINARY",
}
_SHORT = {word: short for short, words in _SHORT_TYPES.items() for word in words.split()}
_FIRST_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def short_type(type_name: str) -> str:
    """One short word for a type, with ``[]`` where it is a list; nested types as they are.

    >>> short_type("DECIMAL(10,2)"), short_type("VARCHAR[]"), short_type("DATE")
    ('decimal', 'text[]', 'date')
    >>> short_type("STRUCT(a INTEGER, b VARCHAR)")
    'struct(a integer, b varchar)'
    """
    text = one_line(type_name, 80)
    first = _FIRST_WORD.match(text)
    if first is None:
        return text or "unknown"
    word = first.group().upper()
    if word in ("STRUCT", "MAP", "UNION"):
        return text.lower()
    return _SHORT.get(word, word.lower()) + ("[]" if text.endswith("]") else "")


def note_of(thing: Column | Table, limit: int = MAX_NOTE_CHARACTERS) -> str:
    """What the notes or, for want of them, the database says a column or table means.

    >>> note_of(Column(name="ttl", type="DECIMAL", meaning="order value", synonyms=("total",)))
    'order value; total'
    """
    meaning = thing.meaning or thing.comment or ""
    said = [one_line(meaning, limit), *(one_line(s, limit) for s in thing.synonyms)]
    return "; ".join(part for part in said if part)


def shown_samples(column: Column) -> tuple[str, ...]:
    """The sample values worth their tokens: short ones of text columns; none of private ones."""
    if column.private or short_type(column.type) != "text":
        return ()
    short = [s for s in column.samples if s.strip() and len(s) <= MAX_SAMPLE_CHARACTERS]
    shown = short[:MAX_SAMPLES]
    return tuple(shown if sum(map(len, shown)) <= MAX_SAMPLES_CHARACTERS else shown[:1])


def _column(column: Column, *, in_key: bool, refers: bool) -> str:
    parts = [identifier(column.name), short_type(column.type)]
    if in_key:
        parts.append("key")
    if column.unit:
        parts.append(one_line(column.unit, 20))
    if note := note_of(column):
        parts.append(f"({note})")
    if not in_key and not refers:
        parts += [literal(sample) for sample in shown_samples(column)]
    return " ".join(parts)


def table_name(table: Table) -> str:
    """The name as it is written in SQL, with its namespace where it has one."""
    names = (table.namespace, table.name) if table.namespace else (table.name,)
    return ".".join(identifier(name) for name in names)


def join_line(key: ForeignKey, schema: Schema) -> str:
    """The join that a foreign key stands for."""
    here, there = (_named(name, schema) for name in (key.table, key.target_table))
    pairs = zip(key.columns, key.target_columns, strict=False)
    return " AND ".join(f"{here}.{identifier(a)} = {there}.{identifier(b)}" for a, b in pairs)


def _named(name: str, schema: Schema) -> str:
    table = schema.table(name)
    return table_name(table) if table is not None else identifier(name)


def compact(schema: Schema) -> str:
    """The schema in few tokens: ``table(column type key 'sample', ...)``, then its joins.

    About 300 tokens for 5 tables with 30 columns (SmolLM2's tokenizer).
    """
    referring = {(key.table, column) for key in schema.foreign_keys for column in key.columns}
    lines = []
    for table in schema.tables:
        columns = ", ".join(
            _column(
                column,
                in_key=column.name in table.primary_key,
                refers=(table.qualified_name, column.name) in referring,
            )
            for column in table.columns
        )
        note = note_of(table)
        lines.append(f"{table_name(table)}({columns})" + (f" {note}" if note else ""))
    lines += [join_line(key, schema) for key in schema.foreign_keys]
    if schema.today:
        lines.append(f"Today: {one_line(schema.today, 40)}")
    return "\n".join(lines)
