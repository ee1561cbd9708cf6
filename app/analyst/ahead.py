"""The schema in use is read by the model while the question is still being typed."""

from __future__ import annotations

import time

import streamlit as st

from analyst import places
from analyst.job import Job
from analyst.places import Place
from analyst.writer import loaded_writers
from sqlft.ask import OnStage
from sqlft.model import Cancel
from sqlft.schema import Schema

_TRIES = 5
_AGAIN_S = 2.0


def read_ahead(place: Place, schema: Schema) -> None:
    """Begins to, once for each state of the schema; what this session began before ends."""
    before: tuple[Schema, Job] | None = st.session_state.get("ahead")
    if before is not None:
        if before[0] is schema:
            return
        before[1].stop()

    def work(on_stage: OnStage, cancel: Cancel) -> None:
        assistant = places.assistant_for(place, loaded_writers(cancel))
        for _ in range(_TRIES):  # it gives way to the questions of others
            if assistant.read_ahead(cancel=cancel) or cancel():
                return
            time.sleep(_AGAIN_S)

    st.session_state["ahead"] = (schema, Job(work=work, stays=True).start())
