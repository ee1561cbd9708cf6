"""What a worker could not do, as an error for who asked."""

from __future__ import annotations

from typing import Any

from sqlft.config import Limits
from sqlft.database.frames import FrameTooLarge
from sqlft.database.process import WorkerCancelled, WorkerEnded, WorkerLate
from sqlft.errors import InputError, SqlError, SqlErrorKind

GONE = (WorkerCancelled, WorkerLate, FrameTooLarge, WorkerEnded)
"""How it shows that a worker gives no answer; it must be killed then."""


def no_answer(reason: Exception, limits: Limits) -> SqlError:
    """The error for a statement whose worker went one of the ways of ``GONE``."""
    if isinstance(reason, WorkerEnded):
        return _ended(reason, limits)
    if isinstance(reason, WorkerLate):
        return _too_slow(limits)
    if isinstance(reason, WorkerCancelled):
        return SqlError("the query was cancelled", kind="timeout")
    return SqlError(
        f"the result is larger than {limits.max_result_mib} MiB",
        kind="too_large",
        hint="select fewer columns, add a LIMIT, or aggregate",
    )


def failed(header: dict[str, Any], limits: Limits) -> SqlError | InputError:
    """The error that a worker's answer tells."""
    if header.get("late"):
        return _too_slow(limits)
    error = header["error"]
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
