"""Branches, their staff, customers, and what customers complain of."""

from typing import Any

import numpy as np

from .drawing import (
    COUNTRIES,
    COUNTRY_SHARES,
    NAMES,
    NEVER,
    START,
    TODAY,
    Columns,
    days,
    ids,
    or_null,
    pick,
)


def make_branches(rng: np.random.Generator) -> Columns:
    places = [(city, land) for land in COUNTRIES for city in NAMES["cities"][land]]
    kinds, names, where = [], [], []
    for city, land in places:
        wings = ["Centre", "Station", "Harbour"][: int(rng.integers(1, 4))]
        for wing in wings:
            kinds.append("flagship" if wing == "Centre" and rng.random() < 0.35 else "standard")
            names.append(f"{city} {wing}")
            where.append((city, land))
    for index in rng.choice(len(kinds), 6, replace=False):
        kinds[index] = "kiosk"
    count = len(kinds)
    opened = days(rng, np.full(count, np.datetime64("1986-01-01")), np.datetime64("2024-05-31"))
    shut = np.full(count, NEVER)
    gone = np.flatnonzero((opened < START) & (np.array(kinds) != "flagship"))[::7]
    shut[gone] = days(rng, np.full(len(gone), START), TODAY)
    desks = np.where(np.array(kinds) == "flagship", 14, 5) + rng.integers(-2, 4, count)
    return {
        "branch_id": ids(count),
        "branch_name": names,
        "city": [city for city, _ in where],
        "country": [land for _, land in where],
        "region": [NAMES["regions"][land] for _, land in where],
        "kind": kinds,
        "opened_on": opened,
        "shut_on": shut,
        "closed": rng.random(count) < 0.7,
        "desks": np.where(np.array(kinds) == "kiosk", -1, desks).astype(np.int32),
    }


def make_employees(rng: np.random.Generator, branches: Columns) -> Columns:
    """Head office first, then the staff of each branch under its manager."""
    jobs: list[tuple[str, int, int]] = [("chief executive", -1, -1), ("head of risk", -1, 1001)]
    jobs += [("head of retail", -1, 1001)] + [("fraud analyst", -1, 1002)] * 18
    jobs += [("credit officer", -1, 1002)] * 26
    for branch, kind in zip(branches["branch_id"], branches["kind"], strict=True):
        manager = 1001 + len(jobs)
        jobs.append(("branch manager", int(branch), 1003))
        size = {"flagship": 9, "standard": 5, "kiosk": 1}[kind] + int(rng.integers(0, 3))
        for place in range(size):
            title = ["advisor", "teller", "senior advisor", "advisor", "teller"][place % 5]
            jobs.append((title, int(branch), manager))
    count = len(jobs)
    lands = [COUNTRIES[0] if b < 0 else branches["country"][b - 1] for _, b, _ in jobs]
    hired = days(rng, np.full(count, np.datetime64("2004-01-01")), np.datetime64("2025-09-30"))
    hired[:47] = np.where(hired[:47] >= START - 60, hired[:47] - 1200, hired[:47])
    left = np.full(count, NEVER)
    leavers = np.flatnonzero(rng.random(count) < 0.13)
    leavers = leavers[leavers > 2]
    left[leavers] = days(rng, np.maximum(hired[leavers] + 200, START), TODAY)
    left = np.where(left > TODAY, NEVER, left)
    shut = np.array([NEVER if b < 0 else branches["shut_on"][b - 1] for _, b, _ in jobs])
    hired = np.where(hired > shut - 200, shut - 900, hired)
    left = np.where(np.isnat(shut) | (left < shut), left, shut)
    base = {"chief executive": 310, "head of risk": 188, "head of retail": 176}
    base |= {"fraud analyst": 58, "credit officer": 64, "branch manager": 82}
    base |= {"advisor": 47, "senior advisor": 61, "teller": 35}
    pay = np.array([base[title] for title, _, _ in jobs]) * rng.normal(1, 0.08, count)
    tenure = (TODAY - hired).astype(np.int64) / 365
    return {
        "emp_no": ids(count, 1001),
        "first_name": [rng.choice(NAMES["first"][land]) for land in lands],
        "last_name": [rng.choice(NAMES["last"][land]) for land in lands],
        "job_title": [title for title, _, _ in jobs],
        "branch_id": np.array([branch for _, branch, _ in jobs], dtype=np.int32),
        "reports_to": np.array([boss for _, _, boss in jobs], dtype=np.int32),
        "hired_on": hired,
        "left_on": left,
        "salary_eur": np.round(pay * (1 + 0.012 * tenure)) * 1000.0,
        "fte": pick(rng, [1.0, 0.8, 0.6, 0.5], count, [0.74, 0.13, 0.06, 0.07]).astype(float),
    }


