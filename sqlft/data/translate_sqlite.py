"""A SQLite query as DuckDB queries that should return the same rows, the plainest first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from sqlglot import exp

from sqlft.data.rewrite_groups import Pick, has_bare_columns, settle_bare_columns
from sqlft.data.rewrite_values import (
    compare_across_kinds,
    match_any_case,
    numbers_where_numbers_are_read,
    texts_in_double_quotes,
    texts_where_texts_are_read,
)
from sqlft.data.value_kinds import ValueKinds
from sqlft.sql import Catalog, parse_query

_PICKS: tuple[Pick, ...] = ("grouped", "any", "first", "last")


def translations(sql: str, schema: Catalog) -> Iterator[str]:
    """DuckDB's ways to say a SQLite query, each once, from the most natural to the most careful.

    The plainest casts strictly, groups by bare columns and orders NULLs as DuckDB does. The others
    cast what can be cast, pick values of bare columns, and put NULLs where SQLite puts them. Which
    one returns SQLite's rows is for the caller to try.

    Args:
        schema: the DuckDB database's, so that types are those that the rewritten query meets.

    Raises:
        SqlError: the text is not one query that can be read.

    >>> from sqlft.schema import parse_ddl
    >>> shop = parse_ddl("CREATE TABLE t (city VARCHAR, year VARCHAR, n INTEGER)", "shop")
    >>> next(translations('SELECT n/2 FROM t WHERE city = "Rome" AND year > 1999', shop))
    "SELECT n // 2 FROM t WHERE city = 'Rome' AND year > '1999'"
    """
    tree = parse_query(sql, dialect="sqlite")
    loose = has_bare_columns(tree, ValueKinds(tree, schema))
    seen: set[str] = set()
    picks = _PICKS if loose else _PICKS[:1]
    for lenient, nulls_first, pick in product((False, True), (False, True), picks):
        made = _translated(tree.copy(), schema, pick, nulls_first=nulls_first, lenient=lenient)
        if made not in seen:
            seen.add(made)
            yield made


def _translated(
    tree: exp.Expr, schema: Catalog, pick: Pick, *, nulls_first: bool, lenient: bool
) -> str:
    kinds = ValueKinds(tree, schema)
    texts_in_double_quotes(tree, kinds)
    kinds = ValueKinds(tree, schema)
    settle_bare_columns(tree, kinds, pick)
    kinds = ValueKinds(tree, schema)
    match_any_case(tree, kinds)
    texts_where_texts_are_read(tree, kinds)
    compare_across_kinds(tree, kinds, lenient=lenient)
    kinds = ValueKinds(tree, schema)
    numbers_where_numbers_are_read(tree, kinds, lenient=lenient)
    if not nulls_first:
        for ordered in tree.find_all(exp.Ordered):
            ordered.set("nulls_first", False)
    for join in tree.find_all(exp.Join):
        if isinstance(join.args.get("on"), exp.Boolean) and not join.side:
            join.set("on", None)
            join.set("kind", "CROSS")
    return tree.sql(dialect="duckdb", comments=False)
