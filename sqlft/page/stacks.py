"""Shares of a whole, one bar a label, as SVG text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from sqlft.page.plot import drawn

_WIDTH_PX = 620
_ROW_PX = 24


def stacks(
    found: Mapping[str, Mapping[str, int]], *, colours: Mapping[str, str], unit: str
) -> Markup:
    """For each label a bar of its parts' counts, in the order of ``colours``.

    Args:
        found: counts by part, by label; parts without a colour are an error of the caller's.
        colours: by part.
    """
    parts: Sequence[str] = list(colours)
    values = [
        {"label": label, "part": part, "count": counts.get(part, 0), "place": place}
        for label, counts in found.items()
        for place, part in enumerate(parts)
        if counts.get(part, 0)
    ]
    present = [part for part in parts if any(value["part"] == part for value in values)]
    return drawn(
        {
            "data": {"values": values},
            "width": _WIDTH_PX,
            "height": {"step": _ROW_PX},
            "mark": {"type": "bar"},
            "encoding": {
                "y": {
                    "field": "label",
                    "type": "nominal",
                    "title": None,
                    "sort": list(found),
                    "axis": {"labelLimit": 220},
                },
                "x": {"field": "count", "type": "quantitative", "title": unit},
                "order": {"field": "place"},
                "color": {
                    "field": "part",
                    "type": "nominal",
                    "title": None,
                    "scale": {"domain": present, "range": [colours[part] for part in present]},
                    "legend": {"orient": "top", "columns": 4, "labelLimit": 200},
                },
            },
        }
    )
