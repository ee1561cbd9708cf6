"""What went wrong, as its message and its hint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from analyst.escape import plain
from sqlft.errors import SqlError, SqlErrorKind, SqlftError


def tell(error: SqlftError) -> None:
    """Shows an error as a person reads it."""
    if isinstance(error, SqlError):
        tell_sql(error)
        return
    hint = f"\n\n{plain(error.hint)}" if error.hint else ""
    st.error(f"**{plain(error.message, at_most=600)}**{hint}", icon=":material/error:")


_ABOUT_SQL: dict[SqlErrorKind, str] = {
    "parse_error": "The SQL cannot be read",
    "forbidden": "Not run: this SQL does more than read",
    "unknown_table": "The SQL names a table that is not there",
    "unknown_column": "The SQL names a column that is not there",
    "query_error": "The query failed",
    "timeout": "It took too long, and was stopped",
    "too_large": "It needs more than is allowed",
}


def tell_sql(error: SqlError) -> None:
    """Shows why SQL was not run, or failed: no alarm, for the next step is to mend it."""
    hint = f"\n\n{plain(error.hint)}" if error.hint else ""
    st.warning(
        f"**{_ABOUT_SQL[error.kind]}**\n\n{plain(error.message, at_most=600)}{hint}",
        icon=":material/build:",
    )


@contextmanager
def told() -> Iterator[None]:
    """Shows what goes wrong inside, and goes on behind."""
    try:
        yield
    except SqlftError as error:
        tell(error)
