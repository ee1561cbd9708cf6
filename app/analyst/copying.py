"""A server's tables become a private database of this session, which is then asked."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from analyst.escape import plain
from analyst.failure import tell
from analyst.frame import use
from analyst.job import Job
from analyst.places import Place
from analyst.snapshots import keep_snapshot, snapshot_beside
from analyst.uploads import uploads_folder
from sqlft.ask import OnStage
from sqlft.config import Progress
from sqlft.data.server_to_duckdb import ROWS_AT_MOST, copy_server
from sqlft.database import Database
from sqlft.model import Cancel
from sqlft.schema import Schema

_POLL_S = 0.5
_ROWS = 100_000
_CHOSEN_AT_FIRST = 40


def copied(
    server: Database,
    tables: Sequence[str],
    rows_at_most: int,
    progress: Progress,
    cancel: Cancel,
) -> str:
    """The key of the database that holds the copy; what fails leaves nothing behind.

    Raises:
        InputError: the server cannot be read, or the copy was stopped.
    """
    token = secrets.token_urlsafe(16)
    folder = uploads_folder() / token
    partial = folder.with_name(f"{token}.partial")
    try:
        partial.mkdir(parents=True, mode=0o700)
        made = copy_server(
            server,
            partial / f"{Path(server.name).stem or 'server'}.duckdb",
            tables=tables,
            rows_at_most=rows_at_most,
            progress=progress,
            cancel=cancel,
        )
        keep_snapshot(made)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return f"upload~{token}"


def show_copying(place: Place, schema: Schema) -> None:
    """How a server comes to be asked: a choice of tables, or the copy on its way."""
    job: Job | None = st.session_state.get("copy-job")
    if job is not None:
        _progress()
        return
    failed = st.session_state.pop("copy-failed", None)
    if failed is not None:
        tell(failed)
    names = [table.qualified_name for table in schema.tables]
    plain_tables = [table.qualified_name for table in schema.tables if not table.is_view]
    with st.form("copy", border=True):
        st.header("Copy tables, then ask", anchor=False)
        st.markdown(
            "No question is run on a server. The tables that you choose are read once into a "
            "private database on this machine; questions are asked of that."
        )
        tables, rows = st.columns([3, 1])
        chosen = tables.multiselect(
            "Tables", names, default=plain_tables[:_CHOSEN_AT_FIRST], key=f"copy-{place.key}"
        )
        most = rows.number_input(
            "Rows of each, at most", min_value=1, max_value=ROWS_AT_MOST, value=_ROWS, step=_ROWS
        )
        begun = st.form_submit_button("Copy", type="primary", icon=":material/content_copy:")
    if begun and chosen:
        _start(place.database, chosen, int(most))
        st.rerun()


def _start(server: Database, tables: Sequence[str], rows_at_most: int) -> None:
    said: dict[str, Any] = {"message": "Connecting", "share": None}

    def work(on_stage: OnStage, cancel: Cancel) -> str:
        def progress(message: str, share: float | None) -> None:
            said.update(message=message, share=share)

        return copied(server, tables, rows_at_most, progress, cancel)

    st.session_state["copy-job"] = Job(work=work).start()
    st.session_state["copy-said"] = said


@st.fragment(run_every=_POLL_S)
def _progress() -> None:
    """How far the copy is; once it is there, it is the database in use."""
    job: Job | None = st.session_state.get("copy-job")
    if job is None:
        return
    job.look()
    if job.done:
        del st.session_state["copy-job"]
        if job.error is not None:
            st.session_state["copy-failed"] = job.error
        else:
            key: str = job.result
            st.session_state.setdefault("uploads", []).insert(0, key.partition("~")[2])
            use(key)
        st.rerun()
    said = st.session_state["copy-said"]
    with st.container(border=True, key="copy-progress"):
        st.progress(min(1.0, max(0.0, said["share"] or 0.0)), text=plain(said["message"]))
        st.button(
            "Stopping …" if job.stopping else "Stop",
            key="copy-stop",
            icon=":material/stop_circle:",
            disabled=job.stopping,
            on_click=job.stop,
        )


def show_snapshot(place: Place) -> None:
    """Of when a copy is and what it lacks; nothing for what is no copy."""
    known = None if place.origin != "upload" else snapshot_beside(Path(place.database.location))
    if known is None:
        return
    st.caption(f"A copy of {plain(known.source)}, read on {known.moment}.")
    if known.cut:
        parts = ", ".join(f"{name} (the first {rows:,} rows)" for name, rows in known.cut.items())
        st.warning(
            f"Only a part is here of {plain(parts)}. What counts or adds up all of them comes out "
            "too small.",
            icon=":material/content_cut:",
        )
    if known.missing:
        parts = "; ".join(f"{name}: {reason}" for name, reason in known.missing.items())
        st.caption(f"Not copied: {plain(parts, at_most=600)}")
