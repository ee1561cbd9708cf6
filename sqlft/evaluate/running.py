"""Queries of an evaluation, each run once on each database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from sqlft.compare import Result, result_of
from sqlft.config import Limits, option
from sqlft.database import Cancel, Database, PackedRows, QueryResult, Stream, read, streamed
from sqlft.errors import InputError, SqlError
from sqlft.execute import run_query
from sqlft.sql import check_policy, unended

if TYPE_CHECKING:
    import pyarrow as pa

_KEPT_BYTES = 64 << 20
"""Bytes of results kept, as they came; as Python values they take some ten times that."""

_Key = tuple[str, str, bool]

_AHEAD = 128
"""Queries taken from those that will be asked for: twice what a worker is told of."""


@dataclass(frozen=True, kw_only=True)
class RunLimits(Limits):
    """What one query of an evaluation may use; a result cut off at a row count is no result."""

    max_rows: int = option(200_000, help="Rows a result may have.", at_least=1)


@dataclass(frozen=True, kw_only=True)
class Query:
    """One query of an evaluation: a gold one, or what a model said."""

    database: Database
    sql: str
    is_gold: bool

    @property
    def key(self) -> _Key:
        return self.database.location, self.sql, self.is_gold


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What one query gave: rows, as a table or as they came, or an error."""

    table: pa.Table | None = None
    packed: PackedRows | None = None
    error: SqlError | None = None
    unreadable: InputError | None = None
    """Why the database cannot be read."""

    @cached_property
    def result(self) -> Result:
        """The rows as Python values.

        Raises:
            SqlError, InputError: the query failed.
        """
        if self.packed is not None:
            return Result(self.packed.names, self.packed.rows())
        if self.table is None:
            raise self.error or self.unreadable or SqlError("no result", kind="query_error")
        return result_of(self.table)

    @property
    def size_bytes(self) -> int:
        """What it takes as it came."""
        if self.packed is not None:
            return len(self.packed.packed)
        return 0 if self.table is None else int(self.table.nbytes)

    def is_same(self, other: Ran) -> bool:
        """Whether both have the same rows but for names: every rule takes equal for equal.

        It spares most right answers the way into Python values, which takes longer than comparing.
        A NaN is not found the same here; the comparison decides on it.
        """
        if self.packed is not None and other.packed is not None:
            as_wide = len(self.packed.names) == len(other.packed.names)
            return as_wide and self.packed.packed == other.packed.packed
        one, two = self.table, other.table
        if one is None or two is None or one.num_columns != two.num_columns:
            return False
        return all(a.equals(b) for a, b in zip(one.columns, two.columns, strict=True))


@dataclass(kw_only=True)
class Runs:
    """The results of queries over one group of databases, for one thread; each runs once.

    Raises, when asked:
        InputError: a database cannot be read.
    """

    limits: Limits
    cancel: Cancel | None = None
    _known: dict[_Key, Ran] = field(default_factory=dict)
    _bytes: int = 0
    _stream: Stream | None = None
    _line: dict[_Key, Query] = field(default_factory=dict)
    _coming: Iterator[Query] = field(default_factory=lambda: iter(()))

    def gold(self, database: Database, sql: str) -> Ran:
        """What a gold query gives.

        It is the dataset's word, and runs on SQLite without the policy for what models write,
        which refuses some odd spellings that SQLite takes. The worker could not write in any case.
        """
        return self._once(database, sql, is_gold=True)

    def predicted(self, database: Database, sql: str) -> Ran:
        """What a predicted query gives; the policy refuses it as it would anywhere else."""
        same = self._known.get((database.location, sql, True))
        if same is not None and same.error is None and not _refused(sql, database.kind):
            return same
        return self._once(database, sql, is_gold=False)

    @contextmanager
    def ahead(self, queries: Iterable[Query]) -> Iterator[None]:
        """Within the block, those of the queries on SQLite files run before they are asked for.

        They run in a process of their own while this one compares. Their order should be the one
        in which they will be asked for; a query that is not among them runs all the same.
        """
        with streamed(self.limits, self.cancel) as stream:
            self._stream, self._coming = stream, iter(queries)
            try:
                yield
            finally:
                self._stream, self._coming = None, iter(())
                self._line.clear()

    def _once(self, database: Database, sql: str, *, is_gold: bool) -> Ran:
        known = self._known.get((database.location, sql, is_gold))
        if known is None:
            query = Query(database=database, sql=sql, is_gold=is_gold)
            if self._stream is not None and database.kind == "sqlite":
                known = self._streamed(self._stream, query)
            else:
                known = self._kept(query, self._run(query))
        if known.unreadable is not None:
            raise known.unreadable
        return known

    def _streamed(self, stream: Stream, query: Query) -> Ran:
        while query.key not in self._known:
            self._look_ahead(stream)
            if query.key not in self._known and query.key not in self._line:
                self._put(stream, query)
            if query.key not in self._known:
                first = next(iter(self._line))
                self._kept(self._line.pop(first), self._ran(stream.answer))
        return self._known[query.key]

    def _look_ahead(self, stream: Stream) -> None:
        while len(self._line) < _AHEAD:
            query = next(self._coming, None)
            if query is None:
                return
            if query.database.kind == "sqlite" and not self._is_had(query):
                self._put(stream, query)

    def _is_had(self, query: Query) -> bool:
        as_gold = (query.database.location, query.sql, True)
        return any(key in self._known or key in self._line for key in (query.key, as_gold))

    def _put(self, stream: Stream, query: Query) -> None:
        sql = query.sql if query.is_gold else _to_run(query.sql, query.database.kind)
        if isinstance(sql, SqlError):
            self._kept(query, Ran(error=sql))
            return
        self._line[query.key] = query
        stream.put(query.database, sql)

    def _run(self, query: Query) -> Ran:
        database, sql = query.database, query.sql
        if query.is_gold and database.kind == "sqlite":
            return self._ran(lambda: read(database, sql, self.limits, cancel=self.cancel))
        return self._ran(lambda: run_query(sql, database, self.limits, cancel=self.cancel))

    def _kept(self, query: Query, ran: Ran) -> Ran:
        self._bytes += ran.size_bytes
        if self._bytes > _KEPT_BYTES:
            self._known.clear()
            self._bytes = ran.size_bytes
        self._known[query.key] = ran
        return ran

    def _ran(self, run: Callable[[], QueryResult | PackedRows | SqlError | InputError]) -> Ran:
        try:
            found: QueryResult | PackedRows | SqlError | InputError = run()
        except (SqlError, InputError) as error:
            found = error
        if isinstance(found, SqlError):
            return Ran(error=found)
        if isinstance(found, InputError):
            return Ran(unreadable=found)
        if found.truncated:
            rows = self.limits.max_rows
            return Ran(error=SqlError(f"more than {rows:,} rows", kind="too_large"))
        if isinstance(found, PackedRows):
            return Ran(packed=found)
        return Ran(table=found.table)


@lru_cache(1 << 12)  # one text is asked about by several predictors, and about several files
def _to_run(sql: str, dialect: str) -> str | SqlError:
    """The predicted query as it is run, or why the policy refuses it."""
    problems = check_policy(sql, dialect=dialect)
    if problems:
        return SqlError(problems[0].message, kind=problems[0].kind, hint=problems[0].hint)
    return unended(sql, dialect=dialect)


def _refused(sql: str, dialect: str) -> bool:
    return isinstance(_to_run(sql, dialect), SqlError)
