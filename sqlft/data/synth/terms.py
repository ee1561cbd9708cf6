"""Glossary terms, read: a condition on rows, a value of each row, or a measure over rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlft.schema import Term

TermKind = Literal["condition", "value", "measure"]

_CONDITIONS = (exp.Predicate, exp.Connector, exp.Not, exp.Between, exp.In, exp.Is)


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """A business term with what kind of thing its SQL is, and which tables it needs."""

    name: str
    synonyms: tuple[str, ...]
    sql: str
    kind: TermKind
    tables: tuple[str, ...]
    """In the order in which the SQL names them."""
    starts_at: str | None = None
    """The table whose every row counts, where the others are joined to it from the left."""


def read_term(term: Term) -> Meaning | None:
    """What a term is; none where its SQL holds a query, or names no table.

    >>> read_term(Term(name="big", sql="orders.total >= 500")).kind
    'condition'
    >>> read_term(Term(name="revenue", sql="SUM(orders.total)")).kind
    'measure'
    """
    try:
        tree = sqlglot.parse_one(term.sql, read="duckdb")
    except SqlglotError:
        return None
    if tree.find(exp.Query):
        return None
    tables = tuple(dict.fromkeys(c.table for c in tree.find_all(exp.Column) if c.table))
    if not tables or any(not c.table for c in tree.find_all(exp.Column)):
        return None
    kind: TermKind = "value"
    if tree.find(exp.AggFunc):
        kind = "measure"
    elif isinstance(tree, (*_CONDITIONS, exp.Paren)):
        kind = "condition"
    words = (term.meaning or "").replace("-", " ").split()
    starts = words[words.index("over") + 1] if {"left", "over"} <= set(words) else None
    return Meaning(
        name=term.name,
        synonyms=term.synonyms,
        sql=term.sql,
        kind=kind,
        tables=tables,
        starts_at=starts if starts in tables else None,
    )
