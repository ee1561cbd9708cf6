"""Sites, what they use, their meters and readings."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import Made, arrow
from .drawing import (
    CITIES,
    COOLING,
    FAR,
    FIRST,
    MONTHS,
    NAMES,
    NEVER,
    TODAY,
    WINTER,
    Columns,
    Rng,
    day_of,
    joined,
    or_null,
    pick,
    sorted_by,
    weighted,
)


def make_sites(rng: Rng, feeders: Columns) -> Made:
    count = 3_000
    weight = np.array([NAMES["cities"][city][1] for city in feeders["city"]], float)
    shared = {city: (feeders["city"] == city).sum() for city in CITIES}
    weight = weight / [shared[city] for city in feeders["city"]] * rng.gamma(2.2, 1, len(weight))
    weight[rng.choice(len(weight), 3, replace=False)] = 0
    feeder = weighted(rng, weight, count)
    kinds = NAMES["buildings"]
    building = pick(rng, list(kinds), [share for share, _, _ in kinds.values()], count)
    old, then = rng.random(count) < 0.83, rng.integers(day_of("1986-01-01"), FIRST, count)
    connected = np.where(old, then, rng.integers(FIRST, TODAY - 5, count))
    cut = np.where(rng.random(count) < 0.022, rng.integers(FIRST + 200, TODAY, count), NEVER)
    cut = np.where(cut > connected + 400, cut, NEVER)
    area = rng.lognormal([4.2 if kind == "flat" else 5.4 for kind in building], 0.4)
    unknown = rng.random(count) < 0.17
    likely = np.where(building == "house", 0.24, 0.06) + np.where(connected > FIRST, 0.3, 0)
    heat = rng.random(count) < likely
    power = np.array([kinds[kind][2] for kind in building])
    city = feeders["city"][feeder]
    roads = [NAMES["streets"][NAMES["cities"][name][2]] for name in city]
    streets = [f"{rng.choice(known)} {rng.integers(1, 130)}" for known in roads]
    size = np.exp(rng.normal(0, 0.45, count))
    table = arrow("sites", {"feeder_id": feeder + 1, "street": streets, "city": city,
        "building": building, "area2": np.where(unknown, -1, area), "conn_kw": np.maximum(2.0,
        np.round(power * size * 2) / 2), "hp": or_null(heat, rng.random(count) < 0.12),
        "connected_on": connected, "disc_on": cut})  # fmt: skip
    made = {"feeder": feeder, "building": building, "city": city, "from": connected, "cut": cut}
    return made | {"hp": heat, "size": size, "until": np.where(cut == NEVER, FAR, cut)}, table


def make_usage(rng: Rng, sites: Columns) -> Any:
    """kWh of each site in each of the 36 months, whoever supplies it."""
    base = np.array([NAMES["buildings"][kind][1] for kind in sites["building"]]) * sites["size"]
    month = np.arange(36) % 12
    warm = np.isin(sites["building"], ["shop", "office", "hospital"])
    season = np.where(warm[:, None], COOLING[month], 0.55 + 0.45 * WINTER[month])
    heating = np.where(sites["hp"], 260, 0)[:, None] * np.maximum(WINTER[month] - 0.75, 0)
    season[np.ix_(sites["building"] == "school", np.isin(month, [6, 7]))] *= 0.5
    drift = 1 + rng.normal(-0.012, 0.05, len(base))[:, None] * (np.arange(36) / 12)
    used = (base[:, None] * season + heating) * drift * rng.lognormal(0, 0.11, (len(base), 36))
    alive = (sites["from"][:, None] < MONTHS[1:]) & (sites["until"][:, None] >= MONTHS[:-1])
    return np.round(used * alive)


def make_meters(rng: Rng, sites: Columns) -> Made:
    count = len(sites["from"])
    first = np.maximum(sites["from"], day_of("2004-03-01") + rng.integers(0, 3_500, count))
    first = np.minimum(first, np.maximum(sites["from"], day_of("2020-12-01")))
    smart = first > day_of("2021-06-01")
    swapped = ~smart & (rng.random(count) < 0.84)
    swap = day_of("2021-09-01") + (rng.beta(1.6, 1.5, count) * 1_560).astype(np.int64)
    cut = sites["until"]
    swapped &= swap < cut
    end, site = np.where(swapped, swap, cut), np.arange(count)
    whole = {"site": site, "smart": smart, "start": first, "end": end}
    new = {"site": site, "smart": smart | True, "start": swap, "end": cut}
    parts = [whole, {name: values[swapped] for name, values in new.items()}]
    made = sorted_by(joined(parts), "start")
    total = len(made["site"])
    makers = pick(rng, NAMES["makers"], [34, 30, 18, 10, 8], total)
    serial = [f"{makers[i][:2].upper()}{8_104_317 + 37 * i + i % 7}" for i in range(total)]
    life = np.where(made["smart"], 8 * 365, 16 * 365) + rng.integers(0, 300, total)
    table = arrow("meters", {"serialNo": serial, "site_id": made["site"] + 1, "maker": makers,
        "smart": made["smart"], "installed_on": made["start"],
        "removed_on": np.where(made["end"] == FAR, NEVER, made["end"]),
        "calib_due": made["start"] + life}, 40_001)  # fmt: skip
    return made | {"swapped": np.flatnonzero(swapped), "swap": swap[swapped]}, table


def make_readings(rng: Rng, meters: Columns, usage: Any) -> pa.Table:
    ends = MONTHS[1:] - 1
    alive = (meters["start"][:, None] <= ends) & (meters["end"][:, None] > ends)
    due = alive & (meters["smart"][:, None] | (np.arange(36) % 3 == 2))
    due &= rng.random(due.shape) > 0.006
    meter, month = np.nonzero(due)
    sums = np.concatenate([np.zeros((len(usage), 1)), np.cumsum(usage, axis=1)], axis=1)
    running = sums[meters["site"][meter], month + 1]
    is_first = np.append(True, meter[1:] != meter[:-1])
    before = np.append(0, running[:-1])
    age = np.maximum(FIRST - meters["start"], 0) / 30.4
    offset = np.round(age * usage.mean(axis=1)[meters["site"]])
    started = np.searchsorted(MONTHS, np.maximum(meters["start"], FIRST), "right") - 1
    offset -= np.where(age > 0, 0, sums[meters["site"], np.minimum(started, 36)])
    smart = meters["smart"][meter]
    draw = rng.random(len(meter))
    by_hand = np.where(draw < 0.55, "manual", np.where(draw < 0.86, "customer", "estimated"))
    method = np.where(smart, np.where(draw < 0.021, "estimated", "remote"), by_hand)
    read_on = ends[month] - np.where(smart, 0, rng.integers(0, 7, len(meter)))
    made = {"meter_no": meter + 40_001, "read_on": read_on, "method": method.astype(object),
        "kwh": np.maximum(running + offset[meter], 0), "used_kwh": np.where(is_first, -1,
        running - before)}  # fmt: skip
    return arrow("readings", sorted_by(made, "read_on"))
