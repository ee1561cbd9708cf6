"""The Quality page: evaluation runs, down to the single question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt
import pyarrow as pa
import streamlit as st

from analyst.escape import hypertext, plain
from analyst.failure import tell
from analyst.frame import chosen_place
from analyst.job import Job
from analyst.runs import AS_IN_ASK, Run, Stopped, datasets, read_run, run_folders, small_evaluation
from analyst.settings import settings
from sqlft.ask import OnStage
from sqlft.errors import InputError, SqlftError
from sqlft.model import Cancel
from sqlft.sql import display

_POLL_S = 0.5
_WAYS = {"As in Ask": AS_IN_ASK, "Bare": "bare", "Persona": "persona"}


def show() -> None:
    """One run of the page."""
    chosen_place("Quality")
    st.markdown("How often the model is right, measured by running its SQL against known answers.")
    if st.session_state.get("quality-job") is not None:
        _progress()
    else:
        _small_evaluation()
    failed: SqlftError | None = st.session_state.get("quality-failed")
    if failed is not None:
        tell(failed)
    found = run_folders()
    if not found and st.session_state.get("quality-job") is None:
        st.info(
            "**No evaluation has been run yet.** The command is `sqlft eval DATASET`; its runs "
            "appear here.",
            icon=":material/monitoring:",
        )
    if not found:
        return
    chosen = st.selectbox("Run", found, format_func=lambda path: path.name, key="run")
    try:
        run = read_run(chosen)
    except SqlftError as error:
        tell(error)
        return
    _summary(run)
    _questions(run)


def _small_evaluation() -> None:
    offered = datasets()
    if not offered:
        return
    with (
        st.expander("Run a small evaluation", icon=":material/play_circle:"),
        st.form("evaluate", border=False),
    ):
        st.markdown(
            "Asks the app's model a few questions whose answers are known. It takes a few seconds "
            "a question, and other people's questions wait meanwhile."
        )
        left, middle, right = st.columns([2, 3, 1])
        dataset = left.selectbox("Questions", offered, format_func=lambda path: path.name)
        chosen = middle.pills(
            "Ways", list(_WAYS), selection_mode="multi", default=["As in Ask", "Bare"]
        )
        sample = right.number_input("How many", min_value=2, max_value=100, value=10)
        begun = st.form_submit_button("Run", type="primary", icon=":material/play_arrow:")
    if begun and dataset is not None and chosen:
        _start(dataset, ",".join(_WAYS[name] for name in chosen), int(sample))
        st.rerun()


def _start(dataset: Path, strategies: str, sample: int) -> None:
    options = settings()
    said: dict[str, Any] = {"message": "Starting", "share": None}

    def work(on_stage: OnStage, cancel: Cancel) -> Path:
        def progress(message: str, share: float | None) -> None:
            said.update(message=message, share=share)
            if cancel():
                raise Stopped

        try:
            return small_evaluation(dataset, strategies, sample, options, progress)
        except Stopped:
            raise InputError(
                "the evaluation was stopped", hint="run it again: it goes on where it was"
            ) from None

    st.session_state["quality-job"] = Job(work=work, stays=True).start()
    st.session_state["quality-said"] = said
    st.session_state.pop("quality-failed", None)


@st.fragment(run_every=_POLL_S)
def _progress() -> None:
    job: Job | None = st.session_state.get("quality-job")
    if job is None:
        return
    job.look()
    if job.done:
        del st.session_state["quality-job"]
        if job.error is not None:
            st.session_state["quality-failed"] = job.error
        st.rerun()
    said = st.session_state["quality-said"]
    with st.container(border=True, key="quality-progress"):
        st.progress(min(1.0, max(0.0, said["share"] or 0.0)), text=plain(said["message"]))
        st.button(
            "Stopping …" if job.stopping else "Stop",
            key="quality-stop",
            icon=":material/stop_circle:",
            disabled=job.stopping,
            on_click=job.stop,
        )


def _summary(run: Run) -> None:
    results = run.results
    rows = results["predictors"]
    facts = [
        f"<li><b>{results['questions']:,}</b> questions</li>",
        f"<li>rule <b>{hypertext(str(results['rule']))}</b></li>",
        f"<li>best without tuning: <b>{hypertext(str(results.get('best_baseline')))}</b></li>",
    ]
    st.html(f'<ul class="sq-facts">{"".join(facts)}</ul>')
    st.altair_chart(_chart(rows), alt=_rates_in_words(rows))
    st.dataframe(
        pa.table(
            {
                "Way": [row["name"] for row in rows],
                "Model": [row["model"] for row in rows],
                "Right": [_percent(row["headline"]) for row in rows],
                "From": [_share(row["headline"].get("low")) for row in rows],
                "To": [_share(row["headline"].get("high")) for row in rows],
                "Passes the check": [_percent(row["valid"]) for row in rows],
                "Runs": [_percent(row["runs"]) for row in rows],
                "Seconds a question": [row["usage"]["seconds_median"] for row in rows],
            }
        ),
        hide_index=True,
        column_config={
            **{
                name: st.column_config.NumberColumn(name, format="%.1f %%")
                for name in ("Right", "From", "To", "Passes the check", "Runs")
            },
            "Seconds a question": st.column_config.NumberColumn(format="%.2f"),
        },
        alt="Rates of each way",
    )
    if run.report.is_file():
        st.download_button(
            "Whole report (HTML)",
            run.report.read_bytes,
            file_name=f"{run.path.name}.html",
            mime="text/html",
            icon=":material/download:",
            on_click="ignore",
        )


def _percent(rate: dict[str, Any]) -> float | None:
    return None if not rate["total"] else 100 * rate["hits"] / rate["total"]


def _share(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _chart(rows: list[dict[str, Any]]) -> Any:
    frame = pa.table(
        {
            "way": [row["name"] for row in rows],
            "right": [(_percent(row["headline"]) or 0.0) / 100 for row in rows],
            "low": [row["headline"].get("low") for row in rows],
            "high": [row["headline"].get("high") for row in rows],
        }
    ).to_pandas()
    y = alt.Y("way", type="nominal", sort=None, title=None, axis=alt.Axis(labelLimit=240))
    whole = alt.Scale(domain=[0, 1])
    x = alt.X("right", type="quantitative", title="right", axis=alt.Axis(format="%"), scale=whole)
    bars = alt.Chart(frame).mark_bar(cornerRadiusEnd=3).encode(x=x, y=y)
    span = (
        alt.Chart(frame)
        .mark_rule(strokeWidth=2, color="#8a94a3")
        .encode(x=alt.X("low", type="quantitative", title="right"), x2="high", y=y)
    )
    return (bars + span).properties(height=alt.Step(34))


def _rates_in_words(rows: list[dict[str, Any]]) -> str:
    said = [f"{row['name']} {_percent(row['headline']) or 0:.0f} percent" for row in rows]
    return f"Share of right answers: {', '.join(said)}"


def _questions(run: Run) -> None:
    names = [row["name"] for row in run.results["predictors"]]
    only = st.segmented_control(
        "Show",
        ["All", "Wrong somewhere", "They differ"],
        default="All",
        required=True,
        key="quality-only",
    )
    answers = [answer for answer in run.results["answers"] if _wanted(answer, names, only)]
    if not answers:
        st.caption("No question of that kind.")
        return
    chosen = st.dataframe(
        pa.table(
            {
                "Question": [answer["question"] for answer in answers],
                "Database": [answer["database"] for answer in answers],
                **{
                    name: [_outcome_words(answer["said"][name]) for answer in answers]
                    for name in names
                },
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"quality-questions-{run.path.name}-{only}",
        height="auto" if len(answers) <= 10 else 420,
        column_config={"Question": st.column_config.TextColumn(width="large")},
        alt="Questions with the outcome of each way",
    )
    rows = chosen.selection.rows
    if rows and rows[0] < len(answers):
        _question(answers[rows[0]], names)
    else:
        st.caption("Choose a row to see what each way wrote.")


def _outcome_words(said: dict[str, Any]) -> str:
    return str(said["outcome"]).replace("_", " ")


def _wanted(answer: dict[str, Any], names: list[str], only: str | None) -> bool:
    outcomes = [answer["said"][name]["outcome"] for name in names]
    if only == "Wrong somewhere":
        return any(outcome not in ("correct", "refused_rightly") for outcome in outcomes)
    return only != "They differ" or len(set(outcomes)) > 1


def _question(answer: dict[str, Any], names: list[str]) -> None:
    with st.container(border=True, key="quality-question"):
        st.header(plain(answer["question"]), anchor=False)
        for gold in answer["gold"][:3]:
            st.caption("Known to be right")
            st.code(display(gold), language="sql", wrap_lines=True)
        if not answer["gold"]:
            st.caption("Known to have no answer in this database")
        for name in names:
            said = answer["said"][name]
            message = f": {plain(said['message'], at_most=300)}" if said["message"] else ""
            st.caption(f"{plain(name)}, {_outcome_words(said)}{message}")
            if said["sql"]:
                st.code(display(said["sql"]), language="sql", wrap_lines=True)
