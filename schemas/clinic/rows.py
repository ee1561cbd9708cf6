"""Rows of the clinic database: a group of clinics with emergency room and wards, 2023 to 2025."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

Draw = dict[str, Any]
Rng = np.random.Generator
Part = tuple[str, pa.Table]
NAMES: Draw = json.loads(Path(__file__).with_name("names.json").read_text(encoding="utf-8"))
DEPARTMENTS = list(zip(*NAMES["departments"], strict=True))
DX, PROCEDURES = NAMES["diagnosis_codes"], NAMES["procedure_codes"]
DRUGS, TESTS = NAMES["drugs"], NAMES["lab_tests"]
PAYERS = list(zip(*NAMES["payers"], strict=True))
FOREVER = 99_999
TYPES = {"INTEGER": np.int32, "DOUBLE": np.float64, "BOOLEAN": np.bool_}
N_PATIENTS, N_APPOINTMENTS, N_COMING, N_EMERGENCIES = 5_200, 23_500, 620, 5_000
EMERGENCY, MEDICAL, SURGICAL, RADIOLOGY, WALK_IN = 13, 14, 15, 16, 17
DAY = 1440  # minutes; times are counted in minutes since 1970


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


FIRST, LAST = _day("2023-01-01"), _day("2025-12-31")
END = (LAST + 1) * DAY
MONTH = np.array([1.12, 1.02, 1.05, 0.98, 0.97, 0.92, 0.8, 0.78, 1.0, 1.08, 1.1, 0.9])
WEEKDAY = np.array([1.1, 1.15, 1.0, 0.95, 0.2, 0.0, 1.25])  # 1970-01-01 was a Thursday: Thu to Wed


def _columns() -> dict[str, dict[str, str]]:
    """The type of each column of each table, as schema.sql has them."""
    ddl = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
    parts = re.findall(r"CREATE TABLE (\w+) \((.*?)\n\);", ddl, re.DOTALL)
    line = re.compile(r'^  "?([a-zA-Z]\w*)"? ([A-Z]+(?:\(\d+, \d+\))?)', re.MULTILINE)
    found = {name: dict(line.findall(body)) for name, body in parts}
    return {name: {k: v for k, v in row.items() if k != "PRIMARY"} for name, row in found.items()}


COLUMNS = _columns()


def _decimals(units: Any, missing: Any = None, precision: int = 10) -> pa.Array:
    """DECIMAL(precision, 2) values from whole hundredths, straight into the 128-bit layout."""
    low = np.asarray(units, np.int64)
    words = np.ascontiguousarray(np.stack([low, low >> 63], axis=1))
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    kind = pa.decimal128(precision, 2)
    return pa.Array.from_buffers(kind, len(low), [valid, pa.py_buffer(words)])


def _array(values: Any, kind: str, missing: Any = None) -> pa.Array:
    """A column of a DDL type: dates are days and timestamps minutes since 1970."""
    if kind.startswith("DECIMAL"):
        return _decimals(values, missing, int(kind[8:-1].split(",")[0]))
    if kind == "DATE":
        return pa.array(np.asarray(values, np.int32), mask=missing).cast(pa.date32())
    if kind == "TIMESTAMP":
        micros = np.asarray(values, np.int64) * 60_000_000
        return pa.array(micros, mask=missing).cast(pa.timestamp("us"))
    if kind == "VARCHAR":
        return pa.array(np.asarray(values, object), pa.string(), mask=missing)
    if kind == "INTEGER" and missing is None:
        return pa.array(values, pa.int32())
    return pa.array(np.asarray(values, TYPES[kind]), mask=missing)


def _table(name: str, rows: Draw) -> pa.Table:
    """A table of its values by column; (values, missing) where some are NULL."""
    arrays = {}
    for column, kind in COLUMNS[name].items():
        values = rows[column]
        values, missing = values if isinstance(values, tuple) else (values, None)
        arrays[column] = _array(values, kind, missing)
    return pa.table(arrays)


def _listed(name: str) -> pa.Table:
    """A table that names.json lists row by row, without the numbers that are its keys."""
    labels, rows = list(COLUMNS[name]), [list(row) for row in NAMES[name]]
    if COLUMNS[name][labels[0]] == "INTEGER":
        rows = [[number, *row] for number, row in enumerate(rows, start=1)]
    columns: Draw = {}
    values: Any
    for label, values in zip(labels, zip(*rows, strict=True), strict=False):
        missing = np.array([value is None for value in values])
        if COLUMNS[name][label] == "DATE":
            values = [_day(value or "1970-01-01") for value in values]
        elif COLUMNS[name][label].startswith("DECIMAL"):
            values = np.round(np.array(values, float) * 100)
        elif COLUMNS[name][label] != "VARCHAR":
            values = [value or 0 for value in values]
        columns[label] = (values, missing)
    return _table(name, columns)


def _month_of(days: Any) -> Any:
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12


def _pick(rng: Rng, weights: Any, start: Any, end: Any, days: Any) -> Any:
    """One index a day, by weight, among those present on that day, by redrawing; -1 for none."""
    steps, chosen = np.cumsum(weights) / np.sum(weights), np.full(len(days), -1)
    todo = np.arange(len(days))
    for _ in range(60):
        index = np.minimum(np.searchsorted(steps, rng.random(len(todo)), "right"), len(steps) - 1)
        fits = (start[index] <= days[todo]) & (days[todo] <= end[index])
        chosen[todo[fits]] = index[fits]
        todo = todo[~fits]
    return chosen


def _visit_days(rng: Rng, n: int, weekday: Any, growth: float) -> Any:
    days = np.arange(FIRST, LAST + 1)
    weight = MONTH[_month_of(days)] * weekday[days % 7] * (1 + growth * (days - FIRST) / 365)
    return np.sort(rng.choice(days, n, p=weight / weight.sum()))


def _people(rng: Rng, n: int) -> list[tuple[str, str, str]]:
    """(first name, last name, language) of n people; a third of the migrants speak English."""
    tongues, shares = list(NAMES["languages"]), np.array(list(NAMES["languages"].values()))
    people = []
    for tongue in rng.choice(tongues, n, p=shares / shares.sum()):
        first, last = NAMES["people"][tongue]
        spoken = "English" if rng.random() < 0.33 else str(tongue)
        people.append((str(rng.choice(first)), str(rng.choice(last)), spoken))
    return people


def _role(rng: Rng, name: str) -> str:
    if name == "Physical Therapy":
        return "therapist"
    if name == "Behavioral Health":
        return "psychologist"
    roles = ["physician", "nurse practitioner", "physician assistant"]
    return str(rng.choice(roles, p=[0.6, 0.25, 0.15]))


def _provider_plan(rng: Rng) -> list[tuple[Any, ...]]:
    """(role, department, lead, hired, left, full-time part in %) of each provider, leads first."""
    plan: list[tuple[Any, ...]] = []
    for dept, row in enumerate(NAMES["departments"], start=1):
        name, opened, size = row[0], row[5], row[6]
        start, lead = _day(opened), len(plan) + 1
        plan.append(("physician", dept, None, start, FOREVER, 100))
        for number in range(1, size):
            early = number < 3 or start > LAST - 700
            hired = start if early else int(rng.integers(max(start, FIRST - 3000), LAST - 60))
            stays = int(rng.exponential(4000)) + 200
            left = hired + stays if number > 2 and FIRST + 20 < hired + stays < LAST else FOREVER
            part = int(rng.choice([100, 80, 60, 50], p=[0.62, 0.18, 0.12, 0.08]))
            plan.append((_role(rng, name), dept, lead, hired, left, part))
    return plan


def _providers(rng: Rng) -> tuple[Draw, pa.Table]:
    plan = list(zip(*_provider_plan(rng), strict=True))
    role, dept, lead, hired, left, part = (list(values) for values in plan)
    n, end = len(role), np.array(left)
    people = _people(rng, n)
    rows: Draw = {
        "provider_id": np.arange(1, n + 1), "first_name": [first for first, _, _ in people],
        "last_name": [last for _, last, _ in people], "role": role, "dept_id": dept,
        "spec2": (rng.choice(NAMES["second_specialties"], n), rng.random(n) < 0.82),
        "boss_id": lead,
        "license_no": [f"L{i:06d}" for i in rng.permutation(900_000)[:n] + 100_000], "fte": part,
        "acceptsNew": (rng.random(n) < 0.68) & (end == FOREVER), "hired_on": hired,
        "left_on": (end, end == FOREVER)}  # fmt: skip
    table, weight = _table("providers", rows), np.array(part) / 100 * rng.lognormal(0, 0.3, n)
    draw: Draw = {
        "dept": np.array(dept), "start": np.array(hired), "end": end, "weight": weight,
        "charm": rng.normal(0, 0.7, n), "pace": rng.lognormal(0, 0.2, n)}  # fmt: skip
    return draw, table


def _chronic(rng: Rng, ages: Any) -> list[list[int]]:
    """The lasting diseases (indexes of codes) of each patient; more with age."""
    codes = {row[0]: i for i, row in enumerate(DX)}
    old = {"I10": 0.5, "E11.9": 0.2, "E78.5": 0.33, "I25.1": 0.15, "I48.9": 0.12, "I50.9": 0.08,
           "N18.3": 0.13, "J44.9": 0.1, "M17.1": 0.24, "E03.9": 0.08, "G20": 0.02}  # fmt: skip
    young = {"J45.9": 0.09, "F32.9": 0.08, "F41.1": 0.07, "E66.9": 0.11, "G43.9": 0.06}
    found: list[list[int]] = []
    for age in ages:
        share = float(np.clip((age - 25) / 50, 0, 1.1))
        mine = [codes[code] for code, rate in old.items() if rng.random() < rate * share]
        found.append(mine + [codes[code] for code, rate in young.items() if rng.random() < rate])
    return found


def _insurance(rng: Rng, ages: Any, sponsor: Any) -> Any:
    """Payer of each patient (0 for none): seniors in the public program, children as the adult."""
    weight = np.array(PAYERS[4])
    payer = rng.choice(len(weight), len(ages), p=weight / weight.sum()) + 1
    payer[(ages >= 65) & (rng.random(len(ages)) < 0.9)] = 3
    payer[rng.random(len(ages)) < 0.07] = 0
    return np.where(sponsor >= 0, payer[sponsor], payer)


def _patients(rng: Rng, providers: Draw) -> tuple[Draw, pa.Table]:
    n = N_PATIENTS
    wave = np.sort(LAST - ((LAST - _day("2018-01-01")) * rng.beta(1.1, 1.7, n)).astype(int))
    age = np.where(rng.random(n) < 0.2, rng.uniform(0, 17, n), rng.normal(51, 19, n).clip(18, 98))
    born, adults = np.minimum(LAST - (age * 365.25).astype(int), wave - 3), np.flatnonzero(age > 24)
    child = (age < 18) & (rng.random(n) < 0.9)
    sponsor = np.where(child, rng.choice(adults, n), -1)
    payer = _insurance(rng, age, sponsor)
    doctors = np.flatnonzero((providers["dept"] <= 3) & (providers["end"] == FOREVER))
    for_children = providers["dept"][doctors] == 3
    pcp = np.where(age < 18, rng.choice(doctors[for_children], n),
                   rng.choice(doctors[~for_children], n))  # fmt: skip
    weight = rng.lognormal(0, 0.75, n) * (0.6 + age / 60)
    weight[rng.random(n) < 0.07] = 0
    dead = (age > 58) & (rng.random(n) < 0.055) & (wave < LAST - 300)
    soonest = np.minimum(np.maximum(wave + 60, FIRST), LAST - 11)
    died = np.where(dead, rng.integers(soonest, LAST - 10), FOREVER)
    sexes = rng.choice(["F", "M", "X"], n, p=[0.53, 0.463, 0.007])
    draw: Draw = {
        "born": born, "age": age, "start": wave, "end": died, "weight": weight, "sex": sexes,
        "payer": payer, "pcp": pcp, "chronic": _chronic(rng, age), "sponsor": sponsor,
        "pcp_known": rng.random(n) < 0.74}  # fmt: skip
    people = _people(rng, n)
    city, share = zip(*NAMES["cities"], strict=True)
    place = rng.choice(len(city), n, p=np.array(share) / sum(share))
    place = np.where(sponsor >= 0, place[sponsor], place)
    draw["rows"] = {
        "patient_id": np.arange(1, n + 1),
        "mrn": [f"M{i:07d}" for i in rng.permutation(9_000_000)[:n] + 1_000_000],
        "first_name": [first for first, _, _ in people],
        "last_name": [people[s if s >= 0 else i][1] for i, s in enumerate(sponsor)], "sex": sexes,
        "birth_date": born, "city": np.array(city)[place],
        "zip": ([f"5{p}{z:03d}" for p, z in zip(place, rng.integers(0, 80, n), strict=True)],
            rng.random(n) < 0.03),
        "phone": ([f"555-{d:07d}" for d in rng.integers(0, 10**7, n)], rng.random(n) < 0.08),
        "email": ([f"{f}.{s}{i}@mail.example".lower().replace(" ", "").replace("'", "") for i,
            (f, s, _) in enumerate(people, 1)], rng.random(n) < 0.35),
        "Lang": [people[s if s >= 0 else i][2] for i, s in enumerate(sponsor)],
        "payer_id": (payer, payer == 0), "pcp_id": (pcp + 1, ~draw["pcp_known"]),
        "guarantor_id": (sponsor + 1, sponsor < 0), "registered_on": wave}  # fmt: skip
    return draw, _patient_table(draw)


def _patient_table(patients: Draw) -> pa.Table:
    end = patients["end"]
    return _table("patients", {**patients["rows"], "deceased_on": (end, end == FOREVER)})


def _allergies(rng: Rng, patients: Draw) -> pa.Table:
    names, rates = zip(*NAMES["allergens"], strict=True)
    hit = rng.random((N_PATIENTS, len(names))) < np.array(rates) * 0.3
    hit &= (patients["weight"] > 0)[:, None]
    who, which = np.nonzero(hit)
    n, until = len(who), np.minimum(patients["end"][who], LAST)
    noted = patients["start"][who] + ((until - patients["start"][who]) * rng.beta(1, 3, n))
    level, mild = rng.choice([1, 2, 3], n, p=[0.5, 0.33, 0.17]), [0.5, 0.2, 0.07, 0.2, 0.03]
    strong, usual = rng.choice(NAMES["reactions"][1:], n), rng.choice(NAMES["reactions"], n, p=mild)
    reaction = np.where(level == 3, strong, usual)
    return _table("allergies", {
        "patient_id": who + 1, "substance": np.array(names)[which],
        "reaction": (reaction, rng.random(n) < 0.14), "level": level,
        "noted_on": noted.astype(int)})  # fmt: skip


def _wanted_department(rng: Rng, age: float, sex: str, day: int) -> int:
    """The department that a patient of this age comes to, by age and sex."""
    weight = np.array([30, 21, 0, 4, 6, 9, 0, 4, 5, 6, 9, 10, 0, 0, 0, 0, 12, 0], float)
    if age < 18:
        weight = np.array([1, 1, 62, 0, 6, 5, 0, 1, 2, 1, 7, 3, 0, 0, 0, 0, 9, 0], float)
    elif age > 58:
        weight[[3, 5, 7, 11, 10]] = [22, 13, 8, 15, 4]
    elif sex == "F":
        weight[6] = 22 if age < 45 else 10
    if day < _day(DEPARTMENTS[5][WALK_IN - 1]):
        weight[WALK_IN - 1] = 0
    return int(rng.choice(len(weight), p=weight / weight.sum())) + 1


def _doctors(rng: Rng, providers: Draw, dept: Any, day: Any) -> Any:
    """A provider of the department who worked on the day, for each."""
    chosen = np.full(len(dept), -1)
    for one in range(1, len(DEPARTMENTS[0]) + 1):
        at = np.flatnonzero(dept == one)
        weights = np.where(providers["dept"] == one, providers["weight"], 0)
        if len(at):
            chosen[at] = _pick(rng, weights, providers["start"], providers["end"], day[at])
    return chosen


def _slots(rng: Rng, known: Draw) -> Draw:
    """Who is booked with whom, when: past and coming appointments, in order of time."""
    patients, providers = known["patients"], known["providers"]
    coming = LAST + 1 + (rng.exponential(22, N_COMING)).astype(int)
    coming = coming[(WEEKDAY[coming % 7] > 0.5) & (coming < LAST + 100)]
    day = np.concatenate([_visit_days(rng, N_APPOINTMENTS, WEEKDAY, 0.14), np.sort(coming)])
    end = np.where(patients["end"] == FOREVER, FOREVER, patients["end"] - 15)
    who = _pick(rng, patients["weight"], patients["start"], end, np.minimum(day, LAST))
    age, sexes = (day - patients["born"][who]) / 365.25, patients["sex"][who]
    dept = np.array([_wanted_department(rng, *row) for row in zip(age, sexes, day, strict=True)])
    doctor, own = _doctors(rng, providers, dept, day), patients["pcp"][who]
    loyal = patients["pcp_known"][who] & (dept <= 3) & (rng.random(len(day)) < 0.62)
    loyal &= providers["start"][own] <= day
    doctor = np.where(loyal, own, doctor)
    clock = 480 + 5 * np.round((rng.beta(1.2, 1.5, len(day)) * 540) / 5).astype(int)
    order = np.argsort(day * DAY + clock, kind="stable")
    rows = {
        "who": who, "doctor": doctor, "dept": providers["dept"][doctor], "day": day, "age": age,
        "start": day * DAY + clock}  # fmt: skip
    return {key: values[order] for key, values in rows.items()}


def _appointments(rng: Rng, known: Draw) -> tuple[Draw, pa.Table]:
    slots = _slots(rng, known)
    n, who, dept, day = len(slots["who"]), slots["who"], slots["dept"], slots["day"]
    registered = known["patients"]["start"][who]
    _, first = np.unique(who * 100 + dept, return_index=True)
    new = np.zeros(n, bool)
    new[first] = True
    new &= (day > FIRST + 200) | (rng.random(n) < 0.4)
    wait = rng.gamma(1.3, np.array(DEPARTMENTS[7])[dept - 1] / 1.3) * np.where(new, 1.3, 0.9)
    booked = np.maximum(day - wait.astype(int), registered)
    booked = np.minimum(booked, np.minimum(day, LAST))
    lead, year = day - booked, (day - FIRST) / 365
    video = ~new & ~np.isin(dept, [12, WALK_IN]) & (rng.random(n) < 0.05 + 0.045 * year)
    checkup = np.isin(dept, [1, 2, 3]) & (rng.random(n) < 0.2)
    kind = np.where(checkup, "check-up", "follow-up")
    kind = np.where(video, "video", np.where(new, "new", kind))
    channel = np.where(new & (dept > 3) & (rng.random(n) < 0.6), "referral", "phone")
    portal = rng.random(n) < (0.2 + 0.11 * year) * np.where(slots["age"] > 70, 0.45, 1)
    channel = np.where((channel == "phone") & portal, "portal", channel)
    channel = np.where((channel == "phone") & (rng.random(n) < 0.2), "desk", channel)
    twenties = (slots["age"] - 27) ** 2 < 80
    miss = 0.035 + 0.0022 * np.minimum(lead, 45) + 0.03 * new + 0.04 * twenties
    miss = miss * np.where(channel == "portal", 0.6, 1) * np.where(dept == 11, 1.7, 1)
    dice = rng.random(n)
    status = np.where(dice < miss + 0.095, "cancelled", "completed")
    status = np.where(dice < miss, "no_show", status)
    status = np.where((day > LAST) & (dice > 0.06), "scheduled", status)
    status = np.where((day > LAST) & (dice <= 0.06), "cancelled", status)
    ahead = np.minimum(day, LAST) - booked + 0.99
    called_off = booked + (rng.beta(3, 1.2, n) * ahead).astype(int)
    came, off = status == "completed", status == "cancelled"
    arrived = slots["start"] + np.round(rng.normal(-8, 8, n)).astype(int)
    pace = known["providers"]["pace"][slots["doctor"]]
    busy = 1 + 0.35 * (slots["start"] % DAY > 600) + 0.3 * np.isin(day % 7, [4, 3])
    delay = rng.gamma(1.6, np.array(DEPARTMENTS[8])[dept - 1] / 1.6) * pace * busy
    seen = np.maximum(arrived, slots["start"]) + np.where(video, delay * 0.4, delay).astype(int)
    planned = np.array(DEPARTMENTS[9])[dept - 1] * np.where(new, 2, 1)
    planned = np.where(new & (planned > 60), 60, planned)
    slots |= {"came": came, "seen": seen, "planned": planned, "video": video, "new": new,
              "booked": booked, "wait": seen - slots["start"]}  # fmt: skip
    return slots, _table("appointments", {
        "appointment_id": np.arange(1, n + 1), "patient_id": who + 1,
        "provider_id": slots["doctor"] + 1, "visit_type": kind, "channel": channel,
        "booked_on": booked, "starts_at": slots["start"], "duration": planned, "status": status,
        "cancelled_on": (called_off, ~off),
        "cancelled_by": (np.where(rng.random(n) < 0.78, "patient", "clinic"), ~off),
        "arrived_at": (arrived, ~came), "seen_at": (seen, ~came)})  # fmt: skip


def _emergencies(rng: Rng, known: Draw) -> Draw:
    """Emergency visits, a tenth of them soon after an earlier one; some ask for a bed."""
    patients = known["patients"]
    day = _visit_days(rng, N_EMERGENCIES, np.array([0.95, 1, 1.15, 1.15, 1.1, 0.95, 0.95]), 0.1)
    end = np.where(patients["end"] == FOREVER, FOREVER, patients["end"] - 15)
    who = _pick(rng, patients["weight"], patients["start"], end, day)
    again = rng.random(len(day)) < 0.1
    back = day[again] + rng.integers(4, 34, int(again.sum()))
    fits = (back <= np.minimum(LAST, end[who[again]])) & (back <= LAST)
    who, day = np.concatenate([who, who[again][fits]]), np.concatenate([day, back[fits]])
    repeat, age = np.arange(len(day)) >= len(again), (day - patients["born"][who]) / 365.25
    severity = rng.choice([1, 2, 3, 4, 5], len(day), p=[0.02, 0.13, 0.39, 0.32, 0.14])
    start = day * DAY + (rng.beta(2.2, 1.7, len(day)) * (DAY - 1)).astype(int)
    stay = rng.gamma(3, np.array([90, 105, 80, 48, 36])[severity - 1]).astype(int) + 20
    rate = np.array([0.62, 0.38, 0.15, 0.03, 0.01])[severity - 1] * np.where(age > 60, 1.45, 0.7)
    admit = rng.random(len(day)) < np.minimum(rate * np.where(repeat, 2.2, 1), 0.9)
    gone = np.where(severity > 2, rng.random(len(day)), 1) < 0.035
    return {"who": who, "start": start, "end": start + stay, "severity": severity, "age": age,
            "admit": admit & ~gone, "gone": gone}  # fmt: skip


def _stays(rng: Rng, visits: Draw, known: Draw) -> Draw:
    """Hospital stays, from emergency visits and planned ones, none overlapping in one patient."""
    patients, sick = known["patients"], np.flatnonzero(visits["admit"])
    day = _visit_days(rng, 620, np.array([1, 0.7, 0, 0.3, 1.3, 1.2, 1.1]), 0.1)
    planned = _pick(rng, patients["weight"] * (patients["age"] > 16), patients["start"],
                    patients["end"] - 40, day)  # fmt: skip
    who = np.concatenate([visits["who"][sick], planned])
    start = np.concatenate([visits["end"][sick], day * DAY + rng.integers(420, 660, len(day))])
    prior = np.concatenate([sick, np.full(len(day), -1)])
    surgical = np.where(prior >= 0, rng.random(len(who)) < 0.24, rng.random(len(who)) < 0.84)
    age = (start / DAY - patients["born"][who]) / 365.25
    nights = 0.6 + rng.lognormal(np.where(surgical, 0.95, 1.25), 0.62) * (0.75 + age / 160)
    end = start + (nights * DAY).astype(int)
    end = end // DAY * DAY + rng.integers(570, 1050, len(end))
    end, order = np.maximum(end, start + 300), np.lexsort((start, who))
    keep = np.zeros(len(who), bool)
    last_who, last_end = -1, 0
    for i in order:
        free = who[i] != last_who or start[i] > last_end
        keep[i] = free and start[i] < END and end[i] // DAY <= patients["end"][who[i]]
        if keep[i]:
            last_who, last_end = who[i], end[i]
    dept = np.where(surgical, SURGICAL, MEDICAL)
    return {"who": who[keep], "start": start[keep], "end": end[keep], "prior": prior[keep],
            "dept": dept[keep], "age": age[keep]}  # fmt: skip


def _deaths(rng: Rng, stays: Draw, known: Draw, visits: Draw) -> Any:
    """Which stays end in death; the day is put down with the patient."""
    patients, slots = known["patients"], known["slots"]
    latest = np.zeros(N_PATIENTS)
    for who, end in ((slots["who"], slots["start"]), (visits["who"], visits["end"])):
        np.maximum.at(latest, who, end)
    last_stay = np.zeros(N_PATIENTS)
    np.maximum.at(last_stay, stays["who"], stays["end"])
    final = (stays["end"] >= latest[stays["who"]]) & (stays["end"] == last_stay[stays["who"]])
    final &= (patients["end"][stays["who"]] == FOREVER) & (stays["end"] < END - 2 * DAY)
    died = final & (stays["age"] > 55) & (rng.random(len(final)) < 0.17)
    patients["end"][stays["who"][died]] = stays["end"][died] // DAY
    return died


def _encounters(rng: Rng, known: Draw) -> tuple[Draw, pa.Table]:
    slots, providers = known["slots"], known["providers"]
    visits = _emergencies(rng, known)
    stays = _stays(rng, visits, known)
    died, came = _deaths(rng, stays, known, visits), np.flatnonzero(slots["came"])
    counts = [len(came), len(visits["who"]), len(stays["who"])]
    source = np.repeat([0, 1, 2], counts)
    took = slots["planned"][came] * rng.lognormal(-0.02, 0.25, counts[0])
    who = np.concatenate([slots["who"][came], visits["who"], stays["who"]])
    start = np.concatenate([slots["seen"][came], visits["start"], stays["start"]])
    end = np.concatenate([slots["seen"][came] + took.astype(int) + 3, visits["end"], stays["end"]])
    dept = np.concatenate([slots["dept"][came], np.full(counts[1], EMERGENCY), stays["dept"]])
    bedside = _doctors(rng, providers, dept[counts[0] :], start[counts[0] :] // DAY)
    kind = np.array(["office", "emergency", "inpatient"], object)[source]
    kind[: counts[0]][slots["video"][came]] = "video"
    admitted = np.zeros(counts[1], bool)
    admitted[stays["prior"][stays["prior"] >= 0]] = True
    home = np.where(rng.random(counts[1]) < 0.03, "transferred", "home")
    after = np.where(admitted, "admitted", np.where(visits["gone"], "left", home))
    weak = np.where(rng.random(counts[2]) < 0.55, "rehab", "nursing home")
    goes = np.where((stays["age"] > 70) & (rng.random(counts[2]) < 0.3), weak, "home")
    goes = np.where(died, "died", goes)
    draw: Draw = {
        "who": who, "start": start, "end": end, "dept": dept, "kind": kind,
        "doctor": np.concatenate([slots["doctor"][came], bedside]),
        "slot": np.concatenate([came, np.full(counts[1] + counts[2], -1)]),
        "severity": np.concatenate([np.zeros(counts[0], int), visits["severity"],
            np.zeros(counts[2], int)]),
        "dispo": np.concatenate([np.full(counts[0], ""), after, goes]).astype(object),
        "prior": np.concatenate([np.full(counts[0] + counts[1], -1),
            np.where(stays["prior"] < 0, -1, stays["prior"] + counts[0])])}  # fmt: skip
    order = np.argsort(start, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    draw = {key: values[order] for key, values in draw.items()}
    draw["prior"] = np.where(draw["prior"] < 0, -1, place[draw["prior"]])
    draw["age"] = (draw["start"] / DAY - known["patients"]["born"][draw["who"]]) / 365.25
    return draw, _encounter_table(rng, draw, known)


def _encounter_table(rng: Rng, draw: Draw, known: Draw) -> pa.Table:
    n, ends = len(draw["who"]), draw["end"] >= END
    high = [any(DX[c][0] == "I10" for c in known["patients"]["chronic"][w])
            for w in draw["who"]]  # fmt: skip
    usual = 108 + 0.28 * np.minimum(draw["age"], 85) + 14 * np.array(high)
    upper = rng.normal(usual, 11).astype(int)
    lower = (upper * 0.52 + rng.normal(13, 6, n)).astype(int)
    bulk = np.random.Generator(np.random.PCG64(n)).lognormal(3.27, 0.17, N_PATIENTS)[draw["who"]]
    bulk = np.clip(bulk + rng.normal(0, 0.4, n) - np.where(draw["age"] < 18, 8, 0), 13, 55)
    unmeasured = (draw["kind"] == "video") | (rng.random(n) < 0.3)
    none = (draw["dispo"] == "") | ends
    return _table("encounters", {
        "encounter_id": np.arange(1, n + 1), "patient_id": draw["who"] + 1,
        "provider_id": draw["doctor"] + 1, "dept_id": draw["dept"],
        "appointment_id": (draw["slot"] + 1, draw["slot"] < 0),
        "prior_id": (draw["prior"] + 1, draw["prior"] < 0), "enc_type": draw["kind"],
        "started_at": draw["start"], "ended_at": (draw["end"], ends),
        "severity": (draw["severity"], draw["severity"] == 0), "dispo": (draw["dispo"], none),
        "bp_sys": (upper, unmeasured), "bp_dia": (lower, unmeasured),
        "bmi": (np.round(bulk, 1), unmeasured | (rng.random(n) < 0.35))})  # fmt: skip


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


def _diagnoses(rng: Rng, known: Draw) -> tuple[Any, pa.Table]:
    """The principal diagnosis of each encounter, and the table of all."""
    visits, chronic = known["encounters"], known["patients"]["chronic"]
    months = _month_of(visits["start"] // DAY)
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
    return np.array(first), _table("diagnoses", {
        "encounter_id": encounter, "dx_no": number, "icd_code": code})  # fmt: skip


def _procedures(rng: Rng, known: Draw) -> tuple[Any, pa.Table]:
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
                _month_of(visits["start"] // DAY)
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
    readers = _doctors(rng, known["providers"], np.full(len(at), RADIOLOGY), day)
    usual = np.array([minute or 1 for minute in minutes])[kind]
    untimed = np.array([minute is None for minute in minutes])[kind] | (rng.random(len(at)) < 0.05)
    harm = np.where(np.array(asleep)[kind] == 1, 0.038, 0.004) * (0.4 + visits["age"][at] / 60)
    bill = np.zeros(n)
    np.add.at(bill, at, np.array(price, float)[kind])
    return bill, _table("procedures", {
        "procedure_id": np.arange(1, len(at) + 1), "encounter_id": at + 1,
        "proc_code": np.array(code)[kind],
        "provider_id": np.where(imaging, readers, visits["doctor"][at]) + 1, "done_on": day,
        "minutes": (usual * rng.lognormal(0, 0.22, len(at)), untimed),
        "complication": rng.random(len(at)) < harm})  # fmt: skip


def _prescriptions(rng: Rng, known: Draw) -> pa.Table:
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
    return _table("prescriptions", {
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


def _lab_results(rng: Rng, known: Draw) -> tuple[Any, pa.Table]:
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
    return bill, _table("lab_results", {
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


def _referrals(rng: Rng, known: Draw) -> pa.Table:
    at, to, urgent, slot = (
        np.array(part) for part in zip(*_referral_rows(rng, known), strict=True)
    )
    return _table("referrals", {
        "referral_id": np.arange(1, len(at) + 1), "encounter_id": at + 1,
        "from": known["encounters"]["doctor"][at] + 1, "to": to,
        "referred_on": known["encounters"]["end"][at] // DAY, "urgent": urgent,
        "appointment_id": (slot + 1, slot < 0)})  # fmt: skip


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


def _claims(rng: Rng, known: Draw) -> pa.Table:
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
    return _table("claims", {
        "claim_id": np.arange(1, len(status) + 1), "encounter_id": rows["at"] + 1,
        "payer_id": rows["payer"], "orig_id": (rows["orig"] + 1, rows["orig"] < 0),
        "date": rows["sent"], "billed_usd": rows["cents"], "status": status,
        "decided_on": (rows["decided"], waits), "amt2": (rows["allowed"], unpaid),
        "paid_usd": (rows["paid"], unpaid),
        "denial_reason": (rows["reason"], ~refused)})  # fmt: skip


def _surveys(rng: Rng, known: Draw) -> pa.Table:
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
    return _table("surveys", {
        "survey_id": np.arange(1, len(at) + 1), "encounter_id": at + 1, "answered_on": day[at],
        "score": score, "remark": (remark, rng.random(len(at)) < 0.52)})  # fmt: skip


def _levels(name: str, table: pa.Table, parent: str) -> Iterator[Part]:
    """Parts of a table that refers to itself: DuckDB wants such keys there before the INSERT."""
    keys, parents = table.column(0).to_pylist(), table.column(parent).to_pylist()
    depth: dict[int, int] = {}
    for key, above in zip(keys, parents, strict=True):
        depth[key] = 0 if above is None else depth.get(above, 0) + 1
    levels = np.array([depth[key] for key in keys])
    for level in range(int(levels.max()) + 1):
        yield name, table.filter(pa.array(levels == level))


def tables(seed: int = 7) -> Iterator[Part]:
    """(table name, rows) of every table in foreign-key order; the same for the same seed.

    A table that refers to itself comes in several parts, those referred to first.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    known: Draw = {}
    yield "sites", _listed("sites")
    yield "departments", _listed("departments")
    known["providers"], table = _providers(rng)
    yield from _levels("providers", table, "boss_id")
    yield "payers", _listed("payers")
    known["patients"], _ = _patients(rng, known["providers"])
    known["slots"], appointments = _appointments(rng, known)
    known["encounters"], encounters = _encounters(rng, known)
    yield from _levels("patients", _patient_table(known["patients"]), "guarantor_id")
    yield "allergies", _allergies(rng, known["patients"])
    yield "appointments", appointments
    yield from _levels("encounters", encounters, "prior_id")
    for name in ("diagnosis_codes", "procedure_codes", "drugs", "lab_tests"):
        yield name, _listed(name)
    known["principal"], table = _diagnoses(rng, known)
    yield "diagnoses", table
    yield from _treatment(rng, known)


def _treatment(rng: Rng, known: Draw) -> Iterator[Part]:
    fees, table = _procedures(rng, known)
    yield "procedures", table
    yield "prescriptions", _prescriptions(rng, known)
    tests, table = _lab_results(rng, known)
    yield "lab_results", table
    known["bill"] = fees + tests
    yield "referrals", _referrals(rng, known)
    yield from _levels("claims", _claims(rng, known), "orig_id")
    yield "surveys", _surveys(rng, known)
