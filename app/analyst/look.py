"""Pieces of HTML that have a class in look.css."""

from __future__ import annotations


def stages_html(rows: list[tuple[str, float]]) -> str:
    """A list of stages with their seconds."""
    items = "".join(f"<li><span>{name}</span><span>{s:.1f} s</span></li>" for name, s in rows)
    return f'<ul class="sq-stages">{items}</ul>'
