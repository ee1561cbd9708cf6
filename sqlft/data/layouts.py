"""The layouts that pairs come in, by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlft.data.bird_layout import bird_source
from sqlft.data.pairs import Source
from sqlft.data.spider_layout import spider_source
from sqlft.data.table_layout import table_source
from sqlft.errors import InputError

LAYOUTS = ("spider", "bird", "csv", "jsonl")


def source_of(
    layout: str, place: Path, *, files: Sequence[str] = (), database: Path | None = None
) -> Source:
    """The pairs and databases at a place, in one of ``LAYOUTS``.

    Args:
        files: question files of a ``spider`` or ``bird`` folder.
        database: what all pairs of a ``csv`` or ``jsonl`` file are about.

    Raises:
        InputError: no such layout, or nothing of it there.
    """
    if layout == "spider":
        return spider_source(place, files)
    if layout == "bird":
        return bird_source(place, files)
    if layout in LAYOUTS:
        return table_source(place, layout, database)
    raise InputError(f"no such layout: {layout}", hint=f"one of {', '.join(LAYOUTS)}")
