"""Prompts as token ids: each segment by itself, data without special tokens."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlft.prompt.chat import ChatTemplate, segments
from sqlft.prompt.prompt import Prompt, Segment


class Tokenizer(Protocol):
    """What is used of a Hugging Face tokenizer."""

    def __hash__(self) -> int: ...
    def __call__(self, text: Any, *args: Any, **kwargs: Any) -> Any: ...
    def apply_chat_template(self, conversation: Any, *args: Any, **kwargs: Any) -> Any: ...
    @property
    def added_tokens_decoder(self) -> Any: ...
    @property
    def bos_token_id(self) -> Any: ...
    @property
    def eos_token_id(self) -> Any: ...
    @property
    def unk_token_id(self) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class TokenisedPrompt:
    """A prompt's token ids. The first ``shared_tokens`` of them depend on the schema alone."""

    ids: tuple[int, ...]
    shared_tokens: int


# A fast tokenizer keeps "split special tokens" as state between calls: two threads that ask for
# different settings at once would read each other's, and data could then act as a special token.
_LOCK = threading.Lock()


def tokenise(prompt: Prompt, tokenizer: Tokenizer) -> TokenisedPrompt:
    """The ids of everything before the answer, with the tokenizer's chat template applied.

    BOS stands first, once, where the tokenizer wants one. Ids of a schema are kept, so that the
    next question over it costs its own tokens only. Safe to call from several threads.

    Raises:
        ModelError: the chat template cannot take the prompt.
    """
    return tokenise_segments(segments(prompt, chat_template_of(tokenizer)), tokenizer)


def tokenise_segments(pieces: Sequence[Segment], tokenizer: Tokenizer) -> TokenisedPrompt:
    """As ``tokenise``, for segments whose shared ones come first."""
    ids: list[int] = []
    shared_tokens = 0
    for index, piece in enumerate(pieces):
        encode = _kept_ids if piece.shared else _ids
        found = encode(tokenizer, piece.text, trusted=piece.trusted, first=index == 0)
        if index == 0 and _wants_bos(tokenizer) and found[:1] != (tokenizer.bos_token_id,):
            ids.append(tokenizer.bos_token_id)
        ids += found
        if piece.shared:
            shared_tokens = len(ids)
    return TokenisedPrompt(ids=tuple(ids), shared_tokens=shared_tokens)


def tokenise_answer(text: str, tokenizer: Tokenizer) -> tuple[int, ...]:
    """The ids of an answer as a model writes it after a prompt, without an end token."""
    return _ids(tokenizer, text, trusted=False, first=False)


def chat_template_of(tokenizer: Tokenizer) -> ChatTemplate | None:
    """The tokenizer's chat template with the answer's beginning, or none where it has none."""
    if not getattr(tokenizer, "chat_template", None):
        return None

    def template(messages: list[dict[str, str]]) -> str:
        text: str = tokenizer.apply_chat_template(
            messages,
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=False,  # Qwen3 and its kin would spend the answer's tokens on it
            date_string="26 Jul 2024",  # Llama 3 would put the day of asking into every prefix
        )
        return text

    return template


@lru_cache(maxsize=32)
def _kept_ids(tokenizer: Tokenizer, text: str, *, trusted: bool, first: bool) -> tuple[int, ...]:
    return _ids(tokenizer, text, trusted=trusted, first=first)


def _ids(tokenizer: Tokenizer, text: str, *, trusted: bool, first: bool) -> tuple[int, ...]:
    """The ids of one segment; of data, never one that controls the model."""
    anchored = not first and _puts_space_before(tokenizer)
    if trusted:
        return _encoded(tokenizer, text, split=False, anchored=anchored)
    found = _encoded(tokenizer, text, split=True, anchored=anchored)
    controls = _control_tokens(tokenizer)
    if controls.keys().isdisjoint(found):
        return found
    # "Split special tokens" does not hold for added tokens that are not marked as special, such
    # as <tool_call>: cut each of them in two, and encode the pieces by themselves.
    whole: list[int] = []
    for index, piece in enumerate(_cut(text, tuple(controls.values()))):
        whole += _encoded(tokenizer, piece, split=True, anchored=anchored or index > 0)
    return tuple(token for token in whole if token not in controls)


def _cut(text: str, contents: tuple[str, ...]) -> list[str]:
    """The text in pieces, none of which holds one of the contents."""
    longest_first = sorted(contents, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    pieces, start = [], 0
    while (match := pattern.search(text, start)) is not None:
        cut = match.start() + max(1, len(match.group()) // 2)
        pieces.append(text[start:cut])
        start = cut
    return [piece for piece in (*pieces, text[start:]) if piece]


def _encoded(tokenizer: Tokenizer, text: str, *, split: bool, anchored: bool) -> tuple[int, ...]:
    """Ids without BOS or EOS; ``anchored``: as they are in the middle of a text."""
    if not anchored:
        return _call(tokenizer, text, split)
    anchor = _call(tokenizer, "\n", split)
    found = _call(tokenizer, "\n" + text, split)
    return found[len(anchor) :] if found[: len(anchor)] == anchor else _call(tokenizer, text, split)


def _call(tokenizer: Tokenizer, text: str, split: bool) -> tuple[int, ...]:
    with _LOCK:
        encoding = tokenizer(
            text, add_special_tokens=False, split_special_tokens=split, verbose=False
        )
    return tuple(encoding["input_ids"])


@lru_cache(maxsize=8)
def _puts_space_before(tokenizer: Tokenizer) -> bool:
    """SentencePiece's way: every text begins with a space, which only the first segment's may."""
    apart = _call(tokenizer, "\n", False) + _call(tokenizer, "a", False)
    return _call(tokenizer, "\na", False) != apart


@lru_cache(maxsize=8)
def _wants_bos(tokenizer: Tokenizer) -> bool:
    if tokenizer.bos_token_id is None:
        return False
    with _LOCK:
        ids = tokenizer("a", add_special_tokens=True)["input_ids"]
    return list(ids[:1]) == [tokenizer.bos_token_id]


@lru_cache(maxsize=8)
def _control_tokens(tokenizer: Tokenizer) -> dict[int, str]:
    """Ids and texts of the tokens beyond the plain vocabulary, runs of white space aside."""
    return {
        number: str(token)
        for number, token in tokenizer.added_tokens_decoder.items()
        if str(token).strip() and number != tokenizer.unk_token_id
    }
