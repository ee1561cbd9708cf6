"""Shipments from booking to delivery: parcels, legs and attempts."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import dates, decimal, ints, text, times
from .drawing import (
    DAY_MIN,
    FIRST,
    LAST,
    LATENESS,
    MODES,
    MONTH,
    N_CUSTOMERS,
    N_LEGS,
    N_SHIPMENTS,
    NAMES,
    NOW_MIN,
    SERVICE_MODES,
    Draw,
    Rng,
    draw_person,
    month_of,
    pick,
)


def make_bookings(rng: Rng, known: dict[str, Draw]) -> Draw:
    customers, hubs, services = known["customers"], known["hubs"], known["services"]
    days = np.arange(FIRST, LAST + 1)
    weight = MONTH[month_of(days)] * (1 + 0.17 * (days - FIRST) / 365)
    weight = weight * np.array([1.15, 1.1, 1.05, 1.1, 1.2, 0.22, 0.1])[(days + 3) % 7]
    day = np.sort(rng.choice(days, N_SHIPMENTS, p=weight / weight.sum()))
    n = len(day)
    who = pick(rng, customers["weight"], customers["start"], customers["end"], day)
    home = customers["home"][who]
    away = (rng.random(n) < 0.24) | (hubs["end"][home] < day) | (hubs["start"][home] > day)
    other = pick(rng, hubs["weight"], hubs["start"], hubs["end"] - 25, day)
    origin = np.where(away, other, home)
    favourite = rng.integers(0, 2**31, N_CUSTOMERS) % len(hubs["weight"])
    usual = favourite[who]
    fits = (rng.random(n) < 0.3) & (hubs["end"][usual] - 25 > day) & (hubs["start"][usual] < day)
    fits &= hubs["weight"][usual] > 0
    dest = np.where(fits, usual, pick(rng, hubs["weight"], hubs["start"], hubs["end"] - 25, day))
    while np.any(origin == dest):
        same = np.flatnonzero(origin == dest)
        dest[same] = pick(rng, hubs["weight"], hubs["start"], hubs["end"] - 25, day[same])
    service = pick(rng, services["weight"], services["start"], services["end"] - 1, day)
    cool = np.isin(customers["industry"][who], ["Pharma", "Food"])
    service = np.where((service == 3) & ~cool, 1, service)
    service = np.where(cool & (rng.random(n) < 0.22), 3, service)
    booked = day * DAY_MIN + np.clip(rng.normal(780, 170, n), 340, 1070).astype(int)
    pickup = day + rng.choice([0, 1, 2, 3, 5], n, p=[0.34, 0.36, 0.16, 0.1, 0.04])
    private = rng.random(n) < np.where(customers["industry"][who] == "E-commerce", 0.85, 0.12)
    return {"n": n, "day": day, "who": who, "origin": origin, "dest": dest, "service": service,
            "booked": booked, "pickup": pickup, "private": private,
            "cancelled": rng.random(n) < 0.024}  # fmt: skip


def make_parcels(rng: Rng, heads: Draw, known: dict[str, Draw]) -> pa.Table:
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
        "parcel_id": ints(np.arange(1, m + 1)), "shipment_id": ints(owner + 1), "seq": ints(seq),
        "kind": text(kind), "wgt_kg": decimal(tenths, 8, 1), "vol_dm3": ints(volume),
        "un_class": text(rng.choice(["3", "8", "9", "6.1", "2.1"], m, p=[.4, .26, .2, .08, .06]),
            ~danger), "qty": ints(pieces), "qty2": ints(np.maximum(pieces - short, 0), unopened),
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


def plan_legs(rng: Rng, heads: Draw, known: dict[str, Draw]) -> Draw:
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


def assign_means(rng: Rng, legs: Draw, known: dict[str, Draw]) -> None:
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
        legs["carrier"][rows] = pick(rng, weight, carriers["start"], carriers["end"], day[rows])
    gate = hubs["gateway"][routes["from"][legs["route"]]]
    for key, team, skill in (
        ("vehicle", known["vehicles"], known["vehicles"]["kind"] != "van"),
        ("driver", known["drivers"], known["drivers"]["licence"] != "B"),
    ):
        legs[key] = np.full(len(day), -1)
        for hub in range(6):
            rows = np.flatnonzero((legs["carrier"] == 0) & (gate == hub))
            pool = np.flatnonzero((team["hub"] == hub) & skill)
            chosen = pick(rng, team["weight"][pool], team["start"][pool], team["end"][pool],
                           day[rows])  # fmt: skip
            legs[key][rows] = pool[chosen]


def drive_legs(rng: Rng, heads: Draw, legs: Draw, known: dict[str, Draw]) -> None:
    """Adds actual times to the legs; a time after now, or after a loss, is -1."""
    routes, n = known["routes"], len(legs["ship"])
    risk = known["carriers"]["risk"][legs["carrier"]] * LATENESS[month_of(legs["dep"] // DAY_MIN)]
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


def make_attempts(rng: Rng, heads: Draw, known: dict[str, Draw]) -> pa.Table:
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
                chosen = pool[pick(rng, crew["weight"][pool], crew["start"][pool],
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
        "shipment_id": ints(ship[order] + 1), "attempt_no": ints(order_no[order]),
        "attempted_at": times(time[order]),
        "driver_id": ints(driver[order] + 1, driver[order] < 0), "outcome": text(outcome[order]),
    })  # fmt: skip


def make_shipments(rng: Rng, heads: Draw, known: dict[str, Draw]) -> pa.Table:
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
    person = [draw_person(rng, land) for land in countries]
    firm = [f"{rng.choice(NAMES['stems'][land])} {rng.choice(['Store', 'Plant', 'Depot'])}"
            for land in countries]  # fmt: skip
    name = np.where(heads["private"], [" ".join(pair) for pair in person], firm)
    return pa.table({
        "shipment_id": ints(np.arange(1, n + 1)),
        "ref": text([f"PO-{d:06d}" for d in rng.integers(0, 10**6, n)], rng.random(n) < 0.18),
        "customer_id": ints(heads["who"] + 1),
        "service_code": text(known["services"]["code"][heads["service"]]),
        "origin_hub_id": ints(heads["origin"] + 1), "dest_hub_id": ints(heads["dest"] + 1),
        "cnee_name": text(name), "cnee_private": pa.array(heads["private"]),
        "booked_at": times(heads["booked"]), "picked_up_on": dates(heads["pickup"], ~picked),
        "eta": dates(eta), "eta2": dates(second, ~revised),
        "delivered_at": times(heads["delivered"], ~done), "status": text(status),
        "wgt_kg": decimal(heads["wgt"], 10, 1), "ChgWgt": ints(heads["chargeable"]),
        "declared_eur": decimal(np.rint(value) * 100, 12, 2, rng.random(n) < 0.42),
        "incoterm": text(rng.choice(["DAP", "DDP", "FCA", "EXW"], n, p=[.45, .2, .22, .13]),
            ~heads["customs"]),
    })  # fmt: skip


def make_leg_rows(rng: Rng, heads: Draw, legs: Draw, known: dict[str, Draw]) -> pa.Table:
    routes, n = known["routes"], len(legs["ship"])
    mode, km = routes["mode"][legs["route"]], routes["km"][legs["route"]]
    rate = (0.042 + 0.00025 * km) * np.array([1.0, 0.74, 0.5, 2.1])[mode]
    growth = 1 + 0.06 * (legs["dep"] // DAY_MIN - FIRST) / 365
    cost = np.maximum(heads["chargeable"][legs["ship"]] * rate, 6) * growth
    cost *= rng.lognormal(0, 0.12, n)
    heads["km"] = np.bincount(legs["ship"], km, heads["n"])
    return pa.table({
        "leg_id": ints(np.arange(1, n + 1)), "shipment_id": ints(legs["ship"] + 1),
        "leg_no": ints(legs["no"] + 1), "route_id": ints(legs["route"] + 1),
        "carrier_id": ints(legs["carrier"] + 1),
        "vehicle_id": ints(legs["vehicle"] + 1, legs["vehicle"] < 0),
        "driver_id": ints(legs["driver"] + 1, legs["driver"] < 0), "plan_dep": times(legs["dep"]),
        "plan_arr": times(legs["arr"]), "dep_at": times(legs["dep_at"], legs["dep_at"] < 0),
        "arr_at": times(legs["arr_at"], legs["arr_at"] < 0),
        "cost_eur": decimal(cost * 100, 10, 2, legs["carrier"] == 0),
    })  # fmt: skip
