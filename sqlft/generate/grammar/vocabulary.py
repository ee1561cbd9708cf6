"""A tokenizer's tokens as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any


class UnknownTokenizer(Exception):
    """The grammar engine cannot tell what this tokenizer's tokens stand for."""


@dataclass(frozen=True)
class Vocabulary:
    """What each token stands for, and how text is made of tokens.

    All text has one character for each byte, as everywhere in this package: tokens may hold parts
    of letters.
    """

    texts: tuple[str, ...]
    """By token id; empty for special tokens."""
    end_ids: frozenset[int]
    """Tokens that end an answer."""
    engine: Any
    """llguidance's LLTokenizer."""

    def tokens(self, text: str) -> tuple[int, ...]:
        """The tokens that the tokenizer makes of a text in the midst of others."""
        return tuple(self.engine.tokenize_bytes(text.encode("latin-1")))

    @cached_property
    def in_order(self) -> tuple[list[str], list[int]]:
        """Texts and ids of all tokens that have a text, in the order of the texts."""
        pairs = sorted((text, token) for token, text in enumerate(self.texts) if text)
        return [text for text, _ in pairs], [token for _, token in pairs]


def vocabulary(tokenizer: Any, end_ids: frozenset[int]) -> Vocabulary:
    """The vocabulary of a transformers tokenizer; takes about a second.

    Raises:
        UnknownTokenizer: llguidance does not know its kind: only fast tokenizers are known.
    """
    import llguidance.hf

    try:
        engine = llguidance.hf.from_tokenizer(tokenizer, slices=[])
        texts = (
            "" if token in end_ids or engine.is_special_token(token) else _text(engine, token)
            for token in range(engine.vocab_size)
        )
        return Vocabulary(tuple(texts), end_ids, engine)
    except Exception as error:  # its Rust code raises what it likes
        raise UnknownTokenizer(str(error)) from error


def _text(engine: Any, token: int) -> str:
    text: bytes = engine.decode_bytes([token])
    return text.decode("latin-1")
