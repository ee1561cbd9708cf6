"""How long examples are, in tokens."""

from __future__ import annotations

from dataclasses import dataclass

from sqlft.config import Progress
from sqlft.errors import InputError, SqlError
from sqlft.examples import Example
from sqlft.prompt import Layout, Tokenizer, answer, layout, notes_for, tokenise
from sqlft.schema import Schema

_NO_LIMIT = 10**9  # transformers writes 10**30 where a tokenizer does not know its context


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """Tokens of one example."""

    question_tokens: int
    schema_tokens: int
    """What the prompt shares with every question over the schema."""
    prompt_tokens: int
    """All that stands before the answer, the schema included."""
    answer_tokens: int
    """The longest gold in the layout's answer form, or the refusal."""


@dataclass(frozen=True, kw_only=True)
class Meter:
    """A tokenizer and the layout in which prompts are measured."""

    tokenizer: Tokenizer
    layout: Layout

    @property
    def context_tokens(self) -> int | None:
        """What the tokenizer says its model can read; none where it does not say."""
        said = getattr(self.tokenizer, "model_max_length", _NO_LIMIT)
        return said if isinstance(said, int) and said < _NO_LIMIT else None

    def count(self, text: str) -> int:
        """The tokens of a text by itself."""
        return len(self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def measure(self, example: Example, schema: Schema) -> Lengths:
        """The tokens of one example as a model reads and writes them."""
        notes = notes_for(schema, example.question)
        if example.evidence:
            notes = (*notes, example.evidence)
        prompt = tokenise(self.layout.render(schema, example.question, notes=notes), self.tokenizer)
        return Lengths(
            question_tokens=self.count(example.question),
            schema_tokens=prompt.shared_tokens,
            prompt_tokens=len(prompt.ids),
            answer_tokens=max(map(self.count, self._answers(example, schema))),
        )

    def _answers(self, example: Example, schema: Schema) -> list[str]:
        return [self._answer(gold, schema) for gold in example.gold or (None,)]

    def _answer(self, gold: str | None, schema: Schema) -> str:
        try:
            return answer(gold, schema, self.layout)
        except SqlError:
            return gold or ""


def meter(name: str, *, layout_name: str = "sqlft", progress: Progress | None = None) -> Meter:
    """The meter of a model's tokenizer.

    Args:
        name: a known model's name, a Hugging Face id, or a local folder.

    Raises:
        InputError: no such model or layout.
        ModelError: the tokenizer cannot be fetched or read.
    """
    from sqlft.model.tokenizer import load_tokenizer

    return Meter(tokenizer=load_tokenizer(name, progress=progress), layout=layout(layout_name))


def context_of(found: Meter, asked: int | None) -> int:
    """The context to hold prompts to: the one asked for, else the tokenizer's own.

    Raises:
        InputError: neither is known.
    """
    context = asked if asked is not None else found.context_tokens
    if context is None:
        raise InputError(
            "the tokenizer does not say how long its model's context is", hint="give --context"
        )
    return context
