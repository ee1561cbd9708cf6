"""The Corrections page: what people said of answers, and the command that trains on it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import streamlit as st

from analyst.escape import plain
from analyst.failure import tell
from analyst.frame import chosen_place
from analyst.settings import settings
from sqlft.config import recipe_names
from sqlft.errors import SqlftError
from sqlft.feedback import (
    Correction,
    Exported,
    corrections,
    export_corrections,
    remove_correction,
    waiting,
)

_SAID = {"right": "right", "wrong": "wrong", "corrected": "corrected"}


def show() -> None:
    """One run of the page."""
    chosen_place("Corrections")
    try:
        found = corrections()
    except SqlftError as error:
        tell(error)
        return
    if not found:
        st.info(
            "**Nothing here yet.** Say under an answer whether it is right, or edit its SQL and "
            "save it as the right answer. What is kept here teaches the model your database.",
            icon=":material/rate_review:",
        )
        return
    wait = waiting(found)
    counts = {name: sum(c.judged == name for c in found) for name in _SAID}
    with st.container(horizontal=True, gap="large", key="counts"):
        st.metric("Waiting to be trained on", len(wait), width="content")
        for name, count in counts.items():
            st.metric(name.capitalize(), count, width="content")
    _training(wait)
    _list(found, wait)


def _training(wait: tuple[Correction, ...]) -> None:
    with st.container(border=True, key="training"):
        st.header("Make them count", anchor=False)
        st.markdown(
            "One command writes those that hold (their SQL passes the check, runs and gives rows) "
            "as a dataset, with pairs of better and worse SQL, and trains an adapter on it."
        )
        st.code(
            "sqlft feedback export corrections && "
            f"sqlft train {_recipe()} --data corrections --set run.name=corrections",
            language=None,
            wrap_lines=True,
        )
        if st.button("Check what holds", key="check", icon=":material/rule:"):
            _checked()
    if not wait:
        st.caption("All of them were exported once already; an export always holds them all.")


def _recipe() -> str:
    """A recipe for the app's model; a word to be replaced where none comes with sqlft."""
    name = f"{settings().model.model}-lora"
    return name if name in recipe_names() else "RECIPE"


def _checked() -> None:
    """Tries the export in a folder that is thrown away, and tells what would become of it."""
    with tempfile.TemporaryDirectory(prefix="sqlft-") as folder:
        try:
            with st.spinner("Running each query"):
                exported = export_corrections(corrections(), Path(folder) / "corrections")
        except SqlftError as error:
            tell(error)
            return
    st.success(
        f"{exported.examples:,} examples and {exported.pairs:,} preference pairs would be written.",
        icon=":material/check:",
    )
    _left_out(exported)


def _left_out(exported: Exported) -> None:
    for left in exported.left_out[:20]:
        st.caption(f"Left out: {plain(left.question, at_most=120)}: {plain(left.reason)}")
    if len(exported.left_out) > 20:
        st.caption(f"and {len(exported.left_out) - 20:,} more")


def _list(found: tuple[Correction, ...], wait: tuple[Correction, ...]) -> None:
    waits = {correction.id for correction in wait}
    latest = list(reversed(found))
    chosen = st.dataframe(
        pa.table(
            {
                "When": [c.said_at[:16].replace("T", " ") for c in latest],
                "Question": [c.question for c in latest],
                "Database": [Path(c.database).name for c in latest],
                "Said": [_SAID[c.judged] for c in latest],
                "SQL": [" ".join((c.right_sql or c.sql or "").split())[:500] for c in latest],
                "Model": [c.model for c in latest],
                "Waits": [c.id in waits for c in latest],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="corrections-list",
        column_config={
            "Question": st.column_config.TextColumn(width="medium"),
            "SQL": st.column_config.TextColumn(width="large"),
        },
        alt="Corrections, the latest first",
    )
    rows = chosen.selection.rows
    if rows and rows[0] < len(latest):
        _one(latest[rows[0]])
    else:
        st.caption("Choose a row to see all of it, or to remove it.")


def _one(correction: Correction) -> None:
    with st.container(border=True, key="one-correction"):
        st.header(plain(correction.question), anchor=False)
        adapter = f" with {correction.adapter}" if correction.adapter else ""
        st.caption(
            plain(
                f"{correction.said_at}, outcome {correction.outcome}, schema "
                f"{correction.schema_digest}, prompt {correction.prompt_fingerprint}, by "
                f"{correction.model}{adapter}"
            )
        )
        if correction.sql:
            st.markdown("What the model wrote")
            st.code(correction.sql, language="sql", wrap_lines=True)
        if correction.right_sql:
            st.markdown("What is right")
            st.code(correction.right_sql, language="sql", wrap_lines=True)
        if st.button("Remove", key=f"remove-{correction.id}", icon=":material/delete:"):
            try:
                remove_correction(correction.id)
            except SqlftError as error:
                tell(error)
                return
            st.rerun()
