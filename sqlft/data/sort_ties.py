"""Rows with equal sort keys: a query that orders may return them in any order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import pyarrow as pa
from sqlglot import exp

from sqlft.sql import parse_query


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """A query without its LIMIT, with its sort keys as the last columns."""

    sql: str
    n_keys: int
    offset: int
    limit: int | None


def with_sort_keys(sql: str, dialect: str) -> Keyed | None:
    """The query so that its ties can be seen.

    None where the query does not order by itself, where a key beside the columns would change its
    rows (DISTINCT, set operations), or where its LIMIT is no plain number.

    >>> keyed = with_sort_keys("SELECT a, b AS n FROM t ORDER BY n DESC, c LIMIT 3", "duckdb")
    >>> keyed.sql, keyed.n_keys, keyed.limit
    ('SELECT a, b AS n, b, c FROM t ORDER BY n DESC, c', 2, 3)
    """
    tree = parse_query(sql, dialect=dialect)
    order = tree.args.get("order")
    if not isinstance(tree, exp.Select) or order is None or tree.args.get("distinct"):
        return None
    bounds = [part.expression if part else None for part in map(tree.args.get, _CUTS)]
    if not all(part is None or (isinstance(part, exp.Literal) and part.is_int) for part in bounds):
        return None
    offset, limit = (int(part.name) if part is not None else None for part in bounds)
    given = {part.alias.casefold(): part.this for part in tree.selects if part.alias}
    keys = [_meant(ordered.this, tree, given) for ordered in order.expressions]
    for key in keys:
        tree.append("expressions", key.copy())
    for name in _CUTS:
        tree.set(name, None)
    made = tree.sql(dialect=dialect, comments=False)
    return Keyed(sql=made, n_keys=len(keys), offset=offset or 0, limit=limit)


_CUTS = ("offset", "limit")


def _meant(key: exp.Expr, select: exp.Select, given: dict[str, exp.Expr]) -> exp.Expr:
    if isinstance(key, exp.Literal) and key.is_int and 0 < int(key.name) <= len(select.selects):
        return select.selects[int(key.name) - 1].unalias()
    if isinstance(key, exp.Column) and not key.table:
        return given.get(key.name.casefold(), key)
    return key


def key_columns(table: pa.Table, keyed: Keyed) -> pa.Table:
    """The sort keys in a result of the keyed query."""
    return table.select(list(range(table.num_columns - keyed.n_keys, table.num_columns)))


def has_ties(table: pa.Table, keyed: Keyed) -> bool:
    """Whether rows that differ have equal keys, and some of them are within the LIMIT.

    Args:
        table: the rows of the keyed query.

    >>> rows = pa.table({"a": [1, 2, 3], "key": [5, 5, 6]})
    >>> [has_ties(rows, Keyed(sql="", n_keys=1, offset=at, limit=1)) for at in (0, 1, 2)]
    [True, True, False]
    """
    rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
    end = len(rows) if keyed.limit is None else keyed.offset + keyed.limit
    start = 0
    for _, group in groupby(rows, key=lambda row: row[-keyed.n_keys :]):
        tied = list(group)
        if start < end and start + len(tied) > keyed.offset and len(set(tied)) > 1:
            return True
        start += len(tied)
    return False
