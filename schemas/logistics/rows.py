"""Rows of the logistics database: a European freight forwarder, 2023-01-01 to 2025-12-31."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

Draw = dict[str, Any]
Rng = np.random.Generator
NAMES: Draw = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
MODES = ["road", "rail", "sea", "air"]
FOREVER = 99_999
DAY_MIN = 1440
N_CUSTOMERS, N_SHIPMENTS, N_LEGS = 430, 15_000, 3


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


FIRST, LAST = _day("2023-01-01"), _day("2025-12-31")
NOW_MIN = LAST * DAY_MIN + 1080
MONTH = np.array([0.86, 0.84, 1.0, 0.98, 1.02, 1.03, 0.95, 0.74, 1.04, 1.12, 1.3, 1.16])
LATENESS = np.array([1.3, 1.25, 1.0, 0.85, 0.8, 0.8, 0.9, 0.85, 0.9, 1.0, 1.35, 1.7])
SERVICE_MODES = np.array([
    [0.4, 0.35, 0.6, 0], [0.75, 0.2, 0.25, 0.02], [0.25, 0, 0, 0.9], [0.8, 0.05, 0, 0.25],
    [0.7, 0.2, 0.3, 0.01], [0.1, 0.9, 0.3, 0], [1, 0, 0, 0],
])  # fmt: skip


def _ints(values: Any, missing: Any = None) -> pa.Array:
    return pa.array(np.asarray(values, np.int32), mask=missing)


def _dates(days: Any, missing: Any = None) -> pa.Array:
    return _ints(days, missing).cast(pa.date32())


def _times(minutes: Any, missing: Any = None) -> pa.Array:
    stamps = np.asarray(minutes).astype("datetime64[m]").astype("datetime64[us]")
    return pa.array(stamps, mask=missing)


def _text(values: Any, missing: Any = None) -> pa.Array:
    return pa.array(np.asarray(values, object), pa.string(), mask=missing)


def _decimal(units: Any, digits: int, scale: int, missing: Any = None) -> pa.Array:
    """DECIMAL values from whole last digits, through the 128-bit layout (a cast would rescale)."""
    low = np.asarray(np.rint(units), np.int64)
    words = np.stack([low, low >> 63], axis=1)
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(
        pa.decimal128(digits, scale), len(low), [valid, pa.py_buffer(np.ascontiguousarray(words))]
    )


def _month_of(days: Any) -> Any:
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12


def _pick(rng: Rng, weights: Any, start: Any, end: Any, days: Any) -> Any:
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


def _person(rng: Rng, country: str) -> tuple[str, str]:
    known = NAMES["people"]
    home = known.get(country, known[""])
    first = known[""][0] if rng.random() < 0.08 else home[0]
    last = known[""][1] if rng.random() < 0.1 else home[1]
    return str(rng.choice(first)), str(rng.choice(last))


def _hubs() -> tuple[Draw, pa.Table]:
    code, name, city, country, parent, cap, doors, opened, closed, weight, lat, lon = zip(
        *NAMES["hubs"], strict=True
    )
    number = {key: i for i, key in enumerate(code)}
    above = [None if key is None else number[key] + 1 for key in parent]
    start = np.array([_day(day) for day in opened])
    end = np.array([FOREVER if day is None else _day(day) for day in closed])
    table = pa.table({
        "hub_id": _ints(np.arange(1, len(code) + 1)), "code": _text(code), "name": _text(name),
        "city": _text(city), "country": _text(country),
        "kind": _text(["gateway" if key is None else "depot" for key in parent]),
        "parent_hub_id": pa.array(above, pa.int32()), "cap": _ints(np.array(cap) // 40),
        "doors": pa.array(doors, pa.int32()), "opened_on": _dates(start),
        "closed_on": _dates(end, end == FOREVER),
    })  # fmt: skip
    gateway = np.array([i if p is None else p - 1 for i, p in enumerate(above)])
    outside = np.isin(country, NAMES["non_eu"])
    draw = {"start": start, "end": end, "weight": np.array(weight, float), "country": country,
            "city": city, "gateway": gateway, "outside": outside,
            "own": ~outside & np.isin(gateway, np.arange(6)),
            "place": np.radians(np.array([lat, lon], float).T)}  # fmt: skip
    return draw, table


def _carriers() -> tuple[Draw, pa.Table]:
    name, mode, country, own, grade, start, end, weight, risk = zip(*NAMES["carriers"], strict=True)
    n, since = len(name), np.array([_day(day) for day in start])
    until = np.array([FOREVER if day is None else _day(day) for day in end])
    email = [None if o else f"dispatch@carrier{i}.example" for i, o in enumerate(own, start=1)]
    table = pa.table({
        "carrier_id": _ints(np.arange(1, n + 1)), "name": _text(name), "mode": _text(mode),
        "country": _text(country), "own": pa.array(own), "grade": _text(grade),
        "contract_from": _dates(since), "contract_until": _dates(until, until == FOREVER),
        "contact_email": _text(email),
    })  # fmt: skip
    draw = {"mode": np.array(mode), "country": np.array(country), "start": since, "end": until,
            "weight": np.array(weight, float), "risk": np.array(risk, float)}  # fmt: skip
    return draw, table


def _services() -> tuple[Draw, pa.Table]:
    code, name, dwell, factor, start, end, weight = zip(*NAMES["services"], strict=True)
    first = np.array([_day(day) for day in start])
    last = np.array([FOREVER if day is None else _day(day) for day in end])
    price = np.array(factor, float)
    table = pa.table({
        "service_code": _text(code), "name": _text(name), "max_dwell_h": _ints(dwell),
        "price_factor": _decimal(price * 100, 4, 2), "offered_from": _dates(first),
        "retired_on": _dates(last, last == FOREVER),
    })  # fmt: skip
    draw = {"code": np.array(code), "dwell": np.array(dwell), "factor": price, "start": first,
            "end": last, "weight": np.array(weight, float)}  # fmt: skip
    return draw, table


def _company(rng: Rng, country: str, industry: str, used: dict[str, int]) -> str:
    stems, words = NAMES["stems"][country], NAMES["industries"][industry]
    for attempt in range(60):
        name = f"{rng.choice(stems)} {rng.choice(words)}"
        if rng.random() < 0.55 or attempt > 20:
            name += f" {NAMES['forms'][country]}"
        if attempt > 35:
            name = f"{rng.choice(stems)} & {name}"
        if name not in used:
            break
    used[name] = 1
    return name


def _customer_names(rng: Rng, hubs: Draw, home: Any) -> Draw:
    industries, used = list(NAMES["industries"]), dict[str, int]()
    share = np.array([13, 9, 10, 14, 13, 11, 9, 11, 10]) / 100
    names, industry, parent = list[str](), list[str](), list[int | None]()
    for i, hub in enumerate(home):
        if i > 60 and rng.random() < 0.13:
            head = int(rng.integers(0, 60))
            stem = " ".join(names[head].split(" ")[:2])
            name = f"{stem} {rng.choice(NAMES['abroad'])}"
            if name not in used and parent[head] is None:
                used[name] = 1
                names.append(name)
                industry.append(industry[head])
                parent.append(head + 1)
                continue
        industry.append(str(rng.choice(industries, p=share)))
        names.append(_company(rng, hubs["country"][hub], industry[-1], used))
        parent.append(None)
    return {"name": names, "industry": np.array(industry), "parent": parent}


def _customers(rng: Rng, hubs: Draw) -> tuple[Draw, pa.Table]:
    n = N_CUSTOMERS
    home = rng.choice(len(hubs["weight"]), n, p=hubs["weight"] / hubs["weight"].sum())
    known = _customer_names(rng, hubs, home)
    since = LAST - ((LAST - _day("2015-01-01")) * rng.beta(1.0, 1.8, n)).astype(int)
    since = np.maximum(since, hubs["start"][home])
    weight = np.minimum(rng.pareto(1.15, n) + 0.15, 22)
    weight[rng.random(n) < 0.06] = 0
    stays = np.maximum(since, FIRST) + 60 + rng.exponential(900, n).astype(int)
    leaves = (rng.random(n) < 0.24) & (stays < LAST - 30) & (np.arange(n) > 5)
    lapse = np.where(leaves | (rng.random(n) < 0.12), stays, FOREVER)
    left = np.where(leaves, stays + rng.integers(1, 30, n), FOREVER)
    credit = 1000 * np.maximum(np.rint(0.7 * weight * rng.lognormal(0, 0.5, n)), 1)
    table = pa.table({
        "customer_id": _ints(np.arange(1, n + 1)), "name": _text(known["name"]),
        "industry": _text(known["industry"]), "city": _text([hubs["city"][hub] for hub in home]),
        "country": _text([hubs["country"][hub] for hub in home]),
        "parent_id": pa.array(known["parent"], pa.int32()), "home_hub_id": _ints(home + 1),
        "since": _dates(since), "left_on": _dates(left, left == FOREVER),
        "pay_days": _ints(rng.choice([14, 30, 45, 60], n, p=[0.2, 0.48, 0.2, 0.12])),
        "credit_eur": _decimal(credit * 100, 12, 2, rng.random(n) < 0.22),
        "blocked": pa.array(rng.random(n) < 0.07),
        "email": _text([f"logistics@company{i}.example" for i in range(1, n + 1)],
            rng.random(n) < 0.1),
        "vat_no": _text([f"VAT{d:09d}" for d in rng.integers(10**7, 10**9, n)],
            rng.random(n) < 0.05),
    })  # fmt: skip
    draw = {"start": np.maximum(since, FIRST), "end": np.minimum(lapse, left), "weight": weight,
            "home": home, "industry": known["industry"], "terms": table["pay_days"].to_numpy(),
            "price": rng.uniform(0.82, 1.12, n), "heavy": rng.normal(0, 0.6, n),
            "slow": rng.choice([-4, 1, 9, 26], n, p=[0.3, 0.4, 0.2, 0.1])}  # fmt: skip
    return draw, table


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


def _drivers(rng: Rng, hubs: Draw) -> tuple[Draw, pa.Table]:
    plan = _crew_plan(hubs)
    hub, licence = np.array([h for h, _ in plan]), np.array([c for _, c in plan])
    n = len(plan)
    eldest = np.array([i == 0 or plan[i] != plan[i - 1] for i in range(n)])
    hired = rng.integers(_day("2014-01-01"), LAST - 20, n)
    hired = np.maximum(hired, hubs["start"][hub] + 10)
    hired = np.where(eldest, rng.integers(_day("2017-12-01"), _day("2020-06-01"), n), hired)
    left = np.maximum(hired, FIRST) + 90 + rng.exponential(1400, n).astype(int)
    left = np.where(eldest | (left > LAST), FOREVER, left)
    people = [_person(rng, hubs["country"][h]) for h in hub]
    mentor = [None if eldest[i] or rng.random() < 0.35 else int(
        np.flatnonzero(eldest & (hub == hub[i]) & (licence == licence[i]))[0]) + 1
        for i in range(n)]  # fmt: skip
    mentor = [
        m if m is not None and hired[m - 1] < hired[i] else None for i, m in enumerate(mentor)
    ]
    adr = rng.integers(_day("2024-02-01"), _day("2030-06-01"), n)
    table = pa.table({
        "driver_id": _ints(np.arange(1, n + 1)),
        "first_name": _text([first for first, _ in people]),
        "last_name": _text([last for _, last in people]), "home_hub_id": _ints(hub + 1),
        "licence": _text(licence),
        "adr_until": _dates(adr, (licence == "B") | (rng.random(n) < 0.4)),
        "mentor_id": pa.array(mentor, pa.int32()),
        "birth_date": _dates(hired - rng.integers(21 * 365, 52 * 365, n)),
        "phone": _text([f"+00 777 {d:06d}" for d in rng.integers(0, 10**6, n)],
            rng.random(n) < 0.05), "hired_on": _dates(hired),
        "left_on": _dates(left, left == FOREVER),
    })  # fmt: skip
    return {"hub": hub, "licence": licence, "start": hired, "end": left,
            "weight": rng.pareto(2.5, n) + 0.6, "n": n,
            "miss": rng.uniform(0.5, 1.7, n)}, table  # fmt: skip


def _vehicles(rng: Rng, hubs: Draw) -> tuple[Draw, pa.Table]:
    plan = [(hub, {"CE": "tractor", "C": "rigid", "B": "van"}[c]) for hub, c in _crew_plan(hubs)]
    plan = [pair for i, pair in enumerate(plan) if i % 4 != 3 or pair != plan[i - 1]]
    n, hub, kind = len(plan), np.array([h for h, _ in plan]), np.array([k for _, k in plan])
    eldest = np.array([i == 0 or plan[i] != plan[i - 1] for i in range(n)])
    bought = rng.integers(_day("2016-01-01"), LAST - 15, n)
    bought = np.where(eldest, rng.integers(_day("2018-01-01"), _day("2022-06-01"), n), bought)
    sold = bought + rng.integers(1500, 3600, n)
    sold = np.where(eldest | (sold > LAST) | (sold < FIRST), FOREVER, sold)
    electric = (kind == "van") & (bought > _day("2022-01-01")) & (rng.random(n) < 0.6)
    lng = (kind == "tractor") & (bought > _day("2020-01-01")) & (rng.random(n) < 0.35)
    payload = np.where(kind == "van", 1200, np.where(kind == "rigid", 9000, 24500))
    prefix = [hubs["city"][h][:2].upper() for h in hub]
    plate = [f"{p} F {d}" for p, d in zip(prefix, rng.permutation(9000)[:n] + 1000, strict=True)]
    fuel = np.where(electric, "electric", np.where(lng, "lng", "diesel"))
    table = pa.table({
        "vehicle_id": _ints(np.arange(1, n + 1)), "plate": _text(plate), "kind": _text(kind),
        "fuel": _text(fuel), "home_hub_id": _ints(hub + 1),
        "payload_kg": _ints(payload + rng.integers(-3, 4, n) * 50), "bought_on": _dates(bought),
        "sold_on": _dates(sold, sold == FOREVER), "leased": pa.array(rng.random(n) < 0.33),
    })  # fmt: skip
    return {"hub": hub, "kind": kind, "fuel": fuel, "start": bought, "end": sold, "n": n,
            "weight": np.ones(n), "country": [hubs["country"][h] for h in hub]}, table  # fmt: skip


def _links(hubs: Draw) -> list[tuple[int, int, str, int]]:
    """(from, to, mode, km) of every connection."""
    place, links = hubs["place"], list[tuple[int, int, str, int]]()
    for a in range(len(place)):
        for b in range(len(place)):
            near = hubs["gateway"][a] == b or hubs["gateway"][b] == a
            if a == b or not (near or (a < 8 and b < 8)):
                continue
            (la, oa), (lb, ob) = place[a], place[b]
            half = np.sin((la - lb) / 2) ** 2 + np.cos(la) * np.cos(lb) * np.sin((oa - ob) / 2) ** 2
            air = 2 * 6371 * float(np.arcsin(np.sqrt(half)))
            modes = ["road"] if near or 7 not in (a, b) else []
            if not near and max(a, b) < 6 and air > 350:
                modes.append("rail")
            if not near and (7 in (a, b) or (6 in (a, b) and 4 not in (a, b))):
                modes.append("sea")
            if not near and air > 1100:
                modes.append("air")
            stretch = {"road": 1.25, "rail": 1.3, "sea": 1.9, "air": 1.05}
            links += [(a, b, mode, round(air * stretch[mode])) for mode in modes]
    return links


def _routes(rng: Rng, hubs: Draw) -> tuple[Draw, pa.Table]:
    start, end, mode, km = zip(*_links(hubs), strict=True)
    length, kind = np.array(km, float), np.array([MODES.index(m) for m in mode])
    hours = np.select(
        [kind == 0, kind == 1, kind == 2],
        [length / 62 + 9 * (length // 620), length / 45 + 8, length / 30 + 14],
        length / 650 + 6,
    )
    hours = np.rint(hours * 4) / 4 + 1
    table = pa.table({
        "route_id": _ints(np.arange(1, len(km) + 1)), "from": _ints(np.array(start) + 1),
        "to": _ints(np.array(end) + 1), "mode": _text(mode), "km": _ints(km),
        "plan_h": pa.array(hours), "night_ok": pa.array((kind > 0) | (rng.random(len(km)) < 0.6)),
    })  # fmt: skip
    index = np.full((len(hubs["weight"]), len(hubs["weight"]), 4), -1)
    index[start, end, kind] = np.arange(len(km))
    return {"from": np.array(start), "to": np.array(end), "mode": kind, "km": length,
            "hours": hours, "index": index}, table  # fmt: skip


def _bookings(rng: Rng, known: dict[str, Draw]) -> Draw:
    customers, hubs, services = known["customers"], known["hubs"], known["services"]
    days = np.arange(FIRST, LAST + 1)
    weight = MONTH[_month_of(days)] * (1 + 0.17 * (days - FIRST) / 365)
    weight = weight * np.array([1.15, 1.1, 1.05, 1.1, 1.2, 0.22, 0.1])[(days + 3) % 7]
    day = np.sort(rng.choice(days, N_SHIPMENTS, p=weight / weight.sum()))
    n = len(day)
    who = _pick(rng, customers["weight"], customers["start"], customers["end"], day)
    home = customers["home"][who]
    away = (rng.random(n) < 0.24) | (hubs["end"][home] < day) | (hubs["start"][home] > day)
    other = _pick(rng, hubs["weight"], hubs["start"], hubs["end"] - 25, day)
    origin = np.where(away, other, home)
    favourite = rng.integers(0, 2**31, N_CUSTOMERS) % len(hubs["weight"])
    usual = favourite[who]
    fits = (rng.random(n) < 0.3) & (hubs["end"][usual] - 25 > day) & (hubs["start"][usual] < day)
    fits &= hubs["weight"][usual] > 0
    dest = np.where(fits, usual, _pick(rng, hubs["weight"], hubs["start"], hubs["end"] - 25, day))
    while np.any(origin == dest):
        same = np.flatnonzero(origin == dest)
        dest[same] = _pick(rng, hubs["weight"], hubs["start"], hubs["end"] - 25, day[same])
    service = _pick(rng, services["weight"], services["start"], services["end"] - 1, day)
    cool = np.isin(customers["industry"][who], ["Pharma", "Food"])
    service = np.where((service == 3) & ~cool, 1, service)
    service = np.where(cool & (rng.random(n) < 0.22), 3, service)
    booked = day * DAY_MIN + np.clip(rng.normal(780, 170, n), 340, 1070).astype(int)
    pickup = day + rng.choice([0, 1, 2, 3, 5], n, p=[0.34, 0.36, 0.16, 0.1, 0.04])
    private = rng.random(n) < np.where(customers["industry"][who] == "E-commerce", 0.85, 0.12)
    return {"n": n, "day": day, "who": who, "origin": origin, "dest": dest, "service": service,
            "booked": booked, "pickup": pickup, "private": private,
            "cancelled": rng.random(n) < 0.024}  # fmt: skip


def _parcels(rng: Rng, heads: Draw, known: dict[str, Draw]) -> pa.Table:
    customers, who, n = known["customers"], heads["who"], heads["n"]
    count = np.minimum(rng.geometric(np.where(heads["private"], 0.8, 0.38)), 14)
    owner = np.repeat(np.arange(n), count)
    seq = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count) + 1
    industry, m = customers["industry"][who[owner]], len(owner)
    bulky = np.isin(industry, ["Automotive", "Chemicals", "Machinery", "Furniture", "Food"])
    odds = rng.random(m) + np.where(bulky, 0.28, 0) - np.where(heads["private"][owner], 0.6, 0)
    kind = np.select([odds > 1.12, odds > 0.52, odds > 0.44], ["crate", "pallet", "tube"], "box")
    base = np.select([kind == "crate", kind == "pallet", kind == "tube"], [260, 180, 3], 9.0)
    light = np.where(heads["service"][owner] == 2, 0.5, 1.0)
    kilos = base * light * np.exp(rng.normal(0, 0.55, m) + 0.4 * customers["heavy"][who[owner]])
    tenths = np.maximum(np.rint(kilos * 10), 2)
    volume = np.maximum(kilos * rng.lognormal(1.45, 0.45, m), 1)
    heads["wgt"] = np.bincount(owner, tenths, n).astype(int)
    heads["chargeable"] = np.ceil(np.maximum(heads["wgt"] / 10, np.bincount(owner, volume, n) / 5))
    danger = rng.random(m) < np.select([industry == "Chemicals", industry == "Pharma"],
                                       [0.34, 0.08], 0.012)  # fmt: skip
    heads["danger"] = np.bincount(owner, danger, n) > 0
    pieces = np.maximum(np.rint(rng.lognormal(2.2, 1.0, m)), 1)
    short = np.where(rng.random(m) < 0.17, rng.integers(1, 4, m), 0)
    unopened = rng.random(m) < np.where(known["hubs"]["outside"][heads["dest"][owner]], 0.7, 0.93)
    return pa.table({
        "parcel_id": _ints(np.arange(1, m + 1)), "shipment_id": _ints(owner + 1), "seq": _ints(seq),
        "kind": _text(kind), "wgt_kg": _decimal(tenths, 8, 1), "vol_dm3": _ints(volume),
        "un_class": _text(rng.choice(["3", "8", "9", "6.1", "2.1"], m, p=[.4, .26, .2, .08, .06]),
            ~danger), "qty": _ints(pieces), "qty2": _ints(np.maximum(pieces - short, 0), unopened),
    })  # fmt: skip


def _paths(heads: Draw, hubs: Draw) -> Any:
    """The hubs on each shipment's way, four columns filled from the left, -1 after the last."""
    gate, path = hubs["gateway"], np.full((heads["n"], N_LEGS + 1), -1)
    path[:, 0] = heads["origin"]
    place = np.ones(heads["n"], int)
    for stop in (gate[heads["origin"]], gate[heads["dest"]], heads["dest"]):
        new = path[np.arange(heads["n"]), place - 1] != stop
        path[np.flatnonzero(new), place[new]] = stop[new]
        place += new
    return path


