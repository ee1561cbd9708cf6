"""Drivers and vehicles, their fuel and their days in the workshop."""

import numpy as np
import pyarrow as pa

from .arrow import dates, decimal, ints, text
from .drawing import FIRST, FOREVER, LAST, Draw, Rng, day_of, draw_person


def _crew_plan(hubs: Draw) -> list[tuple[int, str]]:
    """(hub, licence) of every driver: trucks at the own gateways, vans at the larger own hubs."""
    plan: list[tuple[int, str]] = []
    for hub in np.flatnonzero(hubs["own"]):
        weight = hubs["weight"][hub]
        if hub < 6:
            plan += [(int(hub), "CE")] * int(4 + weight // 2) + [(int(hub), "C")] * 4
        if weight >= 2.3:
            plan += [(int(hub), "B")] * int(3 + weight // 2)
    return plan


def make_drivers(rng: Rng, hubs: Draw) -> tuple[Draw, pa.Table]:
    plan = _crew_plan(hubs)
    hub, licence = np.array([h for h, _ in plan]), np.array([c for _, c in plan])
    n = len(plan)
    eldest = np.array([i == 0 or plan[i] != plan[i - 1] for i in range(n)])
    hired = rng.integers(day_of("2014-01-01"), LAST - 20, n)
    hired = np.maximum(hired, hubs["start"][hub] + 10)
    hired = np.where(eldest, rng.integers(day_of("2017-12-01"), day_of("2020-06-01"), n), hired)
    left = np.maximum(hired, FIRST) + 90 + rng.exponential(1400, n).astype(int)
    left = np.where(eldest | (left > LAST), FOREVER, left)
    people = [draw_person(rng, hubs["country"][h]) for h in hub]
    mentor = [None if eldest[i] or rng.random() < 0.35 else int(
        np.flatnonzero(eldest & (hub == hub[i]) & (licence == licence[i]))[0]) + 1
        for i in range(n)]  # fmt: skip
    mentor = [
        m if m is not None and hired[m - 1] < hired[i] else None for i, m in enumerate(mentor)
    ]
    adr = rng.integers(day_of("2024-02-01"), day_of("2030-06-01"), n)
    table = pa.table({
        "driver_id": ints(np.arange(1, n + 1)),
        "first_name": text([first for first, _ in people]),
        "last_name": text([last for _, last in people]), "home_hub_id": ints(hub + 1),
        "licence": text(licence),
        "adr_until": dates(adr, (licence == "B") | (rng.random(n) < 0.4)),
        "mentor_id": pa.array(mentor, pa.int32()),
        "birth_date": dates(hired - rng.integers(21 * 365, 52 * 365, n)),
        "phone": text([f"+00 777 {d:06d}" for d in rng.integers(0, 10**6, n)],
            rng.random(n) < 0.05), "hired_on": dates(hired),
        "left_on": dates(left, left == FOREVER),
    })  # fmt: skip
    return {"hub": hub, "licence": licence, "start": hired, "end": left,
            "weight": rng.pareto(2.5, n) + 0.6, "n": n,
            "miss": rng.uniform(0.5, 1.7, n)}, table  # fmt: skip


def make_vehicles(rng: Rng, hubs: Draw) -> tuple[Draw, pa.Table]:
    plan = [(hub, {"CE": "tractor", "C": "rigid", "B": "van"}[c]) for hub, c in _crew_plan(hubs)]
    plan = [pair for i, pair in enumerate(plan) if i % 4 != 3 or pair != plan[i - 1]]
    n, hub, kind = len(plan), np.array([h for h, _ in plan]), np.array([k for _, k in plan])
    eldest = np.array([i == 0 or plan[i] != plan[i - 1] for i in range(n)])
    bought = rng.integers(day_of("2016-01-01"), LAST - 15, n)
    bought = np.where(eldest, rng.integers(day_of("2018-01-01"), day_of("2022-06-01"), n), bought)
    sold = bought + rng.integers(1500, 3600, n)
    sold = np.where(eldest | (sold > LAST) | (sold < FIRST), FOREVER, sold)
    electric = (kind == "van") & (bought > day_of("2022-01-01")) & (rng.random(n) < 0.6)
    lng = (kind == "tractor") & (bought > day_of("2020-01-01")) & (rng.random(n) < 0.35)
    payload = np.where(kind == "van", 1200, np.where(kind == "rigid", 9000, 24500))
    prefix = [hubs["city"][h][:2].upper() for h in hub]
    plate = [f"{p} F {d}" for p, d in zip(prefix, rng.permutation(9000)[:n] + 1000, strict=True)]
    fuel = np.where(electric, "electric", np.where(lng, "lng", "diesel"))
    table = pa.table({
        "vehicle_id": ints(np.arange(1, n + 1)), "plate": text(plate), "kind": text(kind),
        "fuel": text(fuel), "home_hub_id": ints(hub + 1),
        "payload_kg": ints(payload + rng.integers(-3, 4, n) * 50), "bought_on": dates(bought),
        "sold_on": dates(sold, sold == FOREVER), "leased": pa.array(rng.random(n) < 0.33),
    })  # fmt: skip
    return {"hub": hub, "kind": kind, "fuel": fuel, "start": bought, "end": sold, "n": n,
            "weight": np.ones(n), "country": [hubs["country"][h] for h in hub]}, table  # fmt: skip


def make_fuel(rng: Rng, vehicles: Draw) -> pa.Table:
    rows: list[tuple[int, int, float, float, int, str]] = []
    for i in range(vehicles["n"]):
        if vehicles["fuel"][i] == "electric":
            continue
        day = max(int(vehicles["start"][i]) + 3, FIRST + int(rng.integers(0, 9)))
        stop = min(int(vehicles["end"][i]), LAST)
        van, thirst = vehicles["kind"][i] == "van", rng.uniform(0.88, 1.18)
        per_100 = {"van": 11.0, "rigid": 23.0, "tractor": 31.0}[vehicles["kind"][i]] * thirst
        odo = 15_000 + 90 * max(0, FIRST - int(vehicles["start"][i]))
        while day <= stop:
            litres = float(rng.uniform(45, 82) if van else rng.uniform(180, 620))
            odo += int(litres / per_100 * 100 * rng.uniform(0.94, 1.06))
            price = 1.62 + 0.14 * np.sin((day - FIRST) / 140.0) + rng.normal(0, 0.04)
            price *= 0.8 if vehicles["fuel"][i] == "lng" else 1.0
            abroad = not van and rng.random() < 0.35
            land = vehicles["country"][int(rng.integers(vehicles["n"]))] if abroad else (
                vehicles["country"][i])  # fmt: skip
            rows.append((i + 1, day, litres, price, odo, land))
            day += int(rng.integers(7, 24))
    order = np.argsort([row[1] for row in rows], kind="stable")
    vehicle, day_, litres_, price_, odo_, land_ = zip(*[rows[i] for i in order], strict=True)
    n = len(vehicle)
    return pa.table({
        "fill_id": ints(np.arange(1, n + 1)), "vehicle_id": ints(vehicle),
        "filled_on": dates(day_), "litres": decimal(np.array(litres_) * 10, 7, 1),
        "eur_l": decimal(np.array(price_) * 1000, 5, 3),
        "odo_km": ints(odo_, rng.random(n) < 0.07), "country": text(land_),
    })  # fmt: skip


def make_workshop(rng: Rng, vehicles: Draw) -> pa.Table:
    kinds, mean = ["inspection", "repair", "tyres", "bodywork", "recall"], [260, 1150, 840, 1900, 0]
    rows: list[tuple[int, int, int]] = []
    for i in range(vehicles["n"]):
        start = max(int(vehicles["start"][i]) + 40, FIRST)
        stop = min(int(vehicles["end"][i]), LAST) - 1
        if stop <= start:
            continue
        number = int(rng.poisson((stop - start) / 365 * 2.6))
        days = np.sort(rng.integers(start, stop, number))
        which = rng.choice(5, number, p=[0.37, 0.31, 0.18, 0.1, 0.04])
        rows += [(i, int(day), int(k)) for day, k in zip(days, which, strict=True)]
    order = np.argsort([row[1] for row in rows], kind="stable")
    vehicle, day_, kind_ = (np.array(part) for part in zip(*[rows[i] for i in order], strict=True))
    n, long = len(vehicle), np.isin(kind_, [1, 3])
    out = day_ + np.where(long, rng.geometric(0.16, n), rng.integers(0, 2, n))
    out = np.minimum(out, vehicles["end"][vehicle])
    large = np.where(vehicles["kind"][vehicle] == "van", 0.55, 1.25)
    cost = np.array(mean)[kind_] * large * rng.lognormal(0, 0.5, n)
    pending = (out > LAST) | ((out > LAST - 25) & (rng.random(n) < 0.5))
    return pa.table({
        "job_id": ints(np.arange(1, n + 1)), "vehicle_id": ints(vehicle + 1),
        "kind": text(np.array(kinds)[kind_]), "in_on": dates(day_),
        "out_on": dates(out, out > LAST), "cost_eur": decimal(cost * 100, 10, 2, pending),
    })  # fmt: skip
