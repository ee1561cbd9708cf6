"""Orders with their lines, from the till or the web shop."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import dates, euros, ints, text
from .drawing import (
    FIRST,
    LAST,
    MONTH,
    N_CUSTOMERS,
    N_ORDERS,
    Draw,
    day_of,
    month_of,
    pick,
    year_of,
)


def _order_days(rng: np.random.Generator) -> Any:
    days = np.arange(FIRST, LAST + 1)
    weekday = (days + 3) % 7
    weight = MONTH[month_of(days)] * (1 + 0.25 * (days - FIRST) / 365)
    weight = weight * np.array([0.9, 0.88, 0.92, 1.0, 1.15, 1.5, 0.75])[weekday]
    for year in (2023, 2024, 2025):
        weight[(days >= day_of(f"{year}-11-22")) & (days <= day_of(f"{year}-11-29"))] *= 1.7
        weight[(days >= day_of(f"{year}-12-25")) & (days <= day_of(f"{year}-12-26"))] *= 0.3
    return np.sort(rng.choice(days, N_ORDERS, p=weight / weight.sum()))


def _till(rng: np.random.Generator, stores: Draw, staff: Draw, store: Any, days: Any) -> Any:
    clerk = np.full(len(days), 0)
    for number in range(len(stores["start"])):
        here = np.flatnonzero(store == number)
        team = np.flatnonzero(staff["till"] & (staff["store"] == number + 1))
        weights = rng.pareto(2.5, len(team)) + 0.6
        chosen = pick(rng, weights, staff["start"][team], staff["end"][team], days[here])
        clerk[here] = team[chosen] + 1
    return clerk


def make_order_heads(rng: np.random.Generator, known: dict[str, Draw]) -> Draw:
    customers, stores, promotions = known["customers"], known["stores"], known["promotions"]
    days = _order_days(rng)
    who = pick(rng, customers["weight"], customers["joined"], customers["lapse"], days)
    share = 0.34 + 0.05 * (days - FIRST) / 365 + np.where(customers["home"][who] < 0, 0.3, -0.06)
    habit = rng.random(N_CUSTOMERS)[who]
    share = np.where(habit < 0.2, 0.99, np.where(habit > 0.78, 0.04, share))
    web = rng.random(len(days)) < share
    home = customers["home"][who]
    shut = (home < 0) | (stores["end"][home] < days) | (rng.random(len(days)) < 0.13)
    other = pick(rng, stores["weight"], stores["start"], stores["end"], days)
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


def make_order_lines(
    rng: np.random.Generator, heads: Draw, known: dict[str, Draw]
) -> tuple[Draw, pa.Table]:
    products, business = known["products"], known["customers"]["business"][heads["who"]]
    count = np.minimum(1 + rng.poisson(1.1, N_ORDERS) + business * rng.poisson(1.0, N_ORDERS), 9)
    order = np.repeat(np.arange(N_ORDERS), count)
    days = heads["days"][order]
    product = pick(
        rng, products["popularity"], products["launch"], products["drop"], days, products["season"]
    )
    _, first = np.unique(order * 10_000 + product, return_index=True)
    keep = np.sort(first)
    order, product, days = order[keep], product[keep], days[keep]
    number = np.arange(len(order)) - np.searchsorted(order, order) + 1
    many = np.where(products["rrp"][product] < 3000, 0.55, 0.1) + 2.2 * business[order]
    quantity = 1 + rng.poisson(many)
    price = products["rrp"][product] * (1 - 0.04 * (2025 - year_of(days)))
    price = np.maximum((price / 10).astype(int) * 10, 90)
    promotion = heads["promotion"][order]
    percent = np.where(promotion >= 0, known["promotions"]["pct"][promotion], 0)
    clearance = (products["drop"][product] - days < 60) & (percent == 0)
    percent = np.where(clearance, 40, percent)
    total = (quantity * price * (100 - percent) + 50) // 100
    ids = np.arange(1, len(order) + 1)
    table = pa.table(
        {
            "order_line_id": ints(ids),
            "order_id": ints(order + 1),
            "line_no": ints(number),
            "product_id": ints(product + 1),
            "quantity": ints(quantity),
            "unit_price_eur": euros(price),
            "disc_pct": ints(percent),
            "line_total_eur": euros(total),
        }
    )
    draw = {"order": order, "product": product, "quantity": quantity, "total": total, "days": days}
    return draw, table


def make_orders(heads: Draw, lines: Draw) -> tuple[Draw, pa.Table]:
    goods = np.bincount(lines["order"], weights=lines["total"]).astype(np.int64)
    shipping = np.where(heads["web"] & (goods < 6000), 495, 0)
    store = ~heads["web"]
    table = pa.table(
        {
            "order_id": ints(np.arange(1, N_ORDERS + 1)),
            "customer_id": ints(heads["who"] + 1),
            "order_date": dates(heads["days"]),
            "channel": text(np.where(store, "store", "web")),
            "store_id": ints(heads["store"] + 1, ~store),
            "employee_id": ints(heads["clerk"], ~store),
            "address_id": ints(heads["address"] + 1, store),
            "promotion_id": ints(heads["promotion"] + 1, heads["promotion"] < 0),
            "status": text(heads["status"]),
            "shipping_eur": euros(shipping),
            "total_eur": euros(goods + shipping),
        }
    )
    return {"total": goods + shipping}, table
