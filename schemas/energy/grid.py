"""Substations, feeders and their peaks, the weather, and outages."""

import numpy as np
import pyarrow as pa

from .arrow import Made, arrow
from .drawing import (
    COOLING,
    FIRST,
    MONTHS,
    NAMES,
    NEVER,
    REGIONS,
    TODAY,
    WINTER,
    Columns,
    Rng,
    day_of,
    joined,
    pick,
    sorted_by,
    weighted,
)


def make_substations(rng: Rng) -> Made:
    names, cities, kv, mva = zip(*NAMES["substations"], strict=True)
    built = rng.integers(1958, 2016, len(names))
    built[[2, 13]] = -1
    gone = np.full(len(names), NEVER)
    gone[-1] = day_of("2019-06-30")
    table = arrow("substations", {"name": names, "city": cities,
        "region": [NAMES["cities"][city][0] for city in cities], "kv": kv, "capacity_mva": mva,
        "built_in": built, "decommissioned_on": gone})  # fmt: skip
    return {"city": cities, "mva": np.array(mva, float), "live": gone == NEVER}, table


def make_feeders(rng: Rng, stations: Columns) -> Made:
    station: list[int] = []
    parent: list[int] = []
    for index in np.flatnonzero(stations["live"]):
        roots: list[int] = []
        for _ in range(int(3 + stations["mva"][index] // 12)):
            branch = bool(roots) and rng.random() < 0.28
            parent.append(int(rng.choice(roots)) if branch else -1)
            roots.append(len(parent))
            station.append(int(index))
    count, where = len(station), np.array(station)
    city = np.array(stations["city"], object)[where]
    region = np.array([NAMES["cities"][name][0] for name in city], object)
    rural = np.isin(region, ["Alps", "Karst"])
    line = np.where(rural, pick(rng, ["overhead", "mixed", "underground"], [58, 27, 15], count),
        pick(rng, ["overhead", "mixed", "underground"], [22, 28, 50], count))  # fmt: skip
    length = rng.lognormal(np.where(rural, 2.7, 2.1), 0.5)
    rated = np.round(rng.lognormal(8.1, 0.35, count) / 50) * 50
    active = rng.random(count) < np.where(rural, 0.4, 0.75)
    built = rng.integers(day_of("1971-01-01"), day_of("2022-06-30"), count)
    table = arrow("feeders", {"code": [f"F{where[i] + 1:02d}-{i + 1:03d}" for i in range(count)],
        "substation_id": where + 1, "parent_feeder_id": parent, "line_type": line,
        "length_km": length, "load": rated,
        "active": active, "energised_on": built})  # fmt: skip
    return {"city": city, "region": region, "line": line, "length": length, "rated": rated}, table


def make_weather(rng: Rng) -> Made:
    days = np.arange(FIRST, TODAY + 1)
    year = 2 * np.pi * (days - FIRST - 196) / 365.25
    mean = {"Coast": 15.5, "Karst": 12.8, "Plain": 13.9, "Alps": 8.6}
    common = np.convolve(rng.normal(0, 3.2, len(days) + 4), np.ones(5) / 2.6, "valid")
    front = rng.gamma(1.6, 9, len(days)) * (1 + 0.25 * np.cos(year + np.pi))
    parts = []
    for region in REGIONS:
        own = rng.normal(0, 1.4, len(days))
        gust = front * {"Coast": 1.35, "Karst": 1.3}.get(region, 1.0) + rng.gamma(3, 4, len(days))
        rain = (rng.random(len(days)) < np.clip(0.18 + front / 75, 0, 0.8)) * 1.0
        rain *= rng.gamma(0.8, 11, len(days))
        parts.append({"region": np.full(len(days), region, object), "day": days,
            "temp_c": np.round(mean[region] + 10.2 * np.cos(year) + common + own, 1),
            "gust_kmh": np.round(gust), "rain_mm": np.round(rain, 1)})  # fmt: skip
    made = joined(parts)
    made["gust_kmh"] = np.where(rng.random(len(made["day"])) < 0.013, -1, made["gust_kmh"])
    return {"gust": {p["region"][0]: p["gust_kmh"] for p in parts}}, arrow("weather", made)


def make_outages(rng: Rng, feeders: Columns, sites: Columns, weather: Columns) -> Made:
    gust = np.stack([weather["gust"][region] for region in feeders["region"]])
    open_air = np.select([feeders["line"] == "overhead", feeders["line"] == "mixed"], [1.0, 0.5], 0)
    calm = 0.0062 * (feeders["length"] / 10) ** 0.5 * (0.6 + open_air)
    storm = 0.07 * open_air[:, None] * np.clip((gust - 62) / 22, 0, 3) ** 2
    feeder, day = np.nonzero(rng.random(gust.shape) < calm[:, None] + storm)
    windy = rng.random(len(feeder)) < storm[feeder, day] / (storm[feeder, day] + calm[feeder])
    usual = ["equipment", "animal", "digging", "vehicle", "tree", ""]
    cause = pick(rng, usual, [40, 13, 16, 7, 9, 15], len(feeder))
    cause = np.where(windy, pick(rng, ["storm", "tree"], [72, 28], len(feeder)), cause)
    minutes = rng.lognormal([NAMES["minutes"].get(name, 3.9) for name in cause], 0.65)
    at_work = rng.integers(FIRST, TODAY - 2, 470)
    start = (day + FIRST) * 86_400 + rng.integers(0, 86_400, len(day))
    sudden = {"feeder": feeder, "start": start, "minutes": minutes, "cause": cause}
    works = {"feeder": weighted(rng, feeders["length"], 470),
        "start": at_work * 86_400 + rng.integers(14, 24, 470) * 1_800,
        "minutes": rng.integers(3, 17, 470) * 30.0, "cause": np.full(470, "works")}  # fmt: skip
    made = sorted_by(joined([sudden, works]), "start")
    made["planned"] = made["cause"] == "works"
    served = np.bincount(sites["feeder"], minlength=len(feeders["rated"])) * 9 + 60
    reach = rng.beta(1.1, 1.7, len(made["start"])) * np.where(made["planned"], 0.4, 1.0)
    made["affected"] = np.ceil(served[made["feeder"]] * reach)
    end = made["start"] + np.ceil(made["minutes"]) * 60
    end = np.where(end >= (TODAY + 1) * 86_400, NEVER, end).astype(np.int64)
    end[-3:] = NEVER
    made["day"] = made["start"] // 86_400
    return made, arrow("outages", {"feeder_id": made["feeder"] + 1, "started_at": made["start"],
        "ended_at": end, "planned": made["planned"], "cust_aff": made["affected"],
        "cause": [name or None for name in made["cause"]]})  # fmt: skip


def make_feeder_peaks(rng: Rng, feeders: Columns) -> pa.Table:
    base = rng.beta(6, 5, len(feeders["rated"])) * feeders["rated"]
    growth = 1 + rng.normal(0.035, 0.04, len(base))[:, None] * np.arange(36) / 12
    season = 0.5 + 0.4 * WINTER[np.arange(36) % 12] + 0.1 * COOLING[np.arange(36) % 12]
    peak = base[:, None] * season * growth * rng.lognormal(0, 0.06, (len(base), 36))
    feeder, month = np.nonzero(peak > 0)
    day = MONTHS[month] + (rng.random(len(month)) * np.diff(MONTHS)[month]).astype(np.int64)
    clock = weighted(rng, [1, 4, 4, 1, 1, 2, 9, 12, 6], len(month)) + np.array(12)
    return arrow("feeder_peaks", {"feeder_id": feeder + 1, "month": MONTHS[month],
        "peak_kw": np.round(peak[feeder, month]),
        "peak_at": day * 86_400 + clock * 3_600 + rng.integers(0, 4, len(day)) * 900})  # fmt: skip
