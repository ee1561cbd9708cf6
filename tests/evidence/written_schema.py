"""A schema as the files it could have been read from: DDL and a ``notes.toml``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from sqlft.schema import Column, Schema, Table


def in_order(schema: Schema) -> tuple[Table, ...]:
    """The tables, each after those that it refers to."""
    left = list(schema.tables)
    done: list[Table] = []
    while left:
        names = {table.qualified_name for table in left}
        free = next(
            table
            for table in left
            if not any(
                key.table == table.qualified_name
                and key.target_table in names - {key.table}
                and not key.noted
                for key in schema.foreign_keys
            )
        )
        left.remove(free)
        done.append(free)
    return tuple(done)


def ddl(schema: Schema) -> str:
    """CREATE TABLE and COMMENT ON statements that make the schema's tables.

    >>> from sqlft.schema import parse_ddl
    >>> print(ddl(parse_ddl("CREATE TABLE a (b INTEGER PRIMARY KEY)", "shop")))
    CREATE TABLE "a" ("b" INTEGER NOT NULL, PRIMARY KEY ("b"));
    """
    lines = list[str]()
    for table in in_order(schema):
        name = quoted(table.name)
        parts = [_column(column) for column in table.columns]
        if table.primary_key:
            parts.append(f"PRIMARY KEY ({_listed(table.primary_key)})")
        parts += [
            f"FOREIGN KEY ({_listed(key.columns)}) "
            f"REFERENCES {quoted(key.target_table)} ({_listed(key.target_columns)})"
            for key in schema.foreign_keys
            if key.table == table.qualified_name and not key.noted
        ]
        lines.append(f"CREATE TABLE {name} ({', '.join(parts)});")
        if table.comment:
            lines.append(f"COMMENT ON TABLE {name} IS {_literal(table.comment)};")
        lines += [
            f"COMMENT ON COLUMN {name}.{quoted(c.name)} IS {_literal(c.comment)};"
            for c in table.columns
            if c.comment
        ]
    return "\n".join(lines)


def _column(column: Column) -> str:
    return f"{quoted(column.name)} {column.type}{'' if column.nullable else ' NOT NULL'}"


def quoted(name: str) -> str:
    """The name in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in names)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def notes(schema: Schema) -> str:
    """What the owner notes of the schema, as TOML that ``load_notes`` reads."""
    blocks = [_block("[database]", meaning=schema.meaning, today=schema.today)]
    for table in schema.tables:
        head = f"tables.{_toml(table.qualified_name)}"
        said = {"meaning": table.meaning, "synonyms": table.synonyms, "private": table.private}
        blocks.append(_block(f"[{head}]", **said))
        for column in table.columns:
            said = {"meaning": column.meaning, "unit": column.unit, "synonyms": column.synonyms}
            private = column.private and not table.private
            blocks.append(_block(f"[{head}.columns.{_toml(column.name)}]", **said, private=private))
    for key in schema.foreign_keys:
        if key.noted:
            blocks.append(
                _block(
                    "[[foreign_keys]]",
                    table=key.table,
                    columns=key.columns,
                    target_table=key.target_table,
                    target_columns=key.target_columns,
                )
            )
    for term in schema.glossary:
        said = {"sql": term.sql, "meaning": term.meaning, "synonyms": term.synonyms}
        blocks.append(_block(f"[glossary.{_toml(term.name)}]", **said))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _block(head: str, **said: str | bool | Sequence[str] | None) -> str:
    """One table of the file; empty where nothing is said in it."""
    lines = list(_lines(said))
    return "\n".join([head, *lines]) if lines else ""


def _lines(said: dict[str, str | bool | Sequence[str] | None]) -> Iterator[str]:
    for name, value in said.items():
        if value:
            yield f"{name} = {_toml(value)}"


def _toml(value: object) -> str:
    """JSON's texts, lists and flags are TOML's, too, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
