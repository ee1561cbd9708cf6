"""What richer pages are made of, besides text, tables and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "bad", "open", "plain"]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The one sentence that a reader came for, and what it rests on."""

    said: str
    because: tuple[str, ...] = ()
    tone: Tone = "plain"


@dataclass(frozen=True, kw_only=True)
class Span:
    """A table's cell: a share between 0 and 1 with its bounds, drawn on a line and written out."""

    share: float
    low: float
    high: float
    shown: str
    tone: Tone = "plain"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A table's cell: a difference between -1 and 1 with its bounds, drawn around a middle line."""

    value: float
    low: float
    high: float
    shown: str

    @property
    def tone(self) -> Tone:
        """Whether the bounds leave 0 out, and on which side."""
        if self.low > 0:
            return "good"
        return "bad" if self.high < 0 else "open"


@dataclass(frozen=True, kw_only=True)
class Tinted:
    """A table's cell whose ground shows a share between 0 and 1."""

    share: float | None
    shown: str


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A table's cell, or a column's name, that differs from what it is compared with."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Code:
    """A query or another text whose lines are kept."""

    text: str
    title: str | None = None


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A word with a tone."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, kw_only=True)
class Fold:
    """Something that a reader opens.

    ``groups`` are the filters of a page's ``Choice`` under which it is shown.
    """

    title: str
    blocks: Sequence[object]
    badges: tuple[Badge, ...] = ()
    groups: tuple[str, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Buttons above folds: each shows those of its group. The first shows all."""

    name: str
    groups: tuple[tuple[str, str], ...]
    """Key, in plain letters and digits, and label."""


@dataclass(frozen=True, kw_only=True)
class Beside:
    """Blocks side by side, where the window is wide enough."""

    columns: tuple[Sequence[object], ...]
