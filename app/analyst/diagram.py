"""A schema's keys as a drawing."""

from __future__ import annotations

import re

from sqlft.schema import Schema, Table

MOST_TABLES = 30


def key_diagram(schema: Schema) -> tuple[str, int]:
    """Mermaid text of the tables and their keys, and how many tables are left out.

    The most connected tables are drawn. Names stand in as words, so that none can steer Mermaid.

    >>> from sqlft.schema import parse_ddl
    >>> text, left = key_diagram(parse_ddl("CREATE TABLE a (id INTEGER PRIMARY KEY)", "x"))
    >>> print(text)
    erDiagram
      t0["a"] {
        INTEGER id PK
      }
    """
    ends = [name for key in schema.foreign_keys for name in (key.table, key.target_table)]
    ranked = sorted(schema.tables, key=lambda table: -ends.count(table.qualified_name))
    drawn = ranked[:MOST_TABLES]
    ids = {table.qualified_name: f"t{at}" for at, table in enumerate(drawn)}
    lines = ["erDiagram"]
    for table in drawn:
        lines += _entity(ids[table.qualified_name], table, _own_keys(schema, table))
    for key in schema.foreign_keys:
        if key.table in ids and key.target_table in ids:
            label = _word(", ".join(key.columns))
            lines.append(f'  {ids[key.target_table]} ||--o{{ {ids[key.table]} : "{label}"')
    return "\n".join(lines), len(ranked) - len(drawn)


def _entity(name: str, table: Table, foreign: set[str]) -> list[str]:
    lines = [f'  {name}["{_word(table.qualified_name)}"] {{']
    for column in table.columns:
        marks = [
            mark
            for mark, holds in (
                ("PK", column.name in table.primary_key),
                ("FK", column.name in foreign),
            )
            if holds
        ]
        if marks:
            kind = re.sub(r"\W+", "_", column.type)[:20].strip("_") or "ANY"
            lines.append(f"    {kind} {_word(column.name, '_')} {', '.join(marks)}")
    return [*lines, "  }"]


def _own_keys(schema: Schema, table: Table) -> set[str]:
    keys = [key for key in schema.foreign_keys if key.table == table.qualified_name]
    return {column for key in keys for column in key.columns}


def _word(text: str, space: str = " ") -> str:
    """Letters, digits and underscores; anything else gives way.

    >>> _word('a"] {x', "_")
    'a_x'
    """
    return re.sub(r"[^\w.,]+", space, text).strip(space) or "unnamed"
