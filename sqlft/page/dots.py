"""Points with their bounds, several to a label, as SVG text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sqlft.page.plot import drawn

_WIDTH_PX = 420
_ROW_PX = 13
SERIES_COLOURS = ("#3b82c4", "#d97b29", "#2f9e62", "#a05fc0")
"""Apart from each other, and from the page's ground, in light and dark."""


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One series' value at a label, with its bounds."""

    label: str
    series: str
    value: float
    low: float
    high: float


def dots(found: Sequence[Dot], *, unit: str, bounded: tuple[float, float]) -> Markup:
    """A row for each label, in it a point with its bounds for each series; at most four series.

    Labels and series stand in the order in which they come first.
    """
    labels = list(dict.fromkeys(dot.label for dot in found))
    series = list(dict.fromkeys(dot.series for dot in found))
    values = [
        {"label": d.label, "series": d.series, "value": d.value, "low": d.low, "high": d.high}
        for d in found
    ]
    colour = {
        "field": "series",
        "type": "nominal",
        "title": None,
        "scale": {"domain": series, "range": list(SERIES_COLOURS[: len(series)])},
        "legend": {"orient": "top", "labelLimit": 400} if len(series) > 1 else None,
    }
    scale = {"domain": list(bounded)}
    span = {
        "x": {"field": "low", "type": "quantitative", "title": unit, "scale": scale},
        "x2": {"field": "high"},
    }
    point = {"x": {"field": "value", "type": "quantitative", "title": unit, "scale": scale}}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "rule", "strokeWidth": 2, "opacity": 0.5}, "encoding": span},
        {"mark": {"type": "point", "filled": True, "size": 55, "opacity": 1}, "encoding": point},
    ]
    shared = {
        "y": {
            "field": "label",
            "type": "nominal",
            "title": None,
            "sort": labels,
            "axis": {"labelLimit": 220},
        },
        "yOffset": {"field": "series", "sort": series},
        "color": colour,
    }
    return drawn(
        {
            "data": {"values": values},
            "width": _WIDTH_PX,
            "height": {"step": _ROW_PX, "for": "offset"},
            "encoding": shared,
            "layer": layers,
        }
    )
