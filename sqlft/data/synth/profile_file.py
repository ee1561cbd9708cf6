"""Profiles kept in a file, so that a database is looked through once."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlft.data.synth.profile import Bound, Profile
from sqlft.data.unfinished import write_whole

Profiles = Mapping[tuple[str, str], Profile]


def write_profiles(found: Profiles, path: Path) -> None:
    """Writes the profiles.

    Raises:
        InputError: they cannot be written.
    """
    lines = [
        [table, column, {**vars(p), "low": _plain(p.low), "high": _plain(p.high)}]
        for (table, column), p in found.items()
    ]
    own = path.with_name(f"{path.stem}-{os.getpid()}.json")  # two processes may come here at once
    write_whole(own, json.dumps(lines, ensure_ascii=False))
    own.replace(path)


def read_profiles(path: Path) -> dict[tuple[str, str], Profile]:
    """The profiles as they were written."""
    said = json.loads(path.read_text(encoding="utf-8"))
    return {(table, column): _profile(values) for table, column, values in said}


def _profile(values: dict[str, Any]) -> Profile:
    bounds = {name: _bound(values[name]) for name in ("low", "high")}
    lists = {name: tuple(values[name]) for name in ("quantiles", "values", "counts")}
    return Profile(**{**values, **bounds, **lists})


def _plain(bound: Bound) -> list[object] | None:
    """A bound with its kind, as JSON can hold it."""
    if bound is None:
        return None
    if isinstance(bound, datetime.date):  # a datetime, too
        return [type(bound).__name__, bound.isoformat()]
    return ["Decimal", str(bound)] if isinstance(bound, Decimal) else ["number", bound]


def _bound(said: list[Any] | None) -> Bound:
    if said is None:
        return None
    kind, value = said
    kinds: dict[str, Any] = {
        "date": datetime.date.fromisoformat,
        "datetime": datetime.datetime.fromisoformat,
        "Decimal": Decimal,
    }
    found: Bound = kinds[kind](value) if kind in kinds else value
    return found
