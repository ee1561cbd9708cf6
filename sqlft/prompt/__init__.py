"""The only place that knows prompt text: layouts, tokens, and SQL or a refusal out of a reply."""

from __future__ import annotations

from sqlft.prompt.answer import answer
from sqlft.prompt.chat import ChatTemplate, segments
from sqlft.prompt.extraction import Extraction, extract
from sqlft.prompt.fingerprint import fingerprint
from sqlft.prompt.layout import AnswerForm, Layout
from sqlft.prompt.layouts import layout, layout_names
from sqlft.prompt.notes import notes_for
from sqlft.prompt.prompt import Message, Prompt, Segment
from sqlft.prompt.tokens import (
    TokenisedPrompt,
    Tokenizer,
    chat_template_of,
    tokenise,
    tokenise_answer,
)
from sqlft.schema import ValueMatch

__all__ = [
    "AnswerForm",
    "ChatTemplate",
    "Extraction",
    "Layout",
    "Message",
    "Prompt",
    "Segment",
    "TokenisedPrompt",
    "Tokenizer",
    "ValueMatch",
    "answer",
    "chat_template_of",
    "extract",
    "fingerprint",
    "layout",
    "layout_names",
    "notes_for",
    "segments",
    "tokenise",
    "tokenise_answer",
]
