"""Suppliers, categories, products, stock and reviews."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import dates, euros, ints, text
from .drawing import FIRST, FOREVER, LAST, NAMES, SEASON, Draw, day_of


def make_suppliers(rng: np.random.Generator) -> pa.Table:
    names, countries, _ = zip(*NAMES["suppliers"], strict=True)
    n = len(names)
    far = np.isin(countries, ["China", "Vietnam", "India", "Bangladesh", "South Korea", "Japan"])
    lead = np.where(far, rng.integers(38, 75, n), rng.integers(5, 24, n))
    emails = [f"sales{i}@supplier{i}.example" for i in range(1, n + 1)]
    return pa.table(
        {
            "supplier_id": ints(np.arange(1, n + 1)),
            "name": text(names),
            "country": text(countries),
            "contact_email": text(emails, rng.random(n) < 0.15),
            "lead_days": ints(lead, rng.random(n) < 0.1),
            "rating": ints(
                rng.choice(5, n, p=[0.2, 0.34, 0.24, 0.14, 0.08]) + 1, np.arange(n) > 33
            ),
            "since": dates(rng.integers(day_of("2012-01-01"), day_of("2022-12-31"), n)),
        }
    )


def make_categories() -> tuple[Draw, pa.Table]:
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
            "category_id": ints(ids),
            "name": text(names),
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


def make_products(rng: np.random.Generator, leaves: list[Any]) -> tuple[Draw, pa.Table]:
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
            "product_id": ints(np.arange(1, n + 1)),
            "sku": text([f"R{c:02d}-{i:04d}" for i, c in enumerate(category, start=1)]),
            "name": text(names),
            "category_id": ints(category),
            "supplier_id": ints(supplier),
            "brand": text(brand, rng.random(n) < 0.38),
            "rrp_eur": euros(cents),
            "cost_eur": euros(cost, rng.random(n) < 0.04),
            "weight_g": ints(weight, rng.random(n) < 0.06),
            "launched_on": dates(launch),
            "dropped_on": dates(drop, ~gone),
        }
    )
    return draw, table


def make_inventory(rng: np.random.Generator, stores: Draw, products: Draw) -> pa.Table:
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
            "store_id": ints(store + 1),
            "product_id": ints(product + 1),
            "qty": ints(quantity),
            "qty2": ints(aside),
            "reorder_level": ints(level, rng.random(n) < 0.07),
            "counted_on": dates(np.minimum(counted, LAST), rng.random(n) < 0.18),
        }
    )


def make_reviews(
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
            "review_id": ints(np.arange(1, n + 1)),
            "product_id": ints(product + 1),
            "customer_id": ints(heads["who"][lines["order"][hit]] + 1),
            "stars": ints(stars),
            "body": text(body, rng.random(n) < 0.36),
            "written_on": dates(written[hit]),
        }
    )
