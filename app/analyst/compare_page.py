"""The Compare page: one question answered in several ways, side by side."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from analyst.copying import show_copying, show_snapshot
from analyst.escape import hypertext, plain
from analyst.failure import tell
from analyst.frame import chosen_place
from analyst.job import Job
from analyst.look import stages_html
from analyst.places import Place, schema_of
from analyst.sentence import sentence
from analyst.settings import settings
from analyst.table import column_config, shown_table
from analyst.ways import Outcome, Way, agreement, answer_way, pool_of, ways
from sqlft.ask import OnStage
from sqlft.errors import InputError, SqlftError
from sqlft.feedback import corrections
from sqlft.model import Cancel
from sqlft.schema import Schema

_POLL_S = 0.3
_USUAL = ("As in Ask", "Bare", "Persona")


def show() -> None:
    """One run of the page."""
    place = chosen_place("Compare")
    if place is None:
        return
    if place.database.kind == "url":
        _copy_first(place)
        return
    show_snapshot(place)
    st.markdown("One question, answered in several ways. Where they agree, you can trust it more.")
    try:
        pool = pool_of(corrections())
    except InputError as error:
        tell(error)
        return
    offered = ways(settings(), has_corrections=bool(pool.members))
    _choose(place, offered)
    job: Job | None = st.session_state.get("compare-job")
    if job is not None:
        _progress()
        return
    failed: SqlftError | None = st.session_state.get("compare-failed")
    if failed is not None:
        tell(failed)
        return
    done: tuple[str, str, list[Outcome]] | None = st.session_state.get("compared")
    if done is not None and done[0] == place.key:
        _outcomes(done[1], done[2], place)


def _copy_first(place: Place) -> None:
    try:
        show_copying(place, schema_of(place))
    except SqlftError as error:
        tell(error)


def _choose(place: Place, offered: list[Way]) -> None:
    labels = [way.label for way in offered]
    about = {way.label: way.about for way in offered}
    with st.form("compare", border=False):
        question = st.text_input(
            "Your question",
            value=st.session_state.get("question", ""),
            max_chars=4000,
            key="compare-question",
            autocomplete="off",
        )
        chosen = st.pills(
            "Ways",
            labels,
            selection_mode="multi",
            default=[label for label in labels if label in _USUAL or label.startswith("Adapter")],
            key="compare-ways",
            help="; ".join(f"{label}: {text}" for label, text in about.items()),
        )
        asked = st.form_submit_button("Compare", type="primary", icon=":material/compare_arrows:")
    if not asked:
        return
    if not (question or "").strip() or not chosen:
        st.warning("Write a question, and choose at least one way.", icon=":material/help:")
        return
    _start(place, question or "", [way for way in offered if way.label in chosen])
    st.rerun()


def _start(place: Place, question: str, chosen: list[Way]) -> None:
    pool, options = pool_of(corrections()), settings()

    def work(on_stage: OnStage, cancel: Cancel) -> list[Outcome]:
        outcomes = []
        for way in chosen:
            if cancel():
                break
            on_stage(way.label)
            outcomes.append(answer_way(way, place, question, pool, options, cancel))
        return outcomes

    st.session_state["compare-job"] = Job(work=work).start()
    st.session_state["compare-of"] = (place.key, question)
    st.session_state.pop("compared", None)
    st.session_state.pop("compare-failed", None)


@st.fragment(run_every=_POLL_S)
def _progress() -> None:
    job: Job | None = st.session_state.get("compare-job")
    if job is None:
        return
    job.look()
    if job.done:
        key, question = st.session_state.pop("compare-of")
        del st.session_state["compare-job"]
        if job.error is not None:
            st.session_state["compare-failed"] = job.error
        else:
            st.session_state["compared"] = (key, question, job.result)
        st.rerun()
    with st.container(border=True, key="progress"):
        rows = [(hypertext(stage.name), stage.seconds) for stage in job.stages]
        st.html(stages_html(rows or [("Starting", 0.0)]))
        st.button(
            "Stopping …" if job.stopping else "Stop",
            key="compare-stop",
            icon=":material/stop_circle:",
            disabled=job.stopping,
            on_click=job.stop,
        )


def _outcomes(question: str, outcomes: list[Outcome], place: Place) -> None:
    from analyst.places import schema_of

    groups = agreement(outcomes)
    counts = Counter(group for group in groups if group is not None)
    st.html(
        f'<p class="sq-eyebrow">You asked</p><h2 class="sq-question">{hypertext(question)}</h2>'
        f'<p class="sq-sentence">{_agreed(counts, len(outcomes))}</p>'
    )
    try:
        schema = schema_of(place)
    except SqlftError as error:
        tell(error)
        return
    for start in range(0, len(outcomes), 2):
        cells = st.columns(2, gap="medium")
        for at, cell in zip(range(start, min(start + 2, len(outcomes))), cells, strict=False):
            with cell, st.container(border=True, key=f"way-{at}"):
                _outcome(outcomes[at], groups[at], counts, schema, at)


def _agreed(counts: Counter[int], ways_asked: int) -> str:
    if not counts:
        return "None of them gave rows."
    most = counts.most_common(1)[0][1]
    if most == 1:
        return "No two of them give the same rows." if ways_asked > 1 else "One way was asked."
    if most == ways_asked:
        return f"All {most} give the same rows."
    return f"{most} of {ways_asked} give the same rows."


def _outcome(
    outcome: Outcome, group: int | None, counts: Counter[int], schema: Schema, at: int
) -> None:
    others = counts[group] - 1 if group is not None else 0
    agree = f" · agrees with {others}" if others else ""
    st.header(plain(outcome.way.label, at_most=60), anchor=False)
    tokens = outcome.answer.output_tokens if outcome.answer is not None else None
    written = "" if tokens is None else f" · {tokens:,} tokens written"
    st.caption(f"{outcome.seconds:.1f} s{written}{agree}")
    answer = outcome.answer
    if outcome.error is not None:
        tell(outcome.error)
        return
    assert answer is not None
    if answer.display_sql is not None:
        st.code(answer.display_sql, language="sql", wrap_lines=True)
    if answer.refusal is not None:
        st.info("It says that the database cannot answer this.", icon=":material/lightbulb:")
    elif answer.error is not None:
        tell(answer.error)
    elif answer.rows is None:
        st.warning("It wrote no SQL.", icon=":material/help:")
    elif answer.verdict is not None:
        said = sentence(answer.rows, answer.verdict, schema, truncated=answer.truncated)
        figure = f'<p class="sq-figure">{hypertext(said.figure)}</p>' if said.figure else ""
        st.html(f'{figure}<p class="sq-sentence">{hypertext(said.text)}</p>')
        if answer.passed_over is not None:
            st.caption(f"Chosen because {plain(answer.passed_over)}")
        if answer.mended is not None:
            st.caption(f"Failed as written: {plain(answer.mended)}")
        if said.figure is None and answer.rows.num_rows:
            table = shown_table(answer.rows.slice(0, 100))
            st.dataframe(
                table,
                hide_index=True,
                column_config=column_config(table),
                height="auto" if table.num_rows <= 6 else 250,
                key=f"way-rows-{at}",
                alt=f"Rows of {outcome.way.label}",
            )
