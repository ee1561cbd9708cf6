"""The SQL of an answer: highlighted, explained, and edited in place."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from analyst.entry import Entry
from analyst.escape import hypertext
from analyst.failure import tell
from analyst.places import Place
from sqlft.errors import SqlError, SqlftError
from sqlft.schema import Schema
from sqlft.sql import explain


def show_sql(entry: Entry, place: Place, schema: Schema, *, run: Callable[[str], None]) -> None:
    """The query with its explanation beside it, or the editor."""
    editing = st.session_state.get(f"editing-{entry.id}", False)
    with st.container(border=True, key="sql"):
        st.header(
            "How it was found" if entry.answer.sql else "Write the SQL yourself", anchor=False
        )
        if editing or entry.answer.sql is None:
            _editor(entry, run)
            return
        code, words = st.columns([3, 2], gap="large")
        with code:
            st.code(entry.answer.display_sql or "", language="sql", wrap_lines=True)
            with st.container(horizontal=True, gap="small"):
                st.button(
                    "Edit SQL",
                    key=f"edit-{entry.id}",
                    icon=":material/edit:",
                    on_click=_edit,
                    args=(entry,),
                )
                if entry.edited:
                    st.button(
                        "Back to the model's",
                        key=f"reset-{entry.id}",
                        icon=":material/undo:",
                        on_click=_reset,
                        args=(entry,),
                    )
        with words:
            st.html(_explanation(entry.answer.sql, place))


def _editor(entry: Entry, run: Callable[[str], None]) -> None:
    key = f"sql-{entry.id}"
    st.session_state.setdefault(key, entry.answer.display_sql or "SELECT ")
    lines = st.session_state[key].count("\n") + 1
    sql = st.text_area("SQL", key=key, height=min(600, max(140, 28 * lines + 40)))
    st.caption("Only reading is possible: it is checked and limited as the model's own SQL is.")
    with st.container(horizontal=True, gap="small"):
        ran = st.button("Run", type="primary", key=f"run-{entry.id}", icon=":material/play_arrow:")
        st.button("Cancel", key=f"cancel-{entry.id}", on_click=_close, args=(entry,))
    if not ran:
        return
    try:
        with st.spinner("Checking and running"):
            run(sql)
    except SqlftError as error:
        tell(error)
        return
    _close(entry)
    st.rerun()


def _edit(entry: Entry) -> None:
    st.session_state[f"editing-{entry.id}"] = True


def _close(entry: Entry) -> None:
    st.session_state.pop(f"editing-{entry.id}", None)
    st.session_state.pop(f"sql-{entry.id}", None)


def _reset(entry: Entry) -> None:
    entry.answer = entry.asked


def _explanation(sql: str, place: Place) -> str:
    """The query's steps in plain words, nested ones indented."""
    try:
        steps = explain(sql, "sqlite" if place.database.kind == "sqlite" else "duckdb")
    except SqlError:
        return '<p class="sq-sentence">This query cannot be explained.</p>'
    items = "".join(
        f'<li style="--depth: {step.depth}">{hypertext(step.text)}</li>' for step in steps
    )
    return f'<p class="sq-eyebrow">In plain words</p><ul class="sq-steps">{items}</ul>'
