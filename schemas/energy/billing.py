"""Bills and how they are paid."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import Made, arrow
from .drawing import FAR, FIRST, MARKET, MONTHS, NEVER, TODAY, Columns, Rng, pick, sorted_by


def make_bills(
    rng: Rng, contracts: Columns, customers: Columns, tariffs: Columns, usage: Any
) -> Made:
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
    made = sorted_by(made, "issued_on")
    made |= _settlement(rng, made, customers)
    return made, arrow("bills", made)


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


def make_payments(rng: Rng, bills: Columns) -> pa.Table:
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
    other = pick(rng, ["bank transfer", "card", "cash"], [64, 29, 7], len(bill))
    made = {"bill_id": bill + 1, "paid_on": np.minimum(day, TODAY), "amount_eur": amount,
        "method": np.where(bills["debit"][bill], "direct debit", other)}  # fmt: skip
    return arrow("payments", sorted_by(made, "paid_on"))
