"""Attention of rows that begin alike: what they share is read once for all of them.

Each row's answer to its own part of the keys, and to the shared part, is put together by how much
each part weighs, as FlashAttention does it block by block (Dao et al. 2022). Eight rows of a step
over a schema of 2,100 tokens then read its keys once instead of eight times.
"""

from __future__ import annotations

import torch

LEAST_SHARED = 256
"""Tokens that rows share at least: for fewer, two parts take longer than one."""

_BARRED = -1e9
"""Added to scores that do not count. Finite: a pad that sees nothing must not become NaN."""


def can_share(device: torch.device) -> bool:
    """Whether PyTorch tells here what a part of the keys weighs; elsewhere rows are read apart."""
    told = hasattr(torch.ops.aten, "_scaled_dot_product_flash_attention_for_cpu")
    return told and device.type == "cpu"


def barred(mask: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """What is added to scores: nothing where the mask is true."""
    return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill_(~mask, _BARRED)


def shared_attention(
    queries: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    mask: torch.Tensor,
    shared: int,
) -> torch.Tensor:
    """Attention where the first ``shared`` keys and values of every row are those of the first.

    Args:
        queries: (rows, heads, n, width), each of which sees all that is shared; ``keys`` and
            ``values``: (rows, heads, seen, width).
        mask: (rows, 1, 1 or n, seen), as ``barred`` makes it.

    Returns:
        (rows, heads, n, width)
    """
    rows, heads, n, width = queries.shape
    together = queries.transpose(0, 1).reshape(1, heads, rows * n, width)
    common, weight = _part(together, keys[:1, :, :shared], values[:1, :, :shared], None)
    common = common.view(heads, rows, n, width).transpose(0, 1)
    weight = weight.view(heads, rows, n).transpose(0, 1)
    seen = mask[..., shared:].expand(rows, 1, n, -1)
    own, own_weight = _part(queries, keys[:, :, shared:], values[:, :, shared:], seen)
    share = torch.sigmoid(own_weight - weight)[..., None]
    return torch.lerp(common.float(), own.float(), share).to(queries.dtype)


def _part(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, mask: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention to a part of the keys, (rows, heads, n, width), and the logarithm of that part's
    weight, (rows, heads, n)."""
    answer, weight = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
        queries, keys, values, 0.0, False, attn_mask=mask
    )
    return answer, weight
