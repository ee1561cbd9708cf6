"""What went wrong, as its message and its hint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from analyst.escape import plain
from sqlft.errors import SqlftError


def tell(error: SqlftError) -> None:
    """Shows an error as a person reads it."""
    hint = f"\n\n{plain(error.hint)}" if error.hint else ""
    st.error(f"**{plain(error.message, at_most=600)}**{hint}", icon=":material/error:")


@contextmanager
def told() -> Iterator[None]:
    """Shows what goes wrong inside, and goes on behind."""
    try:
        yield
    except SqlftError as error:
        tell(error)
