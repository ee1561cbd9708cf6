"""Providers, patients with their insurance and illnesses, and allergies."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import arrow
from .drawing import (
    DX,
    FIRST,
    FOREVER,
    LAST,
    N_PATIENTS,
    NAMES,
    PAYERS,
    Draw,
    Rng,
    day_of,
    draw_people,
    role,
)


def _provider_plan(rng: Rng) -> list[tuple[Any, ...]]:
    """(role, department, lead, hired, left, full-time part in %) of each provider, leads first."""
    plan: list[tuple[Any, ...]] = []
    for dept, row in enumerate(NAMES["departments"], start=1):
        name, opened, size = row[0], row[5], row[6]
        start, lead = day_of(opened), len(plan) + 1
        plan.append(("physician", dept, None, start, FOREVER, 100))
        for number in range(1, size):
            early = number < 3 or start > LAST - 700
            hired = start if early else int(rng.integers(max(start, FIRST - 3000), LAST - 60))
            stays = int(rng.exponential(4000)) + 200
            left = hired + stays if number > 2 and FIRST + 20 < hired + stays < LAST else FOREVER
            part = int(rng.choice([100, 80, 60, 50], p=[0.62, 0.18, 0.12, 0.08]))
            plan.append((role(rng, name), dept, lead, hired, left, part))
    return plan


def make_providers(rng: Rng) -> tuple[Draw, pa.Table]:
    plan = list(zip(*_provider_plan(rng), strict=True))
    role, dept, lead, hired, left, part = (list(values) for values in plan)
    n, end = len(role), np.array(left)
    people = draw_people(rng, n)
    rows: Draw = {
        "provider_id": np.arange(1, n + 1), "first_name": [first for first, _, _ in people],
        "last_name": [last for _, last, _ in people], "role": role, "dept_id": dept,
        "spec2": (rng.choice(NAMES["second_specialties"], n), rng.random(n) < 0.82),
        "boss_id": lead,
        "license_no": [f"L{i:06d}" for i in rng.permutation(900_000)[:n] + 100_000], "fte": part,
        "acceptsNew": (rng.random(n) < 0.68) & (end == FOREVER), "hired_on": hired,
        "left_on": (end, end == FOREVER)}  # fmt: skip
    table, weight = arrow("providers", rows), np.array(part) / 100 * rng.lognormal(0, 0.3, n)
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


def make_patients(rng: Rng, providers: Draw) -> tuple[Draw, pa.Table]:
    n = N_PATIENTS
    wave = np.sort(LAST - ((LAST - day_of("2018-01-01")) * rng.beta(1.1, 1.7, n)).astype(int))
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
    people = draw_people(rng, n)
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
    return draw, make_patient_table(draw)


def make_patient_table(patients: Draw) -> pa.Table:
    end = patients["end"]
    return arrow("patients", {**patients["rows"], "deceased_on": (end, end == FOREVER)})


def make_allergies(rng: Rng, patients: Draw) -> pa.Table:
    names, rates = zip(*NAMES["allergens"], strict=True)
    hit = rng.random((N_PATIENTS, len(names))) < np.array(rates) * 0.3
    hit &= (patients["weight"] > 0)[:, None]
    who, which = np.nonzero(hit)
    n, until = len(who), np.minimum(patients["end"][who], LAST)
    noted = patients["start"][who] + ((until - patients["start"][who]) * rng.beta(1, 3, n))
    level, mild = rng.choice([1, 2, 3], n, p=[0.5, 0.33, 0.17]), [0.5, 0.2, 0.07, 0.2, 0.03]
    strong, usual = rng.choice(NAMES["reactions"][1:], n), rng.choice(NAMES["reactions"], n, p=mild)
    reaction = np.where(level == 3, strong, usual)
    return arrow("allergies", {
        "patient_id": who + 1, "substance": np.array(names)[which],
        "reaction": (reaction, rng.random(n) < 0.14), "level": level,
        "noted_on": noted.astype(int)})  # fmt: skip
