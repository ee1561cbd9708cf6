"""A result in one sentence, with the number where it is one value."""

from __future__ import annotations

import datetime
import decimal
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlglot import exp

from sqlft.cli.spelling import is_number, spelled
from sqlft.errors import SqlError
from sqlft.schema import Schema
from sqlft.sql import Verdict, parse_query, value_words

_WORDS_CHARACTERS = 160
_SHOWN_COLUMNS = 6


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """``figure`` is the one value, large; ``text`` says what it is, or the whole result."""

    text: str
    figure: str | None = None


def sentence(rows: pa.Table, verdict: Verdict, schema: Schema, *, truncated: bool) -> Sentence:
    """The result in words."""
    if rows.num_rows == 0:
        return Sentence(text="No row matches the question.")
    if rows.num_rows == 1 and rows.num_columns == 1:
        return _one_value(rows, verdict, schema)
    if rows.num_rows == 1:
        pairs = [
            f"{_name(name)} {shown(column[0].as_py())}"
            for name, column in zip(rows.column_names, rows.columns, strict=True)
        ]
        more = len(pairs) - _SHOWN_COLUMNS
        end = f" and {more} more columns" if more > 0 else ""
        return Sentence(text=f"{', '.join(pairs[:_SHOWN_COLUMNS])}{end}.")
    count = f"More than {rows.num_rows:,} rows" if truncated else f"{rows.num_rows:,} rows"
    return Sentence(text=f"{count}{_first(rows, verdict.sql)}.")


def _one_value(rows: pa.Table, verdict: Verdict, schema: Schema) -> Sentence:
    value = _value(rows.column(0))
    words = _words(verdict.sql) or _name(rows.column_names[0])
    if value is None:
        return Sentence(text=f"There is no value: {words}.")
    unit = unit_of(verdict, schema)
    figure = f"{shown(value)} {unit}" if unit and is_number(rows.column(0).type) else shown(value)
    return Sentence(text=f"{words[:1].upper()}{words[1:]}", figure=figure)


def _value(column: pa.ChunkedArray) -> Any:
    try:
        return column[0].as_py()
    except Exception:  # a value that Python cannot hold
        return str(column[0])


def _words(sql: str) -> str | None:
    try:
        words = value_words(sql)
    except SqlError:
        return None
    return words if words and len(words) <= _WORDS_CHARACTERS else None


def _first(rows: pa.Table, sql: str) -> str:
    """What stands first, where the query sorts and the first columns are a name and a number."""
    try:
        tree = parse_query(sql)
    except SqlError:
        return ""
    order = tree.args.get("order")
    if order is None or rows.num_columns < 2:
        return ""
    if not any(
        isinstance(term, exp.Ordered) and term.args.get("desc") for term in order.expressions
    ):
        return ""
    numbers = [at for at, column in enumerate(rows.columns) if is_number(column.type)]
    names = [at for at in range(rows.num_columns) if at not in numbers]
    if not numbers or not names:
        return ""
    label, value = _value(rows.column(names[0])), _value(rows.column(numbers[-1]))
    if label is None or value is None:
        return ""
    measure = _name(rows.column_names[numbers[-1]])
    return f", led by {shown(label)} ({measure}: {shown(value)})"


def unit_of(verdict: Verdict, schema: Schema) -> str | None:
    """The unit that the notes give for the column whose total, mean or extreme is shown."""
    try:
        tree = parse_query(verdict.sql)
    except SqlError:
        return None
    selects = tree.expressions if isinstance(tree, exp.Select) else []
    inner = selects[0].unalias() if len(selects) == 1 else None
    if isinstance(inner, exp.Round | exp.Cast):
        inner = inner.this
    if isinstance(inner, exp.Sum | exp.Avg | exp.Min | exp.Max):
        inner = inner.this
    if not isinstance(inner, exp.Column):
        return None
    for name in verdict.columns:
        table_name, _, column_name = name.rpartition(".")
        if column_name.casefold() == inner.name.casefold():
            table = schema.table(table_name)
            column = table.column(column_name) if table is not None else None
            return column.unit if column is not None else None
    return None


def _name(name: str) -> str:
    """A column's name as words.

    >>> _name("total_sales_eur")
    'total sales eur'
    """
    return name.replace("_", " ").strip() or "value"


def shown(value: Any) -> str:
    """One value as people read it.

    >>> shown(1234567), shown(0.25), shown(None), shown(True)
    ('1,234,567', '0.25', 'nothing', 'yes')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float | decimal.Decimal):
        return _number(float(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", timespec="minutes")
    text: str = spelled(value)
    return text if len(text) <= 120 else f"{text[:119]}…"


def _number(value: float) -> str:
    """At most two decimals from 1 on, four significant digits below.

    >>> _number(1234.567), _number(0.012345), _number(3.0)
    ('1,234.57', '0.01235', '3')
    """
    if value != value or abs(value) == float("inf"):
        return str(value)
    if value and abs(value) < 1:
        return f"{value:.4g}"
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
