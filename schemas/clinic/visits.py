"""Appointments, emergencies, stays, and the encounters that they become."""

from typing import Any

import numpy as np
import pyarrow as pa

from .arrow import arrow
from .drawing import (
    DAY,
    DEPARTMENTS,
    DX,
    EMERGENCY,
    END,
    FIRST,
    FOREVER,
    LAST,
    MEDICAL,
    N_APPOINTMENTS,
    N_COMING,
    N_EMERGENCIES,
    N_PATIENTS,
    SURGICAL,
    WALK_IN,
    WEEKDAY,
    Draw,
    Rng,
    day_of,
    pick,
    visit_days,
)


def _wanted_department(rng: Rng, age: float, sex: str, day: int) -> int:
    """The department that a patient of this age comes to, by age and sex."""
    weight = np.array([30, 21, 0, 4, 6, 9, 0, 4, 5, 6, 9, 10, 0, 0, 0, 0, 12, 0], float)
    if age < 18:
        weight = np.array([1, 1, 62, 0, 6, 5, 0, 1, 2, 1, 7, 3, 0, 0, 0, 0, 9, 0], float)
    elif age > 58:
        weight[[3, 5, 7, 11, 10]] = [22, 13, 8, 15, 4]
    elif sex == "F":
        weight[6] = 22 if age < 45 else 10
    if day < day_of(DEPARTMENTS[5][WALK_IN - 1]):
        weight[WALK_IN - 1] = 0
    return int(rng.choice(len(weight), p=weight / weight.sum())) + 1


def doctors(rng: Rng, providers: Draw, dept: Any, day: Any) -> Any:
    """A provider of the department who worked on the day, for each."""
    chosen = np.full(len(dept), -1)
    for one in range(1, len(DEPARTMENTS[0]) + 1):
        at = np.flatnonzero(dept == one)
        weights = np.where(providers["dept"] == one, providers["weight"], 0)
        if len(at):
            chosen[at] = pick(rng, weights, providers["start"], providers["end"], day[at])
    return chosen


def _slots(rng: Rng, known: Draw) -> Draw:
    """Who is booked with whom, when: past and coming appointments, in order of time."""
    patients, providers = known["patients"], known["providers"]
    coming = LAST + 1 + (rng.exponential(22, N_COMING)).astype(int)
    coming = coming[(WEEKDAY[coming % 7] > 0.5) & (coming < LAST + 100)]
    day = np.concatenate([visit_days(rng, N_APPOINTMENTS, WEEKDAY, 0.14), np.sort(coming)])
    end = np.where(patients["end"] == FOREVER, FOREVER, patients["end"] - 15)
    who = pick(rng, patients["weight"], patients["start"], end, np.minimum(day, LAST))
    age, sexes = (day - patients["born"][who]) / 365.25, patients["sex"][who]
    dept = np.array([_wanted_department(rng, *row) for row in zip(age, sexes, day, strict=True)])
    doctor, own = doctors(rng, providers, dept, day), patients["pcp"][who]
    loyal = patients["pcp_known"][who] & (dept <= 3) & (rng.random(len(day)) < 0.62)
    loyal &= providers["start"][own] <= day
    doctor = np.where(loyal, own, doctor)
    clock = 480 + 5 * np.round((rng.beta(1.2, 1.5, len(day)) * 540) / 5).astype(int)
    order = np.argsort(day * DAY + clock, kind="stable")
    rows = {
        "who": who, "doctor": doctor, "dept": providers["dept"][doctor], "day": day, "age": age,
        "start": day * DAY + clock}  # fmt: skip
    return {key: values[order] for key, values in rows.items()}


def make_appointments(rng: Rng, known: Draw) -> tuple[Draw, pa.Table]:
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
    return slots, arrow("appointments", {
        "appointment_id": np.arange(1, n + 1), "patient_id": who + 1,
        "provider_id": slots["doctor"] + 1, "visit_type": kind, "channel": channel,
        "booked_on": booked, "starts_at": slots["start"], "duration": planned, "status": status,
        "cancelled_on": (called_off, ~off),
        "cancelled_by": (np.where(rng.random(n) < 0.78, "patient", "clinic"), ~off),
        "arrived_at": (arrived, ~came), "seen_at": (seen, ~came)})  # fmt: skip


def _emergencies(rng: Rng, known: Draw) -> Draw:
    """Emergency visits, a tenth of them soon after an earlier one; some ask for a bed."""
    patients = known["patients"]
    day = visit_days(rng, N_EMERGENCIES, np.array([0.95, 1, 1.15, 1.15, 1.1, 0.95, 0.95]), 0.1)
    end = np.where(patients["end"] == FOREVER, FOREVER, patients["end"] - 15)
    who = pick(rng, patients["weight"], patients["start"], end, day)
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
    day = visit_days(rng, 620, np.array([1, 0.7, 0, 0.3, 1.3, 1.2, 1.1]), 0.1)
    planned = pick(rng, patients["weight"] * (patients["age"] > 16), patients["start"],
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


def make_encounters(rng: Rng, known: Draw) -> tuple[Draw, pa.Table]:
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
    bedside = doctors(rng, providers, dept[counts[0] :], start[counts[0] :] // DAY)
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
    return arrow("encounters", {
        "encounter_id": np.arange(1, n + 1), "patient_id": draw["who"] + 1,
        "provider_id": draw["doctor"] + 1, "dept_id": draw["dept"],
        "appointment_id": (draw["slot"] + 1, draw["slot"] < 0),
        "prior_id": (draw["prior"] + 1, draw["prior"] < 0), "enc_type": draw["kind"],
        "started_at": draw["start"], "ended_at": (draw["end"], ends),
        "severity": (draw["severity"], draw["severity"] == 0), "dispo": (draw["dispo"], none),
        "bp_sys": (upper, unmeasured), "bp_dia": (lower, unmeasured),
        "bmi": (np.round(bulk, 1), unmeasured | (rng.random(n) < 0.35))})  # fmt: skip