def _planned_legs(rng: Rng, heads: Draw, known: dict[str, Draw]) -> Draw:
    routes, path = known["routes"], _paths(heads, known["hubs"])
    dwell = known["services"]["dwell"][heads["service"]]
    clock = heads["pickup"] * DAY_MIN + rng.integers(990, 1260, heads["n"])
    parts: dict[str, list[Any]] = {key: [] for key in ("ship", "no", "route", "dep", "arr")}
    for k in range(N_LEGS):
        ship = np.flatnonzero((path[:, k + 1] >= 0) & ~heads["cancelled"])
        options = routes["index"][path[ship, k], path[ship, k + 1]]
        odds = (SERVICE_MODES[heads["service"][ship]] + 1e-6) * (options >= 0)
        steps = np.cumsum(odds, axis=1) / odds.sum(axis=1, keepdims=True)
        mode = (rng.random((len(ship), 1)) > steps).sum(axis=1)
        route = options[np.arange(len(ship)), np.minimum(mode, 3)]
        arrives = clock[ship] + np.rint(routes["hours"][route] * 60).astype(int)
        for key, value in zip(parts, (ship, k + np.zeros_like(ship), route, clock[ship], arrives),
                              strict=True):  # fmt: skip
            parts[key].append(value)
        heads.setdefault("plan_arr", clock.copy())[ship] = arrives
        clock[ship] = arrives + (60 * dwell[ship] * rng.uniform(0.15, 0.7, len(ship))).astype(int)
    flat = {key: np.concatenate(value) for key, value in parts.items()}
    order = np.lexsort((flat["no"], flat["ship"]))
    return {key: value[order] for key, value in flat.items()}