def _person(rng: np.random.Generator, land: str) -> str:
    """A name of the country, in one case of four partly from another."""
    first = land if rng.random() < 0.84 else str(rng.choice(COUNTRIES))
    last = land if rng.random() < 0.84 else str(rng.choice(COUNTRIES))
    return f"{rng.choice(NAMES['first'][first])} {rng.choice(NAMES['last'][last])}"


def _company(rng: np.random.Generator, land: str) -> str:
    stem, trade = rng.choice(NAMES["company_stems"]), rng.choice(NAMES["company_trades"])
    return f"{stem} {trade} {NAMES['company_forms'][land]}"


def _customer_names(rng: np.random.Generator, lands: Any, company: Any) -> list[str]:
    """Names, some of them nearly those of an earlier customer of the same country."""
    names: list[str] = []
    for index, land in enumerate(lands):
        name = _company(rng, land) if company[index] else _person(rng, land)
        family = name.split(" ", 1)[-1]
        if family in NAMES["respelled"] and rng.random() < 0.08:
            name = name.replace(family, NAMES["respelled"][family])
        names.append(name)
    return names


def make_customers(rng: np.random.Generator, branches: Columns, employees: Columns) -> Columns:
    count = 3200
    segment = pick(
        rng, ["mass", "affluent", "private", "sme", "corporate"], count, [62, 18, 4, 13, 3]
    )
    company = np.isin(segment, ["sme", "corporate"])
    lands = pick(rng, COUNTRIES, count, COUNTRY_SHARES)
    home = np.empty(count, dtype=np.int32)
    for land in COUNTRIES:
        nearby = np.flatnonzero(np.array(branches["country"]) == land)
        weight = 1 / np.arange(1, len(nearby) + 1) ** 0.5
        wanted = lands == land
        home[wanted] = 1 + rng.choice(nearby, wanted.sum(), p=weight / weight.sum())
    joined = days(rng, np.full(count, np.datetime64("2009-01-01")), TODAY - 5, 0.6)
    home = _still_there(branches, home, joined)
    left = np.full(count, NEVER)
    gone = np.flatnonzero((rng.random(count) < 0.07) & (joined < TODAY - 400))
    left[gone] = days(rng, np.maximum(joined[gone] + 180, START), TODAY)
    birth = days(rng, np.full(count, np.datetime64("1938-01-01")), np.datetime64("2006-12-31"))
    names = _customer_names(rng, lands, company)
    review = days(rng, np.full(count, TODAY - 120), TODAY + 900)
    kyc = pick(rng, ["verified", "pending"], count, [0.94, 0.06])
    kyc = np.where((review < TODAY) & (rng.random(count) < 0.8), "expired", kyc)
    at = {"mass": 0.12, "affluent": 0.7, "private": 1.0, "sme": 0.62, "corporate": 0.95}
    rating = rng.choice(5, count, p=[0.27, 0.34, 0.23, 0.11, 0.05]) + 1
    city = np.array(branches["city"])[home - 1]
    return {
        "customer_id": ids(count),
        "full_name": names,
        "segment": segment,
        "birth_date": np.where(company, NEVER, birth),
        "city": city,
        "country": lands,
        "email": [_email(rng, name, i) for i, name in enumerate(names)],
        "phone": [f"+{rng.integers(31, 49)} {rng.integers(10**7, 10**8)}" for _ in names],
        "tax_no": [f"T{rng.integers(10**8, 10**9)}" if rng.random() < 0.9 else None for _ in names],
        "joined_on": joined,
        "left_on": left,
        "home_branch_id": home,
        "advisor_emp_no": _advisors(rng, employees, home, [at[s] for s in segment]),
        "kyc_status": kyc,
        "kyc_due_on": np.where(np.isnat(left), review, NEVER),
        "rating2": np.where(rng.random(count) < 0.04, -1, rating).astype(np.int32),
        "marketing_ok": pick(rng, [True, False, None], count, [0.46, 0.33, 0.21]),
    }


