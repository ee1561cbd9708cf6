"""A prompt as the final sequence of segments, with the model's chat template around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from sqlft.errors import ModelError
from sqlft.prompt.prompt import Message, Prompt, Segment

ChatTemplate = Callable[[list[dict[str, str]]], str]
"""Messages (``role``, ``content``) to the text a model was trained on, up to where it answers.

It may raise any exception where it cannot take the roles it is given.
"""

_SLOT = re.compile(r"sqlft-message-(\d+)-content")


def segments(prompt: Prompt, chat_template: ChatTemplate | None) -> tuple[Segment, ...]:
    """The whole text before the answer, ``answer_start`` included, in segments to tokenise.

    The template never sees data: it is applied to placeholders, which are then replaced, so that
    its own text is trusted and everything from the database or the user stays data. Without a
    template, messages end with a line end each. Segments that are ``shared`` come first.

    Raises:
        ModelError: the template can take neither a system message nor the same text from the user.
    """
    if chat_template is None or not prompt.chat_template:
        pieces = [s for message in prompt.messages for s in (*message.segments, _own("\n"))]
    else:
        pieces = _templated(prompt.messages, chat_template)
    return (*_joined(_shared_prefix(pieces)), *_answer_start(prompt))


def _own(text: str) -> Segment:
    return Segment(text=text, trusted=True)


def _answer_start(prompt: Prompt) -> tuple[Segment, ...]:
    return (_own(prompt.answer_start),) if prompt.answer_start else ()


def _templated(messages: Sequence[Message], chat_template: ChatTemplate) -> list[Segment]:
    """Template text and the messages' segments, in order."""
    found = _filled(messages, chat_template)
    if found is None:  # Gemma's and early Mistral's templates refuse or drop a system message
        found = _filled(_without_system(messages), chat_template)
    if found is None:
        raise ModelError(
            "the model's chat template cannot take a plain question",
            hint="choose the layout sqlcoder, which uses no chat template",
        )
    return found


def _filled(messages: Sequence[Message], chat_template: ChatTemplate) -> list[Segment] | None:
    """As ``_templated``; none where the template fails, or loses or repeats a message."""
    slots = [
        {"role": message.role, "content": f"sqlft-message-{index}-content"}
        for index, message in enumerate(messages)
    ]
    try:
        parts = _SLOT.split(chat_template(slots))
    except Exception:  # templates are code of the model's makers and raise what they like
        return None
    if parts[1::2] != [str(index) for index in range(len(messages))]:
        return None
    pieces = [_own(parts[0])]
    for message, after in zip(messages, parts[2::2], strict=True):
        pieces += [*message.segments, _own(after)]
    return pieces


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """The messages with the system message's text at the beginning of the first user message."""
    system = [m for m in messages if m.role == "system"]
    rest = [m for m in messages if m.role != "system"]
    lead = tuple(s for m in system for s in (*m.segments, _own("\n\n")))
    return [replace(rest[0], segments=(*lead, *rest[0].segments)), *rest[1:]]


def _shared_prefix(pieces: Sequence[Segment]) -> list[Segment]:
    """The pieces with everything up to the last shared one marked as shared."""
    last = max((i for i, piece in enumerate(pieces) if piece.shared), default=-1)
    return [replace(piece, shared=index <= last) for index, piece in enumerate(pieces)]


def _joined(pieces: Sequence[Segment]) -> list[Segment]:
    """Neighbours of one kind as one segment, so that tokens may cross where nothing forbids it."""
    kept = [piece for piece in pieces if piece.text]
    runs = groupby(kept, key=lambda piece: (piece.trusted, piece.shared))
    return [
        Segment(text="".join(piece.text for piece in run), trusted=trusted, shared=shared)
        for (trusted, shared), run in runs
    ]
