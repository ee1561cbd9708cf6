"""What accounts are, and the history of their subscriptions."""

import numpy as np
import pyarrow as pa

from .arrow import arrow, blank, fields
from .company import on_duty, plan_of
from .drawing import (
    COUNTRIES,
    FIRST,
    FOREVER,
    LAST,
    N_ACCOUNTS,
    NAMES,
    PLANS,
    TIER,
    Draw,
    Rng,
    add_months,
    day_of,
)


def make_account_base(rng: Rng) -> Draw:
    """What is known of an account at sign-up."""
    n = N_ACCOUNTS
    # Sign-ups grow about threefold over the three years.
    draws = np.sort(rng.random(n))
    part = (np.sqrt(0.2025 + 1.9 * 0.5 * 2 * draws * 0.95) - 0.45) / 0.966
    days = FIRST + np.clip(part * (LAST - FIRST), 0, LAST - FIRST).astype(int)
    weekend = (days + 3) % 7 >= 5
    days = np.sort(np.where(weekend & (rng.random(n) < 0.7), np.maximum(days - 2, FIRST), days))
    size = rng.choice(5, n, p=[0.43, 0.29, 0.17, 0.08, 0.03])
    names, share = zip(*NAMES["industry_share"], strict=True)
    industry = rng.choice(names, n, p=share)
    country = rng.choice(COUNTRIES, n, p=list(NAMES["country_share"].values()))
    small, big = [0.4, 0.29, 0.05, 0.2, 0.02, 0.04], [0.2, 0.12, 0.16, 0.12, 0.28, 0.12]
    kinds = ["organic", "ads", "partner", "referral", "outbound", "event"]
    source = [str(rng.choice(kinds, p=big if band >= 2 else small)) for band in size]
    return {"days": days, "size": size, "industry": industry, "country": country, "source": source}


def _first_plan(rng: Rng, base: Draw, i: int, day: int) -> str:
    if base["industry"][i] == "non-profit" and day >= day_of("2023-03-01"):
        return "NPO"
    middle = [0.9, 1.4, 2.1, 2.9, 3.6][int(base["size"][i])]
    return plan_of(int(np.clip(round(rng.normal(middle, 0.55)), 1, 4)), day)


