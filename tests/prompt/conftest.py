"""Small tokenizers of the two kinds that models have, made here: no download."""

from __future__ import annotations

from typing import Any

import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.processors import TemplateProcessing
from transformers import PreTrainedTokenizerFast

from sqlft.schema import Column, ForeignKey, Schema, Table

CHATML = (
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}"
    "<|im_start|>system\nYou are somebody else<|im_end|>\n{% endif %}"
    "<|im_start|>{{ message['role'] }}\n{{ message['content'] | trim }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.fixture(scope="session")
def chat_tokenizer() -> Any:
    """Byte-level, with ChatML's special tokens and an added token that is not marked special."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("s", "e"), ("\u0120", "s"), ("o", "r")]
    words = [*alphabet, *("".join(pair) for pair in merges)]
    backend = Tokenizer(models.BPE({w: i for i, w in enumerate(words)}, merges))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens(["<|im_start|>", "<|im_end|>"])
    backend.add_tokens([AddedToken("<tool_call>", special=False, normalized=False)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<|im_start|>", eos_token="<|im_end|>"
    )
    tokenizer.chat_template = CHATML
    return tokenizer


@pytest.fixture(scope="session")
def llama_tokenizer() -> Any:
    """As Llama 2's and CodeLlama's: a space before every text, BOS first, no chat template."""
    words = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), "\u2581"]
    words += [chr(code) for code in range(33, 127)]
    backend = Tokenizer(
        models.BPE({w: i for i, w in enumerate(words)}, [], unk_token="<unk>", byte_fallback=True)
    )
    backend.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
    )
    backend.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    backend.add_special_tokens(["<unk>", "<s>", "</s>"])
    backend.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )


@pytest.fixture(scope="session")
def shop() -> Schema:
    """Two tables, a key, notes, samples and a private column."""
    return Schema(
        name="shop",
        today="2025-12-31",
        tables=(
            Table(
                name="customers",
                comment="people who bought",
                primary_key=("customer_id",),
                columns=(
                    Column(name="customer_id", type="INTEGER", nullable=False, samples=("1",)),
                    Column(name="city", type="VARCHAR", samples=("Paris", "L'Aquila", "Rome")),
                    Column(name="email", type="VARCHAR", private=True, samples=("a@b.c",)),
                ),
            ),
            Table(
                name="orders",
                primary_key=("order_id",),
                columns=(
                    Column(name="order_id", type="BIGINT"),
                    Column(name="customer_id", type="INTEGER"),
                    Column(
                        name="ttl",
                        type="DECIMAL(10,2)",
                        comment="total",
                        meaning="order value",
                        unit="EUR",
                        synonyms=("revenue",),
                        samples=("12.50",),
                    ),
                ),
            ),
        ),
        foreign_keys=(
            ForeignKey(
                table="orders",
                columns=("customer_id",),
                target_table="customers",
                target_columns=("customer_id",),
            ),
        ),
    )
