"""Which parts of SQL a query uses."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from sqlft.sql import parse_query

_DATE_FUNCTIONS = (
    exp.DateTrunc,
    exp.TimestampTrunc,
    exp.DateDiff,
    exp.DateAdd,
    exp.DateSub,
    exp.Extract,
    exp.Year,
    exp.Quarter,
    exp.Month,
    exp.Week,
    exp.Day,
    exp.DayOfWeek,
    exp.DayOfMonth,
    exp.DayOfYear,
    exp.Interval,
    exp.TimeToStr,
    exp.StrToTime,
    exp.LastDay,
)
_DATE_NAMES = ("date_part", "datepart", "dayname", "monthname", "hour", "strftime", "time_bucket")
_DATE_TYPES = (
    exp.DataType.Type.DATE,
    exp.DataType.Type.TIMESTAMP,
    exp.DataType.Type.TIMESTAMPTZ,
    exp.DataType.Type.TIME,
)


def _uses(*kinds: type[exp.Expr]) -> Callable[[exp.Expression], bool]:
    return lambda tree: tree.find(*kinds) is not None


def table_count(tree: exp.Expression) -> int:
    """How many times a stored table is read; names of CTEs are none.

    >>> table_count(parse_query("WITH c AS (FROM a) SELECT * FROM c JOIN a AS x USING (i)"))
    2
    """
    ctes = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    return sum(table.name.casefold() not in ctes for table in tree.find_all(exp.Table))


def _joins(tree: exp.Expression) -> bool:
    return any(
        node.args.get("joins") for node in tree.find_all(exp.Select, exp.Table, exp.Subquery)
    )


def _is_nested(tree: exp.Expression) -> bool:
    """A query inside a query; sides of set operations and CTEs are beside it, not inside."""
    return any(
        not isinstance(_holder(node), exp.CTE | None)
        for node in tree.find_all(exp.Select, exp.SetOperation)
    )


def _holder(query: exp.Expr) -> exp.Expr | None:
    """What a query stands in, its brackets and set operations aside; none: it is the whole."""
    holder = query.parent
    while isinstance(holder, exp.SetOperation | exp.Subquery):
        holder = holder.parent
    return holder


def _clause(name: str) -> Callable[[exp.Expression], bool]:
    """Whether any query inside has that clause, a window's or an aggregate's order aside."""
    return lambda tree: any(query.args.get(name) for query in tree.find_all(exp.Query))


def _dates(tree: exp.Expression) -> bool:
    for node in tree.find_all(exp.Func, exp.Interval):
        if isinstance(node, _DATE_FUNCTIONS) or _name(node) in _DATE_NAMES:
            return True
    return any(cast.to.this in _DATE_TYPES for cast in tree.find_all(exp.Cast))


def _name(node: exp.Expr) -> str:
    return str(node.this).lower() if isinstance(node, exp.Anonymous) else node.key.lower()


def _aggregates(tree: exp.Expression) -> bool:
    """An aggregate that is not a window's function, which sqlglot gives the same class."""
    return any(
        not isinstance(node.parent, exp.Window | exp.IgnoreNulls)
        for node in tree.find_all(exp.AggFunc)
    )


def _null_test(tree: exp.Expression) -> bool:
    return any(isinstance(node.expression, exp.Null) for node in tree.find_all(exp.Is))


_FEATURES: dict[str, Callable[[exp.Expression], bool]] = {
    "join": _joins,
    "three tables or more": lambda tree: table_count(tree) >= 3,
    "nested query": _is_nested,
    "CTE": _uses(exp.CTE),
    "set operation": _uses(exp.SetOperation),
    "aggregate": _aggregates,
    "grouping": _uses(exp.Group),
    "having": _uses(exp.Having),
    "ordering": _clause("order"),
    "limit": _clause("limit"),
    "window": _uses(exp.Window),
    "distinct": _uses(exp.Distinct),
    "dates": _dates,
    "case": _uses(exp.Case),
    "text pattern": _uses(exp.Like, exp.ILike, exp.SimilarTo, exp.RegexpLike),
    "null test": _null_test,
}
FEATURES = tuple(_FEATURES)
"""Names of all features, in the order in which they are shown."""


def features(sql: str, dialect: str = "duckdb") -> tuple[str, ...]:
    """The parts of SQL that the query uses, of ``FEATURES``.

    Raises:
        SqlError: it is no query.

    >>> features("SELECT a FROM t JOIN u USING (i) WHERE b IS NULL")
    ('join', 'null test')
    """
    return features_of(parse_query(sql, dialect))


def features_of(tree: exp.Expression) -> tuple[str, ...]:
    """As ``features``, of a query that is parsed already."""
    return tuple(name for name, has in _FEATURES.items() if has(tree))
