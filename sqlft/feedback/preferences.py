"""A better and a worse answer to one prompt, in the form that preference trainers read.

Each is one line of TRL's conversational preference format (``prompt``, ``chosen``, ``rejected``):
``datasets.load_dataset("json", data_files="preferences.jsonl")`` gives what its ``DPOTrainer``
takes. ``sqlft train`` itself learns from the examples, not from the pairs.
"""

from __future__ import annotations

from typing import Any

from sqlft.database import Database
from sqlft.errors import SqlError
from sqlft.prompt import Layout, answer, layout, notes_for
from sqlft.schema import Schema, match_values

Preference = dict[str, Any]


def preference(
    question: str,
    *,
    right_sql: str,
    wrong_sql: str,
    database: Database,
    schema: Schema,
    layout_name: str,
) -> Preference:
    """The prompt of the question in a layout, with the right and the wrong SQL as answers to it.

    Both stand in the layout's answer form, as a model is taught to write them; SQL that has none,
    for it names what is not there, stands as it was written.

    Raises:
        InputError: no such layout, or the database cannot be read.
    """
    chosen = layout(layout_name)
    prompt = chosen.render(
        schema,
        question,
        values=match_values(database, schema, question),
        notes=notes_for(schema, question),
    )
    return {
        "prompt": [{"role": m.role, "content": m.text} for m in prompt.messages],
        "chosen": _said(prompt.answer_start + _answer_or_text(right_sql, schema, chosen)),
        "rejected": _said(prompt.answer_start + _answer_or_text(wrong_sql, schema, chosen)),
    }


def _answer_or_text(sql: str, schema: Schema, chosen: Layout) -> str:
    try:
        return answer(sql, schema, chosen)
    except SqlError:
        return " ".join(sql.split())


def _said(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]
