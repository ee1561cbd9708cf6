"""What the rows are drawn with: days, picks, people, and the fixed facts of their world."""

import json
from pathlib import Path
from typing import Any

import numpy as np

Draw = dict[str, Any]
NAMES: Draw = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
COUNTRIES = [country for country in NAMES["people"] if country]
FOREVER = 99_999
N_CUSTOMERS, N_ORDERS = 9_000, 37_000


def day_of(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


FIRST, LAST = day_of("2023-01-01"), day_of("2025-12-31")
MONTH = np.array([0.82, 0.76, 0.9, 0.94, 1.0, 0.95, 0.88, 0.84, 0.98, 1.05, 1.35, 1.75])
SEASON = {
    "Garden": np.array([2, 3, 7, 10, 10, 8, 6, 5, 3, 2, 2, 1]) / 10,
    "Toys": np.array([3, 3, 3, 3, 3, 4, 3, 3, 4, 5, 9, 10]) / 10,
    "Sports": np.array([7, 5, 6, 8, 9, 10, 10, 9, 6, 4, 4, 6]) / 10,
    "Beauty": np.array([5, 7, 6, 6, 8, 6, 6, 6, 6, 6, 8, 10]) / 10,
}


def month_of(days: Any) -> Any:
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12


def year_of(days: Any) -> Any:
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970


def pick(
    rng: np.random.Generator, weights: Any, start: Any, end: Any, days: Any, season: Any = None
) -> Any:
    """One index a day, by weight, among those alive on that day (and in season): by redrawing."""
    steps = np.cumsum(weights) / np.sum(weights)
    chosen = np.full(len(days), -1)
    todo = np.arange(len(days))
    for _ in range(200):
        index = np.minimum(np.searchsorted(steps, rng.random(len(todo)), "right"), len(steps) - 1)
        fits = (start[index] <= days[todo]) & (days[todo] <= end[index])
        if season is not None:
            fits &= rng.random(len(todo)) < season[index, month_of(days[todo])]
        chosen[todo[fits]] = index[fits]
        todo = todo[~fits]
        if not len(todo):
            return chosen
    raise RuntimeError("nothing to pick from on some day")


def draw_people(rng: np.random.Generator, countries: list[str]) -> list[tuple[str, str]]:
    people = []
    for country in countries:
        first, last = NAMES["people"]["" if rng.random() < 0.17 else country]
        other = NAMES["people"][""][0] if rng.random() < 0.04 else first
        people.append((str(rng.choice(other)), str(rng.choice(last))))
    return people


def email(first: str, last: str, number: int, host: str) -> str:
    return f"{first}.{last}{number}@{host}".lower().replace(" ", "").replace("'", "")
