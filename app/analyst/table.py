"""A result as Streamlit's table shows it: typed, formatted, sortable."""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import streamlit as st
from pyarrow import types

from sqlft.cli.spelling import is_number, speller

_NO_GROUPS = re.compile(r"(^|_)(id|year|code|number|no|zip|phone|week)$|^year", re.IGNORECASE)
CELL_CHARACTERS = 2_000
"""A longer cell is cut in the view; downloads hold it whole."""


def shown_table(table: pa.Table) -> pa.Table:
    """The table with one name a column, and what Streamlit cannot show spelled out as text.

    >>> shown_table(pa.table([[1], [2]], names=["n", "n"])).column_names
    ['n', 'n (2)']
    """
    columns = [_shown_column(column) for column in table.columns]
    return pa.Table.from_arrays(columns, names=unique(table.column_names))


def unique(names: list[str]) -> list[str]:
    """The names, each with a number behind it where it was there before.

    >>> unique(["a", "", "a"])
    ['a', '(no name)', 'a (2)']
    """
    taken: set[str] = set()
    made = []
    for name in names:
        name = name or "(no name)"
        number, fresh = 1, name
        while fresh in taken:
            number += 1
            fresh = f"{name} ({number})"
        taken.add(fresh)
        made.append(fresh)
    return made


def column_config(table: pa.Table) -> dict[str, Any]:
    """How each column of a ``shown_table`` is written."""
    return {
        name: _config(name, column)
        for name, column in zip(table.column_names, table.columns, strict=True)
    }


def _shown_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if types.is_decimal(kind) or types.is_float16(kind):
        return column.cast(pa.float64())
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind):
        return column
    if types.is_date(kind) or types.is_timestamp(kind):
        return column
    spell = speller(kind)
    try:
        values = column.to_pylist()
    except Exception:  # a value that Python cannot hold, such as the year 10000
        values = [column.slice(at, 1).to_string() for at in range(len(column))]
    texts = [None if value is None else _cut(spell(value)) for value in values]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _cut(text: str) -> str:
    return text if len(text) <= CELL_CHARACTERS else f"{text[: CELL_CHARACTERS - 1]}…"


def _config(name: str, column: pa.ChunkedArray) -> Any:
    kind = column.type
    if types.is_date(kind):
        return st.column_config.DateColumn(name, format="YYYY-MM-DD")
    if types.is_timestamp(kind):
        return st.column_config.DatetimeColumn(name, format="YYYY-MM-DD HH:mm:ss")
    if types.is_boolean(kind):
        return st.column_config.CheckboxColumn(name)
    if is_number(kind):
        return st.column_config.NumberColumn(name, format=_number_format(name, column))
    return st.column_config.TextColumn(name)


def _number_format(name: str, column: pa.ChunkedArray) -> str:
    if _NO_GROUPS.search(name):
        return "%d" if types.is_integer(column.type) else "%g"
    if types.is_floating(column.type):
        largest = max((abs(v) for v in column.to_pylist() if v is not None), default=0.0)
        if 0 < largest < 1:
            return "%.4f"
    return "localized"
