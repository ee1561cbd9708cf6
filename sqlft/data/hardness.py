"""How hard a query is, as Spider counts it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from sqlglot import exp

from sqlft.sql import parse_query

Hardness = Literal["easy", "medium", "hard", "extra"]
HARDNESS: tuple[Hardness, ...] = ("easy", "medium", "hard", "extra")


def hardness(sql: str, dialect: str = "duckdb") -> Hardness:
    """Spider's four levels, by counting components of the query.

    The definition is that of Yu et al. 2018, "Spider: A Large-Scale Human-Labeled Dataset for
    Complex and Cross-Domain Semantic Parsing and Text-to-SQL Task", as its published evaluator
    counts: of the outer query (of a set operation: its first),

    - *components*: WHERE, GROUP BY, ORDER BY, LIMIT; each joined table after the first; each OR
      and each LIKE of a condition;
    - *nested*: each query inside a condition, and each right side of a set operation;
    - *others*: one for each of: more than one aggregate; more than one output column; more than
      one condition in WHERE; more than one column in GROUP BY.

    Aggregates are those of the output and of ORDER BY; the evaluator does not see those of HAVING,
    but takes each NOT of WHERE and HAVING for one. On Spider's 8,659 training queries this gives
    1,983 easy, 2,997 medium, 1,923 hard and 1,756 extra.
    What Spider's grammar does not have counts by the nearest thing it has: each CTE as a nested
    query, so each query inside an output column; QUALIFY as HAVING; a window function as an
    aggregate. A query in FROM counts as one table, as in Spider.

    Raises:
        SqlError: it is no query.

    >>> hardness("SELECT count(*) FROM singer"), hardness("SELECT a, b FROM t WHERE c = 1")
    ('easy', 'medium')
    """
    tree = parse_query(sql, dialect)
    components, nested, others = counts(tree)
    if nested == 0:
        if components <= 1 and others == 0:
            return "easy"
        if (components <= 1 and others <= 2) or (components <= 2 and others < 2):
            return "medium"
        if (components <= 2 and others > 2) or (components == 3 and others <= 2):
            return "hard"  # two components with two others are "extra", odd as it is
    elif components <= 1 and others == 0 and nested == 1:
        return "hard"
    return "extra"


def counts(tree: exp.Expr) -> tuple[int, int, int]:
    """Components, nested queries and others of a query's tree; see ``hardness``."""
    first, right_sides = tree, 0
    ctes = _ctes(first)
    while isinstance(first, exp.SetOperation | exp.Subquery):
        right_sides += isinstance(first, exp.SetOperation)
        first = first.this
        ctes += _ctes(first)
    if not isinstance(first, exp.Select):  # VALUES, PIVOT
        return 0, right_sides + ctes, 0
    components = _components(first) + (1 if tree is not first and tree.args.get("order") else 0)
    components += 1 if tree is not first and tree.args.get("limit") else 0
    return components, right_sides + ctes + _nested(first), _others(first)


def _ctes(tree: exp.Expr) -> int:
    with_ = tree.args.get("with_")
    return len(with_.expressions) if with_ else 0


def _conditions(select: exp.Select) -> list[exp.Expr]:
    joins = select.args.get("joins") or []
    found = [join.args.get("on") for join in joins]
    found += [_clause(select, name) for name in ("where", "having", "qualify")]
    return [condition for condition in found if condition is not None]


def _clause(select: exp.Select, name: str) -> exp.Expr | None:
    clause = select.args.get(name)
    return clause.this if clause else None


def _here(tree: exp.Expr) -> Iterator[exp.Expr]:
    """The nodes of an expression, the queries inside it seen but not entered."""
    yield from tree.walk(prune=lambda node: isinstance(node, exp.Query))


def _components(select: exp.Select) -> int:
    count = sum(bool(select.args.get(name)) for name in ("where", "group", "order", "limit"))
    count += len(select.args.get("joins") or [])
    for condition in _conditions(select):
        count += sum(isinstance(node, exp.Or | exp.Like | exp.ILike) for node in _here(condition))
    return count


def _nested(select: exp.Select) -> int:
    inside = [*_conditions(select), *select.expressions]
    return sum(_queries(part) for part in inside)


def _queries(part: exp.Expr) -> int:
    return sum(
        isinstance(node, exp.Query) and not isinstance(node, exp.Table) for node in _here(part)
    )


def _others(select: exp.Select) -> int:
    order = select.args.get("order")
    group = select.args.get("group")
    where = _clause(select, "where")
    sorted_by = order.expressions if order else []
    aggregates = sum(
        isinstance(node, exp.AggFunc | exp.Window) and not isinstance(node.parent, exp.Window)
        for part in (*select.expressions, *sorted_by)
        for node in _here(part)
    )
    tests = sum(isinstance(node, exp.Connector) for node in _here(where)) + 1 if where else 0
    for condition in filter(None, (where, _clause(select, "having"))):
        aggregates += sum(isinstance(node, exp.Not) for node in _here(condition))
    return sum((aggregates > 1, len(select.expressions) > 1, tests > 1, _grouped_by(group) > 1))


def _grouped_by(group: exp.Group | None) -> int:
    return len(group.expressions) if group else 0
