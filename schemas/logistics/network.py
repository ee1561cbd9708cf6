"""Hubs, carriers, service levels, and the routes between hubs."""

import numpy as np
import pyarrow as pa

from .arrow import dates, decimal, ints, text
from .drawing import FOREVER, MODES, NAMES, Draw, Rng, day_of


def make_hubs() -> tuple[Draw, pa.Table]:
    code, name, city, country, parent, cap, doors, opened, closed, weight, lat, lon = zip(
        *NAMES["hubs"], strict=True
    )
    number = {key: i for i, key in enumerate(code)}
    above = [None if key is None else number[key] + 1 for key in parent]
    start = np.array([day_of(day) for day in opened])
    end = np.array([FOREVER if day is None else day_of(day) for day in closed])
    table = pa.table({
        "hub_id": ints(np.arange(1, len(code) + 1)), "code": text(code), "name": text(name),
        "city": text(city), "country": text(country),
        "kind": text(["gateway" if key is None else "depot" for key in parent]),
        "parent_hub_id": pa.array(above, pa.int32()), "cap": ints(np.array(cap) // 40),
        "doors": pa.array(doors, pa.int32()), "opened_on": dates(start),
        "closed_on": dates(end, end == FOREVER),
    })  # fmt: skip
    gateway = np.array([i if p is None else p - 1 for i, p in enumerate(above)])
    outside = np.isin(country, NAMES["non_eu"])
    draw = {"start": start, "end": end, "weight": np.array(weight, float), "country": country,
            "city": city, "gateway": gateway, "outside": outside,
            "own": ~outside & np.isin(gateway, np.arange(6)),
            "place": np.radians(np.array([lat, lon], float).T)}  # fmt: skip
    return draw, table


def make_carriers() -> tuple[Draw, pa.Table]:
    name, mode, country, own, grade, start, end, weight, risk = zip(*NAMES["carriers"], strict=True)
    n, since = len(name), np.array([day_of(day) for day in start])
    until = np.array([FOREVER if day is None else day_of(day) for day in end])
    email = [None if o else f"dispatch@carrier{i}.example" for i, o in enumerate(own, start=1)]
    table = pa.table({
        "carrier_id": ints(np.arange(1, n + 1)), "name": text(name), "mode": text(mode),
        "country": text(country), "own": pa.array(own), "grade": text(grade),
        "contract_from": dates(since), "contract_until": dates(until, until == FOREVER),
        "contact_email": text(email),
    })  # fmt: skip
    draw = {"mode": np.array(mode), "country": np.array(country), "start": since, "end": until,
            "weight": np.array(weight, float), "risk": np.array(risk, float)}  # fmt: skip
    return draw, table


def make_services() -> tuple[Draw, pa.Table]:
    code, name, dwell, factor, start, end, weight = zip(*NAMES["services"], strict=True)
    first = np.array([day_of(day) for day in start])
    last = np.array([FOREVER if day is None else day_of(day) for day in end])
    price = np.array(factor, float)
    table = pa.table({
        "service_code": text(code), "name": text(name), "max_dwell_h": ints(dwell),
        "price_factor": decimal(price * 100, 4, 2), "offered_from": dates(first),
        "retired_on": dates(last, last == FOREVER),
    })  # fmt: skip
    draw = {"code": np.array(code), "dwell": np.array(dwell), "factor": price, "start": first,
            "end": last, "weight": np.array(weight, float)}  # fmt: skip
    return draw, table


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


def make_routes(rng: Rng, hubs: Draw) -> tuple[Draw, pa.Table]:
    start, end, mode, km = zip(*_links(hubs), strict=True)
    length, kind = np.array(km, float), np.array([MODES.index(m) for m in mode])
    hours = np.select(
        [kind == 0, kind == 1, kind == 2],
        [length / 62 + 9 * (length // 620), length / 45 + 8, length / 30 + 14],
        length / 650 + 6,
    )
    hours = np.rint(hours * 4) / 4 + 1
    table = pa.table({
        "route_id": ints(np.arange(1, len(km) + 1)), "from": ints(np.array(start) + 1),
        "to": ints(np.array(end) + 1), "mode": text(mode), "km": ints(km),
        "plan_h": pa.array(hours), "night_ok": pa.array((kind > 0) | (rng.random(len(km)) < 0.6)),
    })  # fmt: skip
    index = np.full((len(hubs["weight"]), len(hubs["weight"]), 4), -1)
    index[start, end, kind] = np.arange(len(km))
    return {"from": np.array(start), "to": np.array(end), "mode": kind, "km": length,
            "hours": hours, "index": index}, table  # fmt: skip
