"""Metered use, invoices, and attempts to collect them."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import arrow, fields
from .drawing import (
    CCY,
    DAY,
    FOREVER,
    LAST,
    N_ACCOUNTS,
    NAMES,
    NOW,
    PLANS,
    TIER,
    Draw,
    Rng,
    add_months,
    month_start,
)
from .subscriptions import price


def make_usage(rng: Rng, subs: list[Draw]) -> tuple[dict[tuple[int, int], int], pa.Table]:
    """Calls over the included ones by (account, month's first day), and the metered use."""
    over: dict[tuple[int, int], int] = {}
    rows: list[tuple[int, int, str, int, int | None, int | None]] = []
    fill: dict[int, float] = {}
    for row in (row for row in subs if row["paid"] <= LAST):
        i, plan = row["account"], NAMES["plans"][PLANS.index(row["plan"])]
        if i not in fill:
            fill[i] = float(np.exp(rng.normal(-0.9, 0.7)))
        month = month_start(row["paid"] - 1, 1)
        while add_months(month, 1) <= min(row["end"], LAST + 1):
            fill[i] = float(min(fill[i] * np.exp(rng.normal(0.014, 0.09)), 2.2))
            api, room = plan[5], plan[6]
            gigabytes = int(fill[i] * 0.55 * (room or 40 * row["seats"]))
            rows.append((i + 1, month, "storage_gb", gigabytes, None, room))
            if plan[2] >= 2:
                calls = int(fill[i] * (api or 30 * row["seats"]) * rng.uniform(0.8, 1.2))
                partner = int(calls * rng.beta(1.2, 3))
                rows.append((i + 1, month, "api_calls", calls, partner, api))
                if api is not None and calls > api:
                    over[i, month] = calls - api
            month = add_months(month, 1)
    rows.sort(key=lambda row: (row[1], row[0], row[2]))
    account, month_day, metric, used, part, included = zip(*rows, strict=True)
    table = arrow("usage_monthly", account, month_day, metric, used, part, included)
    return over, table


def _bill(rng: Rng, row: Draw, day: int, over: dict[tuple[int, int], int]) -> list[Any]:
    """The (kind, quantity, unit cents) lines of one invoice."""
    months = 12 if row["yearly"] else 1
    whole = price(row["plan"], row["yearly"], 1, 0) * months
    lines = [("seats", row["seats"], whole)]
    if row["off"]:
        lines.append(("discount", 1, row["mrr"] * months - whole * row["seats"]))
    if day == row["paid"] and TIER[row["plan"]] >= 3 and row["trial"] and rng.random() < 0.6:
        lines.append(("onboarding", 1, 90_000 if TIER[row["plan"]] == 3 else 240_000))
    extra = over.get((row["account"], month_start(day, -1)), 0)
    if extra and not row["yearly"]:
        lines.append(("overage", extra, 25))
    if rng.random() < 0.015 and whole * row["seats"] > 4000:
        lines.append(("credit", 1, -(whole * row["seats"] // (20 * months))))
    return lines


def make_invoices(
    rng: Rng, base: Draw, subs: list[Draw], over: dict[tuple[int, int], int]
) -> list[Draw]:
    """Every invoice with its lines and how it was paid, in order of issue."""
    rows: list[Draw] = []
    kinds = ["card", "sepa", "wire", "paypal"]
    slow = rng.lognormal(0, 0.5, N_ACCOUNTS)
    method = [str(rng.choice(kinds, p=[0.2, 0.2, 0.58, 0.02] if band >= 3 else
              [0.6, 0.25, 0.06, 0.09])) for band in base["size"]]  # fmt: skip
    for row in (row for row in subs if row["paid"] <= LAST):
        i, step = row["account"], 12 if row["yearly"] else 1
        for count in range(100):
            day = add_months(row["paid"], count * step)
            if day > LAST or day >= row["end"]:
                break
            rows.append({"account": i, "sub": row["id"], "day": day, "method": method[i],
                         "terms": 30 if row["plan"] == "ENT" else 14, "slow": slow[i],
                         "last": row["said"] == "company closed" and
                         add_months(row["paid"], (count + 1) * step) >= row["end"],
                         "country": base["country"][i],
                         "lines": _bill(rng, row, day, over)})  # fmt: skip
    rows.sort(key=lambda row: (row["day"], row["sub"]))
    for number, row in enumerate(rows, start=1):
        row["id"] = number
        net = sum(quantity * unit for _, quantity, unit in row["lines"])
        row["net"], row["vat"] = net, net * 21 // 100 if row["country"] == "Netherlands" else 0
        row["total"], row["key"] = net + row["vat"], row["account"] + 1
        row["ccy"] = CCY.get(row["country"], "EUR")
        _settle(rng, row)
    return rows


def _settle(rng: Rng, row: Draw) -> None:
    """Adds status, day of payment and the attempts to an invoice."""
    tries: list[tuple[int, str, str | None]] = []
    day, luck = row["day"], rng.random()
    at = day * DAY + int(rng.integers(6 * 3600, 18 * 3600))
    fails = int(rng.geometric(0.6)) if row["method"] == "card" and rng.random() < 0.07 else 0
    fails = 1 if row["method"] == "sepa" and rng.random() < 0.02 else fails
    for number in range(min(fails, 4)):
        tries.append((at + number * 3 * DAY, "failed", str(rng.choice(NAMES["fail_codes"]))))
    if row["method"] == "wire":
        wait = int(row["terms"] * 0.75 * row["slow"] * rng.lognormal(0, 0.45)) + 1
    else:
        wait = 3 * len(tries) + (2 if row["method"] == "sepa" else 0)
    paid, status = day + wait, "paid"
    if row["last"] or luck < (0.012 if row["method"] == "wire" else 0.004):
        paid, status = FOREVER, "written_off" if day < LAST - 120 else "open"
    elif luck > 0.994:
        if luck > 0.997:
            tries.append((at + wait * DAY, "refunded", None))
        paid, status = FOREVER, "void"
    elif paid > LAST:
        paid, status = FOREVER, "open"
    else:
        tries.append((at + wait * DAY, "succeeded", None))
    row["tries"] = [attempt for attempt in tries if attempt[0] <= NOW]
    row["paid"], row["status"], row["due"] = paid, status, day + row["terms"]


def make_invoice_tables(bills: list[Draw]) -> Iterator[tuple[str, pa.Table]]:
    keys = "id key sub day due paid status ccy net vat total"
    yield "invoices", arrow("invoices", *fields(bills, keys))
    lines = [(row["id"], n, *line) for row in bills for n, line in enumerate(row["lines"], start=1)]
    invoice, number, kind, quantity, unit = zip(*lines, strict=True)
    amount = np.array(quantity) * np.array(unit)
    yield "invoice_lines", arrow("invoice_lines", invoice, number, kind, quantity, unit, amount)
    tries = [(at, row["id"], row["method"], what, code, row["total"])
             for row in bills for at, what, code in row["tries"]]  # fmt: skip
    tries.sort(key=lambda attempt: attempt[:2])
    at, bill, method, what, code, total = zip(*tries, strict=True)
    ids = np.arange(1, len(tries) + 1)
    yield "payments", arrow("payments", ids, bill, at, method, what, code, total)
