"""The sort keys of a gold query's rows, by which ties are known."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from sqlft.compare import Result
from sqlft.data.sort_ties import with_sort_keys
from sqlft.errors import SqlError
from sqlft.sql import parse_query

Keys = list[tuple[object, ...]]


def tie_keys(
    gold_sql: str, gold: Result, dialect: str, run: Callable[[str], Result]
) -> Keys | None:
    """One sort key for each gold row; None where they cannot be told.

    Where every ORDER BY expression is an output column, the gold result holds the keys. Else the
    gold runs once more, without its LIMIT and with those expressions as further columns.

    Args:
        run: runs such a query, or raises SqlError.
    """
    try:
        tree = parse_query(gold_sql, dialect)
        places = _output_places(tree, gold)
        if places is not None:
            return [tuple(row[place] for place in places) for row in gold.rows]
        keyed = with_sort_keys(gold_sql, dialect)
        if keyed is None:
            return None
        rows = run(keyed.sql).rows
    except SqlError:
        return None
    end = None if keyed.limit is None else keyed.offset + keyed.limit
    keys = [row[-keyed.n_keys :] for row in rows[keyed.offset : end]]
    return keys if len(keys) == len(gold.rows) else None


def _output_places(tree: exp.Expr, gold: Result) -> list[int] | None:
    """Where in the result each ORDER BY expression of the whole query stands."""
    order = tree.args.get("order")
    if order is None:
        return None
    found = [_place(ordered.this, tree, gold) for ordered in order.expressions]
    return None if None in found else [place for place in found if place is not None]


def _place(key: exp.Expr, tree: exp.Expr, gold: Result) -> int | None:
    if isinstance(key, exp.Literal) and key.is_int:
        place = int(key.name) - 1
        return place if 0 <= place < len(gold.columns) else None
    if isinstance(tree, exp.Select) and len(tree.selects) == len(gold.columns):
        written = [column.unalias() for column in tree.selects]
        if key in written:
            return written.index(key)
    if isinstance(key, exp.Column) and not key.table:
        named = [
            at for at, name in enumerate(gold.columns) if name.casefold() == key.name.casefold()
        ]
        return named[0] if len(named) == 1 else None
    return None
