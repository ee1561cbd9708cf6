"""The chart that fits a result: chosen from its shape and types, changeable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import altair as alt
import pyarrow as pa
from pyarrow import types

from sqlft.cli.spelling import is_number

Kind = Literal["line", "bar", "scatter"]
Role = Literal["time", "number", "category"]

KINDS: dict[Kind, str] = {"line": "Line", "bar": "Bar", "scatter": "Scatter"}
MOST_BARS = 30
MOST_COLOURS = 8
_DATE_TEXT = re.compile(r"\d{4}(-\d{2}){1,2}")
_ID = re.compile(r"(^|_)id$", re.IGNORECASE)
_CALENDAR = re.compile(r"year|month|quarter|week|day", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is drawn: the places of the columns on each axis, and of the colour."""

    kind: Kind
    x: int
    y: int
    colour: int | None = None


def roles(table: pa.Table) -> list[Role]:
    """What each column can serve as."""
    return [
        _role(name, column) for name, column in zip(table.column_names, table.columns, strict=True)
    ]


def plan(table: pa.Table) -> Plan | None:
    """The fitting chart, or none: time makes a line, a category bars, two numbers a scatter.

    >>> plan(pa.table({"city": ["Rome", "Oslo"], "n": [3, 4]}))
    Plan(kind='bar', x=0, y=1, colour=None)
    """
    if table.num_rows < 2:
        return None
    found = roles(table)
    times, numbers, categories = (
        [at for at, role in enumerate(found) if role == wanted]
        for wanted in ("time", "number", "category")
    )
    if not numbers:
        return None
    measure = numbers[-1] if len(numbers) == 1 or not categories else numbers[0]
    few = [at for at in categories if _distinct(table.column(at)) <= MOST_COLOURS]
    if times:
        return Plan(kind="line", x=times[0], y=measure, colour=_colour(table, few, times[0]))
    if len(numbers) >= 2 and (not categories or table.num_rows > MOST_BARS):
        return Plan(kind="scatter", x=numbers[0], y=numbers[1], colour=few[0] if few else None)
    if not categories:
        return None
    colours = [at for at in few if at != categories[0]]
    return Plan(
        kind="bar", x=categories[0], y=measure, colour=_colour(table, colours, categories[0])
    )


def _colour(table: pa.Table, few: Sequence[int], x: int) -> int | None:
    """A category that tells rows with one x apart; none where x does so alone."""
    return few[0] if few and _distinct(table.column(x)) < table.num_rows else None


def with_choice(
    table: pa.Table, kind: Kind, x: int, y: int, colour: int | None
) -> tuple[Plan, str | None]:
    """The analyst's own choice, and what is not shown of it."""
    chosen = Plan(kind=kind, x=x, y=y, colour=colour)
    if colour is not None and _distinct(table.column(colour)) > MOST_COLOURS:
        chosen = replace(chosen, colour=None)
        return chosen, f"More than {MOST_COLOURS} colours cannot be told apart: none are shown."
    if kind == "bar" and _distinct(table.column(x)) > MOST_BARS:
        return chosen, f"The first {MOST_BARS} bars are shown."
    return chosen, None


def drawn(table: pa.Table, chosen: Plan) -> Any:
    """The Altair chart. Columns get short names inside, so that no name can steer Vega."""
    found = roles(table)
    used = [chosen.x, chosen.y, *([] if chosen.colour is None else [chosen.colour])]
    frame = pa.table({f"c{at}": _plain(table.column(at), found[at]) for at in set(used)})
    if chosen.kind == "bar":
        frame = _first_bars(frame, f"c{chosen.x}")
    names = table.column_names
    x = _axis(chosen.x, names, found, chosen.kind)
    y = alt.Y(f"c{chosen.y}", type="quantitative", title=names[chosen.y])
    tips = [alt.Tooltip(f"c{at}", type=_type(found[at]), title=names[at]) for at in used]
    encoding: dict[str, Any] = {"y": y, "tooltip": tips}
    if chosen.colour is not None:
        encoding["color"] = alt.Color(
            f"c{chosen.colour}", type="nominal", title=names[chosen.colour]
        )
    base = alt.Chart(frame.to_pandas())
    if chosen.kind == "line":
        return base.mark_line(point=table.num_rows <= 60).encode(x=x, **encoding)
    if chosen.kind == "scatter":
        return base.mark_circle(size=70, opacity=0.75).encode(x=x, **encoding)
    if found[chosen.x] != "time" and not _CALENDAR.search(names[chosen.x]):
        across = alt.X(f"c{chosen.y}", type="quantitative", title=names[chosen.y])
        down = alt.Y(
            f"c{chosen.x}", type="nominal", sort=None, title=None, axis=alt.Axis(labelLimit=220)
        )
        rest = {**encoding, "y": down}
        bars = base.mark_bar(cornerRadiusEnd=3).encode(x=across, **rest)
        return bars.properties(height=alt.Step(30))
    return base.mark_bar(cornerRadiusEnd=3).encode(x=x, **encoding)


def described(table: pa.Table, chosen: Plan) -> str:
    """The chart in words, for who cannot see it."""
    names = table.column_names
    colour = f", coloured by {names[chosen.colour]}" if chosen.colour is not None else ""
    return f"{KINDS[chosen.kind]} chart of {names[chosen.y]} by {names[chosen.x]}{colour}"


def _axis(at: int, names: Sequence[str], found: Sequence[Role], kind: Kind) -> alt.X:
    role = found[at]
    level = alt.Axis(labelAngle=0)
    if kind == "bar" and role != "time":
        return alt.X(f"c{at}", type="nominal", sort=None, title=names[at], axis=level)
    if kind == "line" and role == "category":
        return alt.X(f"c{at}", type="ordinal", sort=None, title=names[at])
    if role == "number":
        return alt.X(f"c{at}", type="quantitative", title=names[at], scale=alt.Scale(zero=False))
    return alt.X(f"c{at}", type=_type(role), title=names[at])


def _type(role: Role) -> Any:
    return {"time": "temporal", "number": "quantitative", "category": "nominal"}[role]


def _role(name: str, column: pa.ChunkedArray) -> Role:
    kind = column.type
    if types.is_date(kind) or types.is_timestamp(kind):
        return "time"
    if types.is_integer(kind):
        if _CALENDAR.search(name) and _distinct(column) <= 60:
            return "category"
        return "category" if _ID.search(name) else "number"
    if is_number(kind):
        return "number"
    if types.is_string(kind) or types.is_large_string(kind):
        texts = [text for text in column.to_pylist() if text is not None]
        if texts and all(_DATE_TEXT.fullmatch(text) for text in texts):
            return "time"
    return "category"


def _plain(column: pa.ChunkedArray, role: Role) -> pa.ChunkedArray:
    """Values as Vega takes them."""
    if role == "number":
        return column.cast(pa.float64())
    if role == "category":
        texts = [None if value is None else str(value)[:80] for value in column.to_pylist()]
        return pa.chunked_array([pa.array(["(none)" if t is None else t for t in texts])])
    if types.is_string(column.type) or types.is_large_string(column.type):
        return pa.chunked_array([pa.array(column.to_pylist(), pa.string())])
    return column.cast(pa.timestamp("ms"), safe=False)


def _first_bars(frame: pa.Table, x: str) -> pa.Table:
    kept = list(dict.fromkeys(frame[x].to_pylist()))[:MOST_BARS]
    among = set(kept)
    return frame.filter(pa.array([value in among for value in frame[x].to_pylist()]))


def _distinct(column: pa.ChunkedArray) -> int:
    return len(set(map(str, column.to_pylist())))
