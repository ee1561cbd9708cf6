"""The one interface of everything that writes an answer: local weights, an endpoint, a mapping."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from sqlft.config import Decoding
from sqlft.prompt.prompt import Prompt

Cancel = Callable[[], bool]
"""Asked between decoding steps; true stops the writing."""

Finish = Literal["stop", "length", "timeout", "cancelled"]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One raw completion."""

    text: str
    finish: Finish = "stop"
    prompt_tokens: int | None = None
    output_tokens: int | None = None
    log_probability: float | None = None
    """Sum of the natural log-probabilities of the written tokens, where the writer knows it."""


class Generator(Protocol):
    """Writes candidates for prompts. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """The model's name as a user would give it."""
        ...

    @property
    def adapter(self) -> str | None: ...

    @property
    def layout(self) -> str:
        """The prompt layout that this writer expects."""
        ...

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, *, cancel: Cancel | None = None
    ) -> list[tuple[Reply, ...]]:
        """``decoding.candidates`` replies for each prompt, best first, in the prompts' order.

        Raises:
            ModelError: the weights or the endpoint failed.
            InputError: a prompt does not fit the model's context.
        """
        ...


@runtime_checkable
class ReadsAhead(Protocol):
    """A generator that can read what prompts share before anybody asks."""

    def read_ahead(
        self, prompt: Prompt, decoding: Decoding, *, cancel: Cancel | None = None
    ) -> bool:
        """Reads the part of the prompt that others share; true once it is kept.

        It changes no answer, and gives way to whoever asks over another schema.
        """
        ...
