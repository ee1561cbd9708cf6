"""Chosen SQL becomes rows, within limits."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlft.ask.answer import Answer
from sqlft.ask.choosing import Choice, run_or_mend
from sqlft.ask.doubts import FINDS_NOTHING, finds_nothing
from sqlft.config import Limits
from sqlft.database import Database, QueryResult
from sqlft.errors import SqlError
from sqlft.execute import run_query
from sqlft.model import Cancel
from sqlft.schema import Schema
from sqlft.sql import Verdict, check_sql, display
from sqlft.sql.dialects import translate

TRIAL_S = 3.0
"""Seconds that each of several drawn candidates may run, or all alternatives of a search."""


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Runs what the check let through over one database.

    Attributes:
        schema: what queries are checked against.
        cancel: asked while a query runs; true ends it.
    """

    database: Database
    schema: Schema
    limits: Limits
    cancel: Cancel | None

    def verdict(self, sql: str) -> Verdict:
        """What the check says of it."""
        return check_sql(sql, self.schema)

    def as_run(self, verdict: Verdict) -> str:
        """Models write DuckDB's dialect; a SQLite file is asked in its own."""
        if verdict.ok and self.database.kind == "sqlite":
            return translate(verdict.sql, source="duckdb", target="sqlite")
        return verdict.sql

    def read(self, sql: str) -> QueryResult:
        """The rows of a query in DuckDB's dialect.

        Raises:
            SqlError: it was refused, or failed.
        """
        if self.database.kind == "sqlite":
            sql = translate(sql, source="duckdb", target="sqlite")
        return run_query(sql, self.database, self.limits, cancel=self.cancel)

    def within(self, seconds: float) -> Runner:
        """The same with at most so many seconds for a query."""
        short = replace(self.limits, timeout_s=min(self.limits.timeout_s, seconds))
        return replace(self, limits=short)

    def run(self, answer: Answer, choice: Choice) -> Answer:
        """The answer with its rows, or with what its query failed of; the choice knows it, too."""
        if choice.verdict is None:
            return answer
        rows, instead = choice.rows, choice.mended
        try:
            if rows is None:
                rows, instead = run_or_mend(choice.verdict.sql, self.verdict, self.read)
        except SqlError as error:
            choice.error = error
            return replace(answer, error=error)
        if choice.rows is None and finds_nothing(rows.table):
            choice.doubts += (FINDS_NOTHING,)
        answer = replace(answer, rows=rows.table, truncated=rows.truncated)
        if instead is None:
            return answer
        answer = self.with_verdict(answer, self.verdict(instead.sql))
        return replace(answer, mended=instead.change)

    def with_verdict(self, answer: Answer, verdict: Verdict) -> Answer:
        """The answer with the SQL that the verdict is about."""
        return replace(
            answer, sql=self.as_run(verdict), display_sql=display(verdict.sql), verdict=verdict
        )
