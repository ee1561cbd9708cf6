"""Queries printed with FROM before SELECT, or in the usual order for people."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.dialects.dialect import groupconcat_sql
from sqlglot.generators.duckdb import DuckDBGenerator

# Words that DuckDB's grammar reserves, or that DuckDB or sqlglot misreads as a bare name of a
# table, a column or an alias: each was tried in 15 positions of a FROM-first query. A test repeats
# the trial over DuckDB's keywords and the words that sqlglot knows.
_WORDS = """
    all alter analyse analyze and anti any array as asc asof asymmetric at authorization
    between binary both by case cast check collate collation column concurrently
    connect_by_root constraint create cross cube current_catalog current_date current_time
    current_timestamp current_user default deferrable desc describe distinct do drop else end
    except exists false fetch for force foreign freeze from full glob grant group having if
    ilike in initially inner insert install intersect interval into is isnull join lambda
    lateral leading left like limit localtime localtimestamp lock map natural not notnull null
    offset on only or order outer overlaps partitioned_by pivot pivot_longer pivot_wider
    placing positional primary qualify recursive references regexp returning revoke right
    rlike rollback rollup select semi session_user show similar some summarize symmetric table
    tablesample then to trailing true uncache union unique unpack unpivot using values
    variadic verbose when where window with xor
"""
QUOTED_WORDS = frozenset(_WORDS.split())
_BARE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_PREDICATES = (exp.In, exp.Like, exp.ILike, exp.Between, exp.SimilarTo, exp.Glob)
"""What is negated by a NOT in its middle: ``x NOT IN (...)``, not ``NOT x IN (...)``."""


def bare(name: str) -> bool:
    """Whether DuckDB and sqlglot both read the name without double quotes.

    >>> bare("name"), bare("order"), bare("Order ID")
    (True, False, False)
    """
    return _BARE_NAME.fullmatch(name) is not None and name.lower() not in QUOTED_WORDS


class QueryWriter(DuckDBGenerator):
    """DuckDB SQL with one spelling of names, literals and negations, SELECT first."""

    # DuckDB's own names, and conditions as they are: sqlglot would write LISTAGG, and CAST around
    # what is BOOLEAN already.
    TRANSFORMS = {  # noqa: RUF012 - sqlglot reads it from the class
        **DuckDBGenerator.TRANSFORMS,
        exp.GroupConcat: lambda self, e: groupconcat_sql(
            self, e, func_name="STRING_AGG", within_group=False
        ),
        exp.LogicalAnd: lambda self, e: self.func("BOOL_AND", e.this),
        exp.LogicalOr: lambda self, e: self.func("BOOL_OR", e.this),
    }

    def identifier_sql(self, expression: exp.Identifier) -> str:
        if bare(expression.name):
            return expression.name
        return '"' + expression.name.replace('"', '""') + '"'

    def not_sql(self, expression: exp.Not) -> str:
        inner = expression.this
        if isinstance(inner, exp.Is) and not inner.args.get("negate"):
            return f"{self.sql(inner, 'this')} IS NOT {self.sql(inner, 'expression')}"
        if isinstance(inner, _PREDICATES) and not inner.args.get("negate"):
            subject = self.sql(inner, "this")
            text = self.sql(inner)
            if text.startswith(subject + " "):
                return f"{subject} NOT{text[len(subject) :]}"
        return super().not_sql(expression)

    def exists_sql(self, expression: exp.Exists) -> str:
        return super().exists_sql(expression).replace("EXISTS(", "EXISTS (", 1)

    def filter_sql(self, expression: exp.Filter) -> str:
        return super().filter_sql(expression).replace(" FILTER(", " FILTER (", 1)

    def cast_sql(self, expression: exp.Cast, safe_prefix: str | None = None) -> str:
        text = expression.this
        if (
            not safe_prefix
            and isinstance(text, exp.Literal)
            and text.is_string
            and self.sql(expression, "to") in ("DATE", "TIMESTAMP")
            and not expression.args.get("format")
        ):
            return f"{self.sql(expression, 'to')} {self.sql(text)}"
        return super().cast_sql(expression, safe_prefix=safe_prefix)

    def interval_sql(self, expression: exp.Interval) -> str:
        count = expression.this
        if isinstance(count, exp.Literal) and count.name.isdigit() and expression.args.get("unit"):
            return f"INTERVAL {count.name} {self.sql(expression, 'unit')}"
        return super().interval_sql(expression)


class FromFirstWriter(QueryWriter):
    """The same with FROM and its joins before SELECT at every level."""

    def query_modifiers(self, expression: exp.Expr, *sqls: str) -> str:
        if not isinstance(expression, exp.Select) or not expression.args.get("from_"):
            return super().query_modifiers(expression, *sqls)
        select, into, from_ = sqls
        before = [from_.lstrip()]
        for key in ("joins", "laterals"):
            before += [self.sql(node) for node in expression.args.get(key) or ()]
            expression.set(key, None)
        return super().query_modifiers(expression, f"{''.join(before)} {select}", into)


def hoist_joins(tree: exp.Expr) -> exp.Expr:
    """The same tree with every join of a FROM-first query where a SELECT-first one has it.

    sqlglot hangs the joins of ``FROM a JOIN b SELECT x`` on the table ``a``, as if they stood in
    parentheses, and not on the SELECT. The tree is changed in place.
    """
    for select in tree.find_all(exp.Select):
        from_ = select.args.get("from_")
        if from_ is not None and (joins := from_.this.args.get("joins")):
            from_.this.set("joins", None)
            select.set("joins", [*joins, *(select.args.get("joins") or ())])
    return tree


def write_from_first(tree: exp.Expr) -> str:
    """The query on one line, FROM first at every level.

    >>> from sqlglot import parse_one
    >>> write_from_first(parse_one("SELECT a FROM t WHERE b != 'x'", read="duckdb"))
    "FROM t SELECT a WHERE b <> 'x'"
    """
    return FromFirstWriter(dialect="duckdb", comments=False).generate(tree)


def write_usual(tree: exp.Expr, *, pretty: bool) -> str:
    """The query with SELECT first; pretty: on several indented lines.

    >>> from sqlglot import parse_one
    >>> write_usual(parse_one("FROM t SELECT a WHERE NOT a IN (1)", read="duckdb"), pretty=False)
    'SELECT a FROM t WHERE a NOT IN (1)'
    """
    return QueryWriter(dialect="duckdb", pretty=pretty, comments=False).generate(tree)
