"""The text that a model is taught, or expected, to answer."""

from __future__ import annotations

from sqlft.prompt.layout import Layout
from sqlft.schema import Schema
from sqlft.sql import canonical, parse_query


def answer(gold_sql: str | None, schema: Schema, layout: Layout) -> str:
    """The gold query in the layout's answer form, on one line; its refusal where there is none.

    ``extract`` takes it back out unchanged.

    Raises:
        SqlError: the gold is not one query, or names what the schema lacks.
    """
    if gold_sql is None:
        return layout.refusal
    if layout.answer_form == "canonical":
        return canonical(gold_sql, schema)
    return parse_query(gold_sql).sql(dialect="duckdb", comments=False)
