"""A share that keeps what it was made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlft.errors import InputError


@dataclass(frozen=True, kw_only=True)
class Rate:
    """``hits`` of ``total``.

    Raises:
        ValueError: at construction, where the hits are negative or more than the total.
    """

    hits: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.total:
            raise ValueError(f"{self.hits} of {self.total} is no rate")

    @property
    def share(self) -> float:
        """0 to 1.

        Raises:
            InputError: of nothing there is no share.

        >>> Rate(hits=3, total=4).share
        0.75
        """
        if not self.total:
            raise InputError("a rate over no question at all", hint="is the dataset empty?")
        return self.hits / self.total


def rate_of(found: Iterable[bool | None]) -> Rate:
    """The rate of True among True and False; None is left out.

    >>> rate_of([True, None, False])
    Rate(hits=1, total=2)
    """
    counted = [one for one in found if one is not None]
    return Rate(hits=sum(counted), total=len(counted))
