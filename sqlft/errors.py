"""What can go wrong, by who must act: the user, the model's SQL, or the installation."""

from __future__ import annotations

from typing import Any, Literal

SqlErrorKind = Literal[
    "parse_error",
    "forbidden",
    "unknown_table",
    "unknown_column",
    "query_error",
    "timeout",
    "too_large",
]
"""Why one SQL text failed. The same words name the outcomes of an evaluation."""


def printable(text: str, *, at_most: int | None = None) -> str:
    """The text on one line with every character written out that prints nothing by itself.

    Line breaks, terminal escapes and marks that turn the reading direction become visible: names,
    values and messages come from databases and models, and none may steer a terminal.

    Args:
        at_most: characters kept before an ellipsis takes the rest's place; none: all of them.

    >>> printable("a\\x1b[2Jb\\n")
    'a\\\\x1b[2Jb\\\\n'
    >>> printable("Rua da Liberdade", at_most=9)
    'Rua da L…'
    """
    if at_most is not None and len(text) > at_most:
        return printable(text[: at_most - 1]) + "…"
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


class SqlftError(Exception):
    """Every error that sqlft raises on purpose: one line, and a hint where there is one.

    >>> str(SqlftError("no such file: shop.duckdb", hint="check the path"))
    'no such file: shop.duckdb'
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        self.message = printable(message)
        self.hint = None if hint is None else printable(hint)
        super().__init__(self.message)

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is remade from its message alone by default, which SqlError cannot be.
        return _bare, (type(self), self.message), dict(self.__dict__)


def _bare(kind: type[SqlftError], message: str) -> SqlftError:
    return kind.__new__(kind, message)


class InputError(SqlftError):
    """The user must act: a wrong file, name, option, question or database."""


class SqlError(SqlftError):
    """The SQL must change: it is not a plain read of this schema, or it failed when run."""

    def __init__(self, message: str, *, kind: SqlErrorKind, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.kind: SqlErrorKind = kind


class ModelError(SqlftError):
    """The installation must change: a model, adapter, library or device is missing or broken."""
