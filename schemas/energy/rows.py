"""Rows of a grid operator that also sells electricity, 2023-01-01 to 2025-12-31."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

Columns: TypeAlias = dict[str, Any]
Rng: TypeAlias = np.random.Generator
Made: TypeAlias = tuple[Columns, pa.Table]  # what later tables need, and the rows

HERE = Path(__file__).parent
NAMES: Columns = json.loads((HERE / "names.json").read_text(encoding="utf-8"))


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


FIRST, TODAY = _day("2023-01-01"), _day("2025-12-31")
NEVER = np.iinfo(np.int64).min
FAR = 99_999
MONTHS = np.arange("2023-01", "2026-02", dtype="M8[M]").astype("M8[D]").astype(np.int64)
WINTER, COOLING, SUN, RIVER, WIND, MARKET = (np.array(curve) for curve in NAMES["seasons"].values())
REGIONS = ["Coast", "Karst", "Plain", "Alps"]
CITIES = list(NAMES["cities"])
KIND_OF = {"school": "public", "hospital": "public", "house": "household", "flat": "household"}
DDL = (HERE / "schema.sql").read_text(encoding="utf-8")
SCHEMA = {  # type of each column of each table
    name: dict(re.findall(r'^    (?!PRIMARY)"?(\w+)"? ([A-Z]+(?:\(.*?\))?)', body, re.M))
    for name, body in re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", DDL, re.S)
}


def _table(name: str, columns: Columns, first: int = 1) -> pa.Table:
    """What the schema asks for, as Arrow; a leading key that is not given counts from `first`.

    NEVER, NaN and whole numbers below zero stand for NULL. Other entries of `columns` are ignored.
    """
    types, count = SCHEMA[name], len(next(iter(columns.values())))
    whole = {next(iter(types)): np.arange(first, first + count)} | columns
    return pa.table({key: _array(kind, whole[key]) for key, kind in types.items()})


def _array(kind: str, values: Any) -> pa.Array:
    if kind in ("VARCHAR", "BOOLEAN"):
        plain = values.tolist() if isinstance(values, np.ndarray) else list(values)
        return pa.array(plain, pa.string() if kind == "VARCHAR" else pa.bool_())
    given = np.asarray(values, np.float64 if kind[0] == "D" and kind != "DATE" else np.int64)
    if kind == "DOUBLE":
        return pa.array(given)
    if kind.startswith("DECIMAL"):
        rounded = pa.array(np.round(np.nan_to_num(given), 2), mask=np.isnan(given))
        return rounded.cast(pa.decimal128(int(kind[8:].split(",")[0]), 2))
    lost = given == NEVER if kind in ("DATE", "TIMESTAMP") else given < 0
    kept = np.where(lost, 0, given)
    if kind == "TIMESTAMP":
        return pa.array(kept * 1_000_000, mask=lost).cast(pa.timestamp("us"))
    whole = pa.array(kept.astype(np.int32), mask=lost)
    return whole.cast(pa.date32()) if kind == "DATE" else whole


def _or_null(values: Any, lost: Any) -> Any:
    return np.where(lost, np.array(None), np.asarray(values, object))


def _weighted(rng: Rng, weights: Any, count: int) -> Any:
    share = np.asarray(weights, float)
    return rng.choice(len(share), count, p=share / share.sum())


def _pick(rng: Rng, values: list[str], weights: list[float], count: int) -> Any:
    return np.array(values, object)[_weighted(rng, weights, count)]


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _sorted(columns: Columns, by: str) -> Columns:
    order = np.argsort(columns[by], kind="stable")
    return {name: np.asarray(values)[order] for name, values in columns.items()}


def _levels(name: str, table: pa.Table, parent: str) -> Iterator[tuple[str, pa.Table]]:
    """Parts of a table that refers to itself: DuckDB wants such keys there before the INSERT."""
    depth: dict[int, int] = {}
    keys, parents = table.column(0).to_pylist(), table.column(parent).to_pylist()
    for key, above in zip(keys, parents, strict=True):
        depth[key] = 0 if above is None else depth[above] + 1
    level = np.array(list(depth.values()))
    for each in range(int(level.max()) + 1):
        yield name, table.filter(pa.array(level == each))


def _person(rng: Rng, lang: str) -> tuple[str, str]:
    first, last = NAMES["people"]["en" if rng.random() < 0.14 else lang]
    return str(rng.choice(first)), str(rng.choice(last))


def _substations(rng: Rng) -> Made:
    names, cities, kv, mva = zip(*NAMES["substations"], strict=True)
    built = rng.integers(1958, 2016, len(names))
    built[[2, 13]] = -1
    gone = np.full(len(names), NEVER)
    gone[-1] = _day("2019-06-30")
    table = _table("substations", {"name": names, "city": cities,
        "region": [NAMES["cities"][city][0] for city in cities], "kv": kv, "capacity_mva": mva,
        "built_in": built, "decommissioned_on": gone})  # fmt: skip
    return {"city": cities, "mva": np.array(mva, float), "live": gone == NEVER}, table


def _feeders(rng: Rng, stations: Columns) -> Made:
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
    line = np.where(rural, _pick(rng, ["overhead", "mixed", "underground"], [58, 27, 15], count),
        _pick(rng, ["overhead", "mixed", "underground"], [22, 28, 50], count))  # fmt: skip
    length = rng.lognormal(np.where(rural, 2.7, 2.1), 0.5)
    rated = np.round(rng.lognormal(8.1, 0.35, count) / 50) * 50
    table = _table("feeders", {"code": [f"F{where[i] + 1:02d}-{i + 1:03d}" for i in range(count)],
        "substation_id": where + 1, "parent_feeder_id": parent, "line_type": line,
        "length_km": length, "load": rated,
        "active": rng.random(count) < np.where(rural, 0.4, 0.75),
        "energised_on": rng.integers(_day("1971-01-01"), _day("2022-06-30"), count)})  # fmt: skip
    return {"city": city, "region": region, "line": line, "length": length, "rated": rated}, table


def _weather(rng: Rng) -> Made:
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
    made = _joined(parts)
    made["gust_kmh"] = np.where(rng.random(len(made["day"])) < 0.013, -1, made["gust_kmh"])
    return {"gust": {p["region"][0]: p["gust_kmh"] for p in parts}}, _table("weather", made)


def _spot_prices(rng: Rng) -> pa.Table:
    days = np.arange(FIRST, TODAY + 1)
    trend = np.interp(days, [FIRST, FIRST + 250, FIRST + 500, TODAY], [165, 104, 88, 112])
    season = 1 + 0.17 * np.cos(2 * np.pi * (days - FIRST - 10) / 365.25)
    season *= np.where((days + 3) % 7 >= 5, 0.8, 1.0)
    average = trend * season * rng.lognormal(0, 0.16, len(days))
    spread = rng.gamma(3, 17, len(days))
    month = np.searchsorted(MONTHS, days, "right") - 1
    sunny = np.isin(month % 12, [3, 4, 5, 6, 7]) * rng.gamma(1.5, 17, len(days))
    return _table("spot_prices", {"price_on": days, "avg_mwh": average,
        "low_mwh": average - spread * 0.8 - sunny, "high_mwh": average + spread})  # fmt: skip


def _sites(rng: Rng, feeders: Columns) -> Made:
    count = 3_000
    weight = np.array([NAMES["cities"][city][1] for city in feeders["city"]], float)
    shared = {city: (feeders["city"] == city).sum() for city in CITIES}
    weight = weight / [shared[city] for city in feeders["city"]] * rng.gamma(2.2, 1, len(weight))
    weight[rng.choice(len(weight), 3, replace=False)] = 0
    feeder = _weighted(rng, weight, count)
    kinds = NAMES["buildings"]
    building = _pick(rng, list(kinds), [share for share, _, _ in kinds.values()], count)
    old, then = rng.random(count) < 0.83, rng.integers(_day("1986-01-01"), FIRST, count)
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
    table = _table("sites", {"feeder_id": feeder + 1, "street": streets, "city": city,
        "building": building, "area2": np.where(unknown, -1, area), "conn_kw": np.maximum(2.0,
        np.round(power * size * 2) / 2), "hp": _or_null(heat, rng.random(count) < 0.12),
        "connected_on": connected, "disc_on": cut})  # fmt: skip
    made = {"feeder": feeder, "building": building, "city": city, "from": connected, "cut": cut}
    return made | {"hp": heat, "size": size, "until": np.where(cut == NEVER, FAR, cut)}, table


def _usage(rng: Rng, sites: Columns) -> Any:
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


def _meters(rng: Rng, sites: Columns) -> Made:
    count = len(sites["from"])
    first = np.maximum(sites["from"], _day("2004-03-01") + rng.integers(0, 3_500, count))
    first = np.minimum(first, np.maximum(sites["from"], _day("2020-12-01")))
    smart = first > _day("2021-06-01")
    swapped = ~smart & (rng.random(count) < 0.84)
    swap = _day("2021-09-01") + (rng.beta(1.6, 1.5, count) * 1_560).astype(np.int64)
    cut = sites["until"]
    swapped &= swap < cut
    end, site = np.where(swapped, swap, cut), np.arange(count)
    whole = {"site": site, "smart": smart, "start": first, "end": end}
    new = {"site": site, "smart": smart | True, "start": swap, "end": cut}
    parts = [whole, {name: values[swapped] for name, values in new.items()}]
    made = _sorted(_joined(parts), "start")
    total = len(made["site"])
    makers = _pick(rng, NAMES["makers"], [34, 30, 18, 10, 8], total)
    serial = [f"{makers[i][:2].upper()}{8_104_317 + 37 * i + i % 7}" for i in range(total)]
    life = np.where(made["smart"], 8 * 365, 16 * 365) + rng.integers(0, 300, total)
    table = _table("meters", {"serialNo": serial, "site_id": made["site"] + 1, "maker": makers,
        "smart": made["smart"], "installed_on": made["start"],
        "removed_on": np.where(made["end"] == FAR, NEVER, made["end"]),
        "calib_due": made["start"] + life}, 40_001)  # fmt: skip
    return made | {"swapped": np.flatnonzero(swapped), "swap": swap[swapped]}, table


def _readings(rng: Rng, meters: Columns, usage: Any) -> pa.Table:
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
    return _table("readings", _sorted(made, "read_on"))


def _tariffs() -> Made:
    columns = map(np.array, zip(*NAMES["tariffs"], strict=True))
    made = dict(zip([*SCHEMA["tariffs"], "weight"], columns, strict=True))
    for name in ("launched_on", "withdrawn_on"):
        made[name] = np.array([_day(text) if text else NEVER for text in made[name]])
    made["green"] = made["green"] > 0
    end = np.where(made["withdrawn_on"] == NEVER, FAR, made["withdrawn_on"])
    return made | {"end": end}, _table("tariffs", made)


def _tariff_for(rng: Rng, tariffs: Columns, segment: str, day: int, heat: bool, not_: int) -> int:
    sold = (tariffs["launched_on"] <= day) & (day < tariffs["end"])
    weight = np.where(sold & (tariffs["segment"] == segment), tariffs["weight"], 0.0)
    weight[7] *= 9 if heat else 0.15
    if not_ >= 0 and (weight > 0).sum() > 1:
        weight[not_] = 0
    return int(_weighted(rng, weight, 1)[0])


def _next_start(rng: Rng, reason: str | None, end: int) -> int | None:
    """Day on which the site is supplied by us again; None when it is not."""
    if reason in (None, "site closed"):
        return None
    if reason in ("tariff change", "moved"):
        return end + 1 + (int(rng.geometric(0.05)) if reason == "moved" else 0)
    lost, low, high = (0.62, 200, 900) if reason == "switched" else (0.5, 40, 400)
    return None if rng.random() < lost else end + int(rng.integers(low, high))


def _contracts(rng: Rng, sites: Columns, tariffs: Columns) -> Columns:
    """Supply of each site over time; `holder` numbers customers as they appear."""
    rows: list[tuple[int, ...]] = []
    reasons: list[str | None] = []
    holders: list[tuple[str, str]] = []
    big: list[int] = []  # holders that are no households
    for site in range(len(sites["from"])):
        kind = KIND_OF.get(sites["building"][site], "business")
        day = int(max(sites["from"][site] + rng.integers(1, 30), rng.integers(16_400, FIRST)))
        last = int(sites["cut"][site]) if sites["cut"][site] != NEVER else FAR
        holder, previous, tariff = -1, -1, -1
        endings, odds = NAMES["endings"][kind == "household"]
        while day <= min(TODAY + 25, last) and rng.random() < 0.985:
            if previous < 0:
                holder = _holder(rng, holders, big, kind, sites["city"][site])
                tariff = -1
            tariff = _tariff_for(rng, tariffs, kind, day - 25, bool(sites["hp"][site]), tariff)
            end = day + max(95, int(rng.exponential(1_500 if kind == "household" else 2_300)))
            reason: str | None = str(_pick(rng, endings, odds, 1)[0])
            if end >= min(last, TODAY):
                end, reason = (last, "site closed") if last != FAR else (NEVER, None)
            rows.append((site, holder, tariff, previous, day, end))
            reasons.append(reason)
            follow = _next_start(rng, reason, end)
            if follow is None:
                break
            previous = len(rows) - 1 if reason == "tariff change" else -1
            day = follow
    names = ["site", "holder", "tariff", "previous", "start", "end"]
    made: Columns = dict(zip(names, np.array(rows, np.int64).T, strict=True))
    return made | {"reason": np.array(reasons, object), "holders": holders}


def _holder(rng: Rng, holders: list[tuple[str, str]], big: list[int], kind: str, city: str) -> int:
    """A customer for a site: firms and towns often have several sites, people hardly ever."""
    if kind != "household" and rng.random() < 0.5:
        known = [index for index in big if holders[index][0] == kind][:40]
        if known:
            return known[int(_weighted(rng, 1 / np.arange(1, len(known) + 1) ** 1.1, 1)[0])]
    if kind == "household" and holders and rng.random() < 0.025:
        return int(rng.choice([i for i, h in enumerate(holders) if h[0] == "household"] or [0]))
    holders.append((kind, city))
    if kind != "household":
        big.append(len(holders) - 1)
    return len(holders) - 1


def _contract_rows(rng: Rng, made: Columns, tariffs: Columns) -> Made:
    """Contracts in the order of their start, with keys that follow it."""
    order = np.argsort(made["start"], kind="stable")
    rank = np.argsort(order)
    kept = {name: made[name][order] for name in made if name != "holders"}
    kept["previous"] = np.where(kept["previous"] >= 0, rank[kept["previous"]] + 1, -1)
    count = len(order)
    lead = np.where(kept["previous"] > 0, rng.integers(2, 20, count), rng.integers(3, 40, count))
    signed = np.minimum(kept["start"] - lead, TODAY - rng.integers(0, 9, count))
    fixed = tariffs["pricing"][kept["tariff"]] == "fixed"
    term = np.where(fixed, _weighted(rng, [1, 1], count) * 12 + 12, -1)
    young = _pick(rng, ["web", "phone", "shop", "broker", "doorstep"], [46, 22, 13, 10, 9], count)
    older = _pick(rng, ["web", "phone", "shop", "broker", "doorstep"], [17, 34, 27, 8, 14], count)
    table = _table("contracts", {"customer_id": kept["holder"] + 1, "site_id": kept["site"] + 1,
        "tariff_code": tariffs["tariff_code"][kept["tariff"]],
        "prev_contract_id": kept["previous"], "channel": np.where(kept["start"] >= FIRST, young,
        older), "signed_on": signed, "start_on": kept["start"], "end_on": kept["end"],
        "end_reason": kept["reason"], "term_m": term})  # fmt: skip
    return kept, table


def _customer_name(rng: Rng, kind: str, city: str, lang: str) -> str:
    if kind == "business":
        form = rng.choice(NAMES["forms"][lang])
        return f"{rng.choice(NAMES['firms'])} {rng.choice(NAMES['trades'])} {form}"
    if kind == "public":
        return f"{rng.choice(NAMES['public'])} {city}"
    return " ".join(_person(rng, lang))


def _customers(rng: Rng, contracts: Columns) -> Made:
    holders = [*contracts["holders"], *(("household", c) for c in rng.choice(CITIES, 140))]
    count, served = len(holders), len(contracts["holders"])
    first, last = np.full(count, FAR), np.full(count, NEVER)
    np.minimum.at(first, contracts["holder"], contracts["start"])
    end = np.where(contracts["end"] == NEVER, FAR, contracts["end"])
    np.maximum.at(last, contracts["holder"], end)
    joined = np.where(first == FAR, rng.integers(FIRST, TODAY - 3, count), first - 48)
    joined = np.minimum(joined - rng.integers(0, 12, count), TODAY - 9)
    kinds = [holder[0] for holder in holders]
    langs = [NAMES["cities"][city][2] if rng.random() < 0.92 else "en" for _, city in holders]
    names = [_customer_name(rng, h[0], h[1], lang) for h, lang in zip(holders, langs, strict=True)]
    house = np.array(kinds) == "household"
    debit = rng.random(count) < np.where(house, 0.58, 0.7)
    mails = [f"{names[i].split()[0]}{i + 1}@mail.example".lower() for i in range(count)]
    table = _table("customers", {"full_name": names, "kind": kinds, "city": [city for _,
        city in holders], "lang": langs, "email": _or_null(mails, rng.random(count) < 0.12),
        "phone": [f"+39 040 {rng.integers(10**6, 9 * 10**6)}" for _ in range(count)],
        "tax_no": [None if h else f"VAT{rng.integers(10**9, 9 * 10**9)}" for h in house],
        "registered_on": joined, "left_on": np.where((last == FAR) | (np.arange(count) >= served),
        NEVER, last), "direct_debit": debit, "paperless": _or_null(rng.random(count) < 0.6,
        rng.random(count) < 0.22), "priority": house & (rng.random(count) < 0.017)})  # fmt: skip
    made = {"debit": debit, "house": house, "joined": joined, "served": served, "last": last}
    return made | {"risk": rng.beta(1.2, 9, count) * np.where(debit, 0.5, 1.4)}, table


def _bills(rng: Rng, contracts: Columns, customers: Columns, tariffs: Columns, usage: Any) -> Made:
    start, end = contracts["start"], np.where(contracts["end"] == NEVER, FAR, contracts["end"])
    low = np.maximum(start[:, None], MONTHS[:-1])
    high = np.minimum(end[:, None], MONTHS[1:] - 1)
    share = np.clip(high - low + 1, 0, None) / np.diff(MONTHS)
    energy = (usage[contracts["site"]] * share).reshape(len(start), 12, 3).sum(axis=2)
    first = np.maximum(start[:, None], MONTHS[0:36:3])
    last = np.minimum(end[:, None], MONTHS[3:37:3] - 1)
    issued = last + rng.integers(4, 13, last.shape)
    row, quarter = np.nonzero((last > first + 2) & (issued <= TODAY))
    who, tariff = contracts["holder"][row], contracts["tariff"][row]
    market = np.where(tariffs["pricing"][tariff] == "fixed", 1.0, MARKET[quarter])
    price = tariffs["unit_ct"][tariff] * market
    kwh = np.round(energy[row, quarter])
    days = last[row, quarter] - first[row, quarter] + 1
    net = np.round(kwh * price / 100 + tariffs["standing_eur"][tariff] * days / 30.4, 2)
    vat = np.round(net * np.where(customers["house"][who], 0.1, 0.22), 2)
    out = issued[row, quarter]
    made = {"contract_id": row + 1, "who": who, "from": first[row, quarter], "to": last[row,
        quarter], "issued_on": out, "due_on": out + np.where(customers["house"][who], 15, 30),
        "kwh": kwh, "amt": net, "vat_eur": vat, "total_eur": np.round(net + vat, 2),
        "estimated": rng.random(len(row)) < np.where(quarter < 6, 0.11, 0.045)}  # fmt: skip
    made = _sorted(made, "issued_on")
    made |= _settlement(rng, made, customers)
    return made, _table("bills", made)


def _settlement(rng: Rng, bills: Columns, customers: Columns) -> Columns:
    """Status of each bill and, where money came, the days of one or two payments."""
    who, count = bills["who"], len(bills["who"])
    debit, risk = customers["debit"][who], customers["risk"][who]
    late = rng.random(count) < risk * 1.3
    lag = np.where(late, rng.geometric(0.055, count), -rng.integers(0, 11, count))
    paid = bills["due_on"] + np.where(debit & ~late, 0, lag)
    never = (rng.random(count) < risk * 0.11) | (paid > TODAY)
    status = np.where(never, "open", "paid").astype(object)
    odd = rng.random(count)
    disputed = (odd < np.where(bills["estimated"], 0.035, 0.006)) & (status == "open")
    recent = bills["issued_on"] > FIRST + 600
    disputed |= (odd < np.where(bills["estimated"], 0.012, 0.0015)) & recent
    status[disputed] = "disputed"
    status[(odd > 0.991)] = "cancelled"
    halves = (rng.random(count) < np.where(late, 0.2, 0.012)) & (bills["total_eur"] > 90)
    return {"status": status, "paid": paid, "halves": halves, "debit": debit}


def _payments(rng: Rng, bills: Columns) -> pa.Table:
    done = np.flatnonzero(bills["status"] == "paid")
    owed = (bills["status"] == "open") & (bills["due_on"] < TODAY)
    part = np.flatnonzero(owed & (rng.random(len(owed)) < 0.2))
    total = bills["total_eur"]
    half = np.round(total * 0.5, 2)
    twice = done[bills["halves"][done]]
    bill = np.concatenate([done, twice, part])
    amount = np.where(bills["halves"][done], half[done], total[done])
    amount = np.concatenate([amount, np.round(total[twice] - half[twice], 2), half[part]])
    early = np.maximum(bills["issued_on"][twice] + 1, bills["paid"][twice] - 14)
    day = np.concatenate([bills["paid"][done], early, bills["due_on"][part]])
    other = _pick(rng, ["bank transfer", "card", "cash"], [64, 29, 7], len(bill))
    made = {"bill_id": bill + 1, "paid_on": np.minimum(day, TODAY), "amount_eur": amount,
        "method": np.where(bills["debit"][bill], "direct debit", other)}  # fmt: skip
    return _table("payments", _sorted(made, "paid_on"))


def _technicians(rng: Rng) -> Made:
    count, crews = 62, 9
    depot = np.resize(np.array(["Trieste", "Koper", "Udine", "Villach"], object), count)
    people = [_person(rng, {"Koper": "sl", "Villach": "de"}.get(name, "it")) for name in depot]
    grade = _pick(rng, ["senior", "fitter", "apprentice"], [30, 52, 18], count)
    grade[:crews] = "crew leader"
    leader = np.array([-1 if i < crews else i % 4 + 4 * (i % 8 >= 4) + 1 for i in range(count)])
    hired = rng.integers(_day("1998-01-01"), TODAY - 200, count)
    hired[:crews] = rng.integers(_day("1994-01-01"), _day("2012-01-01"), crews)
    left = np.where(rng.random(count) < 0.17, rng.integers(FIRST + 60, TODAY - 40, count), NEVER)
    left = np.where((left > hired + 300) & (np.arange(count) >= 5), left, NEVER)
    licence = rng.integers(TODAY - 400, TODAY + 1_000, count)
    licence[(grade == "apprentice") | (left != NEVER) | (rng.random(count) < 0.2)] = NEVER
    table = _table("technicians", {"first_name": [person[0] for person in people],
        "last_name": [person[1] for person in people], "grade": grade, "depot": depot,
        "leader_id": leader, "hv_licence_until": licence, "hired_on": hired,
        "left_on": left})  # fmt: skip
    skill = rng.gamma(3, 1, count) * np.where(grade == "apprentice", 0.0, 1.0)
    return {"hired": hired, "left": np.where(left == NEVER, FAR, left), "skill": skill}, table


def _outages(rng: Rng, feeders: Columns, sites: Columns, weather: Columns) -> Made:
    gust = np.stack([weather["gust"][region] for region in feeders["region"]])
    open_air = np.select([feeders["line"] == "overhead", feeders["line"] == "mixed"], [1.0, 0.5], 0)
    calm = 0.0062 * (feeders["length"] / 10) ** 0.5 * (0.6 + open_air)
    storm = 0.07 * open_air[:, None] * np.clip((gust - 62) / 22, 0, 3) ** 2
    feeder, day = np.nonzero(rng.random(gust.shape) < calm[:, None] + storm)
    windy = rng.random(len(feeder)) < storm[feeder, day] / (storm[feeder, day] + calm[feeder])
    usual = ["equipment", "animal", "digging", "vehicle", "tree", ""]
    cause = _pick(rng, usual, [40, 13, 16, 7, 9, 15], len(feeder))
    cause = np.where(windy, _pick(rng, ["storm", "tree"], [72, 28], len(feeder)), cause)
    minutes = rng.lognormal([NAMES["minutes"].get(name, 3.9) for name in cause], 0.65)
    at_work = rng.integers(FIRST, TODAY - 2, 470)
    start = (day + FIRST) * 86_400 + rng.integers(0, 86_400, len(day))
    sudden = {"feeder": feeder, "start": start, "minutes": minutes, "cause": cause}
    works = {"feeder": _weighted(rng, feeders["length"], 470),
        "start": at_work * 86_400 + rng.integers(14, 24, 470) * 1_800,
        "minutes": rng.integers(3, 17, 470) * 30.0, "cause": np.full(470, "works")}  # fmt: skip
    made = _sorted(_joined([sudden, works]), "start")
    made["planned"] = made["cause"] == "works"
    served = np.bincount(sites["feeder"], minlength=len(feeders["rated"])) * 9 + 60
    reach = rng.beta(1.1, 1.7, len(made["start"])) * np.where(made["planned"], 0.4, 1.0)
    made["affected"] = np.ceil(served[made["feeder"]] * reach)
    end = made["start"] + np.ceil(made["minutes"]) * 60
    end = np.where(end >= (TODAY + 1) * 86_400, NEVER, end).astype(np.int64)
    end[-3:] = NEVER
    made["day"] = made["start"] // 86_400
    return made, _table("outages", {"feeder_id": made["feeder"] + 1, "started_at": made["start"],
        "ended_at": end, "planned": made["planned"], "cust_aff": made["affected"],
        "cause": [name or None for name in made["cause"]]})  # fmt: skip


def _jobs(rng: Rng, feeders: Columns, sites: Columns, meters: Columns, outages: Columns) -> Columns:
    """Work orders before anybody is sent: kind, object and the day they were written."""
    broken = np.flatnonzero(~outages["planned"] & (rng.random(len(outages["day"])) < 0.72))
    swaps = np.flatnonzero(meters["swap"] > FIRST + 40)
    fresh = np.flatnonzero(sites["from"] > FIRST + 40)
    hedge = np.where(feeders["line"] == "underground", 0, feeders["length"])
    ahead = rng.integers(8, 38, len(swaps))
    last = TODAY + 1
    walked, walk_on = _weighted(rng, feeders["length"], 1_150), rng.integers(FIRST, last, 1_150)
    cut, cut_on = _weighted(rng, hedge, 620), rng.integers(FIRST, last, 620)
    parts = [("repair", outages["feeder"][broken], None, broken, outages["day"][broken], 1),
        ("inspection", walked, None, None, walk_on, 3),
        ("tree cutting", cut, None, None, cut_on, 3),
        ("meter exchange", None, meters["swapped"][swaps], None, meters["swap"][swaps] - ahead, 4),
        ("new connection", None, fresh, None, sites["from"][fresh] - 35, 2)]  # fmt: skip
    made = []
    for kind, feeder, site, outage, day, priority in parts:
        none = np.full(len(day), -1)
        made.append({"kind": np.full(len(day), kind, object), "created_on": day,
            "feeder_id": none if feeder is None else feeder + 1,
            "site_id": none if site is None else site + 1,
            "outage_id": none if outage is None else outage + 1,
            "priority": np.clip(priority + rng.integers(-1, 2, len(day)), 1, 4),
            "exact": day + 36 if kind == "new connection" else none})  # fmt: skip
    return _sorted(_joined(made), "created_on")


def _work_orders(rng: Rng, jobs: Columns, crew: Columns) -> pa.Table:
    count = len(jobs["created_on"])
    allowed = {"repair": 7, "inspection": 45, "tree cutting": 60}
    limit = np.array([allowed.get(kind, 40) for kind in jobs["kind"]])
    taken = np.floor(rng.lognormal(np.where(jobs["kind"] == "repair", 0.8, 3.1), 0.65))
    exact = jobs["exact"] > 0
    done = np.where(exact, jobs["exact"] - 1, jobs["created_on"] + taken).astype(np.int64)
    status = np.where(done > TODAY, "scheduled", "done").astype(object)
    off = ~exact & (rng.random(count) < 0.028)
    status[off] = "cancelled"
    status[~off & (done > TODAY) & (rng.random(count) < 0.45)] = "open"
    stuck = (rng.random(count) < 0.05) & (jobs["created_on"] > TODAY - 250) & ~exact
    status[stuck & (status == "done")] = "open"
    finished = status == "done"
    day = np.minimum(done, TODAY)[:, None]
    there = (crew["hired"] <= day) & (day <= crew["left"])
    likely = np.cumsum(np.where(there, crew["skill"], 0), axis=1)
    who = (likely <= (rng.random(count) * likely[:, -1])[:, None]).sum(axis=1)
    who = np.where((status == "open") | (status == "cancelled"), -1, who + 1)
    hours = rng.lognormal(np.where(jobs["kind"] == "repair", 1.45, 0.7), 0.5)
    cost = rng.lognormal(np.where(jobs["kind"] == "repair", 5.6, 4.6), 0.8)
    useful = finished & ~np.isin(jobs["kind"], ["inspection", "tree cutting"])
    told = rng.random(count) < 0.62
    texts = [str(rng.choice(NAMES["jobs"][kind])) for kind in jobs["kind"]]
    return _table("work_orders", jobs | {"technician_id": who,
        "due_on": jobs["created_on"] + limit, "done_on": np.where(finished, done, NEVER),
        "status": status, "labour_h": np.where(finished, np.maximum(np.round(hours * 4) / 4, 0.25),
        np.nan), "parts_eur": np.where(useful & (rng.random(count) < 0.8), cost, np.nan),
        "desc": [t if d and k else None for t, d, k in zip(texts, finished, told, strict=True)]},
        70_001)  # fmt: skip


def _plants(rng: Rng, sites: Columns, feeders: Columns) -> Made:
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
    early = _day("2010-01-01")
    roof_day = early + (rng.beta(2.4, 1.0, len(host)) * (TODAY - 20 - early)).astype(np.int64)
    roof_day = np.minimum(np.maximum(roof_day, sites["from"][host] + 20), TODAY - 3)
    own_day = rng.integers(_day("1994-01-01"), _day("2024-06-01"), len(own))
    own_day[-1] = _day("2025-12-22")
    day = np.concatenate([own_day, roof_day])
    gone = np.full(len(day), NEVER)
    gone[[4, 12, 40, 77, 130]] = _day("2024-02-29") + np.array([0, 185, 300, 410, 610])
    gone = np.where(gone > day + 200, gone, NEVER)
    level = np.clip(31 - (day - early) / 250, 7.5, 31)
    level = np.where(np.arange(len(day)) < len(own), level * 0.3, level)
    support = np.where(rng.random(len(day)) < 0.22, np.nan, np.round(level, 1))
    table = _table("plants", {"plant_name": [row[0] for row in own] + [None] * len(host),
        "tech": tech, "feeder_id": feeder + 1, "site_id": np.concatenate([np.full(len(own), -1),
        host + 1]), "peak_kw": peak, "support_ct": support, "commissioned_on": day,
        "retired_on": gone})  # fmt: skip
    gone = np.where(gone == NEVER, FAR, gone)
    return {"tech": tech, "peak": peak, "start": day, "end": gone}, table


def _generation(rng: Rng, plants: Columns) -> pa.Table:
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
    return _table("generation", {"plant_id": plant + 1, "month": MONTHS[when],
        "produced_kwh": np.round(made[plant, when] - lost),
        "curtailed_kwh": np.round(lost)})  # fmt: skip


def _feeder_peaks(rng: Rng, feeders: Columns) -> pa.Table:
    base = rng.beta(6, 5, len(feeders["rated"])) * feeders["rated"]
    growth = 1 + rng.normal(0.035, 0.04, len(base))[:, None] * np.arange(36) / 12
    season = 0.5 + 0.4 * WINTER[np.arange(36) % 12] + 0.1 * COOLING[np.arange(36) % 12]
    peak = base[:, None] * season * growth * rng.lognormal(0, 0.06, (len(base), 36))
    feeder, month = np.nonzero(peak > 0)
    day = MONTHS[month] + (rng.random(len(month)) * np.diff(MONTHS)[month]).astype(np.int64)
    clock = _weighted(rng, [1, 4, 4, 1, 1, 2, 9, 12, 6], len(month)) + np.array(12)
    return _table("feeder_peaks", {"feeder_id": feeder + 1, "month": MONTHS[month],
        "peak_kw": np.round(peak[feeder, month]),
        "peak_at": day * 86_400 + clock * 3_600 + rng.integers(0, 4, len(day)) * 900})  # fmt: skip


def _calls(rng: Rng, customers: Columns, outages: Columns) -> pa.Table:
    count = 7_400
    who = _weighted(rng, rng.gamma(0.7, 1, customers["served"]), count)
    last = np.where(customers["last"][who] >= FAR, TODAY, customers["last"][who] + 60)
    low = np.maximum(customers["joined"][who], FIRST)
    day = low + (rng.random(count) * (np.clip(last, low + 1, TODAY + 1) - low)).astype(np.int64)
    topic = _pick(rng, list(NAMES["remarks"]), [29, 4, 16, 14, 15, 8, 14], count)
    dark = rng.random(count) < 0.16
    broken = _weighted(rng, outages["affected"], count)
    dark &= (customers["joined"][who] <= outages["day"][broken]) & (outages["day"][broken] <= last)
    clock = rng.integers(8 * 3_600, 18 * 3_600, count)
    after = outages["start"][broken] + rng.integers(60, 7_200, count)
    moment = np.where(dark, np.minimum(after, (TODAY + 1) * 86_400 - 60), day * 86_400 + clock)
    topic = np.where(dark, "outage", topic)
    monday = (moment // 86_400 + 3) % 7 == 0
    wait = np.round(rng.lognormal(4.3 + 0.5 * monday + 0.6 * dark, 0.8)).astype(np.int64)
    gone = rng.random(count) < np.clip(wait / 1_900, 0.01, 0.6)
    solved = rng.random(count) < np.where(np.isin(topic, ["bill", "solar"]), 0.61, 0.8)
    texts = [str(rng.choice(NAMES["remarks"][name])) for name in topic]
    silent = gone | (rng.random(count) < 0.35)
    made = {"customer_id": np.where(rng.random(count) < 0.06, -1, who + 1), "called_at": moment,
        "topic": topic, "wait_s": wait, "talk_s": np.where(gone, -1, np.round(rng.lognormal(5.3,
        0.6, count)).astype(np.int64)), "solved": _or_null(solved, gone), "remark": _or_null(texts,
        silent)}  # fmt: skip
    return _table("calls", _sorted(made, "called_at"))


def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    """(table name, rows) of every table, those referred to first; the same for the same seed."""
    rng = np.random.Generator(np.random.PCG64(seed))
    stations, table = _substations(rng)
    yield "substations", table
    feeders, table = _feeders(rng, stations)
    yield from _levels("feeders", table, "parent_feeder_id")
    weather, table = _weather(rng)
    yield "weather", table
    yield "spot_prices", _spot_prices(rng)
    sites, table = _sites(rng, feeders)
    yield "sites", table
    usage = _usage(rng, sites)
    meters, table = _meters(rng, sites)
    yield "meters", table
    yield "readings", _readings(rng, meters, usage)
    outages, interruptions = _outages(rng, feeders, sites, weather)
    tariffs, table = _tariffs()
    supplies = _contracts(rng, sites, tariffs)
    customers, people = _customers(rng, supplies)
    yield from (("customers", people), ("tariffs", table))
    contracts, table = _contract_rows(rng, supplies, tariffs)
    yield from _levels("contracts", table, "prev_contract_id")
    bills, table = _bills(rng, contracts, customers, tariffs, usage)
    yield from (("bills", table), ("payments", _payments(rng, bills)))
    yield "calls", _calls(rng, customers, outages)
    crew, table = _technicians(rng)
    yield from _levels("technicians", table, "leader_id")
    yield "outages", interruptions
    yield "work_orders", _work_orders(rng, _jobs(rng, feeders, sites, meters, outages), crew)
    plants, table = _plants(rng, sites, feeders)
    yield "plants", table
    yield "generation", _generation(rng, plants)
    yield "feeder_peaks", _feeder_peaks(rng, feeders)
