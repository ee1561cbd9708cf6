"""A model in memory, with what was found out about it when it was loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """Weights and tokenizer of one model, ready to write. The weights are not trained here."""

    model: Any
    """A transformers causal LM in evaluation mode, or a PeftModel around one."""
    tokenizer: Any
    """The model's transformers tokenizer."""
    name: str
    """As a user gives it: a known name, a hub id or a folder."""
    adapter: str | None
    """As a user gives it: a folder, or a known adapter's name."""
    adapter_key: str | None = None
    """What PEFT calls it in ``model``; none without one, whatever adapters ``model`` has."""
    layout: str
    """The prompt layout it is asked in."""
    device: str
    """``cpu`` or ``cuda``."""
    dtype: str
    """``bfloat16``, ``float16`` or ``float32``: what it computes in; ``nf4`` for 4-bit weights."""
    digest: str | None
    """sha256 of a known model's weights, commit of a hub model; none for any other folder."""

    @property
    def context_tokens(self) -> int | None:
        """Tokens that prompt and answer may have together; none where the model does not say."""
        config = self.model.config.get_text_config()
        return getattr(config, "max_position_embeddings", None)

    @property
    def end_ids(self) -> frozenset[int]:
        """Tokens that end an answer, by the generation settings and by the tokenizer."""
        stated = self.model.generation_config.eos_token_id
        several = stated if isinstance(stated, list) else [stated]
        return frozenset(i for i in (*several, self.tokenizer.eos_token_id) if i is not None)
