"""Pages: headings, text, tables and figures as one HTML text that needs no other file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from sqlft.files import whole_file
from sqlft.page.blocks import Verdict

if TYPE_CHECKING:
    from jinja2 import Template


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table: names of columns, and rows of cells. Numbers stand to the right."""

    columns: tuple[object, ...]
    """Names; one that is ``Marked`` stands out."""
    rows: Sequence[tuple[object, ...]]
    """Texts, numbers, None, or cells of ``sqlft.page.blocks``."""
    caption: str | None = None


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A plot of ``sqlft.page`` with the line below it."""

    svg: Markup
    caption: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of a page."""

    heading: str
    text: tuple[str, ...] = ()
    """Paragraphs."""
    grids: tuple[Grid, ...] = ()
    figures: tuple[Figure, ...] = ()
    blocks: Sequence[object] = ()
    """Texts, grids, figures, and what ``sqlft.page.blocks`` adds, in their order."""


def page(title: str, sections: Sequence[Section], *, verdict: Verdict | None = None) -> str:
    """The page's HTML. It loads nothing and runs no script; every text in it is escaped."""
    return _template().render(title=title, sections=sections, verdict=verdict)


def write_page(path: Path, html: str) -> None:
    """Writes a page; the file appears whole or not at all.

    Raises:
        InputError: it cannot be written.
    """
    with whole_file(path) as file:
        file.write(html)


def shown(value: object) -> str:
    """A cell as people read it.

    >>> shown(12345), shown(0.25), shown(None)
    ('12,345', '0.25', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def percent(share: float) -> str:
    """A share as a length of a style, within its bounds.

    >>> percent(0.125), percent(1.5)
    ('12.5%', '100%')
    """
    return f"{100 * min(1.0, max(0.0, share)):.4g}%"


def is_number(value: object) -> bool:
    """Whether a cell stands to the right."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_block(value: object, name: str) -> bool:
    """Whether a value is of the kind of that name."""
    return type(value).__name__ == name


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sqlft.page", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = shown
    environment.filters["percent"] = percent
    environment.tests["number_cell"] = is_number
    environment.tests["block"] = is_block
    return environment.get_template("page.html.j2")
