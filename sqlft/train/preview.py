"""What is taught, as people look at it before it is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlft.page.plot import counted
from sqlft.train.lesson import Lesson

RANGES = 12


def token_counts(lessons: Sequence[Lesson]) -> list[tuple[float, float, int]]:
    """Ranges of tokens (from, to), and how many lessons lie in each."""
    edges, counts = counted([float(one.tokens) for one in lessons], RANGES)
    return [(low, high, n) for (low, high), n in zip(pairwise(edges), counts, strict=True)]


def marked(lesson: Lesson, tokenizer: Any) -> str:
    """The lesson as text, the tokens that the loss is taken on between ``>>>`` and ``<<<``."""
    shown = tokenizer.decode([*lesson.prefix, *lesson.question])
    return f"{shown}>>>{tokenizer.decode(list(lesson.answer))}<<<"
