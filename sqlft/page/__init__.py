"""The one maker of self-contained HTML pages and plots."""

from __future__ import annotations

from sqlft.page.lines import lines
from sqlft.page.plot import Bar, bars, histogram
from sqlft.page.render import Figure, Grid, Section, page, write_page

__all__ = [
    "Bar",
    "Figure",
    "Grid",
    "Section",
    "bars",
    "histogram",
    "lines",
    "page",
    "write_page",
]
