"""What a check of SQL says: a verdict, made of problems."""

from __future__ import annotations

from dataclasses import dataclass

from sqlft.errors import SqlError, SqlErrorKind


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One reason why a text is refused: one line, and a hint where there is one."""

    kind: SqlErrorKind
    message: str
    hint: str | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether one SQL text is a plain read of one schema, and what it reads.

    ``tables`` and ``columns`` (as ``table.column``) are in the schema's own spelling, sorted.
    Columns that are only reached through ``*`` are not named.
    """

    ok: bool
    sql: str
    problems: tuple[Problem, ...] = ()
    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    def error(self) -> SqlError | None:
        """The first problem as an error, or none.

        >>> Verdict(ok=True, sql="SELECT 1").error() is None
        True
        """
        if not self.problems:
            return None
        first = self.problems[0]
        return SqlError(first.message, kind=first.kind, hint=first.hint)
