"""What an example's query needs of a schema."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from sqlft.schema import Schema
from sqlft.sql import check_sql, parse_query


@dataclass(frozen=True, kw_only=True)
class Needs:
    """Tables by their qualified names, and ``(table, column)``, without which a query fails."""

    tables: frozenset[str] = frozenset()
    columns: frozenset[tuple[str, str]] = frozenset()
    shown: frozenset[tuple[str, str]] = frozenset()
    """Columns that it does not name, but shows or joins by: without them it says something else."""

    def __or__(self, other: Needs) -> Needs:
        return Needs(
            tables=self.tables | other.tables,
            columns=self.columns | other.columns,
            shown=self.shown | other.shown,
        )


def needs(gold_sql: str, schema: Schema) -> Needs | None:
    """What the query reads; none where it does not fit the schema.

    >>> from sqlft.schema import parse_ddl
    >>> shop = parse_ddl("CREATE TABLE orders (id INTEGER, city VARCHAR)", "shop")
    >>> sorted(needs("SELECT count(*) FROM orders WHERE city = 'Rome'", shop).columns)
    [('orders', 'city')]
    """
    verdict = check_sql(gold_sql, schema)
    if not verdict.ok:
        return None
    named = set(verdict.columns)
    every = {
        (table.qualified_name, column.name): f"{table.qualified_name}.{column.name}" in named
        for table in schema.tables
        if table.qualified_name in verdict.tables
        for column in table.columns
    }
    return Needs(
        tables=frozenset(verdict.tables),
        columns=frozenset(place for place, is_named in every.items() if is_named),
        shown=frozenset(every) if _shows_all(parse_query(gold_sql)) else frozenset(),
    )


def _shows_all(tree: exp.Expr) -> bool:
    stars = (star for star in tree.find_all(exp.Star) if not isinstance(star.parent, exp.Count))
    natural = (join for join in tree.find_all(exp.Join) if join.method == "NATURAL")
    return any(True for _ in (*stars, *natural))
