"""What a model was asked, and what it wrote: an answer with candidates and nothing else yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlft.ask.answer import Answer, Candidate
from sqlft.ask.doubts import doubts
from sqlft.config import Decoding
from sqlft.model import Generator, Reply
from sqlft.prompt import Layout, Prompt, extract, layout
from sqlft.schema import Schema, ValueMatch


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question, and what the model is shown with it."""

    question: str
    schema: Schema
    values: tuple[ValueMatch, ...]
    """The stored values that it names."""
    prompt: Prompt

    def doubts(self, sql: str) -> tuple[str, ...]:
        """What speaks against a query for it."""
        return doubts(sql, self.question, self.values, self.schema)


@dataclass(frozen=True, kw_only=True)
class Written:
    """What a model wrote: an answer with candidates and nothing else yet."""

    asked: Asked
    answer: Answer


def as_written(
    generator: Generator,
    asked: Asked,
    replies: tuple[Reply, ...],
    seconds: Mapping[str, float],
    decoding: Decoding,
) -> Written:
    """The replies as candidates of an answer, with what speaks for and against none of them yet."""
    chosen = layout(generator.layout)
    answer = Answer(
        question=asked.question,
        sql=None,
        display_sql=None,
        verdict=None,
        rows=None,
        truncated=False,
        refusal=None,
        error=None,
        confidence=None,
        candidates=tuple(_candidate(reply, chosen, decoding) for reply in replies),
        schema_text=asked.prompt.schema_text,
        prompt_tokens=replies[0].prompt_tokens,
        output_tokens=_total_output_tokens(replies),
        seconds=seconds,
        model=generator.name,
        adapter=generator.adapter,
    )
    return Written(asked=asked, answer=answer)


def _total_output_tokens(replies: tuple[Reply, ...]) -> int | None:
    counts = [reply.output_tokens for reply in replies]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _candidate(reply: Reply, chosen: Layout, decoding: Decoding) -> Candidate:
    found = extract(reply.text, chosen)
    return Candidate(
        reply=reply.text,
        sql=found.sql,
        refused=found.refused,
        finish=reply.finish,
        votes=None if decoding.searches else 1,
        log_probability=reply.log_probability,
        tokens=reply.output_tokens,
    )
