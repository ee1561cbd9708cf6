"""Rows of the saas database: a subscription software company, 2023-01-02 to 2025-12-31."""

import calendar
import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

Draw = dict[str, Any]
Rng = np.random.Generator
HERE = Path(__file__)
SCHEMA = HERE.with_name("schema.sql").read_text(encoding="utf-8")
COLUMN = re.compile(r'^  "?(\w+)"? (INTEGER|BIGINT|VARCHAR|DATE|TIMESTAMP|DECIMAL|BOOLEAN)', re.M)
TYPES = {"INTEGER": pa.int32(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}
NAMES: Draw = json.loads(HERE.with_name("names.json").read_text(encoding="utf-8"))
COUNTRIES = list(NAMES["country_share"])
BANDS = ["1-10", "11-50", "51-250", "251-1000", "1000+"]
PLANS = [row[0] for row in NAMES["plans"]]
TIER = {row[0]: row[2] for row in NAMES["plans"]}
CCY = {"United Kingdom": "GBP", "United States": "USD", "India": "USD", "Brazil": "USD"}
FOREVER, DAY = 99_999, 86_400
N_ACCOUNTS, N_EVENTS, N_TICKETS = 3_200, 70_000, 7_800


def _day(text: str | None) -> int:
    return FOREVER if text is None else int(np.datetime64(text, "D").astype(int))


FIRST, LAST = _day("2023-01-02"), _day("2025-12-31")
NOW = (LAST + 1) * DAY - 600


def _add_months(day: int, months: int) -> int:
    start = datetime.date(1970, 1, 1) + datetime.timedelta(days=int(day))
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return _day(f"{year}-{month + 1:02d}-{min(start.day, last):02d}")


def _month(day: int, months: int = 0) -> int:
    """First day of the month, some months on."""
    return _day(str(np.datetime64(day, "D").astype("datetime64[M]") + months) + "-01")


def _null(values: Any, missing: Any) -> Any:
    """The values, but NULL where missing."""
    return np.ma.array(values, mask=missing)


def _euros(cents: Any, missing: Any) -> pa.Array:
    """DECIMAL(10, 2) values from whole cents, through the 128-bit layout (a cast would rescale)."""
    low = np.asarray(cents, np.int64)
    words = np.ascontiguousarray(np.stack([low, low >> 63], axis=1))
    valid = None if missing is None else pa.array(~missing).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(10, 2), len(low), [valid, pa.py_buffer(words)])


def _array(kind: str, values: Any) -> pa.Array:
    """A column: dates from text or day number (FOREVER is NULL), times from seconds (0 is NULL)."""
    missing = np.ma.getmaskarray(values) if isinstance(values, np.ma.MaskedArray) else None
    if kind == "DATE":
        texts = isinstance(values, tuple) and isinstance(values[0], str | None)
        days = np.asarray([_day(text) for text in values] if texts else values, np.int32)
        return pa.array(days, mask=days == FOREVER).cast(pa.date32())
    if kind == "TIMESTAMP":
        seconds = np.asarray(values, np.int64)
        return pa.array(seconds * 1_000_000, mask=seconds == 0).cast(pa.timestamp("us"))
    if kind == "DECIMAL":
        return _euros(values, missing)
    if kind == "VARCHAR":
        return pa.array(np.asarray(values, object), pa.string(), mask=missing)
    if isinstance(values, (list, tuple)):
        return pa.array(values, TYPES[kind])
    return pa.array(np.asarray(values), mask=missing).cast(TYPES[kind])


def _table(name: str, *columns: Any) -> pa.Table:
    """Rows of a table: one value per column of schema.sql, in its order and of its types."""
    block = SCHEMA[SCHEMA.index(f"CREATE TABLE {name} (") :].split(");")[0]
    names, kinds = zip(*COLUMN.findall(block), strict=True)
    arrays = [_array(kind, values) for kind, values in zip(kinds, columns, strict=True)]
    return pa.table(arrays, names=list(names))


