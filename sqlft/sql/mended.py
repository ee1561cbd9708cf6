"""A query that failed as it ran, changed in the one place that its failure is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlft.errors import SqlError
from sqlft.sql.from_first import hoist_joins, write_usual
from sqlft.sql.parse import parse_query

SEVERAL_ROWS = "more than one row returned by a subquery"
UNCONVERTED = (
    "could not convert string",
    "could not parse string",
    "can't be cast",
    "date field",
    "timestamp field",
    "time field",
)
"""What DuckDB's messages hold; tests have it say each of them."""


@dataclass(frozen=True, kw_only=True)
class Mended:
    """The query to run instead, and what is different in it."""

    sql: str
    change: str


def mended(sql: str, failure: SqlError) -> Mended | None:
    """The query without what made it fail; none where nothing of that kind did.

    ``=`` and ``<>`` beside a subquery that gives several rows become ``IN`` and ``NOT IN``; a value
    that is no number or date becomes NULL instead of an end, unless the query itself spells it out.
    What fails otherwise is left alone.

    Args:
        sql: in DuckDB's dialect.
        failure: what running it said.

    >>> from sqlft.errors import SqlError
    >>> said = SqlError("More than one row returned by a subquery", kind="query_error")
    >>> mended("SELECT a FROM t WHERE b = (SELECT b FROM u)", said).sql
    'SELECT a FROM t WHERE b IN (SELECT b FROM u)'
    """
    message = failure.message.casefold()
    if failure.kind != "query_error":
        return None
    if SEVERAL_ROWS in message:
        says = "a subquery gives several rows: = was read as IN, <> as NOT IN"
        return _changed(sql, _among, says)
    if any(words in message for words in UNCONVERTED):
        return _changed(sql, _lenient, "values that cannot be converted were read as NULL")
    return None


def _changed(sql: str, change: Callable[[exp.Expr], exp.Expr], says: str) -> Mended | None:
    try:
        tree = hoist_joins(parse_query(sql))
        before = write_usual(tree, pretty=False)
        for node in reversed(list(tree.walk())):  # what is within another before that one
            if (changed := change(node)) is not node:
                node.replace(changed)
        after = write_usual(tree, pretty=False)
    except (SqlError, SqlglotError, RecursionError):
        return None
    return None if after == before else Mended(sql=after, change=says)


def _among(node: exp.Expr) -> exp.Expr:
    """A comparison with a subquery as a membership; a subquery of one row is the same either way.

    >>> from sqlglot import parse_one
    >>> _among(parse_one("(SELECT 1) <> a")).sql()
    'NOT a IN (SELECT 1)'
    """
    if not isinstance(node, exp.EQ | exp.NEQ):
        return node
    one, other = node.this, node.expression
    if not isinstance(other, exp.Subquery):
        one, other = other, one
    if not isinstance(other, exp.Subquery) or isinstance(one, exp.Subquery):
        return node
    found: exp.Expr = exp.In(this=one, query=other)
    return exp.Not(this=found) if isinstance(node, exp.NEQ) else found


def _lenient(node: exp.Expr) -> exp.Expr:
    """A conversion that gives NULL where it fails; that of a literal is right or wrong as it is.

    >>> from sqlglot import parse_one
    >>> [_lenient(parse_one(text)).sql() for text in ("CAST(a AS DATE)", "CAST('x' AS DATE)")]
    ['TRY_CAST(a AS DATE)', "CAST('x' AS DATE)"]
    """
    if type(node) is exp.Cast and not isinstance(node.this, exp.Literal):
        return exp.TryCast(**node.args)
    if type(node) is exp.StrToTime:
        return exp.Anonymous(this="TRY_STRPTIME", expressions=[node.this, node.args["format"]])
    return node
