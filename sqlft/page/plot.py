"""Plots as SVG text, drawn by Vega-Lite without a browser."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from markupsafe import Markup

_WIDTH_PX = 460
_ROW_PX = 22
_HEIGHT_PX = 160
_COLOUR = "#3b6ea8"
_FONT = "system-ui, sans-serif"
# The page's own colour of text, so that axes can be read on a dark ground too.
_INK = {
    "labelFont": _FONT,
    "titleFont": _FONT,
    "titleFontWeight": "normal",
    "labelColor": "currentColor",
    "titleColor": "currentColor",
    "domainColor": "currentColor",
    "tickColor": "currentColor",
    "gridColor": "currentColor",
}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One labelled number; ``low`` and ``high`` bound it where it is uncertain."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None


def bars(found: Sequence[Bar], *, unit: str) -> Markup:
    """A horizontal bar for each label, in the given order, with its number beside it.

    Where a bar has bounds, a line shows them. Labels are shown as text, whatever they hold.
    """
    values = [_row(place, bar) for place, bar in enumerate(found)]
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "bar", "color": _COLOUR}, "encoding": {"x": _amount("value", unit)}},
        {
            "mark": {"type": "text", "align": "left", "dx": 4},
            "encoding": {"x": _amount("at", unit), "text": {"field": "shown", "type": "nominal"}},
        },
    ]
    if any(bar.low is not None for bar in found):
        span = {"x": _amount("low", unit), "x2": {"field": "high"}}
        layers.insert(1, {"mark": {"type": "rule", "color": "currentColor"}, "encoding": span})
    named = {
        "field": "label",
        "type": "nominal",
        "title": None,
        "sort": {"field": "place"},
        "axis": {"labelLimit": 260},
    }
    spec = {
        "data": {"values": values},
        "width": _WIDTH_PX,
        "height": {"step": _ROW_PX},
        "encoding": {"y": named},
        "layer": layers,
    }
    return drawn(spec)


def _row(place: int, bar: Bar) -> dict[str, Any]:
    high = bar.value if bar.high is None else bar.high
    low = bar.value if bar.low is None else bar.low
    shown = f"{bar.value:,.4g}" if bar.value != int(bar.value) else f"{int(bar.value):,}"
    return {
        "place": place,
        "label": bar.label,
        "value": bar.value,
        "low": low,
        "high": high,
        "at": max(bar.value, high),
        "shown": shown,
    }


def histogram(values: Sequence[float], *, unit: str, bins: int = 30) -> Markup:
    """How many values lie in each of at most ``bins`` ranges of equal, round width.

    The counting is done here, so that a million values make a plot as small as ten do.

    Raises:
        ValueError: there is no value, or one that is not finite.
    """
    edges, counts = counted(values, bins)
    rows = [
        {"from": low, "to": high, "count": count}
        for (low, high), count in zip(pairwise(edges), counts, strict=True)
    ]
    encoding = {
        "x": {"field": "from", "type": "quantitative", "bin": {"binned": True}, "title": unit},
        "x2": {"field": "to"},
        "y": {"field": "count", "type": "quantitative", "title": "examples"},
    }
    spec = {
        "data": {"values": rows},
        "width": _WIDTH_PX,
        "height": _HEIGHT_PX,
        "mark": {"type": "bar", "color": _COLOUR},
        "encoding": encoding,
    }
    return drawn(spec)


def counted(values: Sequence[float], bins: int) -> tuple[list[float], list[int]]:
    """Edges of ranges (one more than ranges, rising) and how many values lie in each.

    A range holds its lower edge. Widths are 1, 2 or 5 times a power of ten.

    >>> counted([1, 2, 2, 9], bins=5)
    ([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], [1, 2, 0, 0, 1])
    """
    if not values or not all(map(math.isfinite, values)):
        raise ValueError("a histogram needs finite values")
    low, high = min(values), max(values)
    width = _round_width((high - low) / bins)
    first = math.floor(low / width)
    ranges = math.floor(high / width) - first + 1
    counts = [0] * ranges
    for value in values:
        counts[math.floor(value / width) - first] += 1
    return [(first + at) * width for at in range(ranges + 1)], counts


def _round_width(least: float) -> float:
    if least <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least)


def _amount(field: str, unit: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": unit}


def drawn(spec: dict[str, Any]) -> Markup:
    """The drawing; nothing is fetched. The first one takes 0.7 s, the others about 0.05 s."""
    import vl_convert

    config = {
        "font": _FONT,
        "background": "transparent",
        "view": {"stroke": None},
        "axis": _INK | {"domainOpacity": 0.4, "gridOpacity": 0.15, "tickOpacity": 0.4},
        "legend": _INK,
        "text": {"color": "currentColor"},
    }
    svg = vl_convert.vegalite_to_svg(spec, config=config, allowed_base_urls=[])
    return Markup(svg)  # Vega escapes the labels, which a test holds it to
