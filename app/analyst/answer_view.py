"""One answer: in words, as rows and chart, with its SQL, its checks and what to do with it."""

from __future__ import annotations

import math
from dataclasses import replace

import streamlit as st

from analyst import downloads
from analyst.asking import start
from analyst.corrections_box import show_judgement
from analyst.entry import Entry
from analyst.escape import hypertext, plain
from analyst.failure import tell
from analyst.places import Place, place_of
from analyst.questions import example_questions
from analyst.rows_view import show_rows
from analyst.sentence import sentence
from analyst.settings import settings
from analyst.sql_view import show_sql
from sqlft.ask import Answer, Candidate
from sqlft.ask.doubts import FINDS_NOTHING
from sqlft.execute import run_query
from sqlft.schema import Schema
from sqlft.sql import check_sql, display


def show_entry(entry: Entry, place: Place, schema: Schema) -> None:
    """The whole answer of one question."""
    answer = entry.answer
    with st.container(border=True, key="answer"):
        _heading(entry)
        if entry.stopped and answer.rows is None:
            st.info("Stopped before there was an answer.", icon=":material/stop_circle:")
        elif answer.refusal is not None:
            _refusal(answer.refusal, schema, guessed=answer.sql is not None)
        elif answer.error is not None:
            tell(answer.error)
        elif answer.rows is None:
            st.warning(
                "The model wrote no SQL for this question. Ask it in other words, or write the "
                "SQL yourself below.",
                icon=":material/help:",
            )
        else:
            _rows(entry, schema)
        st.html(_facts(answer, schema))
    if entry.edited or answer.status in ("answered", "refused"):
        show_judgement(entry, place)
    show_sql(entry, place, schema, run=lambda sql: rerun_edited(entry, place, schema, sql))
    _candidates(entry)
    _seen(answer)


def rerun_edited(entry: Entry, place: Place, schema: Schema, sql: str) -> None:
    """Checks and runs the analyst's own SQL as the model's is, and shows what it gives.

    Raises:
        SqlftError: it was refused or failed; the entry stays as it was.
    """
    verdict = check_sql(sql, schema, place.database.kind)
    error = verdict.error()
    if error is not None:
        raise error
    result = run_query(sql, place.database, settings().limits)
    entry.answer = replace(
        entry.asked,
        sql=sql,
        display_sql=display(sql) if place.database.kind == "duckdb" else sql,
        verdict=verdict,
        rows=result.table,
        truncated=result.truncated,
        error=None,
        refusal=None,
        confidence=None,
        candidates=(),
        mended=None,
        passed_over=None,
        seconds={"execute": result.seconds},
    )


def _heading(entry: Entry) -> None:
    text, again = st.columns([6, 1], vertical_alignment="top")
    said = "Your SQL for" if entry.edited else "You asked"
    text.html(
        f'<p class="sq-eyebrow">{said}</p><h2 class="sq-question">{hypertext(entry.question)}</h2>'
    )
    again.button(
        "Again",
        key=f"again-{entry.id}",
        icon=":material/refresh:",
        help="Ask this question once more",
        on_click=_ask_again,
        args=(entry,),
        width="stretch",
    )


def _ask_again(entry: Entry) -> None:
    start(place_of(entry.place_key), entry.question)


def _refusal(reason: str, schema: Schema, *, guessed: bool) -> None:
    """Why there is no answer, and what could be asked instead.

    Args:
        guessed: there is a query, which is shown and was not run.
    """
    asked = "".join(f"\n- {plain(question)}" for question in example_questions(schema, 3))
    heading, further = _GUESSED if guessed else _LACKING
    st.info(
        f"**{heading}**\n\n{plain(reason[:1].upper() + reason[1:])}. You could ask:{asked}\n\n"
        f"{further}",
        icon=":material/lightbulb:",
    )


_LACKING = (
    "This database does not seem to hold what the question needs.",
    "If it should be able to answer, name the table or column you mean, add a synonym on the "
    "Data page, or write the SQL below.",
)
_GUESSED = (
    "The model is too unsure of an answer to show one.",
    "Its best guess stands below, and can be run or changed there. Naming the table or column "
    "you mean helps.",
)


def _rows(entry: Entry, schema: Schema) -> None:
    answer = entry.answer
    assert answer.rows is not None and answer.verdict is not None
    said = sentence(answer.rows, answer.verdict, schema, truncated=answer.truncated)
    figure = f'<p class="sq-figure">{hypertext(said.figure)}</p>' if said.figure else ""
    st.html(f'{figure}<p class="sq-sentence">{hypertext(said.text)}</p>')
    if answer.rows.num_rows and said.figure is None:
        show_rows(entry.id, answer.rows)
    if answer.truncated:
        st.caption(
            f"The first {answer.rows.num_rows:,} rows are shown; there are more. "
            "A download holds all."
        )
    _downloads(entry)


