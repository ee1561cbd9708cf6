"""The Data page: what the database holds, its notes, and how another one comes in."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analyst import places
from analyst.add_data import show_add_data
from analyst.copying import show_copying, show_snapshot
from analyst.diagram import key_diagram
from analyst.escape import hypertext, plain
from analyst.failure import tell
from analyst.frame import chosen_place
from analyst.notes_file import (
    ColumnNotes,
    TableNotes,
    TermNotes,
    parted,
    save_glossary,
    save_table,
)
from analyst.places import Place
from sqlft.errors import SqlftError
from sqlft.schema import Schema, Table


def show() -> None:
    """One run of the page."""
    place = chosen_place("Data: {}")
    said = st.session_state.pop("notes-saved", None)
    if said:
        st.toast(plain(said), icon=":material/check:")
    tables, terms, add = st.tabs(["Tables", "Business terms", "Add data"])
    schema = _schema(place)
    with tables:
        if place is not None and schema is not None:
            _tables(place, schema)
    with terms:
        if place is not None and schema is not None:
            _terms(place, schema)
    with add:
        show_add_data(place)


def _schema(place: Place | None) -> Schema | None:
    if place is None:
        return None
    try:
        return places.schema_of(place)
    except SqlftError as error:
        tell(error)
        return None


def _tables(place: Place, schema: Schema) -> None:
    show_snapshot(place)
    _overview(place, schema)
    if place.database.kind == "url":
        show_copying(place, schema)
    names = [table.qualified_name for table in schema.tables]
    chosen = st.selectbox(
        "Table",
        names,
        format_func=lambda name: _labelled(schema, name),
        key=f"table-{place.key}",
    )
    table = schema.table(chosen) if chosen else None
    if table is not None:
        _table(place, schema, table)


def _labelled(schema: Schema, name: str) -> str:
    table = schema.table(name)
    rows = "" if table is None or table.row_count is None else f"  ·  {table.row_count:,} rows"
    return f"{name}{rows}"


def _overview(place: Place, schema: Schema) -> None:
    rows = sum(table.row_count or 0 for table in schema.tables)
    facts = [
        f"<b>{len(schema.tables):,}</b> tables",
        f"<b>{sum(len(table.columns) for table in schema.tables):,}</b> columns",
        f"<b>{len(schema.foreign_keys):,}</b> keys between them",
        f"<b>{rows:,}</b> rows",
    ]
    meaning = f'<p class="sq-sentence">{hypertext(schema.meaning)}</p>' if schema.meaning else ""
    items = "".join(f"<li>{fact}</li>" for fact in facts)
    st.html(f'{meaning}<ul class="sq-facts">{items}</ul>')
    if schema.foreign_keys:
        text, left = key_diagram(schema)
        with st.expander("How the tables hang together", icon=":material/account_tree:"):
            st.mermaid_chart(text, alt=_keys_in_words(schema))
            if left:
                st.caption(f"{left:,} less connected tables are not drawn.")


def _keys_in_words(schema: Schema) -> str:
    said = [f"{key.table} refers to {key.target_table}" for key in schema.foreign_keys]
    return f"Diagram of keys: {'; '.join(dict.fromkeys(said))}"[:2000]


def _table(place: Place, schema: Schema, table: Table) -> None:
    key = f"{place.key}-{table.qualified_name}"
    with st.form(f"notes-{key}", border=True):
        about, called = st.columns([3, 2])
        meaning = about.text_input("What it holds", table.meaning or "", key=f"meaning-{key}")
        synonyms = called.text_input(
            "Also called", ", ".join(table.synonyms), key=f"synonyms-{key}", help="With commas"
        )
        edited: list[dict[str, Any]] = st.data_editor(
            [_row(schema, table, name) for name in [c.name for c in table.columns]],
            hide_index=True,
            key=f"columns-{key}",
            disabled=["column", "type", "key", "samples"],
            column_config=_COLUMNS,
            height="auto" if len(table.columns) < 16 else 560,
            alt=f"Columns of {table.qualified_name} with their notes",
        )
        st.caption(
            "The model reads meanings, units and synonyms with every question. Values of private "
            "columns are never shown to it."
        )
        saved = st.form_submit_button("Save notes", type="primary", icon=":material/save:")
    if saved:
        noted = TableNotes(
            name=table.qualified_name,
            meaning=(meaning or "").strip(),
            synonyms=parted(synonyms),
            columns=tuple(_column_notes(row) for row in edited),
        )
        _saved(lambda: save_table(place, noted))


_COLUMNS = {
    "column": st.column_config.TextColumn("Column", pinned=True),
    "type": st.column_config.TextColumn("Type", width="small"),
    "key": st.column_config.TextColumn("Key", width="small"),
    "samples": st.column_config.TextColumn("Such as"),
    "meaning": st.column_config.TextColumn("Meaning", width="medium"),
    "unit": st.column_config.TextColumn("Unit", width="small"),
    "synonyms": st.column_config.TextColumn("Also called", help="With commas"),
    "private": st.column_config.CheckboxColumn("Private", width="small"),
}


def _row(schema: Schema, table: Table, name: str) -> dict[str, Any]:
    column = table.column(name)
    assert column is not None
    targets = [
        f"→ {key.target_table}"
        for key in schema.foreign_keys
        if key.table == table.qualified_name and name in key.columns
    ]
    keys = ["primary"] * (name in table.primary_key) + targets
    return {
        "column": name,
        "type": column.type[:40],
        "key": ", ".join(keys),
        "samples": ", ".join(column.samples),
        "meaning": column.meaning or column.comment or "",
        "unit": column.unit or "",
        "synonyms": ", ".join(column.synonyms),
        "private": column.private,
    }


def _column_notes(row: dict[str, Any]) -> ColumnNotes:
    return ColumnNotes(
        name=row["column"],
        meaning=(row["meaning"] or "").strip(),
        unit=(row["unit"] or "").strip(),
        synonyms=parted(row["synonyms"]),
        private=bool(row["private"]),
    )


def _terms(place: Place, schema: Schema) -> None:
    st.markdown(
        "Words of your business and the condition or expression each stands for. The model is told "
        "those that a question uses."
    )
    rows: list[dict[str, str | None]] = [
        {
            "term": term.name,
            "sql": term.sql,
            "meaning": term.meaning or "",
            "synonyms": ", ".join(term.synonyms),
        }
        for term in schema.glossary
    ]
    with st.form(f"glossary-{place.key}", border=True):
        edited: list[dict[str, Any]] = st.data_editor(
            rows or [{"term": None, "sql": None, "meaning": None, "synonyms": None}],
            hide_index=True,
            num_rows="dynamic",
            key=f"terms-{place.key}",
            column_config={
                "term": st.column_config.TextColumn("Term", required=True),
                "sql": st.column_config.TextColumn("Stands for (SQL)", width="large"),
                "meaning": st.column_config.TextColumn("Meaning", width="medium"),
                "synonyms": st.column_config.TextColumn("Also called", help="With commas"),
            },
            alt="Business terms and the SQL that each stands for",
        )
        saved = st.form_submit_button("Save terms", type="primary", icon=":material/save:")
    if saved:
        terms = [
            TermNotes(
                name=str(row["term"]).strip(),
                sql=(row["sql"] or "").strip(),
                meaning=(row["meaning"] or "").strip(),
                synonyms=parted(row["synonyms"]),
            )
            for row in edited
            if row.get("term")
        ]
        _saved(lambda: save_glossary(place, terms))


def _saved(save: Any) -> None:
    try:
        path = save()
    except SqlftError as error:
        tell(error)
        return
    st.session_state["notes-saved"] = f"Saved to {path}"
    st.rerun()
