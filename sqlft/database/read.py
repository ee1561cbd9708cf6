"""Runs one statement in a worker process, within limits, and returns its rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlft.config import Limits
from sqlft.database.place import Database, locate
from sqlft.database.pool import shared_pool
from sqlft.database.process import (
    AnswerTooLarge,
    Cancel,
    WorkerCancelled,
    WorkerEnded,
    WorkerLate,
)
from sqlft.errors import InputError, SqlError, SqlErrorKind, SqlftError

if TYPE_CHECKING:
    import pyarrow as pa

Parameter = str | int | float | bool | None

_GRACE_S = 0.3
"""How long past the deadline a worker may take to stop by itself; then it is killed."""

_IPC_OVERHEAD_BYTES = 1 << 22


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
            f"queries are not run on {database.shown} yet", hint="run the SQL with its own client"
        )
    locate(database.location)  # one clear line where the file has gone or is being written
    request = {
        "statements": statements,
        "parameters": [_checked(value) for value in parameters],
        "timeout_s": limits.timeout_s,
        "max_rows": limits.max_rows,
        "max_result_mib": limits.max_result_mib,
        "memory_mib": limits.memory_mib,
        "trusted": trusted,
        "many": many,
    }
    at_most = ((limits.max_result_mib << 20) + _IPC_OVERHEAD_BYTES) * len(statements)
    try:
        with shared_pool().worker(database, limits.memory_mib, cancel) as ask:
            started = time.monotonic()
            wait_s = limits.timeout_s + _GRACE_S
            header, body = ask(request, wait_s=wait_s, body_bytes_at_most=at_most, cancel=cancel)
            seconds = time.monotonic() - started
    except WorkerCancelled:
        raise SqlError("the query was cancelled", kind="timeout") from None
    except WorkerLate:
        raise _too_slow(limits) from None
    except AnswerTooLarge:
        raise SqlError(
            f"the result is larger than {limits.max_result_mib} MiB",
            kind="too_large",
            hint="select fewer columns, add a LIMIT, or aggregate",
        ) from None
    except WorkerEnded as ended:
        raise _ended(ended, limits) from None
    return _results(header, body, seconds, limits)


def _results(
    header: dict[str, Any], body: bytes, seconds: float, limits: Limits
) -> tuple[QueryResult | SqlError, ...]:
    if "error" in header:
        raise _too_slow(limits) if header.get("late") else _error(header["error"])
    results: list[QueryResult | SqlError] = []
    start = 0
    for result in header.get("results", ()):
        if "error" in result:
            error = _error(result["error"])
            assert isinstance(error, SqlError)
            results.append(error)
            continue
        end = start + result["bytes"]
        table = _table(body[start:end])
        results.append(
            QueryResult(table=table, truncated=bool(result["truncated"]), seconds=seconds)
        )
        start = end
    if not results:
        raise SqlError("the query worker gave no answer", kind="query_error")
    return tuple(results)


def _table(body: bytes) -> pa.Table:
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


def _error(error: dict[str, Any]) -> SqlftError:
    message, hint = str(error["message"]), error["hint"]
    if error["kind"] == "input":
        return InputError(message, hint=hint)
    kinds: dict[str, SqlErrorKind] = {"timeout": "timeout", "too_large": "too_large"}
    return SqlError(message, kind=kinds.get(error["kind"], "query_error"), hint=hint)


def _too_slow(limits: Limits) -> SqlError:
    return SqlError(
        f"the query ran longer than {limits.timeout_s:g} s",
        kind="timeout",
        hint="read fewer rows, or raise the time limit",
    )


def _ended(ended: WorkerEnded, limits: Limits) -> SqlError:
    said = ended.said.casefold()
    if ended.status == -9 or "bad_alloc" in said or "out of memory" in said:
        return SqlError(
            f"the query ended its worker process, which ran out of memory or was killed "
            f"(limit {limits.memory_mib} MiB)",
            kind="too_large",
            hint="read fewer rows or columns; the next query gets a new worker",
        )
    if ended.status == -14:  # SIGALRM, its own last guard
        return _too_slow(limits)
    how = f"signal {-ended.status}" if ended.status < 0 else f"status {ended.status}"
    return SqlError(
        f"the query crashed its worker process ({how})",
        kind="query_error",
        hint="write it another way; the next query gets a new worker",
    )


def _checked(value: Parameter) -> Parameter:
    if value is not None and not isinstance(value, (str, int, float)):
        raise TypeError(f"a query parameter is text, a number or None, not {type(value).__name__}")
    return value
