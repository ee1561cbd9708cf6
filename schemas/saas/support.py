"""Incidents, support tickets and surveys."""

import numpy as np
import pyarrow as pa

from .arrow import arrow, blank
from .company import on_duty
from .drawing import DAY, FIRST, FOREVER, LAST, N_TICKETS, NAMES, NOW, Draw, Rng, add_months, day_of


def make_incidents(rng: Rng) -> tuple[Draw, pa.Table]:
    n = 104
    start = np.sort(rng.integers(FIRST + 20, LAST - 3, n)) * DAY + rng.integers(0, DAY, n)
    sev = rng.choice([1, 2, 3], n, p=[0.14, 0.36, 0.5])
    start[-1], sev[-1] = LAST * DAY + 9 * 3600, 2
    minutes = rng.lognormal(np.array([5.1, 4.5, 4.0])[sev - 1], 0.7).astype(int) + 4
    end = start + 60 * minutes
    end[-1] = 0
    cause = rng.choice(NAMES["causes"], n, p=[0.36, 0.19, 0.2, 0.17, 0.08])
    unknown = (rng.random(n) < 0.12) | (end == 0)
    where = rng.choice(NAMES["components"], n, p=[0.26, 0.2, 0.12, 0.1, 0.12, 0.08, 0.06, 0.06])
    done = rng.random(n) < np.array([0.95, 0.55, 0.08])[sev - 1]
    columns = np.arange(1, n + 1), where, sev, start, end, blank(cause, unknown), done & ~unknown
    return {"start": start, "sev": sev}, arrow("incidents", *columns)


def _ticket_times(rng: Rng, users: Draw, state: Draw, trouble: Draw) -> Draw:
    """Who opened a ticket when, and for which incident."""
    span = np.maximum(users["seen"] - users["at"], 0) / DAY
    pull = span**0.5 * np.where(users["owner"], 3, np.where(users["role"] == "admin", 2, 1))
    pull *= np.where(state["tier"][users["account"]] > 0, 1.0, 0.35)
    user = rng.choice(len(span), N_TICKETS, p=pull / pull.sum())
    at = users["at"][user] + (span[user] * DAY * rng.beta(0.8, 1.1, N_TICKETS)).astype(int)
    hour = np.array([9, 10, 11, 13, 14, 15, 16, 8, 20, 22])[rng.integers(0, 10, N_TICKETS)]
    at = np.maximum(at // DAY * DAY + hour * 3600 + rng.integers(0, 3600, N_TICKETS),
                    users["at"][user] + 60)  # fmt: skip
    cause = np.zeros(N_TICKETS, int)
    share = np.array([9.0, 3.0, 1.0])[trouble["sev"] - 1]
    hit = np.flatnonzero(rng.random(N_TICKETS) < 0.11)
    event = rng.choice(len(share), len(hit), p=share / share.sum())
    moment = trouble["start"][event] + rng.integers(300, 9000, len(hit))
    ok = (users["at"][user[hit]] < moment) & (moment < users["seen"][user[hit]] + DAY)
    ok &= moment < NOW
    at[hit[ok]], cause[hit[ok]] = moment[ok], event[ok] + 1
    at = np.minimum(at, NOW - 100)
    order = np.argsort(at, kind="stable")
    return {"user": user[order], "at": at[order], "cause": cause[order]}


def make_tickets(rng: Rng, users: Draw, state: Draw, staff: Draw, trouble: Draw) -> pa.Table:
    heads = _ticket_times(rng, users, state, trouble)
    user, at, cause, n = heads["user"], heads["at"], heads["cause"], N_TICKETS
    topics = [topic for topic in NAMES["subjects"] if topic != "outage"]
    topic = rng.choice(topics, n, p=[0.2, 0.24, 0.21, 0.13, 0.1, 0.05, 0.07])
    topic = np.where(cause > 0, "outage", topic)
    subject = [str(rng.choice(NAMES["subjects"][kind])) for kind in topic]
    prio = 1 + np.minimum(rng.choice(4, n, p=[0.03, 0.16, 0.5, 0.31]), np.where(cause > 0, 1, 3))
    rank = state["tier"][users["account"][user]]
    hours = np.array([0.6, 2.2, 7.0, 15.0])[prio - 1] * np.array([2.6, 1.5, 1.0, 0.6, 0.35])[rank]
    reply = at + (rng.gamma(1.4, 0.7, n) * hours * 3600).astype(int) + 90
    work = rng.lognormal(np.where(topic == "bug", 3.6, 2.4), 1.1, n) * 3600
    close = reply + work.astype(int) + 60
    reply = np.where((at > NOW - 3 * DAY) & (rng.random(n) < 0.35), NOW + DAY, reply)
    close = np.maximum(reply + 60, close)
    close = np.where((rng.random(n) < 0.012) & (topic == "bug"), NOW + DAY, close)
    replied, closed = reply <= NOW, close <= NOW
    status = np.where(closed, "solved", np.where(replied, "open", "new"))
    status = np.where((status == "open") & (rng.random(n) < 0.35), "waiting", status)
    agent = [on_duty(rng, staff, "Support", int(day)) if seen else None
             for day, seen in zip(at // DAY, replied, strict=True)]  # fmt: skip
    mood = np.where(cause > 0, 3.6, 4.6) - 0.045 * np.minimum((reply - at) / 3600, 40)
    mood -= 0.25 * np.log1p(work / 200_000)
    csat = np.clip(np.round(mood + rng.normal(0, 0.9, n)), 1, 5).astype(int)
    return arrow(
        "tickets", np.arange(1, n + 1), user + 1, at, [f"P{level}" for level in prio], topic,
        rng.choice(["email", "chat", "in-app", "phone"], n, p=[0.38, 0.31, 0.24, 0.07]), subject,
        status, agent, blank(cause, cause == 0), np.where(replied, reply, 0),
        np.where(closed, close, 0), np.where(replied, rng.poisson(0.14, n), 0),
        blank(csat, ~closed | (rng.random(n) < 0.58)),
    )  # fmt: skip


def make_nps(rng: Rng, base: Draw, users: Draw, state: Draw) -> pa.Table:
    parts = []
    for quarter in range(1, 12):
        day = add_months(day_of("2023-02-15"), 3 * quarter)
        fits = (users["at"] < (day - 30) * DAY) & (users["seen"] > (day - 45) * DAY)
        group = np.flatnonzero(fits & (users["role"] != "guest"))
        group = np.sort(rng.permutation(group)[: len(group) // 7 + 40])
        parts.append(np.stack([group, np.full(len(group), day)]))
    user, sent = np.concatenate(parts, axis=1)
    n, account = len(user), users["account"][user]
    score = 9.3 - 1.4 * base["mood"][account] + rng.normal(0, 1.8, n) + 0.0007 * (sent - FIRST)
    score = np.clip(np.round(score), 0, 10).astype(int)
    answered = rng.random(n) < np.where(state["tier"][account] > 0, 0.34, 0.2)
    band = np.where(score >= 9, "high", np.where(score >= 7, "mid", "low"))
    remark = [str(rng.choice(NAMES["remarks"][kind])) for kind in band]
    when = np.minimum(sent + rng.geometric(0.3, n) - 1, LAST)
    return arrow(
        "nps_surveys", np.arange(1, n + 1), user + 1, sent, np.where(answered, when, FOREVER),
        blank(score, ~answered), blank(remark, ~answered | (rng.random(n) < 0.66)),
    )  # fmt: skip
