"""Queries of an evaluation, each run once on each database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from sqlft.compare import Result, result_of
from sqlft.config import Limits, option
from sqlft.database import Cancel, Database, QueryResult, read
from sqlft.errors import SqlError
from sqlft.execute import run_query
from sqlft.sql import check_policy

if TYPE_CHECKING:
    import pyarrow as pa

_KEPT_BYTES = 64 << 20
"""Arrow bytes of results kept; as Python values they take some ten times that."""


@dataclass(frozen=True, kw_only=True)
class RunLimits(Limits):
    """What one query of an evaluation may use; a result cut off at a row count is no result."""

    max_rows: int = option(200_000, help="Rows a result may have.", at_least=1)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What one query gave: a table, or an error."""

    table: pa.Table | None = None
    error: SqlError | None = None

    @cached_property
    def result(self) -> Result:
        """The rows as Python values.

        Raises:
            SqlError: the query failed.
        """
        if self.table is None:
            raise self.error or SqlError("there is no result", kind="query_error")
        return result_of(self.table)


@dataclass(kw_only=True)
class Runs:
    """The results of queries over one group of databases, for one thread; each runs once.

    Raises, when asked:
        InputError: a database cannot be read.
    """

    limits: Limits
    cancel: Cancel | None = None
    _golds: dict[tuple[str, str], Ran] = field(default_factory=dict)
    _predicted: dict[tuple[str, str], Ran] = field(default_factory=dict)
    _bytes: int = 0

    def gold(self, database: Database, sql: str) -> Ran:
        """What a gold query gives.

        It is the dataset's word, and runs on SQLite without the policy for what models write,
        which refuses some odd spellings that SQLite takes. The worker could not write in any case.
        """
        return self._once(self._golds, database, sql, lambda: self._run_gold(database, sql))

    def predicted(self, database: Database, sql: str) -> Ran:
        """What a predicted query gives; the policy refuses it as it would anywhere else."""
        same = self._golds.get((database.location, sql))
        if same is not None and same.error is None:
            problems = check_policy(sql, dialect=database.kind)
            if not problems:
                return same
        return self._once(
            self._predicted,
            database,
            sql,
            lambda: run_query(sql, database, self.limits, cancel=self.cancel),
        )

    def _run_gold(self, database: Database, sql: str) -> QueryResult:
        if database.kind == "sqlite":
            return read(database, sql, self.limits, cancel=self.cancel)
        return run_query(sql, database, self.limits, cancel=self.cancel)

    def _once(
        self,
        known: dict[tuple[str, str], Ran],
        database: Database,
        sql: str,
        run: Callable[[], QueryResult],
    ) -> Ran:
        key = (database.location, sql)
        if key not in known:
            ran = self._ran(run)
            self._bytes += 0 if ran.table is None else ran.table.nbytes
            if self._bytes > _KEPT_BYTES:
                self._golds.clear()
                self._predicted.clear()
                self._bytes = 0
            known[key] = ran
        return known[key]

    def _ran(self, run: Callable[[], QueryResult]) -> Ran:
        try:
            found = run()
        except SqlError as error:
            return Ran(error=error)
        if found.truncated:
            rows = self.limits.max_rows
            return Ran(error=SqlError(f"more than {rows:,} rows", kind="too_large"))
        return Ran(table=found.table)
