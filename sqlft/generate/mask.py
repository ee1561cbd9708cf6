"""Which tokens may be written next: what a constraint offers to the decoding loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch


class Mask(Protocol):
    """A constraint on answers to one prompt. Safe to use from several threads.

    It keeps no rows: every call says what a row has written so far, so that rows may be dropped,
    copied and reordered. At least one token is allowed after whatever it allowed before.
    """

    def allows(self, written: Sequence[int], token: int) -> bool:
        """Whether the token may follow."""
        ...

    def forced(self, written: Sequence[int]) -> tuple[int, ...]:
        """The tokens that must follow, whatever the model would choose; none where it may choose.

        Never an end mark. They need no step each: one reading takes them all.
        """
        ...

    def closing(self, written: Sequence[int]) -> tuple[int, ...]:
        """Tokens that make the answer whole, an end mark last; none where none are known."""
        ...

    def narrow(self, logits: torch.Tensor, written: Sequence[Sequence[int]]) -> None:
        """Sets the logits (rows, vocabulary) of all other tokens to -inf, in place."""
        ...