def _assign(rng: Rng, legs: Draw, known: dict[str, Draw]) -> None:
    """Adds carrier, vehicle and driver of every leg (-1 where a subcontractor drives)."""
    routes, carriers, hubs = known["routes"], known["carriers"], known["hubs"]
    day = legs["dep"] // DAY_MIN
    legs["carrier"] = np.full(len(day), -1)
    for route in np.unique(legs["route"]):
        rows = np.flatnonzero(legs["route"] == route)
        ends = [routes["from"][route], routes["to"][route]]
        local = np.isin(carriers["country"], [hubs["country"][end] for end in ends])
        weight = carriers["weight"] * np.where(local, 5.0, 0.6)
        weight[0] = 14.0 if all(hubs["own"][end] for end in ends) else 0.0
        weight = weight * (carriers["mode"] == MODES[routes["mode"][route]])
        legs["carrier"][rows] = _pick(rng, weight, carriers["start"], carriers["end"], day[rows])
    gate = hubs["gateway"][routes["from"][legs["route"]]]
    for key, team, skill in (
        ("vehicle", known["vehicles"], known["vehicles"]["kind"] != "van"),
        ("driver", known["drivers"], known["drivers"]["licence"] != "B"),
    ):
        legs[key] = np.full(len(day), -1)
        for hub in range(6):
            rows = np.flatnonzero((legs["carrier"] == 0) & (gate == hub))
            pool = np.flatnonzero((team["hub"] == hub) & skill)
            chosen = _pick(rng, team["weight"][pool], team["start"][pool], team["end"][pool],
                           day[rows])  # fmt: skip
            legs[key][rows] = pool[chosen]


