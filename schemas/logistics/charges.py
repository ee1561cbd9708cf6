"""What shipments cost, what went wrong with them, and what customers claimed."""

import numpy as np
import pyarrow as pa

from .arrow import dates, decimal, ints, text, times
from .drawing import DAY_MIN, FIRST, LAST, NAMES, NOW_MIN, Draw, Rng


def make_charge_rows(rng: Rng, heads: Draw, known: dict[str, Draw]) -> Draw:
    live, factor = ~heads["cancelled"], known["services"]["factor"][heads["service"]]
    growth = 1 + 0.045 * (heads["day"] - FIRST) / 365
    freight = np.maximum(heads["chargeable"] * (0.11 + 0.00025 * heads["km"]), 11) * factor
    freight = np.rint(freight * growth * known["customers"]["price"][heads["who"]] * 100)
    index = 0.115 + 0.03 * np.sin((heads["day"] - FIRST) / 110.0)
    over = np.where(heads["delivered"] >= 0, heads["delivered"] // DAY_MIN - heads["eta"], 0)
    sorry = (over > 3) & (rng.random(heads["n"]) < 0.35) | (heads["status"] == "lost")
    share = np.where(heads["status"] == "lost", 1.0, rng.uniform(0.1, 0.3, heads["n"]))
    items = [
        ("freight", live, freight),
        ("fuel", live, freight * index),
        ("customs", live & heads["customs"], np.full(heads["n"], 6500)),
        ("residential", live & heads["private"], np.full(heads["n"], 750)),
        ("redelivery", live & (heads["tries"] > 1), (heads["tries"] - 1) * 1400),
        ("dangerous_goods", live & heads["danger"], np.full(heads["n"], 4500)),
        ("credit", live & sorry, -freight * share),
    ]
    ship = np.concatenate([np.flatnonzero(mask) for _, mask, _ in items])
    kind = np.concatenate([np.full(int(mask.sum()), i) for i, (_, mask, _) in enumerate(items)])
    cents = np.concatenate([np.rint(value[mask]) for _, mask, value in items]).astype(np.int64)
    order = np.lexsort((kind, ship))
    return {"ship": ship[order], "kind": np.array([name for name, _, _ in items])[kind[order]],
            "cents": cents[order]}  # fmt: skip


def bill_charges(
    rng: Rng, heads: Draw, charges: Draw, known: dict[str, Draw]
) -> tuple[pa.Table, pa.Table]:
    """Invoices and charges; what was booked in the last month is not invoiced yet."""
    ship, customers = charges["ship"], known["customers"]
    month = heads["day"].astype("datetime64[D]").astype("datetime64[M]").astype(int)[ship]
    key, billed = month * 10_000 + heads["who"][ship], month < int(month.max())
    keys, place = np.unique(key[billed], return_inverse=True)
    who = keys % 10_000
    after = (keys // 10_000 + 1).astype("datetime64[M]").astype("datetime64[D]").astype(int)
    issued = after + rng.integers(1, 4, len(keys))
    due = issued + customers["terms"][who]
    paid = due + customers["slow"][who] + np.rint(rng.normal(0, 5, len(keys))).astype(int)
    paid, never = np.maximum(paid, issued + 2), rng.random(len(keys)) < 0.006
    invoice = np.full(len(ship), -1)
    invoice[billed] = place
    invoices = pa.table({
        "invoice_no": ints(np.arange(len(keys)) + 50_001), "customer_id": ints(who + 1),
        "issued_on": dates(issued), "due_on": dates(due),
        "paid_on": dates(paid, (paid > LAST) | never),
        "total_eur": decimal(np.bincount(place, charges["cents"][billed]), 12, 2),
    })  # fmt: skip
    rows = pa.table({
        "charge_id": ints(np.arange(1, len(ship) + 1)), "shipment_id": ints(ship + 1),
        "invoice_no": ints(invoice + 50_001, invoice < 0), "kind": text(charges["kind"]),
        "amount_eur": decimal(charges["cents"], 10, 2),
    })  # fmt: skip
    return invoices, rows


def make_incidents(rng: Rng, heads: Draw, legs: Draw, known: dict[str, Draw]) -> Draw:
    """Incidents as columns: ship, leg (-1 for none), kind, time, in order of time."""
    risk = known["carriers"]["risk"][legs["carrier"]]
    ran, tail = legs["arr_at"] >= 0, rng.random(len(risk))
    cool = heads["service"][legs["ship"]] == 3
    abroad = known["hubs"]["outside"][known["routes"]["to"][legs["route"]]]
    hit = [
        ("damage", ran & (rng.random(len(risk)) < 0.007 * risk)),
        ("theft", ran & (tail < 0.0012 * risk)),
        ("delay", ran & (legs["slip"] > 18) & (rng.random(len(risk)) < 0.4)),
        ("customs_hold", ran & abroad & (rng.random(len(risk)) < 0.05)),
        ("temperature", ran & cool & (rng.random(len(risk)) < 0.03 * risk)),
    ]
    lost = np.flatnonzero(heads["lost_leg"] >= 0)
    wrong = np.flatnonzero((heads["tries"] > 0) & (rng.random(heads["n"]) < 0.009))
    rows = np.concatenate([np.flatnonzero(mask) for _, mask in hit])
    kind = np.concatenate([np.full(int(mask.sum()), name, object) for name, mask in hit]
                          + [np.full(len(lost), "loss", object),
                             np.full(len(wrong), "mislabelled", object)])  # fmt: skip
    leg = np.concatenate([rows, heads["lost_leg"][lost], np.full(len(wrong), -1)])
    ship = np.concatenate([legs["ship"][rows], lost, wrong])
    base = np.concatenate([legs["arr_at"][rows], heads["eta"][lost] * DAY_MIN + 2 * DAY_MIN,
                           heads["at_hub"][wrong]])  # fmt: skip
    time = base + rng.integers(20, 900, len(base))
    keep = time < NOW_MIN
    order = np.argsort(time[keep], kind="stable")
    found = {"ship": ship, "leg": leg, "kind": kind, "time": time}
    return {name: value[keep][order] for name, value in found.items()}


def make_incident_rows(rng: Rng, heads: Draw, found: Draw) -> tuple[pa.Table, pa.Table]:
    n, kind = len(found["ship"]), found["kind"]
    hard = np.isin(kind, ["loss", "theft"])
    severity = np.where(hard, rng.choice([1, 2], n, p=[0.7, 0.3]),
                        rng.choice([1, 2, 3, 4], n, p=[0.05, 0.2, 0.42, 0.33]))  # fmt: skip
    closed = found["time"] + (rng.lognormal(4.6, 0.9, n) * 60 * np.where(hard, 4, 1)).astype(int)
    open_ = (closed > NOW_MIN) | (rng.random(n) < 0.012)
    notes = [str(rng.choice(NAMES["notes"][k])) for k in kind]
    unclear = (found["leg"] < 0) | (rng.random(n) < 0.11)
    incidents = pa.table({
        "incident_id": ints(np.arange(1, n + 1)), "shipment_id": ints(found["ship"] + 1),
        "leg_id": ints(found["leg"] + 1, unclear), "kind": text(kind),
        "severity": ints(severity), "reported_at": times(found["time"]),
        "closed_at": times(closed, open_), "desc": text(notes, rng.random(n) < 0.36),
    })  # fmt: skip
    odds = np.select([hard, kind == "damage", kind == "temperature"], [0.85, 0.62, 0.55], 0.04)
    which = np.flatnonzero(rng.random(n) < odds)
    m = len(which)
    filed = found["time"][which] // DAY_MIN + rng.integers(1, 30, m)
    which, filed = which[filed <= LAST], filed[filed <= LAST]
    m = len(which)
    portion = np.where(hard[which], 1.0, rng.uniform(0.08, 0.7, m))
    claimed = np.maximum(np.rint(heads["value"][found["ship"][which]] * portion), 20)
    decided = filed + rng.integers(8, 95, m)
    waiting = decided > LAST
    verdict = rng.choice(["accepted", "partial", "rejected"], m, p=[0.46, 0.3, 0.24])
    paid = np.where(verdict == "accepted", 1.0, np.rint(rng.uniform(2, 8, m)) / 10) * claimed
    claims = pa.table({
        "claim_id": ints(np.arange(1, m + 1)), "incident_id": ints(which + 1),
        "filed_on": dates(filed), "claimed_eur": decimal(claimed * 100, 12, 2),
        "decision": text(verdict, waiting), "decided_on": dates(decided, waiting),
        "paid_eur": decimal(paid * 100, 12, 2, waiting | (verdict == "rejected")),
    })  # fmt: skip
    return incidents, claims