def _downloads(entry: Entry) -> None:
    answer = entry.answer
    sql, database = answer.sql, place_of(entry.place_key).database
    assert sql is not None and answer.display_sql is not None
    stem = downloads.file_stem(entry.question)

    def csv() -> bytes:
        return downloads.as_csv(downloads.whole_result(sql, database))

    def parquet() -> bytes:
        return downloads.as_parquet(downloads.whole_result(sql, database))

    with st.container(horizontal=True, gap="small", key="downloads"):
        for label, data, suffix, mime in (
            ("CSV", csv, "csv", "text/csv"),
            ("Parquet", parquet, "parquet", "application/vnd.apache.parquet"),
            ("SQL", f"{answer.display_sql}\n", "sql", "application/sql"),
        ):
            st.download_button(
                label,
                data,
                file_name=f"{stem}.{suffix}",
                mime=mime,
                key=f"download-{suffix}-{entry.id}",
                icon=":material/download:",
                on_click="ignore",
                help=f"The whole result as {label}" if suffix != "sql" else "The query",
            )


def _facts(answer: Answer, schema: Schema) -> str:
    """A line of small facts: checked, how sure, how long."""
    facts = []
    verdict = answer.verdict
    if verdict is not None and verdict.ok:
        read = ", ".join(verdict.tables[:4])
        facts.append(f'<li class="sq-ok">Checked: reads only {hypertext(read or "no table")}</li>')
    elif verdict is not None:
        facts.append('<li class="sq-warn">Did not pass the check, and was not run</li>')
    if answer.mended is not None:
        facts.append(f'<li class="sq-warn">Failed as written: {hypertext(answer.mended)}</li>')
    if answer.passed_over is not None:
        why = answer.passed_over
        facts.append(f'<li class="sq-warn">{hypertext(why[:1].upper() + why[1:])}</li>')
    for doubt in answer.doubts if answer.rows is not None else ():
        if doubt != FINDS_NOTHING:  # which the rows say
            facts.append(f'<li class="sq-warn">It {hypertext(doubt)}</li>')
    if answer.confidence is not None:
        facts.append(f"<li><b>{answer.confidence:.0%}</b> sure</li>")
    if answer.rows is not None:
        columns = answer.rows.num_columns
        facts.append(f"<li><b>{columns:,}</b> column{'s' if columns != 1 else ''}</li>")
    total = sum(answer.seconds.values())
    each = ", ".join(f"{name} {s:.2f} s" for name, s in answer.seconds.items())
    facts.append(f'<li title="{hypertext(each)}"><b>{total:.1f} s</b> in all</li>')
    facts.append(f"<li>by {hypertext(answer.model, at_most=40)}</li>")
    return f'<ul class="sq-facts">{"".join(facts)}</ul>'


def _candidates(entry: Entry) -> None:
    """What else the model wrote, with how many said the same, and how likely it is."""
    others = _other_candidates(entry.asked)
    if not others:
        return
    with st.expander(f"Other candidates ({len(others)})", icon=":material/alt_route:"):
        for number, candidate in enumerate(others):
            st.caption(_standing(candidate))
            st.code(display(candidate.sql or ""), language="sql", wrap_lines=True)
            st.button(
                "Put into the editor",
                key=f"take-{entry.id}-{number}",
                on_click=_take,
                args=(entry, candidate.sql or ""),
                icon=":material/edit:",
            )


def _standing(candidate: Candidate) -> str:
    """How many said the same, where they voted, and how likely it was to be written."""
    votes, probability = candidate.votes, candidate.log_probability
    voted = [] if votes is None else [f"{votes} vote{'s' if votes != 1 else ''}"]
    likely = [] if probability is None else [f"probability {math.exp(probability):.2%}"]
    return ", ".join([*voted, *likely])


def _other_candidates(answer: Answer) -> list[Candidate]:
    """The first of each group of candidates whose rows are not the answer's."""
    mine = answer.candidates[0].group if answer.candidates else None
    found: dict[object, Candidate] = {}
    for candidate in answer.candidates:
        if candidate.sql is not None and candidate.group != mine:
            found.setdefault(candidate.group, candidate)
    return list(found.values())


def _take(entry: Entry, sql: str) -> None:
    st.session_state[f"editing-{entry.id}"] = True
    st.session_state[f"sql-{entry.id}"] = display(sql)


def _seen(answer: Answer) -> None:
    tokens = "" if answer.prompt_tokens is None else f", {answer.prompt_tokens:,} tokens"
    with st.expander("What the model saw of the schema", icon=":material/visibility:"):
        st.caption(f"{len(answer.schema_text):,} characters{tokens}")
        st.code(answer.schema_text, language=None, wrap_lines=True)
