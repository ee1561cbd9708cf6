"""Plants, what they feed in, and the price of the day."""

import numpy as np
import pyarrow as pa

from .arrow import Made, arrow
from .drawing import FAR, FIRST, MONTHS, NAMES, NEVER, RIVER, SUN, TODAY, WIND, Columns, Rng, day_of


def make_spot_prices(rng: Rng) -> pa.Table:
    days = np.arange(FIRST, TODAY + 1)
    trend = np.interp(days, [FIRST, FIRST + 250, FIRST + 500, TODAY], [165, 104, 88, 112])
    season = 1 + 0.17 * np.cos(2 * np.pi * (days - FIRST - 10) / 365.25)
    season *= np.where((days + 3) % 7 >= 5, 0.8, 1.0)
    average = trend * season * rng.lognormal(0, 0.16, len(days))
    spread = rng.gamma(3, 17, len(days))
    month = np.searchsorted(MONTHS, days, "right") - 1
    sunny = np.isin(month % 12, [3, 4, 5, 6, 7]) * rng.gamma(1.5, 17, len(days))
    return arrow("spot_prices", {"price_on": days, "avg_mwh": average,
        "low_mwh": average - spread * 0.8 - sunny, "high_mwh": average + spread})  # fmt: skip


def make_plants(rng: Rng, sites: Columns, feeders: Columns) -> Made:
    own = NAMES["plants"]
    roofy = np.isin(sites["building"], ["house", "farm", "factory", "school"])
    able = np.flatnonzero(roofy & (sites["cut"] == NEVER))
    host = np.sort(rng.choice(able, 230, replace=False))
    homes = [rng.choice(np.flatnonzero(feeders["city"] == city)) for _, _, city, _ in own]
    feeder = np.concatenate([homes, sites["feeder"][host]]).astype(np.int64)
    small = np.round(rng.lognormal(1.9, 0.35, len(host)), 1)
    factory = np.isin(sites["building"][host], ["factory", "school", "farm"])
    peak = np.concatenate([[row[3] or 450 for row in own], small * np.where(factory, 9, 1)])
    tech = np.array([row[1] for row in own] + ["solar"] * len(host), object)
    early = day_of("2010-01-01")
    roof_day = early + (rng.beta(2.4, 1.0, len(host)) * (TODAY - 20 - early)).astype(np.int64)
    roof_day = np.minimum(np.maximum(roof_day, sites["from"][host] + 20), TODAY - 3)
    own_day = rng.integers(day_of("1994-01-01"), day_of("2024-06-01"), len(own))
    own_day[-1] = day_of("2025-12-22")
    day = np.concatenate([own_day, roof_day])
    gone = np.full(len(day), NEVER)
    gone[[4, 12, 40, 77, 130]] = day_of("2024-02-29") + np.array([0, 185, 300, 410, 610])
    gone = np.where(gone > day + 200, gone, NEVER)
    level = np.clip(31 - (day - early) / 250, 7.5, 31)
    level = np.where(np.arange(len(day)) < len(own), level * 0.3, level)
    support = np.where(rng.random(len(day)) < 0.22, np.nan, np.round(level, 1))
    table = arrow("plants", {"plant_name": [row[0] for row in own] + [None] * len(host),
        "tech": tech, "feeder_id": feeder + 1, "site_id": np.concatenate([np.full(len(own), -1),
        host + 1]), "peak_kw": peak, "support_ct": support, "commissioned_on": day,
        "retired_on": gone})  # fmt: skip
    gone = np.where(gone == NEVER, FAR, gone)
    return {"tech": tech, "peak": peak, "start": day, "end": gone}, table


def make_generation(rng: Rng, plants: Columns) -> pa.Table:
    month = np.arange(36) % 12
    hours = {"solar": 98 * SUN, "wind": 185 * WIND, "hydro": 330 * RIVER, "biogas": SUN * 0 + 520}
    full = np.stack([hours[tech][month] for tech in plants["tech"]])
    year = np.array([1.0, 1.04, 0.97])[np.arange(36) // 12]
    made = plants["peak"][:, None] * full * year * rng.lognormal(0, 0.1, full.shape)
    running = (plants["start"][:, None] < MONTHS[:-1]) & (plants["end"][:, None] >= MONTHS[1:])
    running &= rng.random(running.shape) > 0.004
    plant, when = np.nonzero(running)
    spill = rng.random(len(plant)) < np.where(plants["peak"][plant] > 300, 0.3, 0.02)
    spill = spill * np.where(np.isin(when % 12, [3, 4, 5, 6]), 1.6, 0.6)
    lost = made[plant, when] * rng.beta(1.2, 14, len(plant)) * spill
    return arrow("generation", {"plant_id": plant + 1, "month": MONTHS[when],
        "produced_kwh": np.round(made[plant, when] - lost),
        "curtailed_kwh": np.round(lost)})  # fmt: skip
