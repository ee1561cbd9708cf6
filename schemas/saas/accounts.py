"""Accounts as they stand today, and their users."""

import numpy as np
import pyarrow as pa

from .arrow import arrow, blank
from .company import on_duty
from .drawing import (
    BANDS,
    DAY,
    FIRST,
    FOREVER,
    LAST,
    N_ACCOUNTS,
    NAMES,
    NOW,
    TIER,
    Draw,
    Rng,
    email,
    person,
)


def make_account_state(rng: Rng, base: Draw, subs: list[Draw], staff: Draw) -> Draw:
    """What becomes of each account: highest tier, last day of use, live plan, deletion."""
    tier, alive = np.zeros(N_ACCOUNTS, int), np.zeros(N_ACCOUNTS, bool)
    seats, until = np.zeros(N_ACCOUNTS, int), np.full(N_ACCOUNTS, FIRST)
    csm: list[int | None] = [None] * N_ACCOUNTS
    for row in subs:
        i = row["account"]
        tier[i] = max(tier[i], TIER[row["plan"]])
        seats[i] = max(seats[i], row["seats"])
        until[i] = max(until[i], min(row["end"], LAST))
        alive[i] |= row["end"] == FOREVER and row["paid"] <= LAST
        if TIER[row["plan"]] >= 3 and row["paid"] <= LAST and csm[i] is None:
            csm[i] = on_duty(rng, staff, "Customer Success", row["started"])
    free = seats == 0
    gone = base["days"] + rng.exponential(130, N_ACCOUNTS).astype(int)
    until = np.where(free, np.minimum(gone, LAST), until)
    until = np.where(alive | (rng.random(N_ACCOUNTS) < 0.09), LAST, until)
    wiped = ~alive & (until < LAST - 60) & (rng.random(N_ACCOUNTS) < 0.3)
    deleted = np.where(wiped, until + rng.integers(20, 61, N_ACCOUNTS), FOREVER)
    health = 78 - 16 * base["mood"] + rng.normal(0, 11, N_ACCOUNTS) + 2 * tier
    return {"tier": tier, "alive": alive, "seats": seats, "until": until, "deleted": deleted,
            "csm": csm, "health": np.clip(health, 4, 99).astype(int)}  # fmt: skip


def _account_name(rng: Rng, industry: str, country: str) -> str:
    first = NAMES["first_words"][int(rng.integers(len(NAMES["first_words"])))]
    second = NAMES["second_words"][industry][int(rng.integers(0, 3))]
    legal = f" {NAMES['legal'][country]}" if rng.random() < 0.45 else ""
    others = NAMES["first_words"] if rng.random() < 0.45 else NAMES["cities"][country]
    other, style = str(rng.choice(others)), rng.random()
    if style < 0.3 or other == first:
        return f"{first} {second}{legal}"
    return f"{first} {other} {second}{legal}" if style < 0.6 else f"{first} {second} {other}{legal}"


def make_accounts(rng: Rng, base: Draw, state: Draw) -> pa.Table:
    n = N_ACCOUNTS
    pairs = zip(base["industry"], base["country"], strict=True)
    names = [_account_name(rng, kind, country) for kind, country in pairs]
    low = np.array([1, 11, 51, 251, 1001])[base["size"]]
    high = np.array([11, 51, 251, 1001, 9000])[base["size"]]
    child = (rng.random(n) < 0.05) & (np.arange(n) > 200) & (state["tier"] >= 2)
    parents = np.flatnonzero((base["size"] >= 3) & ~child & (np.arange(n) < 1200))
    parent = [int(rng.choice(parents[parents < i])) + 1 if child[i] else None for i in range(n)]
    vat = [f"{country[:2].upper()}{number:09d}" for country, number in
           zip(base["country"], rng.integers(0, 10**9, n), strict=True)]  # fmt: skip
    never = state["tier"] == 0
    return arrow(
        "accounts", np.arange(1, n + 1), names, base["country"],
        blank(base["industry"], (rng.random(n) < 0.08) & never),
        np.array(BANDS, object)[base["size"]], blank(rng.integers(low, high), rng.random(n) < 0.3),
        base["source"], base["days"], parent, state["csm"],
        blank(state["health"], ~state["alive"]),
        blank([f"billing@account{i}.example" for i in range(1, n + 1)], never),
        blank(vat, never | (rng.random(n) < 0.2)), state["deleted"],
    )  # fmt: skip


def make_users(rng: Rng, base: Draw, state: Draw) -> tuple[Draw, pa.Table]:
    paying = np.clip(state["seats"] * rng.uniform(0.45, 1.05, N_ACCOUNTS), 1, 90).astype(int)
    free = np.minimum(rng.geometric(0.5, N_ACCOUNTS), 5)
    account = np.repeat(np.arange(N_ACCOUNTS), np.where(state["seats"] > 0, paying, free))
    n, owner = len(account), np.diff(account, prepend=-1) > 0
    first = np.flatnonzero(owner)
    role = np.where(owner, "owner", rng.choice(NAMES["roles"], n, p=[0.1, 0.76, 0.14]))
    begin, until = base["days"][account] * DAY, (state["until"][account] + 1) * DAY
    span = np.maximum(until - begin - 40_000, 2)
    at = begin + 7 * 3600 + (span * np.where(owner, 0, rng.beta(0.7, 2.2, n))).astype(int)
    at = np.minimum(at + rng.integers(0, 30_000, n), NOW - 3600)
    faded = rng.random(n) < 0.16
    stay = np.where(faded, rng.random(n), 1 - np.minimum(rng.exponential(0.02, n), 1))
    seen = np.minimum(at + ((until - at - 60) * stay).astype(int), NOW)
    seen = np.where((rng.random(n) < 0.07) & ~owner, 0, np.maximum(seen, at + 120))
    quit_day = np.where((rng.random(n) < 0.06) & ~owner, seen // DAY + 3, FOREVER)
    quit_day = np.where((quit_day > LAST) | (seen == 0), FOREVER, quit_day)
    people = [person(rng, country) for country in base["country"][account]]
    # Only the first user of an account, or nobody (single sign-on), is known when one is invited.
    inviter = [None if owner[u] or rng.random() < 0.12 else int(first[account[u]]) + 1
               for u in range(n)]  # fmt: skip
    mfa = rng.random(n) < np.where(state["tier"][account] >= 3, 0.62, 0.24) + 0.15 * owner
    locale = rng.choice(["en", "nl", "de", "fr", "es", "sv", "pt"], n,
                        p=[0.5, 0.15, 0.13, 0.09, 0.06, 0.04, 0.03])  # fmt: skip
    table = arrow(
        "users", np.arange(1, n + 1), account + 1, [name for name, _ in people],
        [name for _, name in people],
        [email(f, s, i, "work.example") for i, (f, s) in enumerate(people, 1)], role, inviter, at,
        seen, (seen > 0) & (rng.random(n) < 0.97), mfa, blank(locale, rng.random(n) < 0.2),
        quit_day,
    )  # fmt: skip
    return {"account": account, "at": at, "seen": seen, "owner": owner, "role": role}, table
