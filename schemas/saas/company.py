"""Price plans and the company's own staff."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import arrow, blank
from .drawing import FIRST, FOREVER, LAST, NAMES, Draw, Rng, day_of, email, person


def make_plans() -> pa.Table:
    code, name, tier, seat, *rest = zip(*NAMES["plans"], strict=True)
    cents = blank([price or 0 for price in seat], [price is None for price in seat])
    return arrow("plans", code, name, tier, cents, *rest)


def make_staff(rng: Rng) -> tuple[Draw, pa.Table]:
    rows: list[Any] = [("Board", "Chief Executive", None, FIRST - 420)]
    for number, team_name in enumerate(NAMES["teams"], start=1):
        rows.append((team_name, f"Head of {team_name}", 1, FIRST - 300 + 20 * number))
    for boss, (team_name, (job, count)) in enumerate(NAMES["teams"].items(), start=2):
        for number in range(count):
            late = int(rng.integers(FIRST, LAST - 60)) if number >= 3 else 0
            rows.append((team_name, job, boss, late or FIRST - 60 + 9 * number))
    team, title, lead, start = zip(*rows, strict=True)
    n = len(team)
    days = np.array(start)
    stay = days + 150 + rng.exponential(1100, n).astype(int)
    junior = np.array([row not in (None, 1) for row in lead])
    end = np.where(junior & (stay <= LAST), stay, FOREVER)
    people = [person(rng, "Netherlands" if rng.random() < 0.6 else "Germany") for _ in range(n)]
    table = arrow(
        "staff", np.arange(1, n + 1), [first for first, _ in people], [last for _, last in people],
        [email(f, s, i, "ours.example") for i, (f, s) in enumerate(people, 1)], team, title, lead,
        days, end,
    )  # fmt: skip
    return {"team": np.array(team), "lead": ~junior, "start": days, "end": end}, table


def on_duty(rng: Rng, staff: Draw, team: str, day: int) -> int:
    """The staff number of one of a team employed on a day; the lead only when alone."""
    fits = (staff["team"] == team) & (staff["start"] <= day) & (day <= staff["end"])
    juniors = np.flatnonzero(fits & ~staff["lead"])
    group = juniors if len(juniors) else np.flatnonzero(fits)
    place = int(len(group) * rng.random() ** 1.6)
    return int(group[place]) + 1


def plan_of(tier: int, day: int) -> str:
    """The plan of a tier that was on sale on a day, or the nearest below."""
    team = "TEAM" if day >= day_of("2024-07-01") else "TEAM23"
    return ["START", team, "BIZ", "ENT" if day >= day_of("2023-05-15") else "BIZ"][tier - 1]
