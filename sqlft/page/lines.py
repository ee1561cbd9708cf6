"""Lines over a common axis, as SVG text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from sqlft.page.plot import drawn

_WIDTH_PX = 460
_HEIGHT_PX = 200
_POINTS_AT_MOST = 400
"""Of one line: more are narrower than a screen's pixels."""

Points = Sequence[tuple[float, float]]


def lines(
    found: Mapping[str, Points], *, x: str, y: str, bounded: tuple[float, float] | None = None
) -> Markup:
    """A line for each name, with a mark at each point where there are few.

    Args:
        found: points by the line's name, each line's in rising order of ``x``.
        x, y: what the axes show, with units.
        bounded: the ends of the vertical axis; None: where the points end.
    """
    values = [
        {"name": name, "x": at, "y": value}
        for name, points in found.items()
        for at, value in thinned(points, _POINTS_AT_MOST)
    ]
    few = all(len(points) <= 30 for points in found.values())
    scale: dict[str, Any] = {"zero": False}
    if bounded is not None:
        scale["domain"] = list(bounded)
    encoding: dict[str, Any] = {
        "x": {"field": "x", "type": "quantitative", "title": x},
        "y": {"field": "y", "type": "quantitative", "title": y, "scale": scale},
    }
    if len(found) > 1:
        encoding["color"] = {"field": "name", "type": "nominal", "title": None}
    return drawn(
        {
            "data": {"values": values},
            "width": _WIDTH_PX,
            "height": _HEIGHT_PX,
            "mark": {"type": "line", "point": few, "strokeWidth": 1.5},
            "encoding": encoding,
        }
    )


def thinned(points: Points, at_most: int) -> list[tuple[float, float]]:
    """The means of as many groups of neighbours as are wanted, the last group the smallest.

    >>> thinned([(1, 2.0), (2, 4.0), (3, 9.0)], 2)
    [(1.5, 3.0), (3.0, 9.0)]
    """
    size = -(-len(points) // at_most)
    if size <= 1:
        return list(points)
    groups = [points[start : start + size] for start in range(0, len(points), size)]
    return [
        (sum(x for x, _ in group) / len(group), sum(y for _, y in group) / len(group))
        for group in groups
    ]
