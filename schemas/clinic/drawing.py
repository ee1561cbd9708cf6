"""What the rows are drawn with: days, picks, people, and the fixed facts of their world."""

import json
from pathlib import Path
from typing import Any

import numpy as np

Draw = dict[str, Any]
Rng = np.random.Generator
NAMES: Draw = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
DEPARTMENTS = list(zip(*NAMES["departments"], strict=True))
DX, PROCEDURES = NAMES["diagnosis_codes"], NAMES["procedure_codes"]
DRUGS, TESTS = NAMES["drugs"], NAMES["lab_tests"]
PAYERS = list(zip(*NAMES["payers"], strict=True))
FOREVER = 99_999
N_PATIENTS, N_APPOINTMENTS, N_COMING, N_EMERGENCIES = 5_200, 23_500, 620, 5_000
EMERGENCY, MEDICAL, SURGICAL, RADIOLOGY, WALK_IN = 13, 14, 15, 16, 17
DAY = 1440  # minutes; times are counted in minutes since 1970


def day_of(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


FIRST, LAST = day_of("2023-01-01"), day_of("2025-12-31")
END = (LAST + 1) * DAY
MONTH = np.array([1.12, 1.02, 1.05, 0.98, 0.97, 0.92, 0.8, 0.78, 1.0, 1.08, 1.1, 0.9])
WEEKDAY = np.array([1.1, 1.15, 1.0, 0.95, 0.2, 0.0, 1.25])  # 1970-01-01 was a Thursday: Thu to Wed


def month_of(days: Any) -> Any:
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12


def pick(rng: Rng, weights: Any, start: Any, end: Any, days: Any) -> Any:
    """One index a day, by weight, among those present on that day, by redrawing; -1 for none."""
    steps, chosen = np.cumsum(weights) / np.sum(weights), np.full(len(days), -1)
    todo = np.arange(len(days))
    for _ in range(60):
        index = np.minimum(np.searchsorted(steps, rng.random(len(todo)), "right"), len(steps) - 1)
        fits = (start[index] <= days[todo]) & (days[todo] <= end[index])
        chosen[todo[fits]] = index[fits]
        todo = todo[~fits]
    return chosen


def visit_days(rng: Rng, n: int, weekday: Any, growth: float) -> Any:
    days = np.arange(FIRST, LAST + 1)
    weight = MONTH[month_of(days)] * weekday[days % 7] * (1 + growth * (days - FIRST) / 365)
    return np.sort(rng.choice(days, n, p=weight / weight.sum()))


def draw_people(rng: Rng, n: int) -> list[tuple[str, str, str]]:
    """(first name, last name, language) of n people; a third of the migrants speak English."""
    tongues, shares = list(NAMES["languages"]), np.array(list(NAMES["languages"].values()))
    people = []
    for tongue in rng.choice(tongues, n, p=shares / shares.sum()):
        first, last = NAMES["people"][tongue]
        spoken = "English" if rng.random() < 0.33 else str(tongue)
        people.append((str(rng.choice(first)), str(rng.choice(last)), spoken))
    return people


def role(rng: Rng, name: str) -> str:
    if name == "Physical Therapy":
        return "therapist"
    if name == "Behavioral Health":
        return "psychologist"
    roles = ["physician", "nurse practitioner", "physician assistant"]
    return str(rng.choice(roles, p=[0.6, 0.25, 0.15]))
