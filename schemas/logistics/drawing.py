"""What the rows are drawn with: days, picks, people, and the fixed facts of their world."""

import json
from pathlib import Path
from typing import Any

import numpy as np

Draw = dict[str, Any]
Rng = np.random.Generator
NAMES: Draw = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
MODES = ["road", "rail", "sea", "air"]
FOREVER = 99_999
DAY_MIN = 1440
N_CUSTOMERS, N_SHIPMENTS, N_LEGS = 430, 15_000, 3


def day_of(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


FIRST, LAST = day_of("2023-01-01"), day_of("2025-12-31")
NOW_MIN = LAST * DAY_MIN + 1080
MONTH = np.array([0.86, 0.84, 1.0, 0.98, 1.02, 1.03, 0.95, 0.74, 1.04, 1.12, 1.3, 1.16])
LATENESS = np.array([1.3, 1.25, 1.0, 0.85, 0.8, 0.8, 0.9, 0.85, 0.9, 1.0, 1.35, 1.7])
SERVICE_MODES = np.array([
    [0.4, 0.35, 0.6, 0], [0.75, 0.2, 0.25, 0.02], [0.25, 0, 0, 0.9], [0.8, 0.05, 0, 0.25],
    [0.7, 0.2, 0.3, 0.01], [0.1, 0.9, 0.3, 0], [1, 0, 0, 0],
])  # fmt: skip


def month_of(days: Any) -> Any:
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12


def pick(rng: Rng, weights: Any, start: Any, end: Any, days: Any) -> Any:
    """One index a day, by weight, among those alive on that day: by redrawing."""
    steps, chosen = np.cumsum(weights) / np.sum(weights), np.full(len(days), -1)
    todo = np.arange(len(days))
    for _ in range(300):
        index = np.minimum(np.searchsorted(steps, rng.random(len(todo)), "right"), len(steps) - 1)
        fits = (start[index] <= days[todo]) & (days[todo] <= end[index])
        chosen[todo[fits]] = index[fits]
        todo = todo[~fits]
        if not len(todo):
            return chosen
    raise RuntimeError("nothing to pick from on some day")


def draw_person(rng: Rng, country: str) -> tuple[str, str]:
    known = NAMES["people"]
    home = known.get(country, known[""])
    first = known[""][0] if rng.random() < 0.08 else home[0]
    last = known[""][1] if rng.random() < 0.1 else home[1]
    return str(rng.choice(first)), str(rng.choice(last))
