"""A tiny random Llama, and lessons of random tokens for it."""

from __future__ import annotations

import random

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from sqlft.train.lesson import Lesson

VOCABULARY = 97


@pytest.fixture
def tiny_llama():
    """Two layers with grouped heads, in fp32."""
    torch.manual_seed(3)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=24,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        eos_token_id=1,
        tie_word_embeddings=True,
        attn_implementation="sdpa",
    )
    return LlamaForCausalLM(config)


def random_lesson(rng: random.Random, name: str, prefix: tuple[int, ...]) -> Lesson:
    """A lesson of random tokens behind the prefix."""

    def drawn(low: int, high: int) -> tuple[int, ...]:
        return tuple(rng.randrange(2, VOCABULARY) for _ in range(rng.randint(low, high)))

    return Lesson(id=name, prefix=prefix, question=drawn(1, 7), answer=(*drawn(1, 9), 1))


@pytest.fixture
def lessons() -> list[Lesson]:
    """17 lessons over four prefixes, one of them empty."""
    rng = random.Random(5)
    found = []
    for group, (size, count) in enumerate([(11, 7), (5, 3), (0, 4), (23, 3)]):
        prefix = tuple(rng.randrange(2, VOCABULARY) for _ in range(size))
        found += [random_lesson(rng, f"{group}-{number}", prefix) for number in range(count)]
    return found
