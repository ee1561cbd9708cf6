"""A session's question on its way: begun here, finished here, one at a time."""

from __future__ import annotations

import streamlit as st

from analyst import places
from analyst.entry import Entry, keep
from analyst.job import Job
from analyst.places import Place
from analyst.writer import loaded_writers, writers
from sqlft.ask import Answer, OnStage
from sqlft.model import Cancel


def running() -> Job | None:
    """The question that is on its way, if any."""
    job: Job | None = st.session_state.get("job")
    return job


def start(place: Place, question: str) -> None:
    """Begins to answer a question; one that is still on its way is stopped."""
    before = running()
    if before is not None:
        before.stop()

    def work(on_stage: OnStage, cancel: Cancel) -> tuple[Answer, str]:
        if not writers().done():
            on_stage("model")
        assistant = places.assistant_for(place, loaded_writers(cancel))
        answer = assistant.ask(question, on_stage=on_stage, cancel=cancel)
        return answer, assistant.schema.digest

    st.session_state["job"] = Job(work=work).start()
    st.session_state["job_of"] = (place.key, question)
    st.session_state.pop("failed", None)
    st.session_state.pop("current", None)
    st.query_params.from_dict({"db": place.key, "q": question})
    st.session_state["linked_question"] = (place.key, question)


def finish(job: Job) -> None:
    """Takes what a question's job gave into the session."""
    place_key, question = st.session_state.pop("job_of")
    del st.session_state["job"]
    if job.error is not None:
        st.session_state["failed"] = job.error
        return
    answer, digest = job.result
    keep(
        Entry(
            place_key=place_key,
            question=question,
            answer=answer,
            asked=answer,
            schema_digest=digest,
            stopped=job.stopping and answer.rows is None,
        )
    )
