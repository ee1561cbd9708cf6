"""One example under examination: its database, its golds, and what they return."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from sqlglot import exp

from sqlft.compare import Result, result_of
from sqlft.config import Limits
from sqlft.data.check.finding import Finding, Severity, finding
from sqlft.database import Database
from sqlft.errors import SqlError
from sqlft.examples import Example
from sqlft.execute import run_query
from sqlft.schema import Schema
from sqlft.sql import parse_query, translate

MAX_ROWS = 100_000
"""Rows fetched of a gold at most; longer results are not compared."""


@dataclass(frozen=True)  # compared by identity of its parts only: results are large
class Gold:
    """One gold query that ran."""

    sql: str
    tree: exp.Expression
    result: Result
    truncated: bool


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An example with what its rules need to look at it."""

    dataset: str
    example: Example
    place: Database
    schema: Schema
    limits: Limits

    def found(self, rule: str, message: str, *, severity: Severity | None = None) -> Finding:
        """A finding about this example."""
        return finding(self.dataset, self.example.id, rule, message, severity=severity)

    def run(self, sql: str, place: Database | None = None) -> tuple[Result, bool]:
        """The rows of a query, and whether there were more.

        Raises:
            SqlError: refused or failed.
        """
        found = place or self.place
        target = "sqlite" if found.kind == "sqlite" else "duckdb"
        limits = replace(self.limits, max_rows=max(self.limits.max_rows, MAX_ROWS))
        answer = run_query(translate(sql, source="duckdb", target=target), found, limits)
        return result_of(answer.table), answer.truncated

    @cached_property
    def outcomes(self) -> tuple[Gold | SqlError, ...]:
        """Each gold, run, or the error that it ended in."""
        return tuple(self.outcome(sql) for sql in self.example.gold)

    @property
    def golds(self) -> tuple[Gold, ...]:
        """The golds that ran."""
        return tuple(gold for gold in self.outcomes if isinstance(gold, Gold))

    def outcome(self, sql: str) -> Gold | SqlError:
        """What becomes of one query: its rows, or the error that it ends in."""
        try:
            tree = parse_query(sql)
            result, truncated = self.run(sql)
        except SqlError as error:
            return error
        return Gold(sql=sql, tree=tree, result=result, truncated=truncated)

    def label(self, place: int) -> str:
        """How messages call one of the golds."""
        return "gold" if len(self.example.gold) == 1 else f"gold {place + 1}"
