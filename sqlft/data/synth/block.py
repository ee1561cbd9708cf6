"""One block of pairs over one database, a pure function of its seed."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from sqlft.data.places import schema_of
from sqlft.data.synth.asked import Asked
from sqlft.data.synth.kinds import KINDS
from sqlft.data.synth.kinds_unanswerable import unanswerable
from sqlft.data.synth.mix import Steering
from sqlft.data.synth.profile import profiles
from sqlft.data.synth.profile_file import read_profiles, write_profiles
from sqlft.data.synth.proof import Proven, prove
from sqlft.data.synth.seeing import view_of
from sqlft.data.synth.usage import parts_of, used
from sqlft.data.synth.view import View
from sqlft.data.synth.wording import Voice
from sqlft.data.unfinished import write_whole
from sqlft.database import Database

_TRIES_A_PAIR = 15
"""A database that yields fewer pairs has nothing new to ask."""
_BATCH = 8
"""Candidates run in one round trip."""
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
def _view(place: Database, known: Path) -> View:
    """The view of a database; its profiles are read from the file, or written there."""
    schema = schema_of(place)
    if known.is_file():
        found = read_profiles(known)
    else:
        found = profiles(schema, place)
        write_profiles(found, known)
    return view_of(schema, found)


def write_block(order: Order, path: Path) -> None:
    """Writes the block's pairs as JSON lines; last what was dropped, and what the schema has.

    Raises:
        InputError: the database cannot be read.
    """
    named = hashlib.sha256(order.name.encode()).hexdigest()[:24]
    view = _view(order.place, path.with_name(f"profile-{named}.json"))
    dropped: Counter[str] = Counter()
    lines = _pairs(order, view, dropped)
    lines.append({"dropped": dict(sorted(dropped.items())), "parts": parts_of(view.schema)})
    write_whole(path, "".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines))


def _pairs(order: Order, view: View, dropped: Counter[str]) -> list[dict[str, Any]]:
    draw = Random(order.seed)
    steering = Steering(order.mix)
    kept: list[dict[str, Any]] = []
    seen: set[str] = set()
    unanswered = tried = 0
    while len(kept) < order.pairs and tried < _TRIES_A_PAIR * order.pairs:
        batch = _batch(view, draw, steering, seen)
        tried += _BATCH
        dropped["nothing to ask"] += _BATCH - len(batch)
        proofs = prove([one.asked for one in batch], order.place, view.schema)
        for one, proven in zip(batch, proofs, strict=True):
            if isinstance(proven, str):
                dropped[proven] += 1
            elif proven.print in seen:
                dropped["duplicate"] += 1
            else:
                seen |= {proven.print, proven.question.casefold()}
                steering.keep(one.kind, proven.features)
                said = [proven.question, *_reworded(one, view, order.wordings, seen)]
                kept += [_line(one.kind, proven, view, question) for question in said]
        while unanswered + draw.random() < order.unanswerable_rate * len(kept):
            unanswered += 1
            found = _tried(unanswerable, view, draw)[0]
            if found is not None and found.question.casefold() not in seen:
                seen.add(found.question.casefold())
                kept.append({"kind": "unanswerable", "question": _tidy(found.question)})
    return kept[: order.pairs]


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    kind: str
    asked: Asked
    state: tuple[int, int]


def _batch(view: View, draw: Random, steering: Steering, seen: set[str]) -> list[_Candidate]:
    """So many tries, less those that found nothing or ask for what is there already."""
    batch: list[_Candidate] = []
    for _ in range(_BATCH):
        kind = steering.draw(draw)
        found, state = _tried(KINDS[kind][0], view, draw)
        if found is None or found.sql is None or found.question.casefold() in seen:
            continue
        batch.append(_Candidate(kind=kind, asked=found, state=state))
    return batch


def _tried(kind: Any, view: View, draw: Random) -> tuple[Asked | None, tuple[int, int]]:
    """What a kind makes of a draw, and the seeds that make it again."""
    state = draw.getrandbits(48), draw.getrandbits(48)
    return _again(kind, view, state), state


def _again(kind: Any, view: View, state: tuple[int, int]) -> Asked | None:
    voice = Voice(draw=Random(state[0]), words=Random(state[1]), is_noted=view.is_noted)
    found: Asked | None = kind(view, voice)
    return found


def _reworded(one: _Candidate, view: View, wordings: int, seen: set[str]) -> list[str]:
    """Other wordings of the same query."""
    said: list[str] = []
    for at in range(1, _REWORDINGS * (wordings - 1) + 1):
        if len(said) >= wordings - 1:
            break
        again = _again(KINDS[one.kind][0], view, (one.state[0], one.state[1] + at))
        if again is None or again.sql != one.asked.sql or again.question.casefold() in seen:
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
        "used": used(proven.tree, view),
    }


def _tidy(question: str) -> str:
    """One blank at a time, none before a mark."""
    return " ".join(question.split()).replace(" ,", ",").replace(" ?", "?").replace("..", ".")
