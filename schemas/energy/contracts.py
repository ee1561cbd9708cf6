"""Tariffs, contracts, the customers who hold them, and their calls."""

import numpy as np
import pyarrow as pa

from .arrow import SCHEMA, Made, arrow
from .drawing import (
    CITIES,
    FAR,
    FIRST,
    KIND_OF,
    NAMES,
    NEVER,
    TODAY,
    Columns,
    Rng,
    day_of,
    draw_person,
    or_null,
    pick,
    sorted_by,
    weighted,
)


def make_tariffs() -> Made:
    columns = map(np.array, zip(*NAMES["tariffs"], strict=True))
    made = dict(zip([*SCHEMA["tariffs"], "weight"], columns, strict=True))
    for name in ("launched_on", "withdrawn_on"):
        made[name] = np.array([day_of(text) if text else NEVER for text in made[name]])
    made["green"] = made["green"] > 0
    end = np.where(made["withdrawn_on"] == NEVER, FAR, made["withdrawn_on"])
    return made | {"end": end}, arrow("tariffs", made)


def _tariff_for(rng: Rng, tariffs: Columns, segment: str, day: int, heat: bool, not_: int) -> int:
    sold = (tariffs["launched_on"] <= day) & (day < tariffs["end"])
    weight = np.where(sold & (tariffs["segment"] == segment), tariffs["weight"], 0.0)
    weight[7] *= 9 if heat else 0.15
    if not_ >= 0 and (weight > 0).sum() > 1:
        weight[not_] = 0
    return int(weighted(rng, weight, 1)[0])


def _next_start(rng: Rng, reason: str | None, end: int) -> int | None:
    """Day on which the site is supplied by us again; None when it is not."""
    if reason in (None, "site closed"):
        return None
    if reason in ("tariff change", "moved"):
        return end + 1 + (int(rng.geometric(0.05)) if reason == "moved" else 0)
    lost, low, high = (0.62, 200, 900) if reason == "switched" else (0.5, 40, 400)
    return None if rng.random() < lost else end + int(rng.integers(low, high))


def make_contracts(rng: Rng, sites: Columns, tariffs: Columns) -> Columns:
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
            reason: str | None = str(pick(rng, endings, odds, 1)[0])
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
            return known[int(weighted(rng, 1 / np.arange(1, len(known) + 1) ** 1.1, 1)[0])]
    if kind == "household" and holders and rng.random() < 0.025:
        return int(rng.choice([i for i, h in enumerate(holders) if h[0] == "household"] or [0]))
    holders.append((kind, city))
    if kind != "household":
        big.append(len(holders) - 1)
    return len(holders) - 1


def make_contract_rows(rng: Rng, made: Columns, tariffs: Columns) -> Made:
    """Contracts in the order of their start, with keys that follow it."""
    order = np.argsort(made["start"], kind="stable")
    rank = np.argsort(order)
    kept = {name: made[name][order] for name in made if name != "holders"}
    kept["previous"] = np.where(kept["previous"] >= 0, rank[kept["previous"]] + 1, -1)
    count = len(order)
    lead = np.where(kept["previous"] > 0, rng.integers(2, 20, count), rng.integers(3, 40, count))
    signed = np.minimum(kept["start"] - lead, TODAY - rng.integers(0, 9, count))
    fixed = tariffs["pricing"][kept["tariff"]] == "fixed"
    term = np.where(fixed, weighted(rng, [1, 1], count) * 12 + 12, -1)
    young = pick(rng, ["web", "phone", "shop", "broker", "doorstep"], [46, 22, 13, 10, 9], count)
    older = pick(rng, ["web", "phone", "shop", "broker", "doorstep"], [17, 34, 27, 8, 14], count)
    table = arrow("contracts", {"customer_id": kept["holder"] + 1, "site_id": kept["site"] + 1,
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
    return " ".join(draw_person(rng, lang))


def make_customers(rng: Rng, contracts: Columns) -> Made:
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
    table = arrow("customers", {"full_name": names, "kind": kinds, "city": [city for _,
        city in holders], "lang": langs, "email": or_null(mails, rng.random(count) < 0.12),
        "phone": [f"+39 040 {rng.integers(10**6, 9 * 10**6)}" for _ in range(count)],
        "tax_no": [None if h else f"VAT{rng.integers(10**9, 9 * 10**9)}" for h in house],
        "registered_on": joined, "left_on": np.where((last == FAR) | (np.arange(count) >= served),
        NEVER, last), "direct_debit": debit, "paperless": or_null(rng.random(count) < 0.6,
        rng.random(count) < 0.22), "priority": house & (rng.random(count) < 0.017)})  # fmt: skip
    made = {"debit": debit, "house": house, "joined": joined, "served": served, "last": last}
    return made | {"risk": rng.beta(1.2, 9, count) * np.where(debit, 0.5, 1.4)}, table


def make_calls(rng: Rng, customers: Columns, outages: Columns) -> pa.Table:
    count = 7_400
    who = weighted(rng, rng.gamma(0.7, 1, customers["served"]), count)
    last = np.where(customers["last"][who] >= FAR, TODAY, customers["last"][who] + 60)
    low = np.maximum(customers["joined"][who], FIRST)
    day = low + (rng.random(count) * (np.clip(last, low + 1, TODAY + 1) - low)).astype(np.int64)
    topic = pick(rng, list(NAMES["remarks"]), [29, 4, 16, 14, 15, 8, 14], count)
    dark = rng.random(count) < 0.16
    broken = weighted(rng, outages["affected"], count)
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
        0.6, count)).astype(np.int64)), "solved": or_null(solved, gone), "remark": or_null(texts,
        silent)}  # fmt: skip
    return arrow("calls", sorted_by(made, "called_at"))
