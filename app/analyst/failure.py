"""What went wrong, as its message and its hint."""

from __future__ import annotations

import streamlit as st

from analyst.escape import plain
from sqlft.errors import SqlError, SqlErrorKind, SqlftError


def tell(error: SqlftError) -> None:
    """Shows an error as a person reads it."""
    if isinstance(error, SqlError):
        tell_sql(error)
        return
    hint = f"\n\n{plain(_sentence(error.hint))}" if error.hint else ""
    message = plain(_sentence(error.message), at_most=600)
    st.error(f"**{message}**{hint}", icon=":material/error:")


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
    hint = f"\n\n{plain(_sentence(error.hint))}" if error.hint else ""
    st.warning(
        f"**{_ABOUT_SQL[error.kind]}**\n\n{plain(_sentence(error.message), at_most=600)}{hint}",
        icon=":material/build:",
    )


def _sentence(text: str) -> str:
    """A message as a sentence, with its capital and its stop.

    >>> _sentence("check the path"), _sentence("was it written to the end?")
    ('Check the path.', 'Was it written to the end?')
    """
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"
