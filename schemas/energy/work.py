"""Technicians and the jobs that they do."""

import numpy as np
import pyarrow as pa

from .arrow import Made, arrow
from .drawing import (
    FAR,
    FIRST,
    NAMES,
    NEVER,
    TODAY,
    Columns,
    Rng,
    day_of,
    draw_person,
    joined,
    pick,
    sorted_by,
    weighted,
)


def make_technicians(rng: Rng) -> Made:
    count, crews = 62, 9
    depot = np.resize(np.array(["Trieste", "Koper", "Udine", "Villach"], object), count)
    people = [draw_person(rng, {"Koper": "sl", "Villach": "de"}.get(name, "it")) for name in depot]
    grade = pick(rng, ["senior", "fitter", "apprentice"], [30, 52, 18], count)
    grade[:crews] = "crew leader"
    leader = np.array([-1 if i < crews else i % 4 + 4 * (i % 8 >= 4) + 1 for i in range(count)])
    hired = rng.integers(day_of("1998-01-01"), TODAY - 200, count)
    hired[:crews] = rng.integers(day_of("1994-01-01"), day_of("2012-01-01"), crews)
    left = np.where(rng.random(count) < 0.17, rng.integers(FIRST + 60, TODAY - 40, count), NEVER)
    left = np.where((left > hired + 300) & (np.arange(count) >= 5), left, NEVER)
    licence = rng.integers(TODAY - 400, TODAY + 1_000, count)
    licence[(grade == "apprentice") | (left != NEVER) | (rng.random(count) < 0.2)] = NEVER
    table = arrow("technicians", {"first_name": [person[0] for person in people],
        "last_name": [person[1] for person in people], "grade": grade, "depot": depot,
        "leader_id": leader, "hv_licence_until": licence, "hired_on": hired,
        "left_on": left})  # fmt: skip
    skill = rng.gamma(3, 1, count) * np.where(grade == "apprentice", 0.0, 1.0)
    return {"hired": hired, "left": np.where(left == NEVER, FAR, left), "skill": skill}, table


def make_jobs(
    rng: Rng, feeders: Columns, sites: Columns, meters: Columns, outages: Columns
) -> Columns:
    """Work orders before anybody is sent: kind, object and the day they were written."""
    broken = np.flatnonzero(~outages["planned"] & (rng.random(len(outages["day"])) < 0.72))
    swaps = np.flatnonzero(meters["swap"] > FIRST + 40)
    fresh = np.flatnonzero(sites["from"] > FIRST + 40)
    hedge = np.where(feeders["line"] == "underground", 0, feeders["length"])
    ahead = rng.integers(8, 38, len(swaps))
    last = TODAY + 1
    walked, walk_on = weighted(rng, feeders["length"], 1_150), rng.integers(FIRST, last, 1_150)
    cut, cut_on = weighted(rng, hedge, 620), rng.integers(FIRST, last, 620)
    parts = [("repair", outages["feeder"][broken], None, broken, outages["day"][broken], 1),
        ("inspection", walked, None, None, walk_on, 3),
        ("tree cutting", cut, None, None, cut_on, 3),
        ("meter exchange", None, meters["swapped"][swaps], None, meters["swap"][swaps] - ahead, 4),
        ("new connection", None, fresh, None, sites["from"][fresh] - 35, 2)]  # fmt: skip
    made = []
    for kind, feeder, site, outage, day, priority in parts:
        none = np.full(len(day), -1)
        made.append({"kind": np.full(len(day), kind, object), "created_on": day,
            "feeder_id": none if feeder is None else feeder + 1,
            "site_id": none if site is None else site + 1,
            "outage_id": none if outage is None else outage + 1,
            "priority": np.clip(priority + rng.integers(-1, 2, len(day)), 1, 4),
            "exact": day + 36 if kind == "new connection" else none})  # fmt: skip
    return sorted_by(joined(made), "created_on")


def make_work_orders(rng: Rng, jobs: Columns, crew: Columns) -> pa.Table:
    count = len(jobs["created_on"])
    allowed = {"repair": 7, "inspection": 45, "tree cutting": 60}
    limit = np.array([allowed.get(kind, 40) for kind in jobs["kind"]])
    taken = np.floor(rng.lognormal(np.where(jobs["kind"] == "repair", 0.8, 3.1), 0.65))
    exact = jobs["exact"] > 0
    done = np.where(exact, jobs["exact"] - 1, jobs["created_on"] + taken).astype(np.int64)
    status = np.where(done > TODAY, "scheduled", "done").astype(object)
    off = ~exact & (rng.random(count) < 0.028)
    status[off] = "cancelled"
    status[~off & (done > TODAY) & (rng.random(count) < 0.45)] = "open"
    stuck = (rng.random(count) < 0.05) & (jobs["created_on"] > TODAY - 250) & ~exact
    status[stuck & (status == "done")] = "open"
    finished = status == "done"
    day = np.minimum(done, TODAY)[:, None]
    there = (crew["hired"] <= day) & (day <= crew["left"])
    likely = np.cumsum(np.where(there, crew["skill"], 0), axis=1)
    who = (likely <= (rng.random(count) * likely[:, -1])[:, None]).sum(axis=1)
    who = np.where((status == "open") | (status == "cancelled"), -1, who + 1)
    hours = rng.lognormal(np.where(jobs["kind"] == "repair", 1.45, 0.7), 0.5)
    cost = rng.lognormal(np.where(jobs["kind"] == "repair", 5.6, 4.6), 0.8)
    useful = finished & ~np.isin(jobs["kind"], ["inspection", "tree cutting"])
    told = rng.random(count) < 0.62
    texts = [str(rng.choice(NAMES["jobs"][kind])) for kind in jobs["kind"]]
    return arrow("work_orders", jobs | {"technician_id": who,
        "due_on": jobs["created_on"] + limit, "done_on": np.where(finished, done, NEVER),
        "status": status, "labour_h": np.where(finished, np.maximum(np.round(hours * 4) / 4, 0.25),
        np.nan), "parts_eur": np.where(useful & (rng.random(count) < 0.8), cost, np.nan),
        "desc": [t if d and k else None for t, d, k in zip(texts, finished, told, strict=True)]},
        70_001)  # fmt: skip
