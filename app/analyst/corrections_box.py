"""What the analyst says of an answer: right, wrong, or the right SQL."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analyst.entry import Entry
from analyst.failure import tell
from analyst.places import Place, schema_of
from analyst.writer import writers
from sqlft.errors import SqlftError
from sqlft.feedback import Judged, correction_of, remove_correction, save_correction


def show_judgement(entry: Entry, place: Place) -> None:
    """Thumbs, and a button that keeps edited SQL as the right answer."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="judgement"):
        if entry.edited:
            st.button(
                "Save as the right answer",
                key=f"save-{entry.id}",
                type="primary",
                icon=":material/bookmark_added:",
                on_click=judge,
                args=(entry, place, "corrected"),
                help="Kept as a correction that a training can use",
            )
        else:
            st.markdown("Is this right?")
            st.feedback("thumbs", key=f"thumbs-{entry.id}", on_change=_thumbs, args=(entry, place))
        saved = st.session_state.get(f"judged-{entry.id}")
        if isinstance(saved, SqlftError):
            tell(saved)
        elif saved:
            st.caption(f"{saved} See the Corrections page.")
    if st.session_state.get(f"thumbs-{entry.id}") == 0 and not entry.edited:
        st.caption("Edit the SQL below until it is right, run it, and save it as the right answer.")


def judge(entry: Entry, place: Place, judged: Judged) -> None:
    """Keeps the judgement; an earlier one of the same answer is replaced."""
    said = {
        "right": "Kept as right.",
        "wrong": "Kept as wrong.",
        "corrected": "Your SQL is kept as the right answer.",
    }
    try:
        made = correction_of(
            entry.asked,
            judged,
            database=place.database,
            schema_digest=entry.schema_digest,
            layout_name=writers().result().for_schema(schema_of(place)).generator.layout,
            right_sql=entry.answer.sql if judged == "corrected" else None,
        )
        if entry.correction_id is not None:
            made = replace(made, id=entry.correction_id)
        save_correction(made)
    except SqlftError as error:
        st.session_state[f"judged-{entry.id}"] = error
        return
    entry.correction_id = made.id
    st.session_state[f"judged-{entry.id}"] = said[judged]


def _thumbs(entry: Entry, place: Place) -> None:
    thumb = st.session_state.get(f"thumbs-{entry.id}")
    if thumb is not None:
        judge(entry, place, "right" if thumb == 1 else "wrong")
    elif entry.correction_id is not None:  # taken back
        remove_correction(entry.correction_id)
        entry.correction_id = None
        st.session_state.pop(f"judged-{entry.id}", None)
