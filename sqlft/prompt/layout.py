"""A layout: how a schema and a question are laid out for a model, and what it is to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sqlft.prompt.plain import identifier, literal, one_line
from sqlft.prompt.prompt import Message, Prompt, Segment
from sqlft.schema import Schema, ValueMatch

AnswerForm = Literal["canonical", "ordinary"]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a prompt is made of, each as the text that the model sees."""

    schema_text: str
    hints: str
    """The slot for matched values and notes: whole lines, or nothing."""
    question: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a prompt looks. The adapter that was taught one is of no use under another."""

    name: str
    answer_form: AnswerForm
    """``canonical``: as ``sqlft.sql.canonical`` prints; ``ordinary``: SELECT first."""
    refusal: str
    """What a model answers when the schema cannot; never SQL."""
    shared_prefix: bool
    """Questions over one schema begin with the same tokens."""
    chat_template: bool
    """The model's chat template is applied where it has one."""
    answer_start: str
    stop: tuple[str, ...]
    schema_text: Callable[[Schema], str]
    messages: Callable[[Parts], tuple[Message, ...]]

    def render(
        self,
        schema: Schema,
        question: str,
        *,
        values: Sequence[ValueMatch] = (),
        notes: Sequence[str] = (),
    ) -> Prompt:
        """Everything that is said to a model for one question.

        Args:
            values: stored values that the question names.
            notes: lines that help with this question, such as ``notes_for`` finds.
        """
        parts = Parts(
            schema_text=_schema_text(self.schema_text, schema),
            hints="".join(f"{line}\n" for line in [*map(_value_line, values), *_lines(notes)]),
            question=one_line(question),
        )
        return Prompt(
            layout=self.name,
            messages=self.messages(parts),
            question=question,
            schema_text=parts.schema_text,
            answer_start=self.answer_start,
            stop=self.stop,
            schema=schema,
            chat_template=self.chat_template,
        )


# Many questions are asked over few schemas; the text of 2,000 tables takes most of a second.
@lru_cache(maxsize=8)
def _schema_text(write: Callable[[Schema], str], schema: Schema) -> str:
    return write(schema)


def _value_line(match: ValueMatch) -> str:
    table = ".".join(identifier(part) for part in match.table.split("."))
    return f"{table}.{identifier(match.column)} = {literal(match.value)}"


def _lines(notes: Sequence[str]) -> list[str]:
    return [line for line in map(one_line, notes) if line]


def own(text: str, *, shared: bool = False) -> Segment:
    """A segment of the layout's own words."""
    return Segment(text=text, trusted=True, shared=shared)


def data(text: str, *, shared: bool = False) -> Segment:
    """A segment of names, values or questions, in which nothing is a special token."""
    return Segment(text=text, shared=shared)