def _person(rng: Rng, country: str) -> tuple[str, str]:
    first, last = NAMES["people"]["" if rng.random() < 0.15 else country]
    return first[int(rng.integers(len(first)))], last[int(rng.integers(len(last)))]


def _email(first: str, last: str, number: int, host: str) -> str:
    return f"{first}.{last}{number}@{host}".lower().replace(" ", "").replace("'", "")


def _plans() -> pa.Table:
    code, name, tier, seat, *rest = zip(*NAMES["plans"], strict=True)
    cents = _null([price or 0 for price in seat], [price is None for price in seat])
    return _table("plans", code, name, tier, cents, *rest)


def _staff(rng: Rng) -> tuple[Draw, pa.Table]:
    rows: list[Any] = [("Board", "Chief Executive", None, FIRST - 420)]
    for number, team_name in enumerate(NAMES["teams"], start=1):
        rows.append((team_name, f"Head of {team_name}", 1, FIRST - 300 + 20 * number))
    for boss, (team_name, (job, count)) in enumerate(NAMES["teams"].items(), start=2):
        for number in range(count):
            late = int(rng.integers(FIRST, LAST - 60)) if number >= 3 else 0
            rows.append((team_name, job, boss, late or FIRST - 60 + 9 * number))
    team, title, lead, start = zip(*rows, strict=True)
    n = len(team)
    days = np.array(start)
    stay = days + 150 + rng.exponential(1100, n).astype(int)
    junior = np.array([row not in (None, 1) for row in lead])
    end = np.where(junior & (stay <= LAST), stay, FOREVER)
    people = [_person(rng, "Netherlands" if rng.random() < 0.6 else "Germany") for _ in range(n)]
    table = _table(
        "staff", np.arange(1, n + 1), [first for first, _ in people], [last for _, last in people],
        [_email(f, s, i, "ours.example") for i, (f, s) in enumerate(people, 1)], team, title, lead,
        days, end,
    )  # fmt: skip
    return {"team": np.array(team), "lead": ~junior, "start": days, "end": end}, table


def _on_duty(rng: Rng, staff: Draw, team: str, day: int) -> int:
    """The staff number of one of a team employed on a day; the lead only when alone."""
    fits = (staff["team"] == team) & (staff["start"] <= day) & (day <= staff["end"])
    juniors = np.flatnonzero(fits & ~staff["lead"])
    group = juniors if len(juniors) else np.flatnonzero(fits)
    place = int(len(group) * rng.random() ** 1.6)
    return int(group[place]) + 1


def _account_base(rng: Rng) -> Draw:
    """What is known of an account at sign-up."""
    n = N_ACCOUNTS
    # Sign-ups grow about threefold over the three years.
    draws = np.sort(rng.random(n))
    part = (np.sqrt(0.2025 + 1.9 * 0.5 * 2 * draws * 0.95) - 0.45) / 0.966
    days = FIRST + np.clip(part * (LAST - FIRST), 0, LAST - FIRST).astype(int)
    weekend = (days + 3) % 7 >= 5
    days = np.sort(np.where(weekend & (rng.random(n) < 0.7), np.maximum(days - 2, FIRST), days))
    size = rng.choice(5, n, p=[0.43, 0.29, 0.17, 0.08, 0.03])
    names, share = zip(*NAMES["industry_share"], strict=True)
    industry = rng.choice(names, n, p=share)
    country = rng.choice(COUNTRIES, n, p=list(NAMES["country_share"].values()))
    small, big = [0.4, 0.29, 0.05, 0.2, 0.02, 0.04], [0.2, 0.12, 0.16, 0.12, 0.28, 0.12]
    kinds = ["organic", "ads", "partner", "referral", "outbound", "event"]
    source = [str(rng.choice(kinds, p=big if band >= 2 else small)) for band in size]
    return {"days": days, "size": size, "industry": industry, "country": country, "source": source}


def _plan_of(tier: int, day: int) -> str:
    """The plan of a tier that was on sale on a day, or the nearest below."""
    team = "TEAM" if day >= _day("2024-07-01") else "TEAM23"
    return ["START", team, "BIZ", "ENT" if day >= _day("2023-05-15") else "BIZ"][tier - 1]


