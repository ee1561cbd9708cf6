"""The layouts, by name."""

from __future__ import annotations

import difflib

from sqlft.errors import InputError
from sqlft.prompt.compact import compact
from sqlft.prompt.create_tables import create_tables
from sqlft.prompt.layout import Layout, Parts, data, own
from sqlft.prompt.prompt import Message

# Every chat layout has a system message: templates such as SmolLM2's put one of their own
# ("You are a helpful AI assistant named ...") where none is given.
_SQLFT_SYSTEM = "Write the SQL query that answers the question."

_DDL_REFUSAL = "CANNOT_ANSWER"
_DDL_SYSTEM = (
    "You translate questions into DuckDB SQL. Reply with exactly one query that reads the tables "
    "below and answers the question, and with nothing else: no explanation, no comments. "
    "Use only tables and columns of the schema, and write their names as they stand there. "
    f"If the schema lacks what the question needs, reply with {_DDL_REFUSAL} instead."
)

_SQLCODER_REFUSAL = "I do not know"


def _sqlft_messages(parts: Parts) -> tuple[Message, ...]:
    return (
        Message(role="system", segments=(own(_SQLFT_SYSTEM, shared=True),)),
        Message(
            role="user",
            segments=(
                data(f"{parts.schema_text}\n", shared=True),
                data(f"{parts.hints}{parts.question}"),
            ),
        ),
    )


def _ddl_messages(parts: Parts) -> tuple[Message, ...]:
    hints = f"Known values and terms:\n{parts.hints}\n" if parts.hints else ""
    return (
        Message(role="system", segments=(own(_DDL_SYSTEM, shared=True),)),
        Message(
            role="user",
            segments=(
                data(f"{parts.schema_text}\n\n", shared=True),
                data(f"{hints}Question: {parts.question}"),
            ),
        ),
    )


def _sqlcoder_messages(parts: Parts) -> tuple[Message, ...]:
    """The sections and marks that SQLCoder-7B-2 was trained on, as its model card gives them."""
    hints = "".join(f"- {line}\n" for line in parts.hints.splitlines())
    segments = (
        own("### Task\nGenerate a SQL query to answer [QUESTION]"),
        data(parts.question),
        own(
            "[/QUESTION]\n\n### Instructions\n- If you cannot answer the question with the "
            f"available database schema, return '{_SQLCODER_REFUSAL}'\n"
        ),
        data(hints),
        own("\n### Database Schema\nThe query will run on a database with the following schema:\n"),
        data(parts.schema_text),
        own(
            "\n\n### Answer\n"
            "Given the database schema, here is the SQL query that answers [QUESTION]"
        ),
        data(parts.question),
        own("[/QUESTION]\n[SQL]"),
    )
    return (Message(role="user", segments=tuple(s for s in segments if s.text)),)


_LAYOUTS = {
    chosen.name: chosen
    for chosen in (
        Layout(
            name="sqlft",
            answer_form="canonical",
            refusal="no answer",
            shared_prefix=True,
            chat_template=True,
            answer_start="",
            stop=(),
            schema_text=compact,
            messages=_sqlft_messages,
        ),
        Layout(
            name="ddl",
            answer_form="ordinary",
            refusal=_DDL_REFUSAL,
            shared_prefix=True,
            chat_template=True,
            answer_start="```sql\n",
            stop=("```",),
            schema_text=create_tables,
            messages=_ddl_messages,
        ),
        Layout(
            name="sqlcoder",
            answer_form="ordinary",
            refusal=_SQLCODER_REFUSAL,
            shared_prefix=False,
            chat_template=False,
            answer_start="",
            stop=("```", "[/SQL]", "###"),
            schema_text=create_tables,
            messages=_sqlcoder_messages,
        ),
    )
}


def layout_names() -> tuple[str, ...]:
    """The names of all layouts.

    >>> layout_names()
    ('sqlft', 'ddl', 'sqlcoder')
    """
    return tuple(_LAYOUTS)


def layout(name: str) -> Layout:
    """The layout of that name.

    Raises:
        InputError: there is none; the hint lists those there are.

    >>> layout("ddl").answer_form
    'ordinary'
    """
    found = _LAYOUTS.get(name)
    if found is None:
        near = difflib.get_close_matches(name, _LAYOUTS, n=1)
        raise InputError(
            f"no such prompt layout: {name}",
            hint=(f"did you mean {near[0]}? " if near else "")
            + f"known layouts: {', '.join(_LAYOUTS)}",
        )
    return found
