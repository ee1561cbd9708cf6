"""Prompts that are longer than a model's context."""

from __future__ import annotations

from collections.abc import Iterator

from sqlft.data.check.finding import Finding
from sqlft.data.check.subject import Subject
from sqlft.data.lengths import Meter


def length_findings(subject: Subject, meter: Meter, context_tokens: int) -> Iterator[Finding]:
    """A finding where the prompt and its longest answer do not fit."""
    lengths = meter.measure(subject.example, subject.schema)
    total = lengths.prompt_tokens + lengths.answer_tokens
    if total > context_tokens:
        message = (
            f"the prompt has {lengths.prompt_tokens:,} tokens and the answer "
            f"{lengths.answer_tokens:,}; the context holds {context_tokens:,}"
        )
        yield subject.found("prompt-length", message)
