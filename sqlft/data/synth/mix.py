"""The mix of SQL features that is aimed at, and the draw of kinds that leads there."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random

from sqlft.data.features import FEATURES, features
from sqlft.data.synth.kinds import KINDS
from sqlft.errors import InputError, SqlError
from sqlft.examples import Example

_PULL = 7.0
"""How strongly a missing feature raises the odds of kinds that have it."""
_SHARE_AT_MOST = 0.12
"""A kind that gave more of all pairs is tried less: one kind is no variety."""
_MIX_FILE = Path(__file__).with_name("mix.toml")


def default_mix() -> dict[str, float]:
    """Shares of SQL features among the hand-written training questions that come with sqlft."""
    said = tomllib.loads(_MIX_FILE.read_text(encoding="utf-8"))
    return {name: float(said["features"][name]) for name in FEATURES}


def mix_of(examples: Iterable[Example]) -> dict[str, float]:
    """Shares of SQL features among first golds; examples of a part other than train are left out.

    Raises:
        InputError: there is no query to count.
    """
    counted: Counter[str] = Counter()
    total = 0
    for example in examples:
        if example.split not in (None, "train") or not example.gold:
            continue
        try:
            found = features(example.gold[0])
        except SqlError:
            continue
        total += 1
        counted.update(found)
    if not total:
        raise InputError("there is no training query to take the mix of features from")
    return {name: counted[name] / total for name in FEATURES}


class Steering:
    """Draws kinds so that what is kept comes near the mix."""

    def __init__(self, mix: Mapping[str, float]) -> None:
        self._mix = mix
        self._kept = 0
        self._reached: Counter[str] = Counter()
        self._of_kind: dict[str, Counter[str]] = {name: Counter() for name in KINDS}
        self._tried: Counter[str] = Counter()
        self._made: Counter[str] = Counter()

    def draw(self, draw: Random) -> str:
        """The kind to try next."""
        missing = {
            name: share - (self._reached[name] / self._kept if self._kept else share)
            for name, share in self._mix.items()
        }
        weights = []
        for name, (_, weight) in KINDS.items():
            made = self._made[name]
            pull = sum(
                missing[f] * count / made for f, count in self._of_kind[name].items()
            ) if made else 0.0  # fmt: skip
            barren = 0.02 if self._tried[name] >= 25 and not made else 1.0
            common = 0.25 if made > 3 + _SHARE_AT_MOST * self._kept else 1.0
            weights.append(weight * barren * common * math.exp(_PULL * pull))
        name = draw.choices(tuple(KINDS), weights)[0]
        self._tried[name] += 1
        return name

    def keep(self, kind: str, found: Iterable[str]) -> None:
        """Takes note of a kept query's features."""
        named = tuple(found)
        self._kept += 1
        self._made[kind] += 1
        self._reached.update(named)
        self._of_kind[kind].update(named)