def _drive(rng: Rng, heads: Draw, legs: Draw, known: dict[str, Draw]) -> None:
    """Adds actual times to the legs; a time after now, or after a loss, is -1."""
    routes, n = known["routes"], len(legs["ship"])
    risk = known["carriers"]["risk"][legs["carrier"]] * LATENESS[_month_of(legs["dep"] // DAY_MIN)]
    hours = routes["hours"][legs["route"]]
    border = known["hubs"]["outside"][routes["to"][legs["route"]]]
    slip = rng.exponential(0.35 + 0.05 * hours) * risk
    slip += np.where(rng.random(n) < 0.035 * risk, rng.exponential(26, n), 0)
    slip += np.where(border & (rng.random(n) < 0.12), rng.exponential(20, n), 0)
    wait = (rng.exponential(0.5, n) * risk * 60).astype(int)
    span = np.rint((hours * rng.uniform(0.9, 1.02, n) + slip) * 60).astype(int)
    heads["lost_leg"] = np.full(heads["n"], -1)
    doomed = (rng.random(n) < 0.0022 * risk) & (legs["dep"] < (LAST - 27) * DAY_MIN)
    heads["lost_leg"][legs["ship"][doomed]] = np.flatnonzero(doomed)
    legs["dep_at"], legs["arr_at"] = np.full(n, -1), np.full(n, -1)
    free = np.zeros(heads["n"], int)
    for k in range(N_LEGS):
        rows = np.flatnonzero(legs["no"] == k)
        ship = legs["ship"][rows]
        leaves = np.maximum(legs["dep"][rows] + wait[rows], free[ship] + 45)
        comes, lost = leaves + span[rows], heads["lost_leg"][ship] == rows
        legs["dep_at"][rows] = np.where(leaves <= NOW_MIN, leaves, -1)
        legs["arr_at"][rows] = np.where((comes <= NOW_MIN) & ~lost, comes, -1)
        free[ship] = np.where(lost | (comes > NOW_MIN), 2 * NOW_MIN, comes)
    heads["at_hub"] = free
    legs["slip"] = slip


def _attempts(rng: Rng, heads: Draw, known: dict[str, Draw]) -> pa.Table:
    crew, n = known["drivers"], heads["n"]
    heads["delivered"], heads["returned"] = np.full(n, -1), np.zeros(n, bool)
    heads["tries"] = np.zeros(n, int)
    day = (heads["at_hub"] + 600) // DAY_MIN
    open_ship = np.flatnonzero(~heads["cancelled"] & (heads["at_hub"] < NOW_MIN))
    found: list[tuple[Any, ...]] = []
    for number in range(1, 4):
        time = day[open_ship] * DAY_MIN + rng.integers(480, 1140, len(open_ship))
        time = np.maximum(time, heads["at_hub"][open_ship] + 60)
        here = time <= NOW_MIN
        open_ship, time = open_ship[here], time[here]
        driver, miss = np.full(len(time), -1), np.ones(len(time))
        for hub in np.unique(heads["dest"][open_ship]):
            pool = np.flatnonzero((crew["hub"] == hub) & (crew["licence"] == "B"))
            at = np.flatnonzero((heads["dest"][open_ship] == hub) & (rng.random(len(time)) < 0.74))
            if len(pool) and len(at):
                chosen = pool[_pick(rng, crew["weight"][pool], crew["start"][pool],
                                    crew["end"][pool], time[at] // DAY_MIN)]  # fmt: skip
                driver[at], miss[at] = chosen, crew["miss"][chosen]
        draw = rng.random(len(time)) / (miss * np.where(heads["private"][open_ship], 2.8, 0.7))
        outcome = np.select([draw < 0.012, draw < 0.022, draw < 0.105],
                            ["refused", "wrong_address", "nobody_home"], "delivered")  # fmt: skip
        heads["tries"][open_ship] = number
        found.append((open_ship, np.full(len(time), number), time, driver, outcome))
        done = outcome == "delivered"
        heads["delivered"][open_ship[done]] = time[done]
        heads["returned"][open_ship[(outcome == "refused") | (~done & (number == 3))]] = True
        again = ~done & (outcome != "refused")
        open_ship = open_ship[again]
        day[open_ship] = time[again] // DAY_MIN + rng.integers(1, 4, len(open_ship))
    columns: list[Any] = [np.concatenate(part) for part in zip(*found, strict=True)]
    ship, order_no, time, driver, outcome = columns
    order = np.lexsort((order_no, ship))
    return pa.table({
        "shipment_id": _ints(ship[order] + 1), "attempt_no": _ints(order_no[order]),
        "attempted_at": _times(time[order]),
        "driver_id": _ints(driver[order] + 1, driver[order] < 0), "outcome": _text(outcome[order]),
    })  # fmt: skip


def _shipments(rng: Rng, heads: Draw, known: dict[str, Draw]) -> pa.Table:
    hubs, n = known["hubs"], int(heads["n"])
    slack = np.array([2, 1, 0, 1, 1, 2, 1])[heads["service"]]
    plan = heads.setdefault("plan_arr", heads["pickup"] * DAY_MIN)
    eta = (plan + 720) // DAY_MIN + slack
    heads["eta"] = eta
    lost = heads["lost_leg"] >= 0
    picked = ~heads["cancelled"] & (heads["pickup"] * DAY_MIN + 960 <= NOW_MIN)
    done = heads["delivered"] >= 0
    status = np.select(
        [heads["cancelled"], lost, heads["returned"], done, picked],
        ["cancelled", "lost", "returned", "delivered", "in_transit"], "booked",
    )  # fmt: skip
    heads["status"] = status
    arrival = np.where(done, heads["delivered"] // DAY_MIN, eta + 3)
    late = arrival - eta
    second = np.maximum(arrival + rng.choice([-1, 0, 0, 0, 1], n), eta + 1)
    revised = (late > 0) & (rng.random(n) < 0.55) & ~np.isin(status, ["cancelled", "booked"])
    customs = hubs["outside"][heads["origin"]] | hubs["outside"][heads["dest"]]
    heads["customs"] = customs & (
        np.array(hubs["country"])[heads["origin"]] != np.array(hubs["country"])[heads["dest"]]
    )
    value = heads["wgt"] / 10 * rng.lognormal(2.6, 0.8, n)
    heads["value"] = np.rint(value)
    countries = [hubs["country"][h] for h in heads["dest"]]
    person = [_person(rng, land) for land in countries]
    firm = [f"{rng.choice(NAMES['stems'][land])} {rng.choice(['Store', 'Plant', 'Depot'])}"
            for land in countries]  # fmt: skip
    name = np.where(heads["private"], [" ".join(pair) for pair in person], firm)
    return pa.table({
        "shipment_id": _ints(np.arange(1, n + 1)),
        "ref": _text([f"PO-{d:06d}" for d in rng.integers(0, 10**6, n)], rng.random(n) < 0.18),
        "customer_id": _ints(heads["who"] + 1),
        "service_code": _text(known["services"]["code"][heads["service"]]),
        "origin_hub_id": _ints(heads["origin"] + 1), "dest_hub_id": _ints(heads["dest"] + 1),
        "cnee_name": _text(name), "cnee_private": pa.array(heads["private"]),
        "booked_at": _times(heads["booked"]), "picked_up_on": _dates(heads["pickup"], ~picked),
        "eta": _dates(eta), "eta2": _dates(second, ~revised),
        "delivered_at": _times(heads["delivered"], ~done), "status": _text(status),
        "wgt_kg": _decimal(heads["wgt"], 10, 1), "ChgWgt": _ints(heads["chargeable"]),
        "declared_eur": _decimal(np.rint(value) * 100, 12, 2, rng.random(n) < 0.42),
        "incoterm": _text(rng.choice(["DAP", "DDP", "FCA", "EXW"], n, p=[.45, .2, .22, .13]),
            ~heads["customs"]),
    })  # fmt: skip


def _leg_rows(rng: Rng, heads: Draw, legs: Draw, known: dict[str, Draw]) -> pa.Table:
    routes, n = known["routes"], len(legs["ship"])
    mode, km = routes["mode"][legs["route"]], routes["km"][legs["route"]]
    rate = (0.042 + 0.00025 * km) * np.array([1.0, 0.74, 0.5, 2.1])[mode]
    growth = 1 + 0.06 * (legs["dep"] // DAY_MIN - FIRST) / 365
    cost = np.maximum(heads["chargeable"][legs["ship"]] * rate, 6) * growth
    cost *= rng.lognormal(0, 0.12, n)
    heads["km"] = np.bincount(legs["ship"], km, heads["n"])
    return pa.table({
        "leg_id": _ints(np.arange(1, n + 1)), "shipment_id": _ints(legs["ship"] + 1),
        "leg_no": _ints(legs["no"] + 1), "route_id": _ints(legs["route"] + 1),
        "carrier_id": _ints(legs["carrier"] + 1),
        "vehicle_id": _ints(legs["vehicle"] + 1, legs["vehicle"] < 0),
        "driver_id": _ints(legs["driver"] + 1, legs["driver"] < 0), "plan_dep": _times(legs["dep"]),
        "plan_arr": _times(legs["arr"]), "dep_at": _times(legs["dep_at"], legs["dep_at"] < 0),
        "arr_at": _times(legs["arr_at"], legs["arr_at"] < 0),
        "cost_eur": _decimal(cost * 100, 10, 2, legs["carrier"] == 0),
    })  # fmt: skip


def _charge_rows(rng: Rng, heads: Draw, known: dict[str, Draw]) -> Draw:
    live, factor = ~heads["cancelled"], known["services"]["factor"][heads["service"]]
    growth = 1 + 0.045 * (heads["day"] - FIRST) / 365
    freight = np.maximum(heads["chargeable"] * (0.11 + 0.00025 * heads["km"]), 11) * factor
    freight = np.rint(freight * growth * known["customers"]["price"][heads["who"]] * 100)
    index = 0.115 + 0.03 * np.sin((heads["day"] - FIRST) / 110.0)
    over = np.where(heads["delivered"] >= 0, heads["delivered"] // DAY_MIN - heads["eta"], 0)
    sorry = (over > 3) & (rng.random(heads["n"]) < 0.35) | (heads["status"] == "lost")
    share = np.where(heads["status"] == "lost", 1.0, rng.uniform(0.1, 0.3, heads["n"]))
    items = [
        ("freight", live, freight),
        ("fuel", live, freight * index),
        ("customs", live & heads["customs"], np.full(heads["n"], 6500)),
        ("residential", live & heads["private"], np.full(heads["n"], 750)),
        ("redelivery", live & (heads["tries"] > 1), (heads["tries"] - 1) * 1400),
        ("dangerous_goods", live & heads["danger"], np.full(heads["n"], 4500)),
        ("credit", live & sorry, -freight * share),
    ]
    ship = np.concatenate([np.flatnonzero(mask) for _, mask, _ in items])
    kind = np.concatenate([np.full(int(mask.sum()), i) for i, (_, mask, _) in enumerate(items)])
    cents = np.concatenate([np.rint(value[mask]) for _, mask, value in items]).astype(np.int64)
    order = np.lexsort((kind, ship))
    return {"ship": ship[order], "kind": np.array([name for name, _, _ in items])[kind[order]],
            "cents": cents[order]}  # fmt: skip


def _billing(
    rng: Rng, heads: Draw, charges: Draw, known: dict[str, Draw]
) -> tuple[pa.Table, pa.Table]:
    """Invoices and charges; what was booked in the last month is not invoiced yet."""
    ship, customers = charges["ship"], known["customers"]
    month = heads["day"].astype("datetime64[D]").astype("datetime64[M]").astype(int)[ship]
    key, billed = month * 10_000 + heads["who"][ship], month < int(month.max())
    keys, place = np.unique(key[billed], return_inverse=True)
    who = keys % 10_000
    after = (keys // 10_000 + 1).astype("datetime64[M]").astype("datetime64[D]").astype(int)
    issued = after + rng.integers(1, 4, len(keys))
    due = issued + customers["terms"][who]
    paid = due + customers["slow"][who] + np.rint(rng.normal(0, 5, len(keys))).astype(int)
    paid, never = np.maximum(paid, issued + 2), rng.random(len(keys)) < 0.006
    invoice = np.full(len(ship), -1)
    invoice[billed] = place
    invoices = pa.table({
        "invoice_no": _ints(np.arange(len(keys)) + 50_001), "customer_id": _ints(who + 1),
        "issued_on": _dates(issued), "due_on": _dates(due),
        "paid_on": _dates(paid, (paid > LAST) | never),
        "total_eur": _decimal(np.bincount(place, charges["cents"][billed]), 12, 2),
    })  # fmt: skip
    rows = pa.table({
        "charge_id": _ints(np.arange(1, len(ship) + 1)), "shipment_id": _ints(ship + 1),
        "invoice_no": _ints(invoice + 50_001, invoice < 0), "kind": _text(charges["kind"]),
        "amount_eur": _decimal(charges["cents"], 10, 2),
    })  # fmt: skip
    return invoices, rows


def _incidents(rng: Rng, heads: Draw, legs: Draw, known: dict[str, Draw]) -> Draw:
    """Incidents as columns: ship, leg (-1 for none), kind, time, in order of time."""
    risk = known["carriers"]["risk"][legs["carrier"]]
    ran, tail = legs["arr_at"] >= 0, rng.random(len(risk))
    cool = heads["service"][legs["ship"]] == 3
    abroad = known["hubs"]["outside"][known["routes"]["to"][legs["route"]]]
    hit = [
        ("damage", ran & (rng.random(len(risk)) < 0.007 * risk)),
        ("theft", ran & (tail < 0.0012 * risk)),
        ("delay", ran & (legs["slip"] > 18) & (rng.random(len(risk)) < 0.4)),
        ("customs_hold", ran & abroad & (rng.random(len(risk)) < 0.05)),
        ("temperature", ran & cool & (rng.random(len(risk)) < 0.03 * risk)),
    ]
    lost = np.flatnonzero(heads["lost_leg"] >= 0)
    wrong = np.flatnonzero((heads["tries"] > 0) & (rng.random(heads["n"]) < 0.009))
    rows = np.concatenate([np.flatnonzero(mask) for _, mask in hit])
    kind = np.concatenate([np.full(int(mask.sum()), name, object) for name, mask in hit]
                          + [np.full(len(lost), "loss", object),
                             np.full(len(wrong), "mislabelled", object)])  # fmt: skip
    leg = np.concatenate([rows, heads["lost_leg"][lost], np.full(len(wrong), -1)])
    ship = np.concatenate([legs["ship"][rows], lost, wrong])
    base = np.concatenate([legs["arr_at"][rows], heads["eta"][lost] * DAY_MIN + 2 * DAY_MIN,
                           heads["at_hub"][wrong]])  # fmt: skip
    time = base + rng.integers(20, 900, len(base))
    keep = time < NOW_MIN
    order = np.argsort(time[keep], kind="stable")
    found = {"ship": ship, "leg": leg, "kind": kind, "time": time}
    return {name: value[keep][order] for name, value in found.items()}


def _incident_rows(rng: Rng, heads: Draw, found: Draw) -> tuple[pa.Table, pa.Table]:
    n, kind = len(found["ship"]), found["kind"]
    hard = np.isin(kind, ["loss", "theft"])
    severity = np.where(hard, rng.choice([1, 2], n, p=[0.7, 0.3]),
                        rng.choice([1, 2, 3, 4], n, p=[0.05, 0.2, 0.42, 0.33]))  # fmt: skip
    closed = found["time"] + (rng.lognormal(4.6, 0.9, n) * 60 * np.where(hard, 4, 1)).astype(int)
    open_ = (closed > NOW_MIN) | (rng.random(n) < 0.012)
    notes = [str(rng.choice(NAMES["notes"][k])) for k in kind]
    unclear = (found["leg"] < 0) | (rng.random(n) < 0.11)
    incidents = pa.table({
        "incident_id": _ints(np.arange(1, n + 1)), "shipment_id": _ints(found["ship"] + 1),
        "leg_id": _ints(found["leg"] + 1, unclear), "kind": _text(kind),
        "severity": _ints(severity), "reported_at": _times(found["time"]),
        "closed_at": _times(closed, open_), "desc": _text(notes, rng.random(n) < 0.36),
    })  # fmt: skip
    odds = np.select([hard, kind == "damage", kind == "temperature"], [0.85, 0.62, 0.55], 0.04)
    which = np.flatnonzero(rng.random(n) < odds)
    m = len(which)
    filed = found["time"][which] // DAY_MIN + rng.integers(1, 30, m)
    which, filed = which[filed <= LAST], filed[filed <= LAST]
    m = len(which)
    portion = np.where(hard[which], 1.0, rng.uniform(0.08, 0.7, m))
    claimed = np.maximum(np.rint(heads["value"][found["ship"][which]] * portion), 20)
    decided = filed + rng.integers(8, 95, m)
    waiting = decided > LAST
    verdict = rng.choice(["accepted", "partial", "rejected"], m, p=[0.46, 0.3, 0.24])
    paid = np.where(verdict == "accepted", 1.0, np.rint(rng.uniform(2, 8, m)) / 10) * claimed
    claims = pa.table({
        "claim_id": _ints(np.arange(1, m + 1)), "incident_id": _ints(which + 1),
        "filed_on": _dates(filed), "claimed_eur": _decimal(claimed * 100, 12, 2),
        "decision": _text(verdict, waiting), "decided_on": _dates(decided, waiting),
        "paid_eur": _decimal(paid * 100, 12, 2, waiting | (verdict == "rejected")),
    })  # fmt: skip
    return incidents, claims


def _fuel(rng: Rng, vehicles: Draw) -> pa.Table:
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
        "fill_id": _ints(np.arange(1, n + 1)), "vehicle_id": _ints(vehicle),
        "filled_on": _dates(day_), "litres": _decimal(np.array(litres_) * 10, 7, 1),
        "eur_l": _decimal(np.array(price_) * 1000, 5, 3),
        "odo_km": _ints(odo_, rng.random(n) < 0.07), "country": _text(land_),
    })  # fmt: skip


def _workshop(rng: Rng, vehicles: Draw) -> pa.Table:
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
        "job_id": _ints(np.arange(1, n + 1)), "vehicle_id": _ints(vehicle + 1),
        "kind": _text(np.array(kinds)[kind_]), "in_on": _dates(day_),
        "out_on": _dates(out, out > LAST), "cost_eur": _decimal(cost * 100, 10, 2, pending),
    })  # fmt: skip


def _levels(name: str, table: pa.Table, parent: str) -> Iterator[tuple[str, pa.Table]]:
    """Parts of a table that refers to itself: DuckDB wants such keys there before the INSERT."""
    keys, parents = table.column(0).to_pylist(), table.column(parent).to_pylist()
    above, depth = dict(zip(keys, parents, strict=True)), []
    for key in keys:
        level, key = 0, above[key]
        while key is not None:
            level, key = level + 1, above[key]
        depth.append(level)
    for level in range(max(depth) + 1):
        yield name, table.filter(pa.array(np.array(depth) == level))


def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    """(table name, rows) of every table in foreign-key order; the same for the same seed.

    A table that refers to itself comes in several parts, those referred to first.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    known: dict[str, Draw] = {}
    known["hubs"], table = _hubs()
    yield from _levels("hubs", table, "parent_hub_id")
    known["carriers"], table = _carriers()
    yield "carriers", table
    known["services"], table = _services()
    yield "service_levels", table
    known["customers"], table = _customers(rng, known["hubs"])
    yield from _levels("customers", table, "parent_id")
    known["drivers"], table = _drivers(rng, known["hubs"])
    yield from _levels("drivers", table, "mentor_id")
    known["vehicles"], table = _vehicles(rng, known["hubs"])
    yield "vehicles", table
    known["routes"], table = _routes(rng, known["hubs"])
    yield "routes", table
    yield from _freight(rng, known)
    yield "fuel_fills", _fuel(rng, known["vehicles"])
    yield "workshop_jobs", _workshop(rng, known["vehicles"])


def _freight(rng: Rng, known: dict[str, Draw]) -> Iterator[tuple[str, pa.Table]]:
    heads = _bookings(rng, known)
    parcels, legs = _parcels(rng, heads, known), _planned_legs(rng, heads, known)
    _assign(rng, legs, known)
    _drive(rng, heads, legs, known)
    attempts, shipments = _attempts(rng, heads, known), _shipments(rng, heads, known)
    moves = _leg_rows(rng, heads, legs, known)
    invoices, charges = _billing(rng, heads, _charge_rows(rng, heads, known), known)
    found = _incidents(rng, heads, legs, known)
    incidents, claims = _incident_rows(rng, heads, found)
    parts = {"invoices": invoices, "shipments": shipments, "parcels": parcels, "legs": moves}
    yield from parts.items()
    parts = {"attempts": attempts, "charges": charges, "incidents": incidents, "claims": claims}
    yield from parts.items()