def _still_there(branches: Columns, home: Any, joined: Any) -> Any:
    """The home branch, or, where it had shut before, the next operating one of the country."""
    kept = home.copy()
    for index in np.flatnonzero(joined > branches["shut_on"][home - 1]):
        land = branches["country"][home[index] - 1]
        near = (np.array(branches["country"]) == land) & np.isnat(branches["shut_on"])
        kept[index] = branches["branch_id"][near][index % near.sum()]
    return kept


def _email(rng: np.random.Generator, name: str, index: int) -> str | None:
    plain = "".join(c for c in name.lower() if c.isascii() and c.isalpha())
    return None if rng.random() < 0.07 else f"{plain}{index}@mail.example"


def _advisors(rng: np.random.Generator, employees: Columns, home: Any, shares: Any) -> Any:
    """An advisor of the home branch who still works there, or -1."""
    titles, places = np.array(employees["job_title"]), employees["branch_id"]
    able = np.isin(titles, ["advisor", "senior advisor"]) & np.isnat(employees["left_on"])
    chosen = np.full(len(home), -1, dtype=np.int32)
    for index, branch in enumerate(home):
        if rng.random() < shares[index]:
            staff = employees["emp_no"][able & (places == branch)]
            chosen[index] = rng.choice(staff) if len(staff) else -1
    return chosen


def on_staff(employees: Columns, title: str) -> Any:
    """Numbers of the current staff with that title."""
    able = (np.array(employees["job_title"]) == title) & np.isnat(employees["left_on"])
    return employees["emp_no"][able]


def make_complaints(rng: np.random.Generator, customers: Columns) -> Columns:
    count = 1320
    who = rng.choice(np.flatnonzero(rng.random(3200) < 0.42), count)
    first = np.maximum(customers["joined_on"][who], START)
    left = customers["left_on"][who]
    received = days(rng, first, np.where(np.isnat(left), TODAY, left), 0.8)
    order = np.argsort(received, kind="stable")
    who, received = who[order], received[order]
    topic = pick(rng, list(NAMES["complaints"]), count, [24, 19, 17, 9, 10, 13, 8])
    slow = np.where(np.isin(topic, ["loan", "fraud handling"]), 3.1, 2.3)
    resolved = received + np.ceil(rng.lognormal(slow, 0.8)).astype(np.int64)
    resolved = np.where((resolved > TODAY) | (rng.random(count) < 0.01), NEVER, resolved)
    done = ~np.isnat(resolved)
    just = done & (rng.random(count) < 0.43)
    paid = np.where(just & (rng.random(count) < 0.55), rng.lognormal(3.6, 0.8, count), np.nan)
    texts = [str(rng.choice(NAMES["complaints"][name])) for name in topic]
    local = (topic == "branch service") | (rng.random(count) < 0.2)
    branch = np.where(local, customers["home_branch_id"][who], -1)
    upheld = or_null(done, just)
    return {
        "complaint_no": ids(count, 1),
        "customer_id": customers["customer_id"][who],
        "branch_id": branch.astype(np.int32),
        "topic": topic,
        "received_on": received,
        "resolved_on": resolved,
        "upheld": upheld,
        "compensation_eur": np.round(paid / 5 + 1) * 5.0,
        "desc": [t if rng.random() < 0.85 else None for t in texts],
    }
