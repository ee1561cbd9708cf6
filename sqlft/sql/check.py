"""Whether one SQL text is a plain read of one schema: the policy, then every name in it."""

from __future__ import annotations

from sqlft.errors import SqlError
from sqlft.sql.catalog import Catalog
from sqlft.sql.parse import Reading, read_both
from sqlft.sql.policy import policy_problems
from sqlft.sql.resolve import Resolver
from sqlft.sql.scope import Scope
from sqlft.sql.sqlite_check import resolve_sqlite
from sqlft.sql.verdict import Problem, Verdict


def check_sql(sql: str, schema: Catalog, dialect: str = "duckdb") -> Verdict:
    """The verdict on one text: one query, allowed functions, tables and columns that are there.

    Raises nothing; takes about 2 ms for a query of ordinary length. Column names are checked where
    the text alone makes them certain (not, for one, those that a PIVOT makes from data).

    Args:
        sql: the text to judge.
        schema: what the database contains, such as ``sqlft.read_schema`` reads.
        dialect: ``duckdb`` or ``sqlite``, the engine that would run it.

    >>> from sqlft.schema import parse_ddl
    >>> shop = parse_ddl("CREATE TABLE orders (id INTEGER, city VARCHAR)", "shop")
    >>> check_sql("SELECT town FROM orders", shop).problems[0].kind
    'unknown_column'
    >>> check_sql("FROM orders", shop).ok
    True
    """
    try:
        reading = read_both(sql, dialect)
    except SqlError as error:
        problem = Problem(kind=error.kind, message=error.message, hint=error.hint)
        return Verdict(ok=False, sql=sql, problems=(problem,))
    problems = policy_problems(reading, dialect)
    if problems:
        return Verdict(ok=False, sql=sql, problems=problems)
    return _names(sql, schema, reading)


def _names(sql: str, schema: Catalog, reading: Reading) -> Verdict:
    if reading.root is None:
        found, tables, columns = resolve_sqlite(sql, reading.tree, schema)
    else:
        resolver = Resolver(schema)
        try:
            resolver.query(reading.root, Scope())
        except RecursionError:
            deep = Problem(kind="forbidden", message="nested too deeply")
            return Verdict(ok=False, sql=sql, problems=(deep,))
        found = tuple(resolver.problems)
        tables, columns = resolver.tables, resolver.columns
    return Verdict(
        ok=not found,
        sql=sql,
        problems=found,
        tables=tuple(sorted(tables)),
        columns=tuple(sorted(columns)),
    )
