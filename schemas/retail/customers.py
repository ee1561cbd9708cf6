"""Customers and their addresses."""

import numpy as np
import pyarrow as pa

from .arrow import dates, ints, text
from .drawing import (
    COUNTRIES,
    FIRST,
    FOREVER,
    LAST,
    N_CUSTOMERS,
    NAMES,
    Draw,
    day_of,
    draw_people,
    email,
    pick,
)


def make_customers(rng: np.random.Generator, stores: Draw) -> tuple[Draw, pa.Table]:
    n = N_CUSTOMERS
    age_days = (LAST - day_of("2019-01-01")) * rng.beta(1.1, 1.6, n)
    joined = np.sort(LAST - age_days.astype(int))
    home = pick(rng, stores["weight"], stores["start"], stores["end"] + 1, joined)
    no_home = rng.random(n) < 0.27
    countries = np.where(no_home, rng.choice(COUNTRIES, n), np.array(stores["country"])[home])
    people = draw_people(rng, list(countries))
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
            "customer_id": ints(np.arange(1, n + 1)),
            "first_name": text([first for first, _ in people]),
            "last_name": text([last for _, last in people]),
            "email": text([email(f, s, i, "mail.example") for i, (f, s) in enumerate(people, 1)]),
            "phone": text(
                [f"+00 555 {d:06d}" for d in rng.integers(0, 10**6, n)], rng.random(n) < 0.3
            ),
            "birth_date": dates(
                rng.integers(day_of("1944-01-01"), day_of("2005-01-01"), n),
                (rng.random(n) < 0.4) | (group == "business"),
            ),
            "group": text(group),
            "loyaltyTier": text(tier, (rng.random(n) < 0.38) | (group == "staff")),
            "joined_on": dates(joined),
            "newsletter": pa.array(rng.random(n) < 0.44),
            "home_store_id": ints(home + 1, no_home),
            "referred_by": ints(tip, ~tipped),
        }
    )
    draw = {"joined": joined, "lapse": lapse, "weight": weight, "home": np.where(no_home, -1, home),
            "country": countries, "business": group == "business"}  # fmt: skip
    return draw, table


def make_addresses(
    rng: np.random.Generator, customers: Draw, stores: Draw
) -> tuple[Draw, pa.Table]:
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
            "address_id": ints(np.arange(1, len(owner) + 1)),
            "customer_id": ints(owner + 1),
            "kind": text(kind),
            "street": text(street),
            "postcode": text([f"{code:05d}" for code in rng.integers(1000, 99000, len(owner))],
                              np.array([land == "Ireland" for land in country])),
            "city": text(city),
            "country": text(country),
            "is_default": pa.array(default),
        }
    )  # fmt: skip
    second = np.full(n, -1)
    second[extra] = np.arange(n, len(owner))
    return {"second": second}, table
