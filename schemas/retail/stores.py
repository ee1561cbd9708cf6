"""Stores, their staff, and the campaigns that they run."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import dates, euros, ints, text
from .drawing import COUNTRIES, FOREVER, LAST, NAMES, Draw, day_of, draw_people, email


def make_stores() -> tuple[Draw, pa.Table]:
    name, city, country, region, form, sqm, opened, closed, weight = zip(
        *NAMES["stores"], strict=True
    )
    start = np.array([day_of(day) for day in opened])
    end = np.array([FOREVER if day is None else day_of(day) for day in closed])
    table = pa.table(
        {
            "store_id": ints(np.arange(1, len(name) + 1)),
            "name": text(name),
            "city": text(city),
            "country": text(country),
            "region": text(region),
            "format": text(form),
            "sqm": ints(sqm),
            "opened_on": dates(start),
            "closed_on": dates(end, end == FOREVER),
        }
    )
    draw = {"start": start, "end": end, "weight": np.array(weight, float), "city": city,
            "country": country, "region": region}  # fmt: skip
    return draw, table


def _staff_plan(rng: np.random.Generator, stores: Draw) -> list[tuple[Any, ...]]:
    """(job, store, manager, country, hired, left, pay in EUR) of each employee, bosses first."""
    regions = ["Central", "West", "South"]
    plan: list[tuple[Any, ...]] = [
        ("Chief Executive", None, None, "Netherlands", day_of("2014-01-06"), FOREVER, 14500)
    ]
    for region, country in zip(regions, ["Germany", "France", "Spain"], strict=True):
        hired = day_of("2016-02-01") + 200 * len(plan)
        plan.append((f"Regional Manager {region}", None, 1, country, hired, FOREVER, 7400))
    for job in ["Buyer"] * 6 + ["Accountant"] * 4 + ["Web Shop Editor"] * 5 + ["Data Analyst"] * 2:
        hired = int(rng.integers(day_of("2016-01-01"), LAST - 90))
        plan.append(
            (job, None, 1, str(rng.choice(COUNTRIES)), hired, FOREVER, rng.integers(3100, 4900))
        )
    for store in range(len(stores["start"])):
        opened, closed, home = (
            stores["start"][store],
            stores["end"][store],
            stores["country"][store],
        )
        boss = regions.index(stores["region"][store]) + 2
        plan.append(
            ("Store Manager", store + 1, boss, home, opened - 30, closed, rng.integers(3600, 4700))
        )
        chief = len(plan)
        for number in range(4 + int(stores["weight"][store] // 12)):
            job = (
                "Deputy Manager" if number == 0 else "Sales Assistant" if number % 4 else "Cashier"
            )
            hired = opened if number < 2 else int(rng.integers(opened, min(closed, LAST) - 40))
            stays = int(rng.exponential(1500)) + 60
            left = closed if number < 2 else min(hired + stays, closed)
            left = FOREVER if left > LAST else left
            pay = rng.integers(2700, 3300) if number == 0 else rng.integers(1950, 2600)
            plan.append((job, store + 1, chief, home, hired, left, pay))
    return plan


def make_employees(rng: np.random.Generator, stores: Draw) -> tuple[Draw, pa.Table]:
    job, store, boss, country, hired, left, pay = zip(*_staff_plan(rng, stores), strict=True)
    people = draw_people(rng, list(country))
    n, end = len(job), np.array(left)
    emails = [email(f, s, i, "shop.example") for i, (f, s) in enumerate(people, start=1)]
    table = pa.table(
        {
            "employee_id": ints(np.arange(1, n + 1)),
            "first_name": text([first for first, _ in people]),
            "last_name": text([last for _, last in people]),
            "email": text(emails),
            "job": text(job),
            "store_id": pa.array(store, pa.int32()),
            "mgr_id": pa.array(boss, pa.int32()),
            "hired_on": dates(hired),
            "left_on": dates(end, end == FOREVER),
            "salary_eur": euros(np.array(pay, np.int64) * 100),
        }
    )
    till = np.isin(job, ["Deputy Manager", "Sales Assistant", "Cashier"])
    draw = {"start": np.array(hired), "end": end, "till": till,
            "store": np.array([s or 0 for s in store])}  # fmt: skip
    return draw, table


def make_promotions() -> tuple[Draw, pa.Table]:
    rows = [
        (f"{code}{year % 100}", f"{name} {year}", pct, channel, day_of(f"{year}-{day}"), length)
        for year in (2023, 2024, 2025)
        for name, code, pct, channel, day, length in NAMES["promotions"]
    ]
    rows.append(("TESTCODE", "Internal test", 50, "web", day_of("2023-02-01"), 1))
    rows.append(("NEWYEAR26", "New Year 2026", 20, None, day_of("2026-01-02"), 10))
    code, name, pct, channel, start, length = zip(*rows, strict=True)
    end = np.array(start) + np.array(length) - 1
    table = pa.table(
        {
            "promotion_id": ints(np.arange(1, len(rows) + 1)),
            "code": text(code),
            "name": text(name),
            "disc_pct": ints(pct),
            "channel": pa.array(channel, pa.string()),
            "start": dates(start),
            "end": dates(end),
        }
    )
    draw = {"pct": np.array(pct), "channel": channel, "start": np.array(start), "end": end,
            "usable": np.array([c != "TESTCODE" for c in code])}  # fmt: skip
    return draw, table
