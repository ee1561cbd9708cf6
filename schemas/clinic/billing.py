"""Claims, what payers decide of them, and what patients say afterwards."""

import numpy as np
import pyarrow as pa

from .arrow import arrow
from .drawing import DAY, DEPARTMENTS, FIRST, LAST, NAMES, PAYERS, Draw, Rng


def _first_claims(rng: Rng, known: Draw) -> Draw:
    visits = known["encounters"]
    payer = known["patients"]["payer"][visits["who"]]
    moved = (rng.random(len(payer)) < 0.035) & (payer > 0)
    payer = np.where(moved, rng.choice([1, 2, 4, 5, 6, 7], len(payer)), payer)
    sent = visits["end"] // DAY + 2 + rng.gamma(1.6, 2.6, len(payer)).astype(int)
    at = np.flatnonzero((payer > 0) & (sent <= LAST) & (visits["dispo"] != "left"))
    fee = np.array(DEPARTMENTS[10], float)[visits["dept"] - 1]
    nights = np.maximum((visits["end"] - visits["start"]) / DAY, 1)
    fee = np.where(visits["kind"] == "inpatient", fee * np.ceil(nights), fee)
    fee = fee * np.where(visits["severity"] > 0, (7.5 - visits["severity"]) / 4, 1)
    fee = (
        fee
        * np.where(visits["kind"] == "video", 0.7, 1)
        * (1 + 0.04 * (visits["start"] / DAY - FIRST) / 365)
    )
    cents = np.round((fee * rng.lognormal(0, 0.08, len(fee)) + known["bill"]) * 100).astype(int)
    return {"at": at, "payer": payer[at], "sent": sent[at], "cents": cents[at],
            "orig": np.full(len(at), -1), "deny": np.array(PAYERS[5])[payer[at] - 1]}  # fmt: skip


def _decided(rng: Rng, claims: Draw) -> Draw:
    """The claims with what the payer said: when, whether denied and why, how much."""
    n, payer = len(claims["at"]), claims["payer"]
    days = rng.lognormal(np.log(np.array(PAYERS[7], float)[payer - 1]), 0.5).astype(int) + 1
    decided = claims["sent"] + days
    denied = rng.random(n) < claims["deny"] * np.where(claims["cents"] > 300_000, 1.7, 1)
    reasons = ["coding error", "missing authorization", "not covered", "late filing", "duplicate"]
    reason = rng.choice(reasons, n, p=[0.34, 0.27, 0.24, 0.06, 0.09])
    allowed = (
        claims["cents"] * np.array(PAYERS[6])[payer - 1] * rng.normal(1, 0.04, n).clip(0.85, 1.15)
    )
    part = np.where(np.isin(payer, [3, 4, 8]), 0.96, 0.82) * rng.choice(
        [1, 0.9, 0.6], n, p=[0.7, 0.2, 0.1]
    )
    more = {"decided": decided, "open": decided > LAST, "denied": denied, "reason": reason}
    return claims | more | {"allowed": allowed.astype(int), "paid": (allowed * part).astype(int)}


def make_claims(rng: Rng, known: Draw) -> pa.Table:
    first = _decided(rng, _first_claims(rng, known))
    order = np.argsort(first["sent"], kind="stable")
    first = {key: values[order] for key, values in first.items()}
    fixable = np.isin(first["reason"], ["coding error", "missing authorization"])
    again = first["denied"] & ~first["open"] & fixable & (rng.random(len(order)) < 0.64)
    sent = first["decided"] + rng.integers(3, 30, len(order))
    old = np.flatnonzero(again & (sent <= LAST))
    second = {key: first[key][old] for key in ("at", "payer", "cents")}
    second |= {"sent": sent[old], "orig": old, "deny": np.full(len(old), 0.24)}
    second = _decided(rng, second)
    rows = {key: np.concatenate([first[key], second[key]]) for key in first}
    refused, waits = rows["denied"] & ~rows["open"], rows["open"]
    status = np.where(waits, "open", np.where(refused, "denied", "paid"))
    unpaid = status != "paid"
    return arrow("claims", {
        "claim_id": np.arange(1, len(status) + 1), "encounter_id": rows["at"] + 1,
        "payer_id": rows["payer"], "orig_id": (rows["orig"] + 1, rows["orig"] < 0),
        "date": rows["sent"], "billed_usd": rows["cents"], "status": status,
        "decided_on": (rows["decided"], waits), "amt2": (rows["allowed"], unpaid),
        "paid_usd": (rows["paid"], unpaid),
        "denial_reason": (rows["reason"], ~refused)})  # fmt: skip


def make_surveys(rng: Rng, known: Draw) -> pa.Table:
    visits, slots = known["encounters"], known["slots"]
    day = visits["end"] // DAY + rng.integers(1, 12, len(visits["end"]))
    rate = np.where(visits["kind"] == "inpatient", 0.22, 0.13)
    rate = rate * ~np.isin(visits["dispo"], ["died", "left"])
    at = np.flatnonzero((rng.random(len(day)) < rate) & (day <= LAST)
                        & (day < known["patients"]["end"][visits["who"]]))  # fmt: skip
    late = np.where(visits["slot"][at] >= 0, slots["wait"][visits["slot"][at]], 40)
    mood = 8.9 + known["providers"]["charm"][visits["doctor"][at]] - late / 21
    score = np.clip(np.round(rng.normal(mood, 1.7)), 0, 10).astype(int)
    tone = np.where(score >= 9, "good", np.where(score >= 7, "middle", "bad"))
    remark = [str(rng.choice(NAMES["remarks"][one])) for one in tone]
    return arrow("surveys", {
        "survey_id": np.arange(1, len(at) + 1), "encounter_id": at + 1, "answered_on": day[at],
        "score": score, "remark": (remark, rng.random(len(at)) < 0.52)})  # fmt: skip
