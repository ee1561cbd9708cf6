"""What follows an order: payments, parcels and returns."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import dates, euros, ints, text
from .drawing import FOREVER, LAST, N_ORDERS, NAMES, Draw, month_of


def _web_seconds(draws: Any) -> Any:
    """Seconds after midnight of web payments: few by night, a peak in the evening."""
    hours = np.array(
        [2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 9, 9, 11, 10, 9, 9, 9, 10, 12, 16, 19, 18, 12, 6]
    )
    steps = np.concatenate([[0.0], np.cumsum(hours) / hours.sum()])
    return np.interp(draws, steps, np.arange(25) * 3600).astype(int)


def make_payments(rng: np.random.Generator, heads: Draw, total: Any, business: Any) -> pa.Table:
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
            "payment_id": ints(np.arange(1, len(rows) + 1)),
            "order_id": ints(orders),
            "method": text(methods),
            "state": text(states),
            "amount_eur": euros(cents),
            "paid_at": pa.array(at, pa.int64()).cast(pa.timestamp("s")).cast(pa.timestamp("us")),
        }
    )


def make_shipments(rng: np.random.Generator, heads: Draw) -> tuple[Draw, pa.Table]:
    sent = np.flatnonzero(np.isin(heads["status"], ["shipped", "delivered"]))
    order = np.sort(np.concatenate([sent, sent[rng.random(len(sent)) < 0.04]]))
    n, days = len(order), heads["days"][order]
    names, share, late_rate, fee = zip(*NAMES["carriers"], strict=True)
    carrier = rng.choice(len(names), n, p=share)
    out = np.minimum(days + rng.integers(0, 4, n), LAST)
    promised = out + rng.integers(2, 5, n)
    late = rng.random(n) < np.array(late_rate)[carrier] * np.where(month_of(days) > 10, 1.9, 1.0)
    arrived = np.where(late, promised + 1 + rng.poisson(1.6, n), promised - rng.integers(0, 2, n))
    heads["status"][order[arrived > LAST]] = "shipped"
    done = heads["status"][order] == "delivered"
    tracking = [
        f"{names[c][:2].upper()}{d:09d}"
        for c, d in zip(carrier, rng.integers(0, 10**9, n), strict=True)
    ]
    table = pa.table(
        {
            "shipment_id": ints(np.arange(1, n + 1)),
            "order_id": ints(order + 1),
            "carrier": text(np.array(names, object)[carrier]),
            "tracking_no": text(tracking, (carrier == 3) & (rng.random(n) < 0.5)),
            "shipped_on": dates(out),
            "promised_on": dates(promised),
            "delivered_on": dates(arrived, ~done),
            "freight": euros(np.array(fee)[carrier] + rng.poisson(60, n)),
        }
    )
    received = heads["days"].copy()
    received[heads["web"]] = FOREVER
    received[order[done]] = arrived[done]
    return {"received": received}, table


def make_returns(
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
            "return_id": ints(np.arange(1, n + 1)),
            "order_line_id": ints(hit + 1),
            "returned_on": dates(back[hit]),
            "quantity": ints(some),
            "reason": text(reason, rng.random(n) < 0.12),
            "refund_eur": euros(lines["total"][hit] * some // bought),
            "resaleable": pa.array(~broken & (rng.random(n) < 0.88)),
        }
    )
