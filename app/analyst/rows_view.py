"""Rows as a table, and as the chart that fits them."""

from __future__ import annotations

import zlib

import pyarrow
import streamlit as st

from analyst import chart
from analyst.table import column_config, shown_table

_PREVIEW_PX = 420


def show_rows(entry_id: str, rows: pyarrow.Table) -> None:
    """The chart that fits, and the table; the analyst turns between the two."""
    table = shown_table(rows)
    # Choices are kept for these columns: edited SQL may give others.
    entry_id = f"{entry_id}-{zlib.crc32(repr(table.schema).encode()):08x}"
    fitting = chart.plan(table)
    views = ["Table"] if fitting is None else ["Chart", "Table"]
    view = "Table"
    if len(views) > 1:
        view = st.segmented_control(
            "View",
            views,
            default=views[0],
            required=True,
            key=f"view-{entry_id}",
            label_visibility="collapsed",
        )
    if view == "Chart" and fitting is not None:
        _chart(entry_id, table, fitting)
        return
    st.dataframe(
        table,
        hide_index=True,
        column_config=column_config(table),
        height="auto" if table.num_rows <= 10 else _PREVIEW_PX,
        alt=f"Result of the question, {table.num_rows} rows",
    )


def _chart(entry_id: str, table: pyarrow.Table, fitting: chart.Plan) -> None:
    found = chart.roles(table)
    names = table.column_names
    measures = [at for at, role in enumerate(found) if role == "number"]
    with st.container(horizontal=True, gap="small", key=f"chart-choice-{entry_id}"):
        kind = st.selectbox(
            "Chart",
            list(chart.KINDS),
            index=list(chart.KINDS).index(fitting.kind),
            format_func=chart.KINDS.__getitem__,
            key=f"kind-{entry_id}",
        )
        x = st.selectbox(
            "Across",
            range(len(names)),
            index=fitting.x,
            format_func=names.__getitem__,
            key=f"x-{entry_id}",
        )
        y = st.selectbox(
            "Measure",
            measures,
            index=measures.index(fitting.y),
            format_func=names.__getitem__,
            key=f"y-{entry_id}",
        )
        colours: list[int | None] = [None, *(at for at, r in enumerate(found) if r == "category")]
        colour = st.selectbox(
            "Colour",
            colours,
            index=colours.index(fitting.colour),
            format_func=lambda at: "(none)" if at is None else names[at],
            key=f"colour-{entry_id}",
        )
    chosen, note = chart.with_choice(table, kind, x, y, colour)
    st.altair_chart(chart.drawn(table, chosen), alt=chart.described(table, chosen))
    if note:
        st.caption(note)
