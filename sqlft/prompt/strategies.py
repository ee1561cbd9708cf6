"""What prompting strategies add to a layout's prompt. None of it enters the fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlft.prompt.layout import data, own
from sqlft.prompt.plain import one_line
from sqlft.prompt.prompt import Message, Prompt, Segment

MAX_PLAN_CHARACTERS = 1500
MAX_ERROR_CHARACTERS = 400

_PERSONA = (
    "You are a senior analyst who has written DuckDB SQL over databases like this one for years. "
    "Before you write, you make sure which tables hold what is asked and how they join. "
    "Rules: use only tables and columns that the schema shows. Return exactly the columns that the "
    "question asks for, in its order, and no others. Join only along keys. Filter with values as "
    "they are stored. Count things, not rows that repeat them. Group by whatever the question says "
    '"per", "each" or "by". Sort and limit only where the question asks for it.'
)
_PLAN = (
    "You plan queries over the database below; another analyst writes them. In at most eight short "
    "lines, name the tables and columns that the question needs, how the tables join, and the "
    "steps: filters, groups, order, limit. Write no SQL."
)
_PLAN_AHEAD = "A plan for the query:\n"
_EXAMPLES_AHEAD = "Questions over other tables, each with its query, as examples:\n\n"
_CORRECTION = "\nWrite the query that answers the question without that mistake."


@dataclass(frozen=True, kw_only=True)
class Shot:
    """A question with the answer that is shown for it."""

    question: str
    answer: str
    """In the layout's answer form."""


def with_persona(prompt: Prompt) -> Prompt:
    """The prompt of an expert: who writes, and the rules of the trade, before everything else."""
    return _led(prompt, own(f"{_PERSONA}\n\n", shared=_shares(prompt)))


def with_shots(prompt: Prompt, shots: Sequence[Shot], *, fixed: bool) -> Prompt:
    """The prompt with questions and answers between the schema and the question.

    Their schemas are not shown: pairs alone teach form at a fraction of the tokens.
    Source: Gao et al. 2023, "Text-to-SQL Empowered by Large Language Models: A Benchmark
    Evaluation", which finds this organisation the most economical.

    Args:
        fixed: they are the same for every question over this schema, and part of its prefix.
    """
    if not shots:
        return prompt
    pairs = "\n\n".join(f"Question: {one_line(s.question)}\n{one_line(s.answer)}" for s in shots)
    return _inserted(prompt, f"{_EXAMPLES_AHEAD}{pairs}\n\n", shared=fixed and _shares(prompt))


def plan_request(prompt: Prompt) -> Prompt:
    """What asks for a plan instead of SQL, over the same schema text; nothing holds it to SQL."""
    asked = (
        data(f"{prompt.schema_text}\n\n", shared=_shares(prompt)),
        data(f"Question: {one_line(prompt.question)}"),
    )
    messages = (
        Message(role="system", segments=(own(_PLAN, shared=_shares(prompt)),)),
        Message(role="user", segments=asked),
    )
    return replace(prompt, messages=messages, answer_start="", stop=(), schema=None)


def with_plan(prompt: Prompt, plan: str) -> Prompt:
    """The prompt with a plan that the model has made, between the schema and the question."""
    lines = [one_line(line) for line in plan[:MAX_PLAN_CHARACTERS].splitlines()]
    kept = "\n".join(line for line in lines if line)
    return _inserted(prompt, f"{_PLAN_AHEAD}{kept}\n\n", shared=False) if kept else prompt


def with_correction(prompt: Prompt, sql: str | None, error: str) -> Prompt:
    """The prompt with the model's own attempt at it and how that failed."""
    tried = "An earlier reply held no query." if sql is None else f"An earlier try:\n{sql.strip()}"
    block = f"{tried}\nIt failed: {one_line(error, MAX_ERROR_CHARACTERS)}{_CORRECTION}"
    if not prompt.chat_template:
        return _inserted(prompt, f"{block}\n\n", shared=False)
    *before, last = prompt.messages
    asked = replace(last, segments=(*last.segments, data(f"\n\n{block}")))
    return replace(prompt, messages=(*before, asked))


def _shares(prompt: Prompt) -> bool:
    """Questions over one schema begin with the same tokens in this prompt's layout."""
    return any(segment.shared for message in prompt.messages for segment in message.segments)


def _led(prompt: Prompt, lead: Segment) -> Prompt:
    first, *rest = prompt.messages
    return replace(prompt, messages=(replace(first, segments=(lead, *first.segments)), *rest))


def _inserted(prompt: Prompt, block: str, *, shared: bool) -> Prompt:
    """The block after the schema; where the layout shares no prefix, before everything."""
    if not _shares(prompt):
        return _led(prompt, data(block))
    *before, last = prompt.messages
    end = 1 + max((i for i, s in enumerate(last.segments) if s.shared), default=-1)
    segments = (*last.segments[:end], data(block, shared=shared), *last.segments[end:])
    return replace(prompt, messages=(*before, replace(last, segments=segments)))
