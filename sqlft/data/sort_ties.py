"""Whether two queries that order differ only in how ties are broken."""

from __future__ import annotations

import pyarrow as pa
from sqlglot import exp

from sqlft.sql import parse_query


def with_sort_keys(sql: str, dialect: str) -> tuple[str, int] | None:
    """The query without LIMIT and with its sort keys as last columns, and how many those are.

    None where the query does not order by itself, or where a key beside the columns would change
    its rows (DISTINCT, set operations).

    >>> with_sort_keys("SELECT a, b AS n FROM t ORDER BY n DESC, c LIMIT 3", "duckdb")
    ('SELECT a, b AS n, b, c FROM t ORDER BY n DESC, c', 2)
    """
    tree = parse_query(sql, dialect=dialect)
    order = tree.args.get("order")
    if not isinstance(tree, exp.Select) or order is None or tree.args.get("distinct"):
        return None
    given = {part.alias.casefold(): part.this for part in tree.selects if part.alias}
    keys = [_meant(ordered.this, tree, given) for ordered in order.expressions]
    for key in keys:
        tree.append("expressions", key.copy())
    for name in ("limit", "offset"):
        tree.set(name, None)
    return tree.sql(dialect=dialect, comments=False), len(keys)


def _meant(
    key: exp.Expression, select: exp.Select, given: dict[str, exp.Expression]
) -> exp.Expression:
    if isinstance(key, exp.Literal) and key.is_int and 0 < int(key.name) <= len(select.selects):
        return select.selects[int(key.name) - 1].unalias()
    if isinstance(key, exp.Column) and not key.table:
        return given.get(key.name.casefold(), key)
    return key


def key_columns(table: pa.Table, n_keys: int) -> pa.Table:
    """The last columns of a result."""
    return table.select(list(range(table.num_columns - n_keys, table.num_columns)))
