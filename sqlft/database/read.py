"""Runs one statement in a worker process, within limits, and returns its rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlft.config import Limits
from sqlft.database.failures import GONE, failed, no_answer
from sqlft.database.place import Database, locate
from sqlft.database.pool import shared_pool
from sqlft.database.process import Cancel
from sqlft.errors import InputError, SqlError

if TYPE_CHECKING:
    import pyarrow as pa

Parameter = str | int | float | bool | None

GRACE_S = 0.3
"""How long past the deadline a worker may take to stop by itself; then it is killed."""

OVERHEAD_BYTES = 1 << 22
"""What the form of a result may take beside the result itself."""


@dataclass(frozen=True, kw_only=True)
class QueryResult:
    """The rows of one statement."""

    table: pa.Table
    """Column names may repeat."""
    truncated: bool
    """There were more than ``max_rows`` rows."""
    seconds: float
    """From sending the statement to having its rows; not the start of a worker."""


def read(
    database: Database,
    sql: str,
    limits: Limits,
    *,
    parameters: Sequence[Parameter] = (),
    cancel: Cancel | None = None,
) -> QueryResult:
    """The rows of one query, at most ``limits.max_rows`` of them.

    The worker can only read this database, whatever the SQL says; which statements and functions
    are wanted at all is ``execute``'s policy, not asked here. It is stopped at ``timeout_s``, and
    killed 0.3 s later or as soon as ``cancel()`` is true (asked every 0.05 s).

    Raises:
        SqlError: ``query_error`` (also when the query ended its worker), ``timeout`` (also when
            cancelled), ``too_large``.
        InputError: the database is missing, damaged, of another version, or locked by a writer.
    """
    result = _run(database, (sql,), limits, parameters, cancel, trusted=False, many=False)[0]
    assert isinstance(result, QueryResult)
    return result


def read_catalog(
    database: Database,
    sql: str,
    limits: Limits,
    *,
    parameters: Sequence[Parameter] = (),
    cancel: Cancel | None = None,
) -> QueryResult:
    """As ``read``, for sqlft's own statements about the catalog.

    For SQLite these may also read ``sqlite_master`` and the PRAGMAs that describe tables. Never
    give it text that a model or a user wrote.
    """
    result = _run(database, (sql,), limits, parameters, cancel, trusted=True, many=False)[0]
    assert isinstance(result, QueryResult)
    return result


def read_many(
    database: Database,
    statements: Sequence[str],
    limits: Limits,
    *,
    cancel: Cancel | None = None,
) -> tuple[QueryResult | SqlError, ...]:
    """One result for each of sqlft's own statements, in one round trip under one deadline.

    As ``read_catalog``; a statement that fails (such as a broken view) gives its error in its
    place. ``max_rows`` and ``max_result_mib`` hold for each, ``timeout_s`` for all together.

    Raises:
        SqlError: ``timeout`` or ``too_large``: then none of the results is returned.
        InputError: as ``read``.
    """
    if not statements:
        return ()
    return _run(database, tuple(statements), limits, (), cancel, trusted=True, many=True)


def _run(
    database: Database,
    statements: tuple[str, ...],
    limits: Limits,
    parameters: Sequence[Parameter],
    cancel: Cancel | None,
    *,
    trusted: bool,
    many: bool,
) -> tuple[QueryResult | SqlError, ...]:
    if database.kind == "url":
        raise InputError(
            f"queries are not run on {database.shown}",
            hint="copy its tables and ask those: sqlft data copy URL shop.duckdb",
        )
    locate(database.location)  # one clear line where the file has gone or is being written
    request = {
        **request_of(database, limits),
        "statements": statements,
        "parameters": [_checked(value) for value in parameters],
        "trusted": trusted,
        "many": many,
    }
    at_most = ((limits.max_result_mib << 20) + OVERHEAD_BYTES) * len(statements)
    try:
        with shared_pool().worker(database, limits.memory_mib, cancel) as worker:
            started = time.monotonic()
            header, body = worker.ask(
                request,
                wait_s=limits.timeout_s + GRACE_S,
                body_bytes_at_most=at_most,
                cancel=cancel,
            )
            seconds = time.monotonic() - started
    except GONE as reason:
        raise no_answer(reason, limits) from None
    return _results(header, body, seconds, limits)


def request_of(database: Database, limits: Limits) -> dict[str, Any]:
    """What every request to a worker says of the database and the limits."""
    return {
        "location": database.location,
        "name": database.name,
        "form": "arrow",
        "timeout_s": limits.timeout_s,
        "max_rows": limits.max_rows,
        "max_result_mib": limits.max_result_mib,
        "memory_mib": limits.memory_mib,
    }


def _results(
    header: dict[str, Any], body: bytearray, seconds: float, limits: Limits
) -> tuple[QueryResult | SqlError, ...]:
    if "error" in header:
        raise failed(header, limits)
    results: list[QueryResult | SqlError] = []
    start, whole = 0, memoryview(body)  # tables lie where the answer was read to
    for result in header.get("results", ()):
        if "error" in result:
            error = failed(result, limits)
            assert isinstance(error, SqlError)
            results.append(error)
            continue
        end = start + result["bytes"]
        table = _table(whole[start:end])
        results.append(
            QueryResult(table=table, truncated=bool(result["truncated"]), seconds=seconds)
        )
        start = end
    if not results:
        raise SqlError("the query worker gave no answer", kind="query_error")
    return tuple(results)


def _table(body: memoryview) -> pa.Table:
    import pyarrow as pa

    try:
        with pa.ipc.open_stream(body) as stream:
            table = stream.read_all()
        table.validate(full=True)  # lengths and offsets are the worker's word until checked
    except (pa.ArrowException, OSError) as error:
        raise SqlError(
            f"the result cannot be read: {' '.join(str(error).split())}", kind="query_error"
        ) from None
    return table


def _checked(value: Parameter) -> Parameter:
    if value is not None and not isinstance(value, (str, int, float)):
        raise TypeError(f"a query parameter is text, a number or None, not {type(value).__name__}")
    return value
