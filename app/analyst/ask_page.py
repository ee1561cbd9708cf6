"""The Ask page: a question, its stages, its answer."""

from __future__ import annotations

import streamlit as st

from analyst import places
from analyst.ahead import read_ahead
from analyst.answer_view import show_entry
from analyst.asking import finish, running, start
from analyst.copying import show_copying, show_snapshot
from analyst.entry import Entry, current, entries, searched
from analyst.escape import hypertext, plain
from analyst.failure import tell
from analyst.frame import chosen_place
from analyst.job import STAGES
from analyst.look import stages_html
from analyst.places import Place
from analyst.questions import example_questions
from sqlft.errors import SqlftError
from sqlft.schema import Schema

_POLL_S = 0.25
_HISTORY_SHOWN = 30


def show() -> None:
    """One run of the page."""
    place = chosen_place("Ask {}")
    if place is None:
        return
    try:
        schema = places.schema_of(place)
    except SqlftError as error:
        tell(error)
        return
    if place.database.kind == "url":
        show_copying(place, schema)
        return
    read_ahead(place, schema)
    show_snapshot(place)
    _history()
    _take_link(place)
    _question_box(place, schema)
    job = running()
    if job is not None:
        _progress()
        return
    failed: SqlftError | None = st.session_state.get("failed")
    if failed is not None:
        tell(failed)
        return
    entry = current()
    if entry is not None and entry.place_key == place.key:
        show_entry(entry, place, schema)
    else:
        _welcome(place, schema)


def _question_box(place: Place, schema: Schema) -> None:
    with st.form("ask", border=False):
        box, button = st.columns([6, 1], vertical_alignment="bottom")
        question = box.text_input(
            "Your question",
            key="question",
            placeholder=(example_questions(schema) or ["How many rows are there?"])[0],
            max_chars=4000,
            autocomplete="off",
        )
        asked = button.form_submit_button(
            "Ask", type="primary", width="stretch", icon=":material/arrow_forward:"
        )
    if asked and question and question.strip():
        start(place, question)
        st.rerun()


@st.fragment(run_every=_POLL_S)
def _progress() -> None:
    """The stages of the running question; the page is drawn anew once it is done."""
    job = running()
    if job is None:
        return
    job.look()
    if job.done:
        finish(job)
        st.rerun()
    with st.container(border=True, key="progress"):
        rows = [(STAGES.get(s.name, s.name), s.seconds) for s in job.stages]
        st.html(stages_html(rows or [("Starting", 0.0)]))
        st.button(
            "Stopping …" if job.stopping else "Stop",
            key="stop",
            icon=":material/stop_circle:",
            disabled=job.stopping,
            on_click=job.stop,
        )


def _take_link(place: Place) -> None:
    """Asks the question that a link carries, once."""
    question = st.query_params.get("q")
    if not question or st.session_state.get("linked_question") == (place.key, question):
        return
    st.session_state["question"] = question
    start(place, question)


def _welcome(place: Place, schema: Schema) -> None:
    """What can be asked, before the first question."""
    examples = example_questions(schema)
    if examples:
        st.html('<p class="sq-eyebrow">Try one of these</p>')
        with st.container(horizontal=True, gap="small", key="examples"):
            for number, example in enumerate(examples):
                st.button(
                    plain(example),
                    key=f"example-{number}",
                    on_click=_ask_example,
                    args=(place, example),
                )
    rows = sum(table.row_count or 0 for table in schema.tables)
    facts = [
        f"<b>{len(schema.tables):,}</b> tables",
        f"<b>{rows:,}</b> rows",
        f"<b>{len(schema.glossary):,}</b> business terms",
    ]
    if schema.today:
        facts.append(f"today is <b>{hypertext(schema.today)}</b>")
    meaning = f'<p class="sq-sentence">{hypertext(schema.meaning)}</p>' if schema.meaning else ""
    with st.container(border=True, key="about"):
        items = "".join(f"<li>{fact}</li>" for fact in facts)
        st.html(f'{meaning}<ul class="sq-facts">{items}</ul>')


def _ask_example(place: Place, question: str) -> None:
    st.session_state["question"] = question
    start(place, question)


def _history() -> None:
    """The session's questions, in the sidebar."""
    if not entries():
        return
    with st.sidebar:
        text = st.text_input(
            "Your questions", placeholder="Search", key="history-search", icon=":material/history:"
        )
        found = searched(text or "")
        for entry in found[:_HISTORY_SHOWN]:
            st.button(
                plain(entry.question, at_most=70),
                key=f"history-{entry.id}",
                type="tertiary",
                on_click=_reopen,
                args=(entry,),
                width="stretch",
            )
        if not found:
            st.caption("No question holds these words.")


def _reopen(entry: Entry) -> None:
    st.session_state["current"] = entry.id
    st.session_state["place"] = st.session_state["linked"] = entry.place_key
    st.session_state["question"] = entry.question
    st.session_state["linked_question"] = (entry.place_key, entry.question)
    st.session_state.pop("failed", None)
    st.query_params.from_dict({"db": entry.place_key, "q": entry.question})
