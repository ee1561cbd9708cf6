"""The one maker of self-contained HTML pages and plots."""

from __future__ import annotations

from sqlft.page.blocks import (
    Badge,
    Beside,
    Choice,
    Code,
    Difference,
    Fold,
    Marked,
    Span,
    Tinted,
    Tone,
    Verdict,
)
from sqlft.page.dots import Dot, dots
from sqlft.page.lines import lines
from sqlft.page.plot import Bar, bars, histogram
from sqlft.page.render import Figure, Grid, Section, page, write_page
from sqlft.page.stacks import stacks

__all__ = [
    "Badge",
    "Bar",
    "Beside",
    "Choice",
    "Code",
    "Difference",
    "Dot",
    "Figure",
    "Fold",
    "Grid",
    "Marked",
    "Section",
    "Span",
    "Tinted",
    "Tone",
    "Verdict",
    "bars",
    "dots",
    "histogram",
    "lines",
    "page",
    "stacks",
    "write_page",
]
