"""One block of pairs over one database, a pure function of its seed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from sqlft.data.places import schema_of
from sqlft.data.prepare_units import write_whole
from sqlft.data.synth.asked import Asked
from sqlft.data.synth.kinds import KINDS
from sqlft.data.synth.kinds_unanswerable import unanswerable
from sqlft.data.synth.mix import Steering
from sqlft.data.synth.proof import Dropped, Proven, prove
from sqlft.data.synth.seeing import view_of
from sqlft.data.synth.usage import used
from sqlft.data.synth.view import View
from sqlft.data.synth.wording import Voice
from sqlft.database import Database

_TRIES_A_PAIR = 15
"""A database that yields fewer pairs has nothing new to ask."""
_REWORDINGS = 8
"""Tries at another wording of a query before it is left with those it has."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What one block is to hold."""

    place: Database
    name: str
    seed: str
    pairs: int
    wordings: int
    unanswerable_rate: float
    mix: Mapping[str, float]


@lru_cache(maxsize=2)
def _view(place: Database, name: str) -> View:
    return view_of(schema_of(place), place)


def write_block(order: Order, path: Path) -> None:
    """Writes the block's pairs as JSON lines, what was dropped last.

    Raises:
        InputError: the database cannot be read.
    """
    view = _view(order.place, order.name)
    lines: list[dict[str, Any]] = []
    dropped: Counter[str] = Counter()
    for pair in _pairs(order, view, dropped):
        lines.append(pair)
    lines.append({"dropped": dict(sorted(dropped.items()))})
    write_whole(path, "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines))


def _pairs(order: Order, view: View, dropped: Counter[str]) -> list[dict[str, Any]]:
    draw = Random(order.seed)
    steering = Steering(order.mix)
    kept: list[dict[str, Any]] = []
    seen: set[str] = set()
    unanswered = 0
    for _ in range(_TRIES_A_PAIR * order.pairs):
        if len(kept) >= order.pairs:
            break
        if unanswered < order.unanswerable_rate * len(kept) and draw.random() < 0.5:
            found = _tried(unanswerable, view, draw)[0]
            if found is not None and found.question.casefold() not in seen:
                seen.add(found.question.casefold())
                unanswered += 1
                kept.append({"kind": "unanswerable", "question": _tidy(found.question)})
            continue
        kind = steering.draw(draw)
        found, state = _tried(KINDS[kind][0], view, draw)
        if found is None or found.sql is None or found.question.casefold() in seen:
            dropped["nothing to ask"] += found is None
            continue
        try:
            proven = prove(found, order.place, view.schema)
        except Dropped as reason:
            dropped[str(reason)] += 1
            continue
        if proven.print in seen:
            dropped["duplicate"] += 1
            continue
        seen |= {proven.print, found.question.casefold()}
        steering.keep(kind, proven.features)
        said = [found.question, *_reworded(kind, view, found, state, order, seen)]
        kept += [_line(kind, proven, view, question) for question in said]
    return kept[: order.pairs]


def _tried(kind: Any, view: View, draw: Random) -> tuple[Asked | None, tuple[int, int]]:
    """What a kind makes of a draw, and the seeds that make it again."""
    state = draw.getrandbits(48), draw.getrandbits(48)
    return _again(kind, view, state), state


def _again(kind: Any, view: View, state: tuple[int, int]) -> Asked | None:
    voice = Voice(draw=Random(state[0]), words=Random(state[1]), is_noted=view.is_noted)
    found: Asked | None = kind(view, voice)
    return found


def _reworded(
    kind: str, view: View, first: Asked, state: tuple[int, int], order: Order, seen: set[str]
) -> list[str]:
    """Other wordings of the same query."""
    said: list[str] = []
    for at in range(1, _REWORDINGS * (order.wordings - 1) + 1):
        if len(said) >= order.wordings - 1:
            break
        again = _again(KINDS[kind][0], view, (state[0], state[1] + at))
        if again is None or again.sql != first.sql or again.question.casefold() in seen:
            continue
        seen.add(again.question.casefold())
        said.append(again.question)
    return said


def _line(kind: str, proven: Proven, view: View, question: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "question": _tidy(question),
        "sql": proven.sql,
        "features": proven.features,
        "print": proven.print,
        "used": used(proven.canonical, view),
    }


def _tidy(question: str) -> str:
    """One blank at a time, none before a mark."""
    return " ".join(question.split()).replace(" ,", ",").replace(" ?", "?").replace("..", ".")
