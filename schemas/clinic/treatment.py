"""What is done in encounters: diagnoses, procedures, prescriptions, tests and referrals."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import arrow
from .drawing import (
    DAY,
    DRUGS,
    DX,
    EMERGENCY,
    END,
    LAST,
    MEDICAL,
    NAMES,
    PROCEDURES,
    RADIOLOGY,
    SURGICAL,
    TESTS,
    WALK_IN,
    Draw,
    Rng,
    month_of,
)
from .visits import doctors


def _principal(rng: Rng, dept: int, month: int, who: tuple[float, str], mine: list[int]) -> int:
    """The diagnosis that an encounter is about, fit for the patient's age and sex."""
    key, (age, sex) = str(dept), who
    rows = DX
    fits = [row[6] <= age <= row[8] and row[7] in ("", sex) for row in rows]
    weight = np.array([row[4].get(key, 0) * row[5][month] for row in rows], float) * fits
    lasting = np.array([row[3] for row in rows])
    weight[lasting] *= 0.3 if dept in (1, 2, 4, 8, MEDICAL) else 1.0
    weight[mine] *= 14 if dept in (1, 2, 4, 8) else 5
    return int(rng.choice(len(weight), p=weight / weight.sum()))


def make_diagnoses(rng: Rng, known: Draw) -> tuple[Any, pa.Table]:
    """The principal diagnosis of each encounter, and the table of all."""
    visits, chronic = known["encounters"], known["patients"]["chronic"]
    months = month_of(visits["start"] // DAY)
    encounter, number, code, first = [], [], [], []
    for i, (who, dept) in enumerate(zip(visits["who"], visits["dept"], strict=True)):
        person = (visits["age"][i], known["patients"]["sex"][who])
        main = _principal(rng, int(dept), int(months[i]), person, chronic[who])
        first.append(main)
        if visits["dispo"][i] == "left" or visits["end"][i] >= END:
            continue
        told = 0.75 if dept in (MEDICAL, SURGICAL) else 0.3
        others = [c for c in chronic[who] if c != main and rng.random() < told]
        for place, one in enumerate([main, *others], start=1):
            encounter.append(i + 1)
            number.append(place)
            code.append(DX[one][0])
    return np.array(first), arrow("diagnoses", {
        "encounter_id": encounter, "dx_no": number, "icd_code": code})  # fmt: skip


def make_procedures(rng: Rng, known: Draw) -> tuple[Any, pa.Table]:
    """Dollars that the procedures add to each encounter's bill, and the table."""
    visits, n = known["encounters"], len(known["encounters"]["who"])
    codes = np.array([row[0] for row in DX])
    principal = codes[known["principal"]]
    open_ = (visits["end"] >= END) | (visits["dispo"] == "left") | (visits["kind"] == "video")
    encounter, which = [], []
    for index, row in enumerate(PROCEDURES):
        rate = np.array([row[6].get(str(dept), 0) / 100 for dept in range(19)])[visits["dept"]]
        if row[7]:
            rate = rate * (principal == row[7])
        if row[2] == "vaccination":
            rate = rate * np.array([0.5, 0.4, 0.3, 0.3, 0.2, 0.2, 0.2, 0.3, 2.2, 4, 3.4, 1.2])[
                month_of(visits["start"] // DAY)
            ]  # fmt: skip
        hit = np.flatnonzero((rng.random(n) < rate) & ~open_)
        encounter.append(hit)
        which.append(np.full(len(hit), index))
    at, kind = np.concatenate(encounter), np.concatenate(which)
    order = np.lexsort((kind, at))
    at, kind = at[order], kind[order]
    code, _, category, price, asleep, minutes, _, _ = zip(*PROCEDURES, strict=True)
    imaging, day = np.array(category)[kind] == "imaging", visits["start"][at] // DAY
    later = np.minimum(visits["end"][at] // DAY - day, rng.integers(0, 3, len(at)))
    day = day + np.where(visits["kind"][at] == "inpatient", np.maximum(later, 0), 0)
    readers = doctors(rng, known["providers"], np.full(len(at), RADIOLOGY), day)
    usual = np.array([minute or 1 for minute in minutes])[kind]
    untimed = np.array([minute is None for minute in minutes])[kind] | (rng.random(len(at)) < 0.05)
    harm = np.where(np.array(asleep)[kind] == 1, 0.038, 0.004) * (0.4 + visits["age"][at] / 60)
    bill = np.zeros(n)
    np.add.at(bill, at, np.array(price, float)[kind])
    return bill, arrow("procedures", {
        "procedure_id": np.arange(1, len(at) + 1), "encounter_id": at + 1,
        "proc_code": np.array(code)[kind],
        "provider_id": np.where(imaging, readers, visits["doctor"][at]) + 1, "done_on": day,
        "minutes": (usual * rng.lognormal(0, 0.22, len(at)), untimed),
        "complication": rng.random(len(at)) < harm})  # fmt: skip


def make_prescriptions(rng: Rng, known: Draw) -> pa.Table:
    visits, main = known["encounters"], known["principal"]
    codes = [row[0] for row in DX]
    weights = np.array([[drug[6].get(code, 0) for drug in DRUGS] for code in codes], float)
    fits = (weights.sum(axis=1)[main] > 0) & (visits["dispo"] != "left") & (visits["end"] < END)
    at = np.flatnonzero(fits & (rng.random(len(main)) < 0.62))
    chances = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1)
    drug = np.array([rng.choice(len(DRUGS), p=chances[m]) for m in main[at]])
    n, lasting = len(at), np.array([row[7] for row in DRUGS])[drug] == 1
    start = visits["end"][at] // DAY
    days = np.where(lasting, rng.choice([90, 180, 365], n), rng.choice([5, 7, 10, 14, 30], n))
    broken = rng.random(n) < np.where(lasting, 0.09, 0.04)
    days = np.where(broken, np.maximum(days * rng.uniform(0.1, 0.7, n), 1).astype(int), days)
    reason = rng.choice(["side effect", "no effect", "patient wish"], n, p=[0.5, 0.27, 0.23])
    broken &= start + days <= LAST
    endless = lasting & ~broken & (rng.random(n) < 0.7)
    return arrow("prescriptions", {
        "rx_id": np.arange(1, n + 1), "encounter_id": at + 1, "drug_id": drug + 1, "start": start,
        "end": (start + days, endless),
        "refills": np.where(lasting, rng.integers(1, 6, n), rng.random(n) < 0.15),
        "stop_reason": (reason, ~broken)})  # fmt: skip


def _lab_values(rng: Rng, known: Draw, at: Any, test: Any) -> Any:
    """Measured values: normal around the usual, off it in those with the disease for it."""
    usual, spread = (np.array([row[k] for row in TESTS], float) for k in (8, 9))
    values = rng.normal(usual[test], spread[test])
    names = np.array([row[0] for row in TESTS])[test]
    codes, chronic = [row[0] for row in DX], known["patients"]["chronic"]
    ill = {"A1C": ("E11.9", 2.0), "GLU": ("E11.9", 52), "LDL": ("E78.5", 34), "CHOL": ("E78.5", 36),
           "CREA": ("N18.3", 0.72), "TSH": ("E03.9", 2.1)}  # fmt: skip
    for name, (code, shift) in ill.items():
        number, hit = codes.index(code), np.flatnonzero(names == name)
        sick = np.array([number in chronic[known["encounters"]["who"][i]] for i in at[hit]], bool)
        values[hit] += sick * shift * rng.gamma(4, 0.25, len(hit))
    ward = known["encounters"]["dept"][at] >= EMERGENCY
    values += np.where(ward & (names == "CRP"), rng.gamma(0.9, 34, len(at)), 0)
    values += np.where(ward & (names == "WBC"), rng.gamma(1.2, 2.1, len(at)), 0)
    values -= np.where(ward & (names == "HGB"), rng.gamma(1.2, 1.1, len(at)), 0)
    values += np.where(
        (names == "TROP") & (rng.random(len(at)) < 0.2), rng.gamma(1, 160, len(at)), 0
    )
    fine = np.isin(names, ["CREA", "DDIM", "LYME"])
    return np.where(fine, np.round(np.abs(values), 2), np.round(np.maximum(values, 0.1), 1))


def _flags(test: Any, values: Any) -> Any:
    low, high = (np.array([row[k] for row in TESTS], float)[test] for k in (4, 5))
    with np.errstate(invalid="ignore"):
        flag = np.where(values < low, "L", np.where(values > high, "H", ""))
        critical = (values > high * 2.2) | (values < low * 0.65)
    return np.where(critical, "C", flag)


def _lab_orders(rng: Rng, known: Draw) -> tuple[Any, Any]:
    """(encounter, test) of every order, panel by panel."""
    visits, n = known["encounters"], len(known["encounters"]["who"])
    rates = np.zeros((19, len(NAMES["panels"])))
    for dept, row in NAMES["panel_rate"].items():
        rates[int(dept)] = np.array(row) / 100
    seen = (visits["kind"] != "video") & (visits["dispo"] != "left")
    encounter, tests = [], []
    for number, panel in enumerate(NAMES["panels"]):
        hit = np.flatnonzero((rng.random(n) < rates[visits["dept"], number]) & seen)
        for number_of, row in enumerate(TESTS):
            if row[2] == panel:
                some = hit if panel != "vitamins" else hit[rng.random(len(hit)) < 0.6]
                encounter.append(some)
                tests.append(np.full(len(some), number_of))
    at, test = np.concatenate(encounter), np.concatenate(tests)
    order = np.lexsort((test, at))
    return at[order], test[order]


def make_lab_results(rng: Rng, known: Draw) -> tuple[Any, pa.Table]:
    """Dollars that laboratory tests add to each encounter's bill, and the table."""
    visits = known["encounters"]
    at, test = _lab_orders(rng, known)
    n, promised = len(at), np.array([row[6] for row in TESTS])[test]
    ordered = visits["start"][at] + rng.integers(3, 25, n)
    done = ordered + (promised * 60 * rng.lognormal(-0.62, 0.5, n)).astype(int) + 8
    waiting = done >= END
    bad = (rng.random(n) < np.where(visits["dept"][at] == EMERGENCY, 0.031, 0.012)) & ~waiting
    values = _lab_values(rng, known, at, test)
    flag, bill = _flags(test, values), np.zeros(len(visits["who"]))
    np.add.at(bill, at, np.array([row[7] for row in TESTS], float)[test])
    return bill, arrow("lab_results", {
        "result_id": np.arange(1, n + 1), "encounter_id": at + 1,
        "test_code": np.array([row[0] for row in TESTS])[test], "ordered_at": ordered,
        "resulted_at": (done, waiting | bad),
        "status": np.where(waiting, "pending", np.where(bad, "rejected", "final")),
        "val": (values, waiting | bad), "flag": (flag, (flag == "") | waiting | bad)})  # fmt: skip


def _referral_rows(rng: Rng, known: Draw) -> list[tuple[Any, ...]]:
    """(encounter, department, urgent, appointment or -1): those that were booked, and some not."""
    slots, visits = known["slots"], known["encounters"]
    earlier: dict[int, list[int]] = {}
    for i in np.flatnonzero(np.isin(visits["dept"], [1, 2, 3, EMERGENCY, WALK_IN])):
        earlier.setdefault(int(visits["who"][i]), []).append(int(i))
    rows: list[tuple[Any, ...]] = []
    for slot in np.flatnonzero(slots["new"] & (slots["dept"] > 3) & (slots["dept"] < 13)):
        booked = int(slots["booked"][slot])
        fits = [i for i in earlier.get(int(slots["who"][slot]), ())
                if booked - 75 <= visits["end"][i] // DAY <= booked]  # fmt: skip
        if fits and rng.random() < 0.8:
            quick = int(slots["day"][slot]) - booked < 9
            urgent = bool(rng.random() < (0.4 if quick else 0.06))
            rows.append((fits[-1], int(slots["dept"][slot]), urgent, int(slot)))
    taken = {row[0] for row in rows}
    first_line = np.flatnonzero(np.isin(visits["dept"], [1, 2, 3]) & (visits["end"] < END))
    for i in first_line[rng.random(len(first_line)) < 0.075]:
        if int(i) not in taken:
            rows.append((int(i), int(rng.integers(4, 13)), bool(rng.random() < 0.09), -1))
    return sorted(rows)


def make_referrals(rng: Rng, known: Draw) -> pa.Table:
    at, to, urgent, slot = (
        np.array(part) for part in zip(*_referral_rows(rng, known), strict=True)
    )
    return arrow("referrals", {
        "referral_id": np.arange(1, len(at) + 1), "encounter_id": at + 1,
        "from": known["encounters"]["doctor"][at] + 1, "to": to,
        "referred_on": known["encounters"]["end"][at] // DAY, "urgent": urgent,
        "appointment_id": (slot + 1, slot < 0)})  # fmt: skip
