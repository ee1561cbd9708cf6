"""Attention over packs whose lessons share a prefix, without the pairs that do not see each other.

A mask over a whole row computes every pair of tokens and throws most away. Here the prefix attends
to itself, and every lesson to the prefix and to itself: in rows of a 250-token prefix and sixteen
lessons of 60 tokens a quarter of the time, forwards and backwards, on one core in bf16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.functional import dropout, pad, scaled_dot_product_attention, softmax

NAME = "sqlft_shared_prefix"


@dataclass(frozen=True, kw_only=True)
class RowShape:
    """The tokens of one row: its prefix, then its lessons; what is left of the row is padding."""

    prefix: int
    lessons: tuple[int, ...]


def with_shared_prefix_attention(model: Any) -> Any:
    """The model, on a CPU attending as this file does where it is told its rows' shapes.

    On a GPU the masked kernel is as good, and takes less memory. A model whose attention cannot be
    chosen stays as it is.
    """
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    on_cpu = next(model.parameters()).device.type == "cpu"
    chosen = getattr(model.config, "_attn_implementation", None)
    if on_cpu and chosen == "sdpa" and getattr(model, "_supports_attention_backend", False):
        AttentionInterface.register(NAME, _attention)
        AttentionMaskInterface.register(NAME, sdpa_mask)
        model.set_attn_implementation(NAME)
    return model


def knows_shapes(model: Any) -> bool:
    """Whether the model attends as this file does, and is to be told its rows' shapes."""
    return getattr(model.config, "_attn_implementation", None) == NAME


def _attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    row_shapes: Sequence[RowShape] | None = None,
    **options: Any,
) -> tuple[torch.Tensor, None]:
    """What transformers asks of an attention; of rows whose shapes it is not told, PyTorch's."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    if row_shapes is None:
        found: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, **options
        )
        return found
    scale = options.get("scaling") or query.shape[-1] ** -0.5
    rate = options.get("dropout") or 0.0
    rows = [
        attended(query[at], key[at], value[at], shape, scale=scale, rate=rate)
        for at, shape in enumerate(row_shapes)
    ]
    return torch.stack(rows).transpose(1, 2).contiguous(), None


def attended(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    shape: RowShape,
    *,
    scale: float,
    rate: float = 0.0,
) -> torch.Tensor:
    """Attention in one row.

    Args:
        query: (heads, length, width), ``key`` and ``value`` (key heads, length, width).
        rate: of dropout.

    Returns:
        (heads, length, width); padding's is zero.
    """
    first, end = shape.prefix, shape.prefix + sum(shape.lessons)
    parts = []
    if first:
        parts.append(
            scaled_dot_product_attention(
                query[None, :, :first],
                key[None, :, :first],
                value[None, :, :first],
                dropout_p=rate,
                is_causal=True,
                scale=scale,
                enable_gqa=query.shape[0] != key.shape[0],
            )[0]
        )
    if end > first:
        parts.append(_lessons(query, key, value, shape, scale=scale, rate=rate))
    return pad(torch.cat(parts, 1), (0, 0, 0, query.shape[1] - end))


def _lessons(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    shape: RowShape,
    *,
    scale: float,
    rate: float,
) -> torch.Tensor:
    """(heads, tokens of all lessons, width): each lesson sees the prefix and itself."""
    heads, _, width = query.shape
    groups, first, tokens = key.shape[0], shape.prefix, sum(shape.lessons)
    end, each = first + tokens, heads // groups
    asked = query[:, first:end].reshape(groups, each, tokens, width) * scale
    held = _Padded(shape.lessons)
    # Scores: (groups, heads of a group, tokens, what they see).
    of_prefix = (asked.flatten(1, 2) @ key[:, :first].mT).reshape(groups, each, tokens, first)
    of_lesson = held.out_of(held.causal(held.into(asked) @ held.into(key[:, None, first:end]).mT))
    weights = softmax(torch.cat([of_prefix, of_lesson], -1), -1)
    if rate:
        weights = dropout(weights, rate)
    on_prefix, on_lesson = weights[..., :first], weights[..., first:]
    seen = (on_prefix.flatten(1, 2) @ value[:, :first]).reshape(groups, each, tokens, width)
    own = held.out_of(held.into(on_lesson) @ held.into(value[:, None, first:end]))
    both: torch.Tensor = (seen + own).reshape(heads, tokens, width)
    return both


class _Padded:
    """Lessons one behind the other, as a block with one lesson a line, and back."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self.longest = max(lengths)
        self._count = len(lengths)
        ends = torch.tensor(lengths).cumsum(0)
        within = torch.arange(self.longest)
        real = within < torch.tensor(lengths)[:, None]
        starts = ends - torch.tensor(lengths)
        self._from = torch.where(real, starts[:, None] + within, 0).flatten()
        self._at = real.flatten().nonzero()[:, 0]

    def causal(self, scores: torch.Tensor) -> torch.Tensor:
        """(..., longest, longest): minus infinity where a token would see a later one."""
        later = torch.full((self.longest, self.longest), float("-inf"), dtype=scores.dtype)
        return scores + later.triu(1)

    def into(self, flat: torch.Tensor) -> torch.Tensor:
        """(..., tokens, n) as (..., lessons, longest, n); what pads a line is never taken out."""
        lines = flat.index_select(-2, self._from)
        return lines.reshape(*flat.shape[:-2], self._count, self.longest, flat.shape[-1])

    def out_of(self, block: torch.Tensor) -> torch.Tensor:
        """(..., lessons, longest, n) as (..., tokens, n)."""
        return block.flatten(-3, -2).index_select(-2, self._at)
