"""The mix of SQL features that is aimed at, and the draw of kinds that leads there."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
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
_PRIOR = 8
"""Queries that what is usual of a kind counts for, beside those made here."""
_STEPS, _STEP = 150, 2.0
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
        self._of_kind = {name: Counter(usual) for name, usual in _usual().items()}
        self._made = dict.fromkeys(KINDS, 0)
        self._seen = dict.fromkeys(KINDS, float(_PRIOR))
        self._tried: Counter[str] = Counter()
        self._weights = _fitted(mix)

    def draw(self, draw: Random) -> str:
        """The kind to try next."""
        missing = {
            name: (share * self._kept - self._reached[name]) / (self._kept + 20)
            for name, share in self._mix.items()
        }
        weights = []
        for name in KINDS:
            seen = self._seen[name]
            pull = sum(missing[f] * count / seen for f, count in self._of_kind[name].items())
            made, tried = self._made[name], self._tried[name]
            barren = 0.02 if tried >= 25 and not made else 1.0
            common = 0.25 if made > 3 + _SHARE_AT_MOST * self._kept else 1.0
            poor = min(2.0, (tried + 4) / (made + 2) / 2)  # kinds that often find nothing
            weights.append(self._weights[name] * barren * common * poor * math.exp(_PULL * pull))
        name = draw.choices(tuple(KINDS), weights)[0]
        self._tried[name] += 1
        return name

    def keep(self, kind: str, found: Iterable[str]) -> None:
        """Takes note of a kept query's features."""
        named = tuple(found)
        self._kept += 1
        self._made[kind] += 1
        self._seen[kind] += 1
        self._reached.update(named)
        self._of_kind[kind].update(named)


@lru_cache(maxsize=1)
def _usual() -> dict[str, dict[str, float]]:
    """How often each kind uses each feature, in so many queries as ``_PRIOR`` says."""
    said = tomllib.loads(_MIX_FILE.read_text(encoding="utf-8"))["kinds"]
    return {
        name: {f: float(share) * _PRIOR for f, share in said.get(name, {}).items()}
        for name in KINDS
    }


def _fitted(mix: Mapping[str, float]) -> dict[str, float]:
    """Weights of kinds, near the usual ones, whose mix of features is near the one aimed at."""
    return dict(_fitted_weights(tuple(sorted(mix.items()))))


@lru_cache(maxsize=4)
def _fitted_weights(mix: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    usual = {k: {f: n / _PRIOR for f, n in found.items()} for k, found in _usual().items()}
    plain = {name: weight for name, (_, weight) in KINDS.items()}
    lift = dict.fromkeys((f for f, _ in mix), 0.0)
    weights = dict(plain)
    for _ in range(_STEPS):
        weights = {
            k: w * math.exp(min(2.5, max(-2.5, sum(lift[f] * s for f, s in usual[k].items()))))
            for k, w in plain.items()
        }
        total = sum(weights.values())
        for feature, share in mix:
            has = sum(w * usual[k].get(feature, 0.0) for k, w in weights.items()) / total
            lift[feature] += _STEP * (share - has)
    return tuple(weights.items())
