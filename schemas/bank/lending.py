"""Loan applications, loans, their instalments and collateral."""

from typing import Any

import numpy as np

from .drawing import NEVER, START, TODAY, Columns, days, ids, or_null, pick
from .people import on_staff

LOANS: dict[str, tuple[float, float, list[int]]] = {
    "mortgage": (210000.0, 3.4, [180, 240, 300, 360]),
    "personal": (8500.0, 7.2, [24, 36, 48, 60]),
    "auto": (17500.0, 5.1, [36, 48, 60, 72]),
    "student": (6200.0, 2.9, [60, 96]),
    "business": (68000.0, 5.8, [36, 60, 84, 120]),
}


def _loan_kinds(rng: np.random.Generator, segment: Any) -> Any:
    private = pick(rng, ["mortgage", "personal", "auto", "student"], len(segment), [24, 41, 25, 10])
    return np.where(np.isin(segment, ["sme", "corporate"]), "business", private).astype(object)


def _loan_sizes(rng: np.random.Generator, kind: Any, segment: Any) -> Any:
    scale = {"mass": 0.85, "affluent": 1.25, "private": 2.6, "sme": 1.0, "corporate": 5.5}
    size = np.array([LOANS[k][0] for k in kind]) * np.array([scale[s] for s in segment])
    return np.round(size * rng.lognormal(-0.1, 0.5, len(kind)) / 500 + 1) * 500


def make_loan_applications(
    rng: np.random.Generator, customers: Columns, employees: Columns
) -> Columns:
    count = 2450
    who = rng.choice(np.flatnonzero(rng.random(3200) < 0.55), count)
    segment = customers["segment"][who]
    end = np.where(np.isnat(customers["left_on"][who]), TODAY, customers["left_on"][who])
    applied = days(rng, np.maximum(customers["joined_on"][who], START), end, 0.85)
    order = np.argsort(applied, kind="stable")
    who, segment, applied = who[order], segment[order], applied[order]
    kind = _loan_kinds(rng, segment)
    asked = _loan_sizes(rng, kind, segment)
    rating = np.maximum(customers["rating2"][who], 1)
    yes = rng.random(count) < np.array([0, 0.8, 0.74, 0.6, 0.38, 0.16])[rating]
    lost = rng.random(count) < 0.09
    decision = np.where(lost, "withdrawn", np.where(yes, "approved", "rejected")).astype(object)
    slow = np.where(kind == "mortgage", 2.9, 1.7)
    decided = applied + np.ceil(rng.lognormal(slow, 0.55)).astype(np.int64)
    pending = decided > TODAY
    decision[pending] = None
    officers = on_staff(employees, "credit officer")
    officer = rng.choice(officers, count, p=rng.dirichlet(np.full(len(officers), 4.0)))
    reasons = ["affordability", "credit history", "incomplete documents", "insufficient collateral"]
    reason = pick(rng, list(reasons), count, [44, 31, 15, 10])
    assigned = ~pending & ~((decision == "withdrawn") & (rng.random(count) < 0.5))
    return {
        "app_id": ids(count, 20001),
        "customer_id": customers["customer_id"][who],
        "loan_type": kind,
        "requested_eur": asked,
        "channel": pick(rng, ["branch", "online", "broker"], count, [44, 41, 15]),
        "applied_on": applied,
        "decision": decision,
        "decided_on": np.where(pending, NEVER, decided),
        "officer_emp_no": np.where(assigned, officer, -1).astype(np.int32),
        "reject_reason": or_null(decision == "rejected", reason),
        "_segment": segment,
    }


def make_loans(rng: np.random.Generator, customers: Columns, applications: Columns) -> Columns:
    """Loans of the old system, then those taken up after approval."""
    old = 420
    elder = np.flatnonzero(customers["joined_on"] < np.datetime64("2020-01-01"))
    who = rng.choice(elder, old)
    kind = _loan_kinds(rng, customers["segment"][who])
    drawn = days(rng, np.full(old, np.datetime64("2019-02-01")), START - 1)
    size = _loan_sizes(rng, kind, customers["segment"][who])
    taken = np.flatnonzero(
        (applications["decision"] == "approved")
        & (rng.random(len(applications["app_id"])) < 0.9)
        & (applications["decided_on"] + 12 <= TODAY)
    )
    later = applications["decided_on"][taken] + rng.integers(1, 13, len(taken))
    cut = np.where(rng.random(len(taken)) < 0.2, rng.choice([0.7, 0.8, 0.9], len(taken)), 1.0)
    given = np.round(applications["requested_eur"][taken] * cut / 100) * 100
    kinds = np.concatenate([kind, applications["loan_type"][taken]])
    start = np.concatenate([drawn, later])
    years = (start - np.datetime64("2019-01-01")).astype(np.int64) / 365
    count = len(kinds)
    base = np.array([LOANS[k][1] for k in kinds]) + np.interp(years, [0, 3, 4.8, 7], [-1, -1, 1, 0])
    return {
        "loan_id": ids(count, 70001),
        "app_id": np.concatenate([ids(old, 0) * 0 - 1, applications["app_id"][taken]]),
        "customer_id": np.concatenate(
            [customers["customer_id"][who], applications["customer_id"][taken]]
        ),
        "loan_type": kinds,
        "principal_eur": np.concatenate([size, given]),
        "rate_pct": np.round(np.maximum(base + rng.normal(0, 0.45, count), 0.5), 2),
        "term_m": np.array([rng.choice(LOANS[k][2]) for k in kinds], dtype=np.int32),
        "drawn_on": start,
        "status": np.full(count, "active", dtype=object),
        "outstanding_eur": np.zeros(count),
        "written_off_eur": np.full(count, np.nan),
    }  # fmt: skip


