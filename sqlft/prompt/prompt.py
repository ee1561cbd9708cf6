"""A prompt as a value: messages made of segments, each tokenised by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlft.schema import Schema


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A piece of prompt text that is tokenised by itself.

    ``trusted`` text is sqlft's own and may hold a model's special tokens; everything else (names,
    comments, values, questions) is data, in which special tokens are plain characters.
    """

    text: str
    trusted: bool = False
    shared: bool = False
    """Depends on the schema alone: part of the prefix that questions over one schema share."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One turn of a chat; for a model without a chat template the turns are joined as they are."""

    role: Literal["system", "user", "assistant"]
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """The segments in one string."""
        return "".join(segment.text for segment in self.segments)


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """Everything that is said to a model for one question."""

    layout: str
    messages: tuple[Message, ...]
    question: str
    schema_text: str
    """The schema as the model sees it."""
    answer_start: str = ""
    """What the answer is made to begin with, such as an opened code fence."""
    stop: tuple[str, ...] = ()
    """Texts that end the answer; not part of it."""
    schema: Schema | None = field(default=None, repr=False, compare=False)
    """What the schema text shows: an answer can be held to it."""
    chat_template: bool = True
    """Whether the model's chat template is applied, where it has one."""