def _first_plan(rng: Rng, base: Draw, i: int, day: int) -> str:
    if base["industry"][i] == "non-profit" and day >= _day("2023-03-01"):
        return "NPO"
    middle = [0.9, 1.4, 2.1, 2.9, 3.6][int(base["size"][i])]
    return _plan_of(int(np.clip(round(rng.normal(middle, 0.55)), 1, 4)), day)


def _price(plan: str, yearly: bool, seats: int, off: int) -> int:
    """Cents a month of a subscription."""
    row = NAMES["plans"][PLANS.index(plan)]
    seat = 4200 if row[3] is None else row[3]
    seat = seat * (100 - row[4]) // 100 if yearly and row[4] else seat
    return int(seats * seat * (100 - off) // 100)


def _run(rng: Rng, base: Draw, i: int, started: int, paid: int, trial: int | None) -> list[Draw]:
    """The subscriptions of an account from its first paid day until it churns or today."""
    rows: list[Draw] = []
    plan = _first_plan(rng, base, i, started)
    size, fickle = int(base["size"][i]), 1.5 if base["source"][i] == "ads" else 1.0
    seats = max(1, int(rng.lognormal([0.7, 1.9, 3.0, 3.9, 4.7][size], 0.55)))
    yearly = rng.random() < [0, 0.18, 0.34, 0.6, 0.97][TIER[plan]]
    while True:
        off = int(rng.choice([0, 5, 10, 15, 20], p=[0.8, 0.06, 0.07, 0.04, 0.03]))
        off = off if TIER[plan] >= 2 else 0
        row = {"account": i, "plan": plan, "yearly": yearly, "started": started, "trial": trial,
               "paid": paid, "end": FOREVER, "reason": None, "said": None, "seats": seats,
               "off": off, "mrr": _price(plan, yearly, seats, off)}  # fmt: skip
        rows.append(row)
        step = 12 if yearly else 1
        churn = [0, 0.034, 0.021, 0.011, 0.006][TIER[plan]] * base["mood"][i] * fickle
        odds = np.array([churn, 0.011 if TIER[plan] < 4 else 0, 0.003, 0.028])
        odds = 1 - (1 - odds) ** (step * 0.85)
        for count in range(1, 100):
            day = _add_months(paid, count * step)
            if day > LAST:
                return rows
            event = int(np.searchsorted(np.cumsum(odds), rng.random(), "right"))
            if event < 4:
                break
        row["end"] = day
        row["reason"] = ["churn", "upgrade", "downgrade", "seat change"][event]
        if event == 0:
            said = rng.choice(NAMES["churn_reasons"], p=[0.27, 0.2, 0.19, 0.19, 0.07, 0.08])
            row["said"] = None if rng.random() < 0.24 else str(said)
            return rows
        tier = int(np.clip(TIER[plan] + [0, 1, -1, 0][event], 1, 4))
        if plan == "NPO" or tier == TIER[plan] or TIER[_plan_of(tier, day)] == TIER[plan]:
            row["reason"] = "seat change"
        else:
            plan = _plan_of(tier, day)
        grow = row["reason"] == "upgrade" or rng.random() < 0.76
        seats = max(1, round(seats * (rng.uniform(1.1, 1.6) if grow else 0.75)))
        seats += row["reason"] == "seat change" and seats == row["seats"]
        yearly = yearly or rng.random() < 0.12
        started, paid, trial = day, day, None


def _histories(rng: Rng, base: Draw, staff: Draw) -> list[Draw]:
    """All subscriptions of all accounts, in order of their start."""
    rows: list[Draw] = []
    base["mood"] = np.clip(rng.lognormal(-0.1, 0.5, N_ACCOUNTS), 0.25, 3.5)
    for i in range(N_ACCOUNTS):
        lifted = 0.12 * (base["source"][i] in ("partner", "referral", "outbound"))
        day = int(base["days"][i]) + int(rng.exponential(9) * (rng.random() < 0.6))
        luck = rng.random()
        if luck < 0.31 or day > LAST:
            continue
        if luck < 0.39:
            run = _run(rng, base, i, day, day, None)
        else:
            ends = day + 14
            won = rng.random() < 0.4 + lifted + 0.04 * int(base["size"][i])
            if ends <= LAST and won:
                run = _run(rng, base, i, day, ends, ends)
            else:
                end = ends if ends <= LAST else FOREVER
                plan = _first_plan(rng, base, i, day)
                run = [{"account": i, "plan": plan, "yearly": False, "started": day, "trial": ends,
                        "paid": FOREVER, "end": end, "said": None, "off": 0, "mrr": 0,
                        "reason": "trial lapsed" if end <= LAST else None,
                        "seats": int(rng.integers(1, 9))}]  # fmt: skip
        back = run[-1]["end"] + int(rng.integers(25, 330))
        if run[-1]["reason"] == "churn" and back <= LAST and rng.random() < 0.2:
            run += _run(rng, base, i, back, back, None)
        for row in run:
            sold = TIER[row["plan"]] >= 3 and rng.random() < 0.8
            sold = sold or base["source"][i] == "outbound"
            row["seller"] = _on_duty(rng, staff, "Sales", row["started"]) if sold else None
        rows += run
    rows.sort(key=lambda row: (row["started"], row["account"]))
    for number, row in enumerate(rows, start=1):
        row["id"] = number
    return rows


def _account_state(rng: Rng, base: Draw, subs: list[Draw], staff: Draw) -> Draw:
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
            csm[i] = _on_duty(rng, staff, "Customer Success", row["started"])
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


def _accounts(rng: Rng, base: Draw, state: Draw) -> pa.Table:
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
    return _table(
        "accounts", np.arange(1, n + 1), names, base["country"],
        _null(base["industry"], (rng.random(n) < 0.08) & never),
        np.array(BANDS, object)[base["size"]], _null(rng.integers(low, high), rng.random(n) < 0.3),
        base["source"], base["days"], parent, state["csm"],
        _null(state["health"], ~state["alive"]),
        _null([f"billing@account{i}.example" for i in range(1, n + 1)], never),
        _null(vat, never | (rng.random(n) < 0.2)), state["deleted"],
    )  # fmt: skip


def _users(rng: Rng, base: Draw, state: Draw) -> tuple[Draw, pa.Table]:
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
    people = [_person(rng, country) for country in base["country"][account]]
    # Only the first user of an account, or nobody (single sign-on), is known when one is invited.
    inviter = [None if owner[u] or rng.random() < 0.12 else int(first[account[u]]) + 1
               for u in range(n)]  # fmt: skip
    mfa = rng.random(n) < np.where(state["tier"][account] >= 3, 0.62, 0.24) + 0.15 * owner
    locale = rng.choice(["en", "nl", "de", "fr", "es", "sv", "pt"], n,
                        p=[0.5, 0.15, 0.13, 0.09, 0.06, 0.04, 0.03])  # fmt: skip
    table = _table(
        "users", np.arange(1, n + 1), account + 1, [name for name, _ in people],
        [name for _, name in people],
        [_email(f, s, i, "work.example") for i, (f, s) in enumerate(people, 1)], role, inviter, at,
        seen, (seen > 0) & (rng.random(n) < 0.97), mfa, _null(locale, rng.random(n) < 0.2),
        quit_day,
    )  # fmt: skip
    return {"account": account, "at": at, "seen": seen, "owner": owner, "role": role}, table


def _fields(rows: list[Draw], keys: str) -> list[list[Any]]:
    return [[row[key] for row in rows] for key in keys.split()]


def _subscriptions(subs: list[Draw], late: set[int]) -> pa.Table:
    for row in subs:
        live = "past_due" if row["id"] in late else "active"
        live = "trialing" if row["paid"] > LAST else live
        row["status"] = "ended" if row["end"] <= LAST else live
        row["trial"] = row["trial"] or FOREVER
        row["interval"] = "yearly" if row["yearly"] else "monthly"
        row["key"] = row["account"] + 1
    keys = "id key plan interval status started trial paid end reason said seats off"
    mrr = _null([row["mrr"] for row in subs], [row["paid"] == FOREVER for row in subs])
    return _table("subscriptions", *_fields(subs, keys), mrr, *_fields(subs, "seller"))


def _usage(rng: Rng, subs: list[Draw]) -> tuple[dict[tuple[int, int], int], pa.Table]:
    """Calls over the included ones by (account, month's first day), and the metered use."""
    over: dict[tuple[int, int], int] = {}
    rows: list[tuple[int, int, str, int, int | None, int | None]] = []
    fill: dict[int, float] = {}
    for row in (row for row in subs if row["paid"] <= LAST):
        i, plan = row["account"], NAMES["plans"][PLANS.index(row["plan"])]
        if i not in fill:
            fill[i] = float(np.exp(rng.normal(-0.9, 0.7)))
        month = _month(row["paid"] - 1, 1)
        while _add_months(month, 1) <= min(row["end"], LAST + 1):
            fill[i] = float(min(fill[i] * np.exp(rng.normal(0.014, 0.09)), 2.2))
            api, room = plan[5], plan[6]
            gigabytes = int(fill[i] * 0.55 * (room or 40 * row["seats"]))
            rows.append((i + 1, month, "storage_gb", gigabytes, None, room))
            if plan[2] >= 2:
                calls = int(fill[i] * (api or 30 * row["seats"]) * rng.uniform(0.8, 1.2))
                partner = int(calls * rng.beta(1.2, 3))
                rows.append((i + 1, month, "api_calls", calls, partner, api))
                if api is not None and calls > api:
                    over[i, month] = calls - api
            month = _add_months(month, 1)
    rows.sort(key=lambda row: (row[1], row[0], row[2]))
    account, month_day, metric, used, part, included = zip(*rows, strict=True)
    table = _table("usage_monthly", account, month_day, metric, used, part, included)
    return over, table


def _bill(rng: Rng, row: Draw, day: int, over: dict[tuple[int, int], int]) -> list[Any]:
    """The (kind, quantity, unit cents) lines of one invoice."""
    months = 12 if row["yearly"] else 1
    whole = _price(row["plan"], row["yearly"], 1, 0) * months
    lines = [("seats", row["seats"], whole)]
    if row["off"]:
        lines.append(("discount", 1, row["mrr"] * months - whole * row["seats"]))
    if day == row["paid"] and TIER[row["plan"]] >= 3 and row["trial"] and rng.random() < 0.6:
        lines.append(("onboarding", 1, 90_000 if TIER[row["plan"]] == 3 else 240_000))
    extra = over.get((row["account"], _month(day, -1)), 0)
    if extra and not row["yearly"]:
        lines.append(("overage", extra, 25))
    if rng.random() < 0.015 and whole * row["seats"] > 4000:
        lines.append(("credit", 1, -(whole * row["seats"] // (20 * months))))
    return lines


def _invoices(
    rng: Rng, base: Draw, subs: list[Draw], over: dict[tuple[int, int], int]
) -> list[Draw]:
    """Every invoice with its lines and how it was paid, in order of issue."""
    rows: list[Draw] = []
    kinds = ["card", "sepa", "wire", "paypal"]
    slow = rng.lognormal(0, 0.5, N_ACCOUNTS)
    method = [str(rng.choice(kinds, p=[0.2, 0.2, 0.58, 0.02] if band >= 3 else
              [0.6, 0.25, 0.06, 0.09])) for band in base["size"]]  # fmt: skip
    for row in (row for row in subs if row["paid"] <= LAST):
        i, step = row["account"], 12 if row["yearly"] else 1
        for count in range(100):
            day = _add_months(row["paid"], count * step)
            if day > LAST or day >= row["end"]:
                break
            rows.append({"account": i, "sub": row["id"], "day": day, "method": method[i],
                         "terms": 30 if row["plan"] == "ENT" else 14, "slow": slow[i],
                         "last": row["said"] == "company closed" and
                         _add_months(row["paid"], (count + 1) * step) >= row["end"],
                         "country": base["country"][i],
                         "lines": _bill(rng, row, day, over)})  # fmt: skip
    rows.sort(key=lambda row: (row["day"], row["sub"]))
    for number, row in enumerate(rows, start=1):
        row["id"] = number
        net = sum(quantity * unit for _, quantity, unit in row["lines"])
        row["net"], row["vat"] = net, net * 21 // 100 if row["country"] == "Netherlands" else 0
        row["total"], row["key"] = net + row["vat"], row["account"] + 1
        row["ccy"] = CCY.get(row["country"], "EUR")
        _settle(rng, row)
    return rows


def _settle(rng: Rng, row: Draw) -> None:
    """Adds status, day of payment and the attempts to an invoice."""
    tries: list[tuple[int, str, str | None]] = []
    day, luck = row["day"], rng.random()
    at = day * DAY + int(rng.integers(6 * 3600, 18 * 3600))
    fails = int(rng.geometric(0.6)) if row["method"] == "card" and rng.random() < 0.07 else 0
    fails = 1 if row["method"] == "sepa" and rng.random() < 0.02 else fails
    for number in range(min(fails, 4)):
        tries.append((at + number * 3 * DAY, "failed", str(rng.choice(NAMES["fail_codes"]))))
    if row["method"] == "wire":
        wait = int(row["terms"] * 0.75 * row["slow"] * rng.lognormal(0, 0.45)) + 1
    else:
        wait = 3 * len(tries) + (2 if row["method"] == "sepa" else 0)
    paid, status = day + wait, "paid"
    if row["last"] or luck < (0.012 if row["method"] == "wire" else 0.004):
        paid, status = FOREVER, "written_off" if day < LAST - 120 else "open"
    elif luck > 0.994:
        if luck > 0.997:
            tries.append((at + wait * DAY, "refunded", None))
        paid, status = FOREVER, "void"
    elif paid > LAST:
        paid, status = FOREVER, "open"
    else:
        tries.append((at + wait * DAY, "succeeded", None))
    row["tries"] = [attempt for attempt in tries if attempt[0] <= NOW]
    row["paid"], row["status"], row["due"] = paid, status, day + row["terms"]


def _invoice_tables(bills: list[Draw]) -> Iterator[tuple[str, pa.Table]]:
    keys = "id key sub day due paid status ccy net vat total"
    yield "invoices", _table("invoices", *_fields(bills, keys))
    lines = [(row["id"], n, *line) for row in bills for n, line in enumerate(row["lines"], start=1)]
    invoice, number, kind, quantity, unit = zip(*lines, strict=True)
    amount = np.array(quantity) * np.array(unit)
    yield "invoice_lines", _table("invoice_lines", invoice, number, kind, quantity, unit, amount)
    tries = [(at, row["id"], row["method"], what, code, row["total"])
             for row in bills for at, what, code in row["tries"]]  # fmt: skip
    tries.sort(key=lambda attempt: attempt[:2])
    at, bill, method, what, code, total = zip(*tries, strict=True)
    ids = np.arange(1, len(tries) + 1)
    yield "payments", _table("payments", ids, bill, at, method, what, code, total)


def _events(rng: Rng, users: Draw, state: Draw) -> pa.Table:
    keys, _, _, tier, released, _, weight = zip(*NAMES["features"], strict=True)
    start, level = np.array([_day(day) * DAY for day in released]), np.array(tier)
    steps = np.cumsum(np.array(weight) / sum(weight))
    span = np.maximum(users["seen"] - users["at"], 0) / DAY
    guest = users["role"] == "guest"
    pull = np.where(guest, 0.3, 1.0) * rng.lognormal(0, 1.0, len(span)) * span**0.75
    user = rng.choice(len(span), N_EVENTS, p=pull / pull.sum())
    at = users["at"][user] + (span[user] * DAY * rng.beta(1.0, 1.0, N_EVENTS)).astype(int)
    at = np.where(((at // DAY + 3) % 7 >= 5) & (rng.random(N_EVENTS) < 0.75), at - 2 * DAY, at)
    second = np.interp(at % DAY, np.array(NAMES["day_curve"]) * DAY, np.arange(25) * 3600)
    at = np.clip(at // DAY * DAY + second.astype(int), users["at"][user] + 30, users["seen"][user])
    feature, rank = np.zeros(N_EVENTS, int), state["tier"][users["account"][user]]
    todo = np.arange(N_EVENTS)
    while len(todo):
        pick = np.minimum(np.searchsorted(steps, rng.random(len(todo)), "right"), len(keys) - 3)
        ok = (start[pick] <= at[todo]) & (level[pick] <= rank[todo])
        feature[todo[ok]] = pick[ok]
        todo = todo[~ok]
    order = np.argsort(at, kind="stable")
    user, at, feature = user[order], at[order], feature[order]
    platform = rng.choice(["web", "desktop", "ios", "android"], N_EVENTS, p=[0.6, 0.17, 0.14, 0.09])
    platform = np.where(np.array(keys)[feature] == "api_keys", "api", platform)
    seconds = np.minimum(rng.lognormal(4.6, 1.0, N_EVENTS), 7200).astype(int) + 3
    return _table(
        "events", np.arange(1, N_EVENTS + 1), user + 1, np.array(keys, object)[feature], at,
        platform, _null(seconds, platform == "api"),
    )  # fmt: skip


def _flags(rng: Rng, base: Draw, state: Draw, staff: Draw) -> Iterator[tuple[str, pa.Table]]:
    key, feature, created, rollout, removed = zip(*NAMES["flags"], strict=True)
    days = [_day(day) for day in created]
    teams = [str(rng.choice(["Product", "Engineering"])) for _ in days]
    owner = [_on_duty(rng, staff, team, day) for team, day in zip(teams, days, strict=True)]
    yield "flags", _table("flags", key, feature, owner, days, rollout, removed)
    rows = []
    for number, (name, day) in enumerate(zip(key, days, strict=True)):
        if removed[number] is not None or number % 7 == 4:
            continue
        live = np.flatnonzero(state["alive"] & (state["tier"] >= 2) & (base["days"] < LAST - 40))
        for i in np.sort(rng.choice(live, int(rng.integers(5, 60)), replace=False)):
            on = bool(rng.random() < (0.9 if rollout[number] < 60 else 0.2))
            when = min(max(day, int(base["days"][i])) + int(rng.exponential(90)), LAST)
            rows.append((name, int(i) + 1, on, when))
    names, account, enabled, when_set = zip(*rows, strict=True)
    yield "flag_overrides", _table("flag_overrides", names, account, enabled, when_set)


def _experiments(rng: Rng, users: Draw, staff: Draw) -> Iterator[tuple[str, pa.Table]]:
    name, flag, goal, start, end, decision, _ = zip(*NAMES["experiments"], strict=True)
    begin = [_day(day) for day in start]
    yield "experiments", _table(
        "experiments", np.arange(1, len(name) + 1), name, flag,
        [_on_duty(rng, staff, "Product", day) for day in begin], goal, begin, end,
        decision,
    )  # fmt: skip
    base = {"activation": 0.34, "upgrade": 0.07, "invite": 0.19, "retention": 0.48}
    parts = []
    for number, (_, _, goal_of, first, last, _, lift) in enumerate(NAMES["experiments"], start=1):
        low, high = _day(first) * DAY, (min(_day(last), LAST) + 1) * DAY
        fresh = goal_of == "activation"
        fits = (users["at"] < high) & (users["seen"] > low)
        fits &= (users["at"] >= low) if fresh else (users["at"] < low)
        group = np.sort(rng.permutation(np.flatnonzero(fits))[: 1100 if fresh else 900])
        n = len(group)
        arm = rng.choice(["control", "A", "B"] if number % 5 == 1 else ["control", "A"], n)
        top = np.minimum(users["seen"][group], high - 60)
        at = np.where(fresh, users["at"][group], low) + 60
        at = np.minimum(at if fresh else at + (rng.random(n) * (top - at)).astype(int), top)
        odds = base[goal_of] + np.where(arm == "A", lift, np.where(arm == "B", lift / 3, 0))
        done = at + 600 + rng.exponential(5 * DAY, n).astype(int)
        won = (rng.random(n) < odds) & (done <= np.minimum(high + 14 * DAY, NOW))
        parts.append((np.full(n, number), group + 1, arm, at, np.where(won, done, 0)))
    columns = [np.concatenate(part) for part in zip(*parts, strict=True)]
    yield "exposures", _table("exposures", *columns)


def _incidents(rng: Rng) -> tuple[Draw, pa.Table]:
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
    columns = np.arange(1, n + 1), where, sev, start, end, _null(cause, unknown), done & ~unknown
    return {"start": start, "sev": sev}, _table("incidents", *columns)


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


def _tickets(rng: Rng, users: Draw, state: Draw, staff: Draw, trouble: Draw) -> pa.Table:
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
    agent = [_on_duty(rng, staff, "Support", int(day)) if seen else None
             for day, seen in zip(at // DAY, replied, strict=True)]  # fmt: skip
    mood = np.where(cause > 0, 3.6, 4.6) - 0.045 * np.minimum((reply - at) / 3600, 40)
    mood -= 0.25 * np.log1p(work / 200_000)
    csat = np.clip(np.round(mood + rng.normal(0, 0.9, n)), 1, 5).astype(int)
    return _table(
        "tickets", np.arange(1, n + 1), user + 1, at, [f"P{level}" for level in prio], topic,
        rng.choice(["email", "chat", "in-app", "phone"], n, p=[0.38, 0.31, 0.24, 0.07]), subject,
        status, agent, _null(cause, cause == 0), np.where(replied, reply, 0),
        np.where(closed, close, 0), np.where(replied, rng.poisson(0.14, n), 0),
        _null(csat, ~closed | (rng.random(n) < 0.58)),
    )  # fmt: skip


def _nps(rng: Rng, base: Draw, users: Draw, state: Draw) -> pa.Table:
    parts = []
    for quarter in range(1, 12):
        day = _add_months(_day("2023-02-15"), 3 * quarter)
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
    return _table(
        "nps_surveys", np.arange(1, n + 1), user + 1, sent, np.where(answered, when, FOREVER),
        _null(score, ~answered), _null(remark, ~answered | (rng.random(n) < 0.66)),
    )  # fmt: skip


def _levels(name: str, table: pa.Table, parent: str) -> Iterator[tuple[str, pa.Table]]:
    """Parts of a table that refers to itself: DuckDB wants such keys there before the INSERT."""
    above = dict(zip(table.column(0).to_pylist(), table.column(parent).to_pylist(), strict=True))
    depth: list[int] = []
    for up in above.values():
        depth.append(0)
        while up is not None:
            depth[-1], up = depth[-1] + 1, above[up]
    for level in range(max(depth) + 1):
        yield name, table.filter(pa.array(np.array(depth) == level))


def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    """(table name, rows) of every table in foreign-key order; the same for the same seed.

    A table that refers to itself comes in several parts, those referred to first.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    yield "plans", _plans()
    staff, table = _staff(rng)
    yield from _levels("staff", table, "lead_id")
    base = _account_base(rng)
    subs = _histories(rng, base, staff)
    state = _account_state(rng, base, subs, staff)
    yield from _levels("accounts", _accounts(rng, base, state), "parent_id")
    users, table = _users(rng, base, state)
    yield from _levels("users", table, "invited_by")
    over, usage = _usage(rng, subs)
    bills = _invoices(rng, base, subs, over)
    late = {row["sub"] for row in bills if row["status"] == "open" and row["due"] < LAST}
    yield "subscriptions", _subscriptions(subs, late)
    yield from _invoice_tables(bills)
    yield "features", _table("features", *list(zip(*NAMES["features"], strict=True))[:6])
    yield "events", _events(rng, users, state)
    yield "usage_monthly", usage
    yield from _flags(rng, base, state, staff)
    yield from _experiments(rng, users, staff)
    trouble, table = _incidents(rng)
    yield "incidents", table
    yield "tickets", _tickets(rng, users, state, staff, trouble)
    yield "nps_surveys", _nps(rng, base, users, state)
