"""Which token comes next: the likeliest, or a draw."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch

from sqlft.generate.decode import Pick


def picker(temperature: float, seed: int, rows: int) -> Pick:
    """Greedy at temperature 0, else one draw a row from the tempered distribution.

    Each row draws from its own stream, made of the seed and the row's number alone: its draws do
    not depend on how many rows there are, when they end, which thread asks, or the device.
    """
    if temperature == 0:
        return lambda logits, numbers: logits.argmax(dim=-1)
    streams = [random.Random(f"{seed}/{number}") for number in range(rows)]

    def draw(logits: torch.Tensor, numbers: Sequence[int]) -> torch.Tensor:
        return drawn(logits / temperature, [streams[number].random() for number in numbers])

    return draw


def drawn(logits: torch.Tensor, shares: Sequence[float]) -> torch.Tensor:
    """The token (rows,) under which each row's share of the probability mass falls.

    Args:
        logits: (rows, vocabulary); -inf for tokens that must not come.
        shares: one a row, 0 to below 1.

    >>> drawn(torch.tensor([[0.25, 0.5, 0.25]]).log(), [0.74]).tolist()
    [1]
    """
    mass = torch.softmax(logits.double(), dim=-1).cumsum(dim=-1)
    total = mass[:, -1:].contiguous()
    at = torch.tensor(shares, dtype=torch.float64, device=logits.device)[:, None] * total
    # right=True passes over tokens without mass; the second search finds the last token that has
    # any, beyond which rounding could carry the share.
    found = torch.searchsorted(mass, at, right=True)
    return torch.minimum(found, torch.searchsorted(mass, total))[:, 0]
