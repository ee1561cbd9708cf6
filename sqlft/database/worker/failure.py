"""Why a worker could not open its database or run a query, as a value that travels."""

from __future__ import annotations

from typing import Any, Literal

FailureKind = Literal["input", "query_error", "timeout", "too_large"]
"""``input``: the user must act on the database. The others are ``SqlError`` kinds."""


class Failure(Exception):
    """One line and a hint; ``retire`` says that this worker should answer no further query."""

    def __init__(
        self, kind: FailureKind, message: str, hint: str | None = None, *, retire: bool = False
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint
        self.retire = retire

    def header(self) -> dict[str, Any]:
        """The failure as JSON values."""
        error = {"kind": self.kind, "message": self.message, "hint": self.hint}
        return {"error": error, "retire": self.retire}


def too_much_memory(mib: int) -> Failure:
    """The query needs more memory than it may have."""
    return Failure(
        "too_large",
        f"the query ran out of memory ({mib} MiB)",
        "read fewer rows or columns, or raise the memory limit",
        retire=True,
    )


def too_much_result(mib: int) -> Failure:
    """The rows fetched are larger than a result may be."""
    return Failure(
        "too_large",
        f"the result is larger than {mib} MiB",
        "select fewer columns, add a LIMIT, or aggregate",
    )
