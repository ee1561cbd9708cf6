"""Which token comes next: the likeliest, or a draw."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch


def stream(seed: int, number: int, *, greedy: bool) -> random.Random | None:
    """The draws of one candidate; none for the first one, where that is to be greedy.

    Each candidate draws from its own stream, made of the seed and its number alone: its draws do
    not depend on how many there are, when they end, what else is written beside them, which thread
    asks, or the device.
    """
    return None if greedy and number == 0 else random.Random(f"{seed}/{number}")


def picked(
    logits: torch.Tensor, streams: Sequence[random.Random | None], temperature: float
) -> torch.Tensor:
    """One token (rows,) for each row: the likeliest without a stream, else a draw from it.

    Args:
        logits: (rows, vocabulary); -inf for tokens that must not come.
        temperature: above 0.
    """
    tokens = logits.argmax(dim=-1)
    drawing = [row for row, one in enumerate(streams) if one is not None]
    if drawing:
        shares = [one.random() for one in streams if one is not None]
        places = torch.tensor(drawing, device=logits.device)
        tokens[places] = drawn(logits[places] / temperature, shares)
    return tokens


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
