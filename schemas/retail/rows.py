"""Rows of the retail database: a shop chain with web shop and stores, 2023-01-01 to 2025-12-31."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

Draw = dict[str, Any]
NAMES: Draw = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
COUNTRIES = [country for country in NAMES["people"] if country]
FOREVER = 99_999
N_CUSTOMERS, N_ORDERS = 9_000, 37_000


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


FIRST, LAST = _day("2023-01-01"), _day("2025-12-31")
MONTH = np.array([0.82, 0.76, 0.9, 0.94, 1.0, 0.95, 0.88, 0.84, 0.98, 1.05, 1.35, 1.75])
SEASON = {
    "Garden": np.array([2, 3, 7, 10, 10, 8, 6, 5, 3, 2, 2, 1]) / 10,
    "Toys": np.array([3, 3, 3, 3, 3, 4, 3, 3, 4, 5, 9, 10]) / 10,
    "Sports": np.array([7, 5, 6, 8, 9, 10, 10, 9, 6, 4, 4, 6]) / 10,
    "Beauty": np.array([5, 7, 6, 6, 8, 6, 6, 6, 6, 6, 8, 10]) / 10,
}


def _dates(days: Any, missing: Any = None) -> pa.Array:
    return pa.array(np.asarray(days, np.int32), mask=missing).cast(pa.date32())


def _ints(values: Any, missing: Any = None) -> pa.Array:
    return pa.array(np.asarray(values, np.int32), mask=missing)


def _text(values: Any, missing: Any = None) -> pa.Array:
    return pa.array(np.asarray(values, object), pa.string(), mask=missing)


def _euros(cents: Any, missing: Any = None) -> pa.Array:
    """DECIMAL(10, 2) values from whole cents, through the 128-bit layout (a cast would rescale)."""
    low = np.asarray(cents, np.int64)
    words = np.stack([low, low >> 63], axis=1)
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(
        pa.decimal128(10, 2), len(low), [valid, pa.py_buffer(np.ascontiguousarray(words))]
    )


def _month_of(days: Any) -> Any:
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12


def _year_of(days: Any) -> Any:
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970


def _pick(
    rng: np.random.Generator, weights: Any, start: Any, end: Any, days: Any, season: Any = None
) -> Any:
    """One index a day, by weight, among those alive on that day (and in season): by redrawing."""
    steps = np.cumsum(weights) / np.sum(weights)
    chosen = np.full(len(days), -1)
    todo = np.arange(len(days))
    for _ in range(200):
        index = np.minimum(np.searchsorted(steps, rng.random(len(todo)), "right"), len(steps) - 1)
        fits = (start[index] <= days[todo]) & (days[todo] <= end[index])
        if season is not None:
            fits &= rng.random(len(todo)) < season[index, _month_of(days[todo])]
        chosen[todo[fits]] = index[fits]
        todo = todo[~fits]
        if not len(todo):
            return chosen
    raise RuntimeError("nothing to pick from on some day")


def _people(rng: np.random.Generator, countries: list[str]) -> list[tuple[str, str]]:
    people = []
    for country in countries:
        first, last = NAMES["people"]["" if rng.random() < 0.17 else country]
        other = NAMES["people"][""][0] if rng.random() < 0.04 else first
        people.append((str(rng.choice(other)), str(rng.choice(last))))
    return people


def _email(first: str, last: str, number: int, host: str) -> str:
    return f"{first}.{last}{number}@{host}".lower().replace(" ", "").replace("'", "")


def _suppliers(rng: np.random.Generator) -> pa.Table:
    names, countries, _ = zip(*NAMES["suppliers"], strict=True)
    n = len(names)
    far = np.isin(countries, ["China", "Vietnam", "India", "Bangladesh", "South Korea", "Japan"])
    lead = np.where(far, rng.integers(38, 75, n), rng.integers(5, 24, n))
    emails = [f"sales{i}@supplier{i}.example" for i in range(1, n + 1)]
    return pa.table(
        {
            "supplier_id": _ints(np.arange(1, n + 1)),
            "name": _text(names),
            "country": _text(countries),
            "contact_email": _text(emails, rng.random(n) < 0.15),
            "lead_days": _ints(lead, rng.random(n) < 0.1),
            "rating": _ints(
                rng.choice(5, n, p=[0.2, 0.34, 0.24, 0.14, 0.08]) + 1, np.arange(n) > 33
            ),
            "since": _dates(rng.integers(_day("2012-01-01"), _day("2022-12-31"), n)),
        }
    )


def _categories() -> tuple[Draw, pa.Table]:
    rows: list[tuple[int, str, int | None]] = []
    leaves: list[tuple[int, str, list[Any]]] = []
    for name in NAMES["departments"]:
        rows.append((len(rows) + 1, name, None))
    for parent, (name, below) in enumerate(NAMES["departments"].items(), start=1):
        for leaf, facts in below.items():
            rows.append((len(rows) + 1, leaf, parent))
            leaves.append((len(rows), name, facts))
    ids, names, parents = zip(*rows, strict=True)
    table = pa.table(
        {
            "category_id": _ints(ids),
            "name": _text(names),
            "parent_id": pa.array(parents, pa.int32()),
        }
    )
    return {"leaves": leaves}, table


def _product_names(rng: np.random.Generator, nouns: list[str]) -> list[str]:
    names = []
    for noun in nouns:
        for series in rng.permutation(NAMES["series"])[: int(rng.integers(4, 8))]:
            names.append(f"{series} {noun}")
            if rng.random() < 0.06:
                names.append(f"{series} {noun} II")
    return names


def _products(rng: np.random.Generator, leaves: list[Any]) -> tuple[Draw, pa.Table]:
    names: list[str] = []
    category, back, rrp, weight, season, supplier = [], [], [], [], [], []
    for category_id, department, (price, returned, grams, nouns) in leaves:
        likely = [i for i, s in enumerate(NAMES["suppliers"], start=1) if department in s[2]]
        factor = dict(zip(nouns, rng.lognormal(0, 0.35, len(nouns)), strict=True))
        for name in _product_names(rng, nouns):
            names.append(name)
            category.append(category_id)
            back.append(returned / 100 * rng.lognormal(0, 0.3))
            rough = price * factor[name.split(" ", 1)[1].removesuffix(" II")]
            rrp.append(
                max(2, round(rough * rng.lognormal(0, 0.22))) * 100 - rng.choice([1, 5, 10, 0])
            )
            weight.append(int(grams * rng.lognormal(0, 0.25)))
            season.append(SEASON.get(department, np.full(12, 0.7)))
            supplier.append(int(rng.choice(likely)))
    n = len(names)
    cents = np.array(rrp)
    cost = (cents * np.clip(rng.normal(0.46, 0.09, n), 0.2, 0.82)).astype(int)
    fresh = rng.random(n) < 0.3
    launch = np.where(
        fresh, rng.integers(FIRST, LAST - 20, n), rng.integers(FIRST - 1900, FIRST, n)
    )
    gone = rng.random(n) < 0.14
    drop = np.maximum(rng.integers(FIRST + 60, LAST, n), launch + 200)
    gone &= drop < LAST - 5
    popularity = rng.lognormal(0, 0.95, n)
    popularity *= (60 / (cents / 100)) ** 0.35
    popularity[rng.permutation(n)[:31]] = 0
    brand = rng.choice(NAMES["brands"], n, p=np.array([19, 16, 14, 12, 10, 9, 7, 6, 4, 3]) / 100)
    draw = {"rrp": cents, "launch": launch, "drop": np.where(gone, drop, FOREVER),
            "season": np.array(season), "popularity": popularity, "back": np.array(back),
            "quality": rng.normal(0, 0.7, n)}  # fmt: skip
    table = pa.table(
        {
            "product_id": _ints(np.arange(1, n + 1)),
            "sku": _text([f"R{c:02d}-{i:04d}" for i, c in enumerate(category, start=1)]),
            "name": _text(names),
            "category_id": _ints(category),
            "supplier_id": _ints(supplier),
            "brand": _text(brand, rng.random(n) < 0.38),
            "rrp_eur": _euros(cents),
            "cost_eur": _euros(cost, rng.random(n) < 0.04),
            "weight_g": _ints(weight, rng.random(n) < 0.06),
            "launched_on": _dates(launch),
            "dropped_on": _dates(drop, ~gone),
        }
    )
    return draw, table


def _stores() -> tuple[Draw, pa.Table]:
    name, city, country, region, form, sqm, opened, closed, weight = zip(
        *NAMES["stores"], strict=True
    )
    start = np.array([_day(day) for day in opened])
    end = np.array([FOREVER if day is None else _day(day) for day in closed])
    table = pa.table(
        {
            "store_id": _ints(np.arange(1, len(name) + 1)),
            "name": _text(name),
            "city": _text(city),
            "country": _text(country),
            "region": _text(region),
            "format": _text(form),
            "sqm": _ints(sqm),
            "opened_on": _dates(start),
            "closed_on": _dates(end, end == FOREVER),
        }
    )
    draw = {"start": start, "end": end, "weight": np.array(weight, float), "city": city,
            "country": country, "region": region}  # fmt: skip
    return draw, table


def _staff_plan(rng: np.random.Generator, stores: Draw) -> list[tuple[Any, ...]]:
    """(job, store, manager, country, hired, left, pay in EUR) of each employee, bosses first."""
    regions = ["Central", "West", "South"]
    plan: list[tuple[Any, ...]] = [
        ("Chief Executive", None, None, "Netherlands", _day("2014-01-06"), FOREVER, 14500)
    ]
    for region, country in zip(regions, ["Germany", "France", "Spain"], strict=True):
        hired = _day("2016-02-01") + 200 * len(plan)
        plan.append((f"Regional Manager {region}", None, 1, country, hired, FOREVER, 7400))
    for job in ["Buyer"] * 6 + ["Accountant"] * 4 + ["Web Shop Editor"] * 5 + ["Data Analyst"] * 2:
        hired = int(rng.integers(_day("2016-01-01"), LAST - 90))
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


def _employees(rng: np.random.Generator, stores: Draw) -> tuple[Draw, pa.Table]:
    job, store, boss, country, hired, left, pay = zip(*_staff_plan(rng, stores), strict=True)
    people = _people(rng, list(country))
    n, end = len(job), np.array(left)
    emails = [_email(f, s, i, "shop.example") for i, (f, s) in enumerate(people, start=1)]
    table = pa.table(
        {
            "employee_id": _ints(np.arange(1, n + 1)),
            "first_name": _text([first for first, _ in people]),
            "last_name": _text([last for _, last in people]),
            "email": _text(emails),
            "job": _text(job),
            "store_id": pa.array(store, pa.int32()),
            "mgr_id": pa.array(boss, pa.int32()),
            "hired_on": _dates(hired),
            "left_on": _dates(end, end == FOREVER),
            "salary_eur": _euros(np.array(pay, np.int64) * 100),
        }
    )
    till = np.isin(job, ["Deputy Manager", "Sales Assistant", "Cashier"])
    draw = {"start": np.array(hired), "end": end, "till": till,
            "store": np.array([s or 0 for s in store])}  # fmt: skip
    return draw, table


def _customers(rng: np.random.Generator, stores: Draw) -> tuple[Draw, pa.Table]:
    n = N_CUSTOMERS
    age_days = (LAST - _day("2019-01-01")) * rng.beta(1.1, 1.6, n)
    joined = np.sort(LAST - age_days.astype(int))
    home = _pick(rng, stores["weight"], stores["start"], stores["end"] + 1, joined)
    no_home = rng.random(n) < 0.27
    countries = np.where(no_home, rng.choice(COUNTRIES, n), np.array(stores["country"])[home])
    people = _people(rng, list(countries))
    group = rng.choice(["private", "business", "staff"], n, p=[0.91, 0.065, 0.025])
    weight = rng.lognormal(0, 0.95, n)
    weight[group == "business"] *= 2.5
    weight = np.minimum(weight, 14)
    weight[rng.random(n) < 0.07] = 0
    score = np.log(weight + 0.05) + rng.normal(0, 0.5, n)
    tier = np.where(score > 1.0, "gold", np.where(score > 0.1, "silver", "bronze"))
    since = np.maximum(joined, FIRST)
    lapse = np.where(rng.random(n) < 0.45, since + rng.exponential(620, n).astype(int), FOREVER)
    tipped = (rng.random(n) < 0.09) & (np.arange(n) > 50)
    tip = np.array([int(rng.integers(0, max(i, 1))) + 1 for i in range(n)])
    table = pa.table(
        {
            "customer_id": _ints(np.arange(1, n + 1)),
            "first_name": _text([first for first, _ in people]),
            "last_name": _text([last for _, last in people]),
            "email": _text([_email(f, s, i, "mail.example") for i, (f, s) in enumerate(people, 1)]),
            "phone": _text(
                [f"+00 555 {d:06d}" for d in rng.integers(0, 10**6, n)], rng.random(n) < 0.3
            ),
            "birth_date": _dates(
                rng.integers(_day("1944-01-01"), _day("2005-01-01"), n),
                (rng.random(n) < 0.4) | (group == "business"),
            ),
            "group": _text(group),
            "loyaltyTier": _text(tier, (rng.random(n) < 0.38) | (group == "staff")),
            "joined_on": _dates(joined),
            "newsletter": pa.array(rng.random(n) < 0.44),
            "home_store_id": _ints(home + 1, no_home),
            "referred_by": _ints(tip, ~tipped),
        }
    )
    draw = {"joined": joined, "lapse": lapse, "weight": weight, "home": np.where(no_home, -1, home),
            "country": countries, "business": group == "business"}  # fmt: skip
    return draw, table


def _addresses(rng: np.random.Generator, customers: Draw, stores: Draw) -> tuple[Draw, pa.Table]:
    n = N_CUSTOMERS
    extra = np.sort(rng.permutation(np.arange(n)[customers["weight"] > 0])[: n // 5])
    owner = np.concatenate([np.arange(n), extra])
    default = np.arange(len(owner)) < n
    kind = np.where(default, np.where(customers["business"][owner], "work", "home"), "work")
    kind = np.where(~default & (rng.random(len(owner)) < 0.4), "parcel shop", kind)
    city, street, country = [], [], [str(customers["country"][i]) for i in owner]
    for i, land in zip(owner, country, strict=True):
        home = int(customers["home"][i])
        near = home >= 0 and rng.random() < 0.72
        city.append(stores["city"][home] if near else str(rng.choice(NAMES["cities"][land])))
        street.append(f"{rng.choice(NAMES['streets'][land])} {rng.integers(1, 180)}")
    table = pa.table(
        {
            "address_id": _ints(np.arange(1, len(owner) + 1)),
            "customer_id": _ints(owner + 1),
            "kind": _text(kind),
            "street": _text(street),
            "postcode": _text([f"{code:05d}" for code in rng.integers(1000, 99000, len(owner))],
                              np.array([land == "Ireland" for land in country])),
            "city": _text(city),
            "country": _text(country),
            "is_default": pa.array(default),
        }
    )  # fmt: skip
    second = np.full(n, -1)
    second[extra] = np.arange(n, len(owner))
    return {"second": second}, table


def _promotions() -> tuple[Draw, pa.Table]:
    rows = [
        (f"{code}{year % 100}", f"{name} {year}", pct, channel, _day(f"{year}-{day}"), length)
        for year in (2023, 2024, 2025)
        for name, code, pct, channel, day, length in NAMES["promotions"]
    ]
    rows.append(("TESTCODE", "Internal test", 50, "web", _day("2023-02-01"), 1))
    rows.append(("NEWYEAR26", "New Year 2026", 20, None, _day("2026-01-02"), 10))
    code, name, pct, channel, start, length = zip(*rows, strict=True)
    end = np.array(start) + np.array(length) - 1
    table = pa.table(
        {
            "promotion_id": _ints(np.arange(1, len(rows) + 1)),
            "code": _text(code),
            "name": _text(name),
            "disc_pct": _ints(pct),
            "channel": pa.array(channel, pa.string()),
            "start": _dates(start),
            "end": _dates(end),
        }
    )
    draw = {"pct": np.array(pct), "channel": channel, "start": np.array(start), "end": end,
            "usable": np.array([c != "TESTCODE" for c in code])}  # fmt: skip
    return draw, table


def _order_days(rng: np.random.Generator) -> Any:
    days = np.arange(FIRST, LAST + 1)
    weekday = (days + 3) % 7
    weight = MONTH[_month_of(days)] * (1 + 0.25 * (days - FIRST) / 365)
    weight = weight * np.array([0.9, 0.88, 0.92, 1.0, 1.15, 1.5, 0.75])[weekday]
    for year in (2023, 2024, 2025):
        weight[(days >= _day(f"{year}-11-22")) & (days <= _day(f"{year}-11-29"))] *= 1.7
        weight[(days >= _day(f"{year}-12-25")) & (days <= _day(f"{year}-12-26"))] *= 0.3
    return np.sort(rng.choice(days, N_ORDERS, p=weight / weight.sum()))


def _till(rng: np.random.Generator, stores: Draw, staff: Draw, store: Any, days: Any) -> Any:
    clerk = np.full(len(days), 0)
    for number in range(len(stores["start"])):
        here = np.flatnonzero(store == number)
        team = np.flatnonzero(staff["till"] & (staff["store"] == number + 1))
        weights = rng.pareto(2.5, len(team)) + 0.6
        chosen = _pick(rng, weights, staff["start"][team], staff["end"][team], days[here])
        clerk[here] = team[chosen] + 1
    return clerk


def _order_heads(rng: np.random.Generator, known: dict[str, Draw]) -> Draw:
    customers, stores, promotions = known["customers"], known["stores"], known["promotions"]
    days = _order_days(rng)
    who = _pick(rng, customers["weight"], customers["joined"], customers["lapse"], days)
    share = 0.34 + 0.05 * (days - FIRST) / 365 + np.where(customers["home"][who] < 0, 0.3, -0.06)
    habit = rng.random(N_CUSTOMERS)[who]
    share = np.where(habit < 0.2, 0.99, np.where(habit > 0.78, 0.04, share))
    web = rng.random(len(days)) < share
    home = customers["home"][who]
    shut = (home < 0) | (stores["end"][home] < days) | (rng.random(len(days)) < 0.13)
    other = _pick(rng, stores["weight"], stores["start"], stores["end"], days)
    store = np.where(web, -1, np.where(shut, other, home))
    promotion = np.full(len(days), -1)
    for i, channel in enumerate(promotions["channel"]):
        fits = (promotions["start"][i] <= days) & (days <= promotions["end"][i])
        fits &= promotions["usable"][i] & ((channel is None) | (web == (channel == "web")))
        promotion[fits & (rng.random(len(days)) < 0.38)] = i
    second = known["addresses"]["second"][who]
    address = np.where((second >= 0) & (rng.random(len(days)) < 0.35), second, who)
    age, luck = LAST - days, rng.random(len(days))
    status = np.where(luck < 0.035, "cancelled", "delivered")
    status[(age < 9) & (luck > 0.45)] = "shipped"
    status[(age < 4) & (luck > 0.3)] = "paid"
    status[(age < 3) & (luck > 0.8)] = "placed"
    status[(age > 9) & (luck > 0.994)] = "shipped"
    clerk = _till(rng, stores, known["staff"], store, days)
    return {"days": days, "who": who, "web": web, "store": store, "promotion": promotion,
            "clerk": clerk, "address": address,
            "status": np.where(web, status, "completed")}  # fmt: skip


def _order_lines(
    rng: np.random.Generator, heads: Draw, known: dict[str, Draw]
) -> tuple[Draw, pa.Table]:
    products, business = known["products"], known["customers"]["business"][heads["who"]]
    count = np.minimum(1 + rng.poisson(1.1, N_ORDERS) + business * rng.poisson(1.0, N_ORDERS), 9)
    order = np.repeat(np.arange(N_ORDERS), count)
    days = heads["days"][order]
    product = _pick(
        rng, products["popularity"], products["launch"], products["drop"], days, products["season"]
    )
    _, first = np.unique(order * 10_000 + product, return_index=True)
    keep = np.sort(first)
    order, product, days = order[keep], product[keep], days[keep]
    number = np.arange(len(order)) - np.searchsorted(order, order) + 1
    many = np.where(products["rrp"][product] < 3000, 0.55, 0.1) + 2.2 * business[order]
    quantity = 1 + rng.poisson(many)
    price = products["rrp"][product] * (1 - 0.04 * (2025 - _year_of(days)))
    price = np.maximum((price / 10).astype(int) * 10, 90)
    promotion = heads["promotion"][order]
    percent = np.where(promotion >= 0, known["promotions"]["pct"][promotion], 0)
    clearance = (products["drop"][product] - days < 60) & (percent == 0)
    percent = np.where(clearance, 40, percent)
    total = (quantity * price * (100 - percent) + 50) // 100
    ids = np.arange(1, len(order) + 1)
    table = pa.table(
        {
            "order_line_id": _ints(ids),
            "order_id": _ints(order + 1),
            "line_no": _ints(number),
            "product_id": _ints(product + 1),
            "quantity": _ints(quantity),
            "unit_price_eur": _euros(price),
            "disc_pct": _ints(percent),
            "line_total_eur": _euros(total),
        }
    )
    draw = {"order": order, "product": product, "quantity": quantity, "total": total, "days": days}
    return draw, table


def _orders(heads: Draw, lines: Draw) -> tuple[Draw, pa.Table]:
    goods = np.bincount(lines["order"], weights=lines["total"]).astype(np.int64)
    shipping = np.where(heads["web"] & (goods < 6000), 495, 0)
    store = ~heads["web"]
    table = pa.table(
        {
            "order_id": _ints(np.arange(1, N_ORDERS + 1)),
            "customer_id": _ints(heads["who"] + 1),
            "order_date": _dates(heads["days"]),
            "channel": _text(np.where(store, "store", "web")),
            "store_id": _ints(heads["store"] + 1, ~store),
            "employee_id": _ints(heads["clerk"], ~store),
            "address_id": _ints(heads["address"] + 1, store),
            "promotion_id": _ints(heads["promotion"] + 1, heads["promotion"] < 0),
            "status": _text(heads["status"]),
            "shipping_eur": _euros(shipping),
            "total_eur": _euros(goods + shipping),
        }
    )
    return {"total": goods + shipping}, table


def _web_seconds(draws: Any) -> Any:
    """Seconds after midnight of web payments: few by night, a peak in the evening."""
    hours = np.array(
        [2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 9, 9, 11, 10, 9, 9, 9, 10, 12, 16, 19, 18, 12, 6]
    )
    steps = np.concatenate([[0.0], np.cumsum(hours) / hours.sum()])
    return np.interp(draws, steps, np.arange(25) * 3600).astype(int)


def _payments(rng: np.random.Generator, heads: Draw, total: Any, business: Any) -> pa.Table:
    rows: list[tuple[int, str, str, int, int | None]] = []
    luck = rng.random((N_ORDERS, 4))
    second = rng.integers(9 * 3600, 20 * 3600, N_ORDERS)
    night = _web_seconds(rng.random(N_ORDERS))
    for i in range(N_ORDERS):
        web, status, day, amount = (
            heads["web"][i],
            heads["status"][i],
            int(heads["days"][i]),
            int(total[i]),
        )
        when = day * 86400 + int(night[i] if web else second[i])
        method = "wallet" if luck[i, 0] < 0.36 else "card"
        if not web:
            method = "cash" if luck[i, 0] < 0.24 + 0.1 * (amount < 3000) else "card"
        if web and luck[i, 1] < 0.03:
            rows.append((i + 1, method, "failed", amount, when - 120))
        if status == "placed" or (status == "cancelled" and luck[i, 2] < 0.4):
            continue
        state = "refunded" if status == "cancelled" else "captured"
        if business[i] and web and luck[i, 2] < 0.75:
            due = when + int(86400 * (4 + 32 * luck[i, 3]))
            if state == "captured" and (due > (LAST + 1) * 86400 or luck[i, 3] > 0.975):
                rows.append((i + 1, "invoice", "open", amount, None))
            else:
                rows.append((i + 1, "invoice", state, amount, min(due, (LAST + 1) * 86400 - 60)))
            continue
        gift = min(amount // 2, (1 + int(luck[i, 3] * 5)) * 1000) if luck[i, 1] > 0.955 else 0
        if gift > 500:
            rows.append((i + 1, "gift_card", state, gift, when))
        rows.append((i + 1, method, state, amount - (gift if gift > 500 else 0), when))
    orders, methods, states, cents, at = zip(*rows, strict=True)
    return pa.table(
        {
            "payment_id": _ints(np.arange(1, len(rows) + 1)),
            "order_id": _ints(orders),
            "method": _text(methods),
            "state": _text(states),
            "amount_eur": _euros(cents),
            "paid_at": pa.array(at, pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp("us")),
        }
    )


def _shipments(rng: np.random.Generator, heads: Draw) -> tuple[Draw, pa.Table]:
    sent = np.flatnonzero(np.isin(heads["status"], ["shipped", "delivered"]))
    order = np.sort(np.concatenate([sent, sent[rng.random(len(sent)) < 0.04]]))
    n, days = len(order), heads["days"][order]
    names, share, late_rate, fee = zip(*NAMES["carriers"], strict=True)
    carrier = rng.choice(len(names), n, p=share)
    out = np.minimum(days + rng.integers(0, 4, n), LAST)
    promised = out + rng.integers(2, 5, n)
    late = rng.random(n) < np.array(late_rate)[carrier] * np.where(_month_of(days) > 10, 1.9, 1.0)
    arrived = np.where(late, promised + 1 + rng.poisson(1.6, n), promised - rng.integers(0, 2, n))
    heads["status"][order[arrived > LAST]] = "shipped"
    done = heads["status"][order] == "delivered"
    tracking = [
        f"{names[c][:2].upper()}{d:09d}"
        for c, d in zip(carrier, rng.integers(0, 10**9, n), strict=True)
    ]
    table = pa.table(
        {
            "shipment_id": _ints(np.arange(1, n + 1)),
            "order_id": _ints(order + 1),
            "carrier": _text(np.array(names, object)[carrier]),
            "tracking_no": _text(tracking, (carrier == 3) & (rng.random(n) < 0.5)),
            "shipped_on": _dates(out),
            "promised_on": _dates(promised),
            "delivered_on": _dates(arrived, ~done),
            "freight": _euros(np.array(fee)[carrier] + rng.poisson(60, n)),
        }
    )
    received = heads["days"].copy()
    received[heads["web"]] = FOREVER
    received[order[done]] = arrived[done]
    return {"received": received}, table


def _returns(
    rng: np.random.Generator, heads: Draw, lines: Draw, known: dict[str, Draw]
) -> pa.Table:
    web, product = heads["web"][lines["order"]], lines["product"]
    received = known["shipments"]["received"][lines["order"]]
    rate = known["products"]["back"][product] * np.where(web, 1.6, 0.72)
    back = received + 1 + rng.gamma(2.0, 5.0, len(product)).astype(int)
    hit = np.flatnonzero((rng.random(len(product)) < rate) & (back <= LAST))
    hit = hit[np.argsort(back[hit], kind="stable")]
    bought, n = lines["quantity"][hit], len(hit)
    some = np.where(rng.random(n) < 0.3, rng.integers(1, bought + 1), bought)
    hard = rng.random(n) < np.where(known["products"]["back"][product[hit]] < 0.085, 0.8, 0.25)
    reasons = NAMES["reasons"]
    reason = np.where(hard, rng.choice(reasons["hard"], n), rng.choice(reasons["soft"], n))
    broken = np.isin(reason, ["damaged", "defective"])
    return pa.table(
        {
            "return_id": _ints(np.arange(1, n + 1)),
            "order_line_id": _ints(hit + 1),
            "returned_on": _dates(back[hit]),
            "quantity": _ints(some),
            "reason": _text(reason, rng.random(n) < 0.12),
            "refund_eur": _euros(lines["total"][hit] * some // bought),
            "resaleable": pa.array(~broken & (rng.random(n) < 0.88)),
        }
    )


def _inventory(rng: np.random.Generator, stores: Draw, products: Draw) -> pa.Table:
    size = stores["weight"] / stores["weight"].max()
    listed = (products["launch"] <= LAST)[None, :] & (products["drop"] == FOREVER)[None, :]
    chance = np.where(listed, 0.3 + 0.55 * size[:, None], 0.03)
    held = (rng.random(chance.shape) < chance) & (stores["end"] > LAST)[:, None]
    store, product = np.nonzero(held)
    n = len(store)
    pace = np.log1p(products["popularity"][product]) * (0.5 + size[store])
    level = 2 + rng.poisson(4 * pace)
    quantity = np.where(rng.random(n) < 0.06, 0, rng.poisson(level * rng.lognormal(0.55, 0.5, n)))
    aside = np.minimum(rng.binomial(quantity, 0.05), quantity)
    counted = LAST - rng.integers(1, 330, n)
    counted = np.maximum(counted, stores["start"][store] + 5)
    return pa.table(
        {
            "store_id": _ints(store + 1),
            "product_id": _ints(product + 1),
            "qty": _ints(quantity),
            "qty2": _ints(aside),
            "reorder_level": _ints(level, rng.random(n) < 0.07),
            "counted_on": _dates(np.minimum(counted, LAST), rng.random(n) < 0.18),
        }
    )


def _reviews(
    rng: np.random.Generator, heads: Draw, lines: Draw, known: dict[str, Draw]
) -> pa.Table:
    received = known["shipments"]["received"][lines["order"]]
    written = received + 2 + rng.exponential(12, len(received)).astype(int)
    eager = np.where(heads["web"][lines["order"]], 0.11, 0.025)
    hit = np.flatnonzero((rng.random(len(written)) < eager) & (written <= LAST))
    hit = hit[np.argsort(written[hit], kind="stable")]
    n, product = len(hit), lines["product"][hit]
    mood = 4.1 + known["products"]["quality"][product] + rng.normal(0, 0.9, n)
    stars = np.clip(np.round(mood), 1, 5).astype(int)
    body = [str(rng.choice(NAMES["reviews"][str(star)])) for star in stars]
    return pa.table(
        {
            "review_id": _ints(np.arange(1, n + 1)),
            "product_id": _ints(product + 1),
            "customer_id": _ints(heads["who"][lines["order"][hit]] + 1),
            "stars": _ints(stars),
            "body": _text(body, rng.random(n) < 0.36),
            "written_on": _dates(written[hit]),
        }
    )


def _levels(name: str, table: pa.Table, parent: str) -> Iterator[tuple[str, pa.Table]]:
    """Parts of a table that refers to itself: DuckDB wants such keys there before the INSERT."""
    keys, parents = table.column(0).to_pylist(), table.column(parent).to_pylist()
    depth: dict[int, int] = {}
    for key, above in zip(keys, parents, strict=True):
        depth[key] = 0 if above is None else depth[above] + 1
    levels = np.array([depth[key] for key in keys])
    for level in range(int(levels.max()) + 1):
        yield name, table.filter(pa.array(levels == level))


def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    """(table name, rows) of every table in foreign-key order; the same for the same seed.

    A table that refers to itself comes in several parts, those referred to first.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    known: dict[str, Draw] = {}
    yield "suppliers", _suppliers(rng)
    known["categories"], table = _categories()
    yield from _levels("categories", table, "parent_id")
    known["products"], table = _products(rng, known["categories"]["leaves"])
    yield "products", table
    known["stores"], table = _stores()
    yield "stores", table
    known["staff"], table = _employees(rng, known["stores"])
    yield from _levels("employees", table, "mgr_id")
    known["customers"], table = _customers(rng, known["stores"])
    yield from _levels("customers", table, "referred_by")
    known["addresses"], table = _addresses(rng, known["customers"], known["stores"])
    yield "addresses", table
    known["promotions"], table = _promotions()
    yield "promotions", table
    yield from _sales(rng, known)


def _sales(rng: np.random.Generator, known: dict[str, Draw]) -> Iterator[tuple[str, pa.Table]]:
    heads = _order_heads(rng, known)
    lines, line_table = _order_lines(rng, heads, known)
    known["shipments"], parcels = _shipments(rng, heads)
    money, order_table = _orders(heads, lines)
    yield "orders", order_table
    yield "order_lines", line_table
    business = known["customers"]["business"][heads["who"]]
    yield "payments", _payments(rng, heads, money["total"], business)
    yield "shipments", parcels
    yield "returns", _returns(rng, heads, lines, known)
    yield "inventory", _inventory(rng, known["stores"], known["products"])
    yield "reviews", _reviews(rng, heads, lines, known)