def make_loan_payments(rng: np.random.Generator, loans: Columns, customers: Columns) -> Columns:
    """Instalments; sets status, outstanding and written-off amounts of the loans."""
    parts: list[Columns] = []
    for index in range(len(loans["loan_id"])):
        rating = max(int(customers["rating2"][loans["customer_id"][index] - 1]), 1)
        parts.append(_instalments(rng, loans, index, rating))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _instalments(rng: np.random.Generator, loans: Columns, index: int, rating: int) -> Columns:
    """The annuity of one loan, and how it was paid."""
    rate = loans["rate_pct"][index] / 1200
    term, principal = int(loans["term_m"][index]), loans["principal_eur"][index]
    drawn = loans["drawn_on"][index]
    number = np.arange(1, term + 1)
    annuity = principal * rate / (1 - (1 + rate) ** -term)
    after = principal * (1 + rate) ** number - annuity * ((1 + rate) ** number - 1) / rate
    before = np.append(principal, after[:-1])
    day = min(int((drawn - drawn.astype("M8[M]").astype("M8[D]")).astype(int)), 27)
    due = (drawn.astype("M8[M]") + number).astype("M8[D]") + day
    late = rng.random(term) < 0.03 + 0.03 * rating
    lag = np.where(late, rng.geometric(0.09, term), rng.integers(-2, 1, term))
    paid = due + lag
    stop, end = _end_of_loan(rng, loans["loan_type"][index], rating, due)
    paid[stop:] = NEVER
    paid[paid > TODAY] = NEVER
    shown = (due >= START) & (due < np.datetime64("2026-04-01")) & (number <= end)
    settled = int((~np.isnat(paid)).sum())
    _settle(rng, loans, index, stop, end, due, after, settled)
    part = np.where(rng.random(term) < 0.012, 0.5, 1.0)
    return {
        "loan_id": np.full(shown.sum(), loans["loan_id"][index], dtype=np.int32),
        "instalment_no": number[shown].astype(np.int32),
        "due_on": due[shown],
        "due_eur": np.round(np.full(term, annuity), 2)[shown],
        "interest_eur": np.round(before * rate, 2)[shown],
        "paid_on": paid[shown],
        "paid_eur": np.where(np.isnat(paid), np.nan, np.round(annuity * part, 2))[shown],
    }


def _end_of_loan(rng: np.random.Generator, kind: str, rating: int, due: Any) -> tuple[int, int]:
    """Instalments that were paid at all, and instalments that exist."""
    term = len(due)
    bad = rng.random() < 0.008 * rating**1.6 * (0.4 if kind == "mortgage" else 1.0)
    early = rng.random() < 0.07
    seen = int((due <= TODAY).sum())
    first = int((due < START).sum())
    if bad and seen - first > 5:
        return int(rng.integers(first + 1, seen)), term
    if early and seen - first > 8:
        end = int(rng.integers(first + 6, seen))
        return end, end
    return term, term


def _settle(
    rng: np.random.Generator, loans: Columns, index: int, stop: int, end: int, due: Any,
    after: Any, settled: int,
) -> None:  # fmt: skip
    """Write the status that the payments imply into the loan."""
    finished = settled == end
    owed = 0.0 if finished else float(after[settled - 1] if settled else after[0])
    if settled == 0 and not finished:
        owed = float(loans["principal_eur"][index])
    overdue = stop < end and due[stop] < TODAY - 90
    loans["status"][index] = "repaid" if finished else "defaulted" if overdue else "active"
    loans["outstanding_eur"][index] = round(max(owed, 0.0), 2)
    if overdue and due[stop] < TODAY - 400 and rng.random() < 0.7:
        loans["written_off_eur"][index] = round(owed * rng.uniform(0.3, 1.0), 2)


def make_collateral(rng: np.random.Generator, loans: Columns) -> Columns:
    kinds, prices = loans["loan_type"], loans["principal_eur"]
    chance = {"mortgage": 0.97, "auto": 0.8, "business": 0.55, "personal": 0.0, "student": 0.12}
    main = {"mortgage": "property", "auto": "vehicle", "student": "guarantee"}
    rows: list[tuple[int, str, float, Any]] = []
    for index, kind in enumerate(kinds):
        if rng.random() >= chance[kind]:
            continue
        other = str(rng.choice(["guarantee", "securities", "property"]))
        worth = prices[index] * rng.uniform(0.85, 1.7)
        rows.append((index, main.get(kind, other), worth, loans["drawn_on"][index]))
        if kind in ("mortgage", "business") and rng.random() < 0.14:
            rows.append((index, "guarantee", prices[index] * rng.uniform(0.1, 0.3), rows[-1][3]))
    count = len(rows)
    drawn = np.array([row[3] for row in rows], "M8[D]")
    return {
        "collateral_id": ids(count, 1),
        "loan_id": np.array([loans["loan_id"][row[0]] for row in rows], dtype=np.int32),
        "kind": [row[1] for row in rows],
        "value_eur": np.round(np.array([row[2] for row in rows]) / 100) * 100,
        "valued_on": np.where(rng.random(count) < 0.25, days(rng, drawn, TODAY), drawn - 9),
    }