def price(plan: str, yearly: bool, seats: int, off: int) -> int:
    """Cents a month of a subscription."""
    row = NAMES["plans"][PLANS.index(plan)]
    seat = 4200 if row[3] is None else row[3]
    seat = seat * (100 - row[4]) // 100 if yearly and row[4] else seat
    return int(seats * seat * (100 - off) // 100)


def _run(rng: Rng, base: Draw, i: int, started: int, paid: int, trial: int | None) -> list[Draw]:
    """The subscriptions of an account from its first paid day until it churns or today."""
    rows: list[Draw] = []
    plan = _first_plan(rng, base, i, started)
    size, fickle = int(base["size"][i]), 1.5 if base["source"][i] == "ads" else 1.0
    seats = max(1, int(rng.lognormal([0.7, 1.9, 3.0, 3.9, 4.7][size], 0.55)))
    yearly = rng.random() < [0, 0.18, 0.34, 0.6, 0.97][TIER[plan]]
    while True:
        off = int(rng.choice([0, 5, 10, 15, 20], p=[0.8, 0.06, 0.07, 0.04, 0.03]))
        off = off if TIER[plan] >= 2 else 0
        row = {"account": i, "plan": plan, "yearly": yearly, "started": started, "trial": trial,
               "paid": paid, "end": FOREVER, "reason": None, "said": None, "seats": seats,
               "off": off, "mrr": price(plan, yearly, seats, off)}  # fmt: skip
        rows.append(row)
        step = 12 if yearly else 1
        churn = [0, 0.034, 0.021, 0.011, 0.006][TIER[plan]] * base["mood"][i] * fickle
        odds = np.array([churn, 0.011 if TIER[plan] < 4 else 0, 0.003, 0.028])
        odds = 1 - (1 - odds) ** (step * 0.85)
        for count in range(1, 100):
            day = add_months(paid, count * step)
            if day > LAST:
                return rows
            event = int(np.searchsorted(np.cumsum(odds), rng.random(), "right"))
            if event < 4:
                break
        row["end"] = day
        row["reason"] = ["churn", "upgrade", "downgrade", "seat change"][event]
        if event == 0:
            said = rng.choice(NAMES["churn_reasons"], p=[0.27, 0.2, 0.19, 0.19, 0.07, 0.08])
            row["said"] = None if rng.random() < 0.24 else str(said)
            return rows
        tier = int(np.clip(TIER[plan] + [0, 1, -1, 0][event], 1, 4))
        if plan == "NPO" or tier == TIER[plan] or TIER[plan_of(tier, day)] == TIER[plan]:
            row["reason"] = "seat change"
        else:
            plan = plan_of(tier, day)
        grow = row["reason"] == "upgrade" or rng.random() < 0.76
        seats = max(1, round(seats * (rng.uniform(1.1, 1.6) if grow else 0.75)))
        seats += row["reason"] == "seat change" and seats == row["seats"]
        yearly = yearly or rng.random() < 0.12
        started, paid, trial = day, day, None


def make_histories(rng: Rng, base: Draw, staff: Draw) -> list[Draw]:
    """All subscriptions of all accounts, in order of their start."""
    rows: list[Draw] = []
    base["mood"] = np.clip(rng.lognormal(-0.1, 0.5, N_ACCOUNTS), 0.25, 3.5)
    for i in range(N_ACCOUNTS):
        lifted = 0.12 * (base["source"][i] in ("partner", "referral", "outbound"))
        day = int(base["days"][i]) + int(rng.exponential(9) * (rng.random() < 0.6))
        luck = rng.random()
        if luck < 0.31 or day > LAST:
            continue
        if luck < 0.39:
            run = _run(rng, base, i, day, day, None)
        else:
            ends = day + 14
            won = rng.random() < 0.4 + lifted + 0.04 * int(base["size"][i])
            if ends <= LAST and won:
                run = _run(rng, base, i, day, ends, ends)
            else:
                end = ends if ends <= LAST else FOREVER
                plan = _first_plan(rng, base, i, day)
                run = [{"account": i, "plan": plan, "yearly": False, "started": day, "trial": ends,
                        "paid": FOREVER, "end": end, "said": None, "off": 0, "mrr": 0,
                        "reason": "trial lapsed" if end <= LAST else None,
                        "seats": int(rng.integers(1, 9))}]  # fmt: skip
        back = run[-1]["end"] + int(rng.integers(25, 330))
        if run[-1]["reason"] == "churn" and back <= LAST and rng.random() < 0.2:
            run += _run(rng, base, i, back, back, None)
        for row in run:
            sold = TIER[row["plan"]] >= 3 and rng.random() < 0.8
            sold = sold or base["source"][i] == "outbound"
            row["seller"] = on_duty(rng, staff, "Sales", row["started"]) if sold else None
        rows += run
    rows.sort(key=lambda row: (row["started"], row["account"]))
    for number, row in enumerate(rows, start=1):
        row["id"] = number
    return rows


def make_subscriptions(subs: list[Draw], late: set[int]) -> pa.Table:
    for row in subs:
        live = "past_due" if row["id"] in late else "active"
        live = "trialing" if row["paid"] > LAST else live
        row["status"] = "ended" if row["end"] <= LAST else live
        row["trial"] = row["trial"] or FOREVER
        row["interval"] = "yearly" if row["yearly"] else "monthly"
        row["key"] = row["account"] + 1
    keys = "id key plan interval status started trial paid end reason said seats off"
    mrr = blank([row["mrr"] for row in subs], [row["paid"] == FOREVER for row in subs])
    return arrow("subscriptions", *fields(subs, keys), mrr, *fields(subs, "seller"))
