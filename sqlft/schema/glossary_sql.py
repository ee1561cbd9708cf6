"""What is wrong with the SQL of a glossary term, seen from the schema it is for."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from sqlft.errors import SqlError
from sqlft.schema.definition import Schema
from sqlft.sql import nearest, parse_query


def suggestion(name: str, names: Iterable[str]) -> str:
    """The nearest of the names in brackets, to end a message with; empty where none is near."""
    found = nearest(name, tuple(names))
    return f" (nearest: {', '.join(found)})" if found else ""


def sql_problems(sql: str, schema: Schema) -> list[str]:
    """What keeps the SQL from being one condition or expression over the schema's columns."""
    try:
        # The guarded reader: notes may come from anybody, and a bare parser can be made to hang.
        tree = parse_query(f"SELECT {sql}", "sqlite" if schema.dialect == "sqlite" else "duckdb")
    except SqlError as error:
        return [f"its SQL does not parse as one expression: {error.message}"]
    clauses = {key for key, value in tree.args.items() if value}
    parts = tree.expressions if isinstance(tree, exp.Select) and clauses == {"expressions"} else ()
    if len(parts) != 1 or isinstance(parts[0], exp.Alias | exp.Star):
        return ["its SQL must be one condition or expression"]
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
        return f"its SQL names no table of the schema: {name!r}{suggestion(name, names)}", name
    if table.column(column.name) is None:
        close = suggestion(column.name, [c.name for c in table.columns])
        return f"its SQL: table {name!r} has no column {column.name!r}{close}", name
    return None, name
