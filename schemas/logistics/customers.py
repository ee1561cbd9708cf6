"""The customers and what they are called."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import dates, decimal, ints, text
from .drawing import FIRST, FOREVER, LAST, N_CUSTOMERS, NAMES, Draw, Rng, day_of


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


def make_customers(rng: Rng, hubs: Draw) -> tuple[Draw, pa.Table]:
    n = N_CUSTOMERS
    home = rng.choice(len(hubs["weight"]), n, p=hubs["weight"] / hubs["weight"].sum())
    known = _customer_names(rng, hubs, home)
    since = LAST - ((LAST - day_of("2015-01-01")) * rng.beta(1.0, 1.8, n)).astype(int)
    since = np.maximum(since, hubs["start"][home])
    weight = np.minimum(rng.pareto(1.15, n) + 0.15, 22)
    weight[rng.random(n) < 0.06] = 0
    stays = np.maximum(since, FIRST) + 60 + rng.exponential(900, n).astype(int)
    leaves = (rng.random(n) < 0.24) & (stays < LAST - 30) & (np.arange(n) > 5)
    lapse = np.where(leaves | (rng.random(n) < 0.12), stays, FOREVER)
    left = np.where(leaves, stays + rng.integers(1, 30, n), FOREVER)
    credit = 1000 * np.maximum(np.rint(0.7 * weight * rng.lognormal(0, 0.5, n)), 1)
    table = pa.table({
        "customer_id": ints(np.arange(1, n + 1)), "name": text(known["name"]),
        "industry": text(known["industry"]), "city": text([hubs["city"][hub] for hub in home]),
        "country": text([hubs["country"][hub] for hub in home]),
        "parent_id": pa.array(known["parent"], pa.int32()), "home_hub_id": ints(home + 1),
        "since": dates(since), "left_on": dates(left, left == FOREVER),
        "pay_days": ints(rng.choice([14, 30, 45, 60], n, p=[0.2, 0.48, 0.2, 0.12])),
        "credit_eur": decimal(credit * 100, 12, 2, rng.random(n) < 0.22),
        "blocked": pa.array(rng.random(n) < 0.07),
        "email": text([f"logistics@company{i}.example" for i in range(1, n + 1)],
            rng.random(n) < 0.1),
        "vat_no": text([f"VAT{d:09d}" for d in rng.integers(10**7, 10**9, n)],
            rng.random(n) < 0.05),
    })  # fmt: skip
    draw = {"start": np.maximum(since, FIRST), "end": np.minimum(lapse, left), "weight": weight,
            "home": home, "industry": known["industry"], "terms": table["pay_days"].to_numpy(),
            "price": rng.uniform(0.82, 1.12, n), "heavy": rng.normal(0, 0.6, n),
            "slow": rng.choice([-4, 1, 9, 26], n, p=[0.3, 0.4, 0.2, 0.1])}  # fmt: skip
    return draw, table
