"""What the rows are drawn with: days, picks, people, and the fixed facts of their world."""

import json
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

Columns: TypeAlias = dict[str, Any]
Rng: TypeAlias = np.random.Generator
HERE = Path(__file__).parent
NAMES: Columns = json.loads((HERE / "names.json").read_text(encoding="utf-8"))


def day_of(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


FIRST, TODAY = day_of("2023-01-01"), day_of("2025-12-31")
NEVER = np.iinfo(np.int64).min
FAR = 99_999
MONTHS = np.arange("2023-01", "2026-02", dtype="M8[M]").astype("M8[D]").astype(np.int64)
WINTER, COOLING, SUN, RIVER, WIND, MARKET = (np.array(curve) for curve in NAMES["seasons"].values())
REGIONS = ["Coast", "Karst", "Plain", "Alps"]
CITIES = list(NAMES["cities"])
KIND_OF = {"school": "public", "hospital": "public", "house": "household", "flat": "household"}


def or_null(values: Any, lost: Any) -> Any:
    return np.where(lost, np.array(None), np.asarray(values, object))


def weighted(rng: Rng, weights: Any, count: int) -> Any:
    share = np.asarray(weights, float)
    return rng.choice(len(share), count, p=share / share.sum())


def pick(rng: Rng, values: list[str], weights: list[float], count: int) -> Any:
    return np.array(values, object)[weighted(rng, weights, count)]


def joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def sorted_by(columns: Columns, by: str) -> Columns:
    order = np.argsort(columns[by], kind="stable")
    return {name: np.asarray(values)[order] for name, values in columns.items()}


def draw_person(rng: Rng, lang: str) -> tuple[str, str]:
    first, last = NAMES["people"]["en" if rng.random() < 0.14 else lang]
    return str(rng.choice(first)), str(rng.choice(last))
