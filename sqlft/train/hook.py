"""How training is told what answers are worth, without knowing how that is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class Rate(Protocol):
    """Right answers of all that were asked."""

    @property
    def hits(self) -> int: ...
    @property
    def total(self) -> int: ...


class Bounds(Protocol):
    """Between which the true rate lies, with 95 % confidence."""

    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...
    @property
    def method(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Hook:
    """The execution accuracy of a model while it is trained."""

    measure: Callable[[Any, Any, int], Rate]
    """Of a model in evaluation mode, its tokenizer, and the step."""
    bounds: Callable[[Rate], Bounds]
