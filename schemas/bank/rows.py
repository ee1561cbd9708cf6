"""Rows of a fictional European bank, 2023 to 2025, the same for the same seed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

Columns: TypeAlias = dict[str, Any]

NAMES: dict[str, Any] = json.loads(
    Path(__file__).with_name("names.json").read_text(encoding="utf-8")
)
START = np.datetime64("2023-01-01")
TODAY = np.datetime64("2025-12-31")
NEVER = np.datetime64("NaT", "D")
COUNTRIES = list(NAMES["cities"])
COUNTRY_SHARES = [0.31, 0.14, 0.11, 0.16, 0.12, 0.07, 0.09]
EURO_RATES = {"CHF": 1.02, "GBP": 1.15, "PLN": 0.222, "SEK": 0.089, "USD": 0.925}
DOUBLES = {"fte", "score", "eur_rate"}
PERCENTAGES = {"rate_pct"}


def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    """Name and rows of each table, referenced tables first."""
    rng = np.random.Generator(np.random.PCG64(seed))
    branches = _branches(rng)
    employees = _employees(rng, branches)
    customers = _customers(rng, branches, employees)
    products = _products()
    rates = _fx_rates(rng)
    accounts, holders = _accounts(rng, customers, products)
    cards = _cards(rng, accounts, holders)
    merchants = _merchants(rng)
    txns = _transactions(rng, accounts, cards, merchants, rates)
    alerts = _fraud_alerts(rng, txns, merchants, employees)
    applications = _loan_applications(rng, customers, employees)
    loans = _loans(rng, customers, applications)
    payments = _loan_payments(rng, loans, customers)
    quarters = _balances(rng, accounts, txns, rates)
    made: list[tuple[str, Columns]] = [
        ("branches", branches),
        ("employees", employees),
        ("customers", customers),
        ("products", products),
        ("accounts", accounts),
        ("acct_holders", holders),
        ("cards", cards),
        ("merchants", merchants),
        ("transactions", txns),
        ("fraud_alerts", alerts),
        ("loan_applications", applications),
        ("loans", loans),
        ("loan_payments", payments),
        ("collateral", _collateral(rng, loans)),
        ("standing_orders", _standing_orders(rng, accounts)),
        ("complaints", _complaints(rng, customers)),
        ("qtr_balances", quarters),
        ("fx_rates", rates),
    ]
    for name, columns in made:
        yield name, _arrow(columns)


def _arrow(columns: Columns) -> pa.Table:
    """The columns as Arrow: NaN, NaT and negative integers become NULL; leading `_` is scratch."""
    kept = {name: values for name, values in columns.items() if not name.startswith("_")}
    return pa.table({name: _array(name, np.asarray(values)) for name, values in kept.items()})


def _array(name: str, values: Any) -> pa.Array:
    """One column in the type that the schema declares."""
    if values.dtype.kind == "f" and name not in DOUBLES:
        kind = pa.decimal128(5, 2) if name in PERCENTAGES else pa.decimal128(14, 2)
        return pa.array(np.round(values, 2), mask=np.isnan(values)).cast(kind)
    if values.dtype.kind == "i":
        return pa.array(values, mask=values < 0)
    if values.dtype.kind == "M" and values.dtype != np.dtype("M8[D]"):
        return pa.array(values.astype("M8[us]"), mask=np.isnat(values))
    if values.dtype.kind == "U":
        return pa.array(values.astype(object), pa.string())
    return pa.array(values)


def _ids(count: int, first: int = 1) -> Any:
    return np.arange(first, first + count, dtype=np.int32)


def _days(rng: np.random.Generator, first: Any, last: Any, power: float = 1.0) -> Any:
    """A day in [first, last] for each pair; a power under 1 leans towards the end."""
    low = np.asarray(first, "M8[D]").astype(np.int64)
    high = np.maximum(np.asarray(last, "M8[D]").astype(np.int64), low)
    share = rng.random(np.broadcast(low, high).shape) ** power
    return (low + np.floor(share * (high - low + 1)).astype(np.int64)).astype("M8[D]")


def _pick(rng: np.random.Generator, options: list[Any], count: int, shares: Any = None) -> Any:
    """`count` draws from options, as objects, so that None may be one."""
    weights = None if shares is None else np.asarray(shares) / np.sum(shares)
    values = np.empty(len(options), dtype=object)
    values[:] = options
    return values[rng.choice(len(options), count, p=weights)]


def _or_null(wanted: Any, values: Any) -> Any:
    """The values as objects, None where not wanted."""
    kept = np.array(values, dtype=object)
    kept[~wanted] = None
    return kept


def _branches(rng: np.random.Generator) -> Columns:
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
    opened = _days(rng, np.full(count, np.datetime64("1986-01-01")), np.datetime64("2024-05-31"))
    shut = np.full(count, NEVER)
    gone = np.flatnonzero((opened < START) & (np.array(kinds) != "flagship"))[::7]
    shut[gone] = _days(rng, np.full(len(gone), START), TODAY)
    desks = np.where(np.array(kinds) == "flagship", 14, 5) + rng.integers(-2, 4, count)
    return {
        "branch_id": _ids(count),
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


def _employees(rng: np.random.Generator, branches: Columns) -> Columns:
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
    hired = _days(rng, np.full(count, np.datetime64("2004-01-01")), np.datetime64("2025-09-30"))
    hired[:47] = np.where(hired[:47] >= START - 60, hired[:47] - 1200, hired[:47])
    left = np.full(count, NEVER)
    leavers = np.flatnonzero(rng.random(count) < 0.13)
    leavers = leavers[leavers > 2]
    left[leavers] = _days(rng, np.maximum(hired[leavers] + 200, START), TODAY)
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
        "emp_no": _ids(count, 1001),
        "first_name": [rng.choice(NAMES["first"][land]) for land in lands],
        "last_name": [rng.choice(NAMES["last"][land]) for land in lands],
        "job_title": [title for title, _, _ in jobs],
        "branch_id": np.array([branch for _, branch, _ in jobs], dtype=np.int32),
        "reports_to": np.array([boss for _, _, boss in jobs], dtype=np.int32),
        "hired_on": hired,
        "left_on": left,
        "salary_eur": np.round(pay * (1 + 0.012 * tenure)) * 1000.0,
        "fte": _pick(rng, [1.0, 0.8, 0.6, 0.5], count, [0.74, 0.13, 0.06, 0.07]).astype(float),
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


def _customers(rng: np.random.Generator, branches: Columns, employees: Columns) -> Columns:
    count = 3200
    segment = _pick(
        rng, ["mass", "affluent", "private", "sme", "corporate"], count, [62, 18, 4, 13, 3]
    )
    company = np.isin(segment, ["sme", "corporate"])
    lands = _pick(rng, COUNTRIES, count, COUNTRY_SHARES)
    home = np.empty(count, dtype=np.int32)
    for land in COUNTRIES:
        nearby = np.flatnonzero(np.array(branches["country"]) == land)
        weight = 1 / np.arange(1, len(nearby) + 1) ** 0.5
        wanted = lands == land
        home[wanted] = 1 + rng.choice(nearby, wanted.sum(), p=weight / weight.sum())
    joined = _days(rng, np.full(count, np.datetime64("2009-01-01")), TODAY - 5, 0.6)
    home = _still_there(branches, home, joined)
    left = np.full(count, NEVER)
    gone = np.flatnonzero((rng.random(count) < 0.07) & (joined < TODAY - 400))
    left[gone] = _days(rng, np.maximum(joined[gone] + 180, START), TODAY)
    birth = _days(rng, np.full(count, np.datetime64("1938-01-01")), np.datetime64("2006-12-31"))
    names = _customer_names(rng, lands, company)
    review = _days(rng, np.full(count, TODAY - 120), TODAY + 900)
    kyc = _pick(rng, ["verified", "pending"], count, [0.94, 0.06])
    kyc = np.where((review < TODAY) & (rng.random(count) < 0.8), "expired", kyc)
    at = {"mass": 0.12, "affluent": 0.7, "private": 1.0, "sme": 0.62, "corporate": 0.95}
    rating = rng.choice(5, count, p=[0.27, 0.34, 0.23, 0.11, 0.05]) + 1
    city = np.array(branches["city"])[home - 1]
    return {
        "customer_id": _ids(count),
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
        "marketing_ok": _pick(rng, [True, False, None], count, [0.46, 0.33, 0.21]),
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


def _on_staff(employees: Columns, title: str) -> Any:
    """Numbers of the current staff with that title."""
    able = (np.array(employees["job_title"]) == title) & np.isnat(employees["left_on"])
    return employees["emp_no"][able]


def _products() -> Columns:
    rows = [
        ("CUR-BAS", "Basic Current", "current", 0.00, 0.0, "2009-01-01", True),
        ("CUR-PLU", "Current Plus", "current", 0.10, 4.9, "2014-03-01", True),
        ("CUR-STU", "Student Current", "current", 0.00, 0.0, "2016-09-01", True),
        ("CUR-PRV", "Private Current", "current", 0.25, 25.0, "2011-05-01", True),
        ("CUR-FX", "Currency Account", "current", 0.00, 6.5, "2012-02-01", True),
        ("SAV-EASY", "Easy Saver", "savings", 1.10, 0.0, "2010-01-01", True),
        ("SAV-GRN", "Green Saver", "savings", 1.45, 0.0, "2022-04-01", True),
        ("SAV-KID", "Junior Saver", "savings", 2.00, 0.0, "2013-06-01", True),
        ("SAV-HOME", "Home Builder Saver", "savings", 2.10, 0.0, "2025-10-01", True),
        ("SAV-OLD", "Passbook Saver", "savings", 0.05, 1.0, "2009-01-01", False),
        ("TD-12", "Term Deposit 12 months", "term deposit", 2.60, 0.0, "2010-01-01", True),
        ("TD-36", "Term Deposit 36 months", "term deposit", 2.95, 0.0, "2010-01-01", True),
        ("TD-60", "Term Deposit 60 months", "term deposit", 3.05, 0.0, "2025-11-15", True),
        ("BUS-STD", "Business Account", "business", 0.00, 12.0, "2009-01-01", True),
        ("BUS-PRO", "Business Account Pro", "business", 0.15, 29.0, "2015-01-01", True),
        ("BUS-CASH", "Cash Pool", "business", 0.50, 90.0, "2018-07-01", False),
    ]
    code, name, family, rate, fee, launched, on_sale = (list(c) for c in zip(*rows, strict=True))
    return {
        "product_code": code,
        "product_name": name,
        "family": family,
        "rate_pct": np.array(rate),
        "monthly_fee_eur": np.array(fee),
        "launched_on": np.array(launched, "M8[D]"),
        "on_sale": np.array(on_sale),
        "_family": np.array(family),
    }


def _fx_rates(rng: np.random.Generator) -> Columns:
    """Working days only; each currency walks around its level."""
    days = np.arange(np.datetime64("2022-12-30"), TODAY + 1)
    days = days[np.is_busday(days)]
    walks = [
        level * np.exp(np.cumsum(rng.normal(0.00002, 0.0032, len(days))))
        for level in EURO_RATES.values()
    ]
    return {
        "rate_on": np.tile(days, len(walks)),
        "ccy": np.repeat(np.array(list(EURO_RATES), dtype=object), len(days)),
        "eur_rate": np.round(np.concatenate(walks), 5),
    }


def _rate_on(rates: Columns, ccy: Any, day: Any) -> Any:
    """Euro for one unit, by the last working day up to each day."""
    days = np.unique(rates["rate_on"])
    grid = rates["eur_rate"].reshape(len(EURO_RATES), len(days))
    at = np.searchsorted(days, day, side="right") - 1
    row = {code: index for index, code in enumerate(EURO_RATES)}
    rows = np.array([row.get(code, 0) for code in ccy])
    return np.where(np.asarray(ccy) == "EUR", 1.0, grid[rows, at])


PORTFOLIOS: dict[str, tuple[list[str], list[float], list[int]]] = {
    "mass": (["CUR-BAS", "CUR-PLU", "CUR-STU", "SAV-EASY", "SAV-GRN", "SAV-KID", "SAV-OLD"],
             [36, 22, 9, 18, 8, 4, 3], [68, 26, 6]),
    "affluent": (["CUR-PLU", "SAV-EASY", "SAV-GRN", "TD-12", "TD-36", "CUR-FX"],
                 [40, 20, 16, 12, 7, 5], [38, 42, 20]),
    "private": (["CUR-PRV", "TD-12", "TD-36", "SAV-GRN", "CUR-FX"], [38, 20, 16, 12, 14],
                [20, 40, 40]),
    "sme": (["BUS-STD", "BUS-PRO", "SAV-EASY", "CUR-FX"], [52, 33, 9, 6], [66, 28, 6]),
    "corporate": (["BUS-PRO", "BUS-CASH", "CUR-FX", "TD-12"], [48, 24, 20, 8], [24, 40, 36]),
}  # fmt: skip


def _accounts(
    rng: np.random.Generator, customers: Columns, products: Columns
) -> tuple[Columns, Columns]:
    """Accounts and their holders; about one customer in forty has none."""
    owner: list[int] = []
    codes: list[str] = []
    for index, segment in enumerate(customers["segment"]):
        options, shares, numbers = PORTFOLIOS[segment]
        weight = np.array(numbers) / sum(numbers)
        held = 0 if rng.random() < 0.025 else 1 + int(rng.choice(3, p=weight))
        first = [options[0]] if held and rng.random() < 0.6 else []
        rest = _pick(rng, list(options), max(held - len(first), 0), shares)
        owner += [index] * held
        codes += first + list(rest)
    who, code = np.array(owner), np.array(codes, dtype=object)
    joined, left = customers["joined_on"][who], customers["left_on"][who]
    end = np.where(np.isnat(left), TODAY, left)
    code = np.where((code == "SAV-OLD") & (joined >= START), "SAV-EASY", code)
    code = np.where((code == "BUS-CASH") & (joined >= START), "BUS-PRO", code)
    launches = dict(zip(products["product_code"], products["launched_on"], strict=True))
    first = np.maximum(joined, np.array([launches[c] for c in code], "M8[D]"))
    code = np.where(~np.isnat(left) & (first > left), "CUR-BAS", code)
    first = np.where(code == "CUR-BAS", joined, first)
    last = np.where(np.isin(code, ["SAV-OLD", "BUS-CASH"]), np.minimum(end, START - 1), end - 60)
    opened = np.minimum(_days(rng, first, np.maximum(last, first), 1.8), TODAY)
    accounts = _account_columns(rng, customers, who, code, opened, left)
    return accounts, _holders(rng, customers, who, opened)


def _account_columns(
    rng: np.random.Generator, customers: Columns, who: Any, code: Any, opened: Any, left: Any
) -> Columns:
    count = len(who)
    early = (rng.random(count) < 0.05) & np.isnat(left) & (opened < TODAY - 500)
    closed = np.where(early, _days(rng, np.maximum(opened + 200, START), TODAY), left)
    closed = np.where(closed < opened, opened, closed)
    ccy = np.where(code == "CUR-FX", _pick(rng, list(EURO_RATES), count, [2, 3, 2, 1, 4]), "EUR")
    status = _pick(rng, ["open", "dormant", "frozen"], count, [94.5, 5, 0.5])
    family = np.array([c.split("-")[0] for c in code])
    size = {"mass": 2600, "affluent": 16000, "private": 140000, "sme": 21000, "corporate": 260000}
    level = np.array([size[s] for s in customers["segment"][who]])
    level = level * np.where(family == "TD", 3.0, np.where(family == "SAV", 1.7, 0.8))
    overdraft = np.isin(family, ["CUR", "BUS"]) & (rng.random(count) < 0.38)
    limit = np.round(level * rng.choice([0.2, 0.4, 0.8], count) / 500 + 1) * 500
    land = customers["country"][who]
    return {
        "account_id": _ids(count, 100001),
        "iban": [f"{land[i][:2].upper()}{rng.integers(10, 99)}NGTB{10**9 + i * 7}"
                 for i in range(count)],
        "product_code": code,
        "branch_id": customers["home_branch_id"][who],
        "ccy": ccy,
        "opened_on": opened,
        "closed_on": closed,
        "status": np.where(np.isnat(closed), status, "closed"),
        "od_limit": np.where(overdraft, limit, np.nan),
        "opening_bal": np.round(level * rng.lognormal(-0.3, 0.9, count), 2),
        "balance": np.zeros(count),
        "_family": family,
        "_level": level,
        "_owner": who,
    }  # fmt: skip


def _holders(rng: np.random.Generator, customers: Columns, who: Any, opened: Any) -> Columns:
    """The owner of each account, and for one in seven a second holder."""
    count = len(who)
    shared = np.flatnonzero(rng.random(count) < 0.145)
    company = np.isin(customers["segment"][who[shared]], ["sme", "corporate"])
    other = _partners(rng, customers, who[shared])
    role = np.where(company | (rng.random(len(shared)) < 0.3), "authorised", "joint")
    account = np.concatenate([np.arange(count), shared])
    first = np.maximum(opened[shared], customers["joined_on"][other])
    since = np.concatenate([opened, _days(rng, first, TODAY, 1.6)])
    order = np.argsort(account, kind="stable")
    holder = np.concatenate([who, other])
    return {
        "account_id": (100001 + account[order]).astype(np.int32),
        "customer_id": (1 + holder[order]).astype(np.int32),
        "role": np.concatenate([np.full(count, "owner"), role])[order].astype(object),
        "since": since[order],
    }


def _partners(rng: np.random.Generator, customers: Columns, who: Any) -> Any:
    """For each customer another person who is a customer of the same branch today."""
    person = ~np.isnat(customers["birth_date"]) & np.isnat(customers["left_on"])
    found = []
    for index in who:
        near = customers["home_branch_id"] == customers["home_branch_id"][index]
        near = np.flatnonzero(person & near)
        found.append(int(rng.choice(near[near != index])))
    return np.array(found)


def _cards(rng: np.random.Generator, accounts: Columns, holders: Columns) -> Columns:
    """Cards of current and business accounts, with renewals left out."""
    at = holders["account_id"] - 100001
    paying = np.isin(accounts["_family"][at], ["CUR", "BUS"])
    once = np.flatnonzero(paying & (rng.random(len(at)) < 0.9))
    twice = once[rng.random(len(once)) < 0.34]
    rows = np.sort(np.concatenate([once, twice]), kind="stable")
    second = np.append(False, rows[1:] == rows[:-1])
    count = len(rows)
    account = at[rows]
    kind = np.where(second, _pick(rng, ["credit", "prepaid"], count, [8, 2]), "debit")
    start = np.maximum(holders["since"][rows], np.datetime64("2020-06-01"))
    issued = np.minimum(_days(rng, start, np.minimum(start + 700, TODAY), 1.5), TODAY)
    life = rng.choice([1461, 1461, 1826], count)
    expiry = ((issued + life).astype("M8[M]") + 1).astype("M8[D]") - 1
    blocked = np.where(rng.random(count) < 0.085, _days(rng, issued, issued + 1300), NEVER)
    blocked = np.where((blocked > TODAY) | (blocked > expiry) | (blocked < START), NEVER, blocked)
    reason = _pick(rng, ["lost", "stolen", "fraud", "customer request"], count, [40, 17, 28, 15])
    limit = np.round(accounts["_level"][account] * 0.35 / 500 + 1) * 500
    return {
        "card_id": _ids(count, 500001),
        "account_id": (100001 + account).astype(np.int32),
        "customer_id": holders["customer_id"][rows],
        "kind": kind,
        "network": _pick(rng, ["Visa", "Mastercard", "Girocard"], count, [45, 42, 13]),
        "issued_on": issued,
        "ExpiryDate": expiry,
        "limit": np.where(kind == "credit", np.minimum(limit, 50000), np.nan),
        "blocked_on": blocked,
        "block_reason": _or_null(~np.isnat(blocked), reason),
        "contactless": (rng.random(count) < 0.96),
        "_account": account,
    }


def _merchants(rng: np.random.Generator) -> Columns:
    count = 640
    kinds: list[str] = list(NAMES["merchants"])
    shares = [24, 19, 9, 7, 12, 6, 5, 8, 2, 4, 2, 2]
    category = _pick(rng, kinds, count, shares)
    online = rng.random(count) < np.where(
        np.isin(category, ["subscriptions", "crypto exchange", "gambling", "travel"]), 0.85, 0.14
    )
    abroad = rng.random(count) < np.where(online, 0.3, 0.07)
    home = _pick(rng, COUNTRIES, count, COUNTRY_SHARES)
    land = np.where(abroad, _pick(rng, list(NAMES["abroad"]), count), home)
    cities, names, second = [], [], []
    for index in range(count):
        where = land[index]
        city = NAMES["abroad"].get(where) or str(rng.choice(NAMES["cities"][where]))
        stem = str(rng.choice(NAMES["merchants"][category[index]][2]))
        suffix = " Online" if online[index] else f" {city}"
        names.append(stem + suffix)
        second.append(f"{stem.upper()[:12]} {where[:3].upper()}" if rng.random() < 0.4 else None)
        cities.append(None if online[index] else city)
    return {
        "merchant_id": _ids(count, 3001),
        "name": names,
        "name2": second,
        "mcc": np.array([NAMES["merchants"][c][0] for c in category], dtype=np.int32),
        "category": category,
        "city": cities,
        "country": land,
        "isOnline": online,
        "_typical": np.array([NAMES["merchants"][c][1] for c in category]),
        "_home": ~abroad,
    }


def _booking_times(rng: np.random.Generator, accounts: Columns) -> tuple[Any, Any]:
    """Account index and moment of each transaction: growing, seasonal, few very busy accounts."""
    family = accounts["_family"]
    busy = np.where(family == "CUR", 1.0, np.where(family == "BUS", 2.2, 0.16))
    busy = np.where(family == "TD", 0.03, busy) * rng.lognormal(0, 0.8, len(family))
    busy = np.where(accounts["status"] == "dormant", 0, busy)
    low = np.maximum(accounts["opened_on"], START)
    high = np.where(np.isnat(accounts["closed_on"]), TODAY, accounts["closed_on"])
    length = np.maximum((high - low).astype(np.int64) + 1, 0)
    weight = busy * length
    account = rng.choice(len(family), 125000, p=weight / weight.sum())
    day = _days(rng, low[account], high[account], 0.86)
    month = day.astype("M8[M]").astype(np.int64) % 12
    season = np.array([0.8, 0.75, 0.84, 0.85, 0.88, 0.9, 0.97, 0.9, 0.84, 0.86, 0.97, 1.0])
    kept = rng.random(len(day)) < season[month] * 0.86
    account, day = account[kept], day[kept]
    hour = np.clip(rng.normal(14.5, 4.2, len(day)), 0, 23.99)
    second = (hour * 3600).astype(np.int64)
    moment = day.astype("M8[s]") + second
    order = np.argsort(moment, kind="stable")
    return account[order], moment[order]


def _transaction_types(rng: np.random.Generator, family: Any) -> Any:
    """A type for each transaction by what kind of account it is on."""
    mixes = {
        "CUR": (["card_payment", "atm_withdrawal", "transfer_in", "transfer_out",
                 "direct_debit", "salary", "fee"], [50, 8, 8, 11, 12, 8, 3]),
        "BUS": (["card_payment", "transfer_in", "transfer_out", "direct_debit", "fee"],
                [26, 30, 27, 13, 4]),
        "SAV": (["transfer_in", "transfer_out", "interest"], [55, 31, 14]),
        "TD": (["transfer_in", "interest"], [20, 80]),
    }  # fmt: skip
    kinds = np.empty(len(family), dtype=object)
    for name, (options, shares) in mixes.items():
        wanted = family == name
        kinds[wanted] = _pick(rng, list(options), int(wanted.sum()), shares)
    return kinds


def _usable_card(rng: np.random.Generator, cards: Columns, account: Any, day: Any) -> Any:
    """Index of a card on the account that was valid that day, or -1."""
    spans = np.searchsorted(cards["_account"], np.stack([account, account + 1]))
    number = spans[1] - spans[0]
    chosen = spans[0] + np.floor(rng.random(len(account)) * np.maximum(number, 1)).astype(np.int64)
    chosen = np.minimum(chosen, len(cards["card_id"]) - 1)
    ended = np.fmin(cards["blocked_on"][chosen], cards["ExpiryDate"][chosen])
    valid = (number > 0) & (cards["issued_on"][chosen] <= day) & (day <= ended)
    return np.where(valid, chosen, -1)


def _transactions(
    rng: np.random.Generator, accounts: Columns, cards: Columns, merchants: Columns, rates: Columns
) -> Columns:
    account, moment = _booking_times(rng, accounts)
    count = len(account)
    kind = _transaction_types(rng, accounts["_family"][account])
    kind = np.where(kind == "salary", _salaried(accounts, account), kind)
    day = moment.astype("M8[D]")
    card = _usable_card(rng, cards, account, day)
    carded = np.isin(kind, ["card_payment", "atm_withdrawal"])
    kind = np.where(carded & (card < 0), "direct_debit", kind)
    card = np.where(np.isin(kind, ["card_payment", "atm_withdrawal"]), card, -1)
    weight = 1 / (np.arange(len(merchants["merchant_id"])) + 6.0) ** 0.75
    weight = rng.permutation(weight) * np.where(merchants["_home"], 1.0, 0.45)
    shop = rng.choice(len(weight), count, p=weight / weight.sum())
    amount = _amounts(rng, accounts, account, kind, merchants["_typical"][shop], moment)
    ccy = accounts["ccy"][account]
    rate = _rate_on(rates, ccy, day)
    shopping = kind == "card_payment"
    status = np.where(shopping & (rng.random(count) < 0.024), "declined", "booked")
    status = np.where((rng.random(count) < 0.006) & (amount < 0), "reversed", status)
    status = np.where(carded & (day >= TODAY - 1) & (rng.random(count) < 0.7), "pending", status)
    return {
        "txn_id": np.arange(9000001, 9000001 + count, dtype=np.int64),
        "account_id": accounts["account_id"][account],
        "card_id": np.where(card >= 0, cards["card_id"][card], -1).astype(np.int32),
        "merchant_id": np.where(shopping, merchants["merchant_id"][shop], -1).astype(np.int32),
        "booked_at": moment,
        "type": kind,
        "channel": _channels(rng, kind, merchants["isOnline"][shop], moment),
        "amount": np.round(amount, 2),
        "amount_eur": np.round(amount * rate, 2),
        "status": status,
        "memo": _memos(rng, kind),
        "_account": account,
        "_shop": shop,
    }


def _salaried(accounts: Columns, account: Any) -> Any:
    """Salaries go to about two thirds of the accounts, the rest gets transfers."""
    return np.where(accounts["account_id"][account] % 3 > 0, "salary", "transfer_in")


def _amounts(
    rng: np.random.Generator, accounts: Columns, account: Any, kind: Any, typical: Any, moment: Any
) -> Any:
    """Signed amounts in account currency; prices rise four percent a year."""
    count = len(account)
    level = np.sqrt(accounts["_level"][account] / 2000)
    spread = rng.lognormal(0, 0.62, count)
    sizes = {
        "card_payment": -typical * level**0.35,
        "atm_withdrawal": -np.maximum(20, np.round(4 * spread * level**0.4) * 20) / spread,
        "transfer_in": 340.0 * level**1.35,
        "transfer_out": -290.0 * level**1.35,
        "direct_debit": -74.0 * level**0.8,
        "salary": 2350.0 * level**0.5 / spread**0.65,
        "fee": -6.5 * level**0.5 / spread**0.5,
        "interest": 14.0 * level,
    }
    base = np.zeros(count)
    for name, size in sizes.items():
        base = np.where(kind == name, size, base)
    years = (moment - START.astype("M8[s]")).astype(np.int64) / (365 * 86400)
    swell = np.where(kind == "atm_withdrawal", 1.0, 1.04**years)
    rate = np.array([EURO_RATES.get(code, 1.0) for code in accounts["ccy"][account]])
    return np.where(np.round(base * spread, 2) == 0, 1.0, base * spread * swell) / rate


def _channels(rng: np.random.Generator, kind: Any, online: Any, moment: Any) -> Any:
    years = (moment - START.astype("M8[s]")).astype(np.int64) / (365 * 86400)
    count = len(kind)
    mobile = rng.random(count) < 0.38 + 0.12 * years
    person = np.where(mobile, "mobile", _pick(rng, ["online", "branch"], count, [75, 25]))
    card = np.where(online, np.where(mobile, "mobile", "online"), "pos")
    channel = np.where(np.isin(kind, ["transfer_in", "transfer_out"]), person, "system")
    channel = np.where(kind == "card_payment", card, channel)
    return np.where(kind == "atm_withdrawal", "atm", channel).astype(object)


def _memos(rng: np.random.Generator, kind: Any) -> Any:
    """What the payer wrote: mostly nothing."""
    texts = ["rent", "Rent flat", "invoice", "Invoice paid late", "gift", "holiday", "thank you"]
    texts += ["deposit back", "school trip", "birthday gift", "loan to friend"]
    written = np.isin(kind, ["transfer_in", "transfer_out"]) & (rng.random(len(kind)) < 0.45)
    shares = [17, 9, 21, 3, 8, 7, 6, 4, 3, 5, 2]
    return _or_null(written, _pick(rng, list(texts), len(kind), shares))


def _fraud_alerts(
    rng: np.random.Generator, txns: Columns, merchants: Columns, employees: Columns
) -> Columns:
    """Alerts, likelier online, abroad and for large sums."""
    shop = txns["_shop"]
    shopping = txns["type"] == "card_payment"
    risk = np.where(shopping, 0.014, np.where(txns["type"] == "transfer_out", 0.015, 0.0))
    risk = risk * np.where(shopping & merchants["isOnline"][shop], 4.0, 1.0)
    risk = risk * np.where(shopping & ~merchants["_home"][shop], 2.5, 1.0)
    risk = risk * np.where(txns["amount_eur"] < -1500, 3.0, 1.0)
    hits = np.flatnonzero(rng.random(len(risk)) < risk)
    count = len(hits)
    raised = txns["booked_at"][hits] + rng.integers(1, 900, count)
    score = np.round(rng.beta(3, 2.4, count), 3)
    hours = rng.lognormal(3.4, 1.3, count)
    closed = raised + (hours * 3600).astype(np.int64)
    closed = np.where(closed > TODAY.astype("M8[s]"), np.datetime64("NaT", "s"), closed)
    done = ~np.isnat(closed)
    fraud = done & (rng.random(count) < 0.08 + 0.5 * score**2)
    loss = np.where(fraud, -txns["amount_eur"][hits] * rng.choice([1, 1, 0.5], count), np.nan)
    back = loss * np.where(rng.random(count) < 0.55, rng.choice([0.4, 0.8, 1.0], count), np.nan)
    txns["status"][hits] = np.where(
        fraud & (rng.random(count) < 0.6), "reversed", txns["status"][hits]
    )
    analysts = _on_staff(employees, "fraud analyst")
    busy = rng.dirichlet(np.full(len(analysts), 3.0))
    rules = ["VELOCITY", "GEO_MISMATCH", "HIGH_VALUE", "NEW_PAYEE", "CARD_TESTING"]
    rule = _pick(rng, rules[:3] + rules[4:], count, [35, 27, 22, 16])
    rule = np.where(~shopping[hits] & (rng.random(count) < 0.7), "NEW_PAYEE", rule)
    rule = np.where(~shopping[hits] & np.isin(rule, rules[4:]), "HIGH_VALUE", rule)
    return {
        "alert_id": _ids(count, 40001),
        "txn_id": txns["txn_id"][hits],
        "raised_at": raised,
        "rule_code": rule.astype(object),
        "score": score,
        "outcome": _or_null(done, np.where(fraud, "confirmed", "false_positive")),
        "analyst_emp_no": np.where(done, rng.choice(analysts, count, p=busy), -1).astype(np.int32),
        "closed_at": closed,
        "loss_eur": loss,
        "recovered_eur": back,
    }


LOANS: dict[str, tuple[float, float, list[int]]] = {
    "mortgage": (210000.0, 3.4, [180, 240, 300, 360]),
    "personal": (8500.0, 7.2, [24, 36, 48, 60]),
    "auto": (17500.0, 5.1, [36, 48, 60, 72]),
    "student": (6200.0, 2.9, [60, 96]),
    "business": (68000.0, 5.8, [36, 60, 84, 120]),
}


def _loan_kinds(rng: np.random.Generator, segment: Any) -> Any:
    private = _pick(
        rng, ["mortgage", "personal", "auto", "student"], len(segment), [24, 41, 25, 10]
    )
    return np.where(np.isin(segment, ["sme", "corporate"]), "business", private).astype(object)


def _loan_sizes(rng: np.random.Generator, kind: Any, segment: Any) -> Any:
    scale = {"mass": 0.85, "affluent": 1.25, "private": 2.6, "sme": 1.0, "corporate": 5.5}
    size = np.array([LOANS[k][0] for k in kind]) * np.array([scale[s] for s in segment])
    return np.round(size * rng.lognormal(-0.1, 0.5, len(kind)) / 500 + 1) * 500


def _loan_applications(rng: np.random.Generator, customers: Columns, employees: Columns) -> Columns:
    count = 2450
    who = rng.choice(np.flatnonzero(rng.random(3200) < 0.55), count)
    segment = customers["segment"][who]
    end = np.where(np.isnat(customers["left_on"][who]), TODAY, customers["left_on"][who])
    applied = _days(rng, np.maximum(customers["joined_on"][who], START), end, 0.85)
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
    officers = _on_staff(employees, "credit officer")
    officer = rng.choice(officers, count, p=rng.dirichlet(np.full(len(officers), 4.0)))
    reasons = ["affordability", "credit history", "incomplete documents", "insufficient collateral"]
    reason = _pick(rng, list(reasons), count, [44, 31, 15, 10])
    assigned = ~pending & ~((decision == "withdrawn") & (rng.random(count) < 0.5))
    return {
        "app_id": _ids(count, 20001),
        "customer_id": customers["customer_id"][who],
        "loan_type": kind,
        "requested_eur": asked,
        "channel": _pick(rng, ["branch", "online", "broker"], count, [44, 41, 15]),
        "applied_on": applied,
        "decision": decision,
        "decided_on": np.where(pending, NEVER, decided),
        "officer_emp_no": np.where(assigned, officer, -1).astype(np.int32),
        "reject_reason": _or_null(decision == "rejected", reason),
        "_segment": segment,
    }


def _loans(rng: np.random.Generator, customers: Columns, applications: Columns) -> Columns:
    """Loans of the old system, then those taken up after approval."""
    old = 420
    elder = np.flatnonzero(customers["joined_on"] < np.datetime64("2020-01-01"))
    who = rng.choice(elder, old)
    kind = _loan_kinds(rng, customers["segment"][who])
    drawn = _days(rng, np.full(old, np.datetime64("2019-02-01")), START - 1)
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
        "loan_id": _ids(count, 70001),
        "app_id": np.concatenate([_ids(old, 0) * 0 - 1, applications["app_id"][taken]]),
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


def _loan_payments(rng: np.random.Generator, loans: Columns, customers: Columns) -> Columns:
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


def _collateral(rng: np.random.Generator, loans: Columns) -> Columns:
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
        "collateral_id": _ids(count, 1),
        "loan_id": np.array([loans["loan_id"][row[0]] for row in rows], dtype=np.int32),
        "kind": [row[1] for row in rows],
        "value_eur": np.round(np.array([row[2] for row in rows]) / 100) * 100,
        "valued_on": np.where(rng.random(count) < 0.25, _days(rng, drawn, TODAY), drawn - 9),
    }


def _standing_orders(rng: np.random.Generator, accounts: Columns) -> Columns:
    paying = np.flatnonzero(np.isin(accounts["_family"], ["CUR", "BUS"]))
    account = np.sort(rng.choice(paying, 2100))
    count = len(account)
    payee = _pick(rng, list(NAMES["payees"]), count, [22, 9, 10, 8, 5, 6, 16, 5, 8, 4, 8, 3])
    typical = {"Landlord": 840, "Tax Office": 410, "Car lease": 330, "Savings pot": 180}
    size = np.array([typical.get(name, 60) for name in payee]) * rng.lognormal(0, 0.4, count)
    opened = accounts["opened_on"][account]
    first = _days(rng, opened, TODAY, 1.2)
    limit = _days(rng, first, first + 1500)
    closed = accounts["closed_on"][account]
    last = np.where(rng.random(count) < 0.3, limit, NEVER)
    return {
        "so_id": _ids(count, 1),
        "account_id": accounts["account_id"][account],
        "payee": payee,
        "amount": np.round(size / 5 + 1) * 5.0,
        "frequency": _pick(rng, ["monthly", "quarterly", "weekly"], count, [82, 12, 6]),
        "first_on": first,
        "last_on": np.where(np.isnat(closed), last, np.maximum(closed, first)),
        "paused": rng.random(count) < 0.06,
    }


def _complaints(rng: np.random.Generator, customers: Columns) -> Columns:
    count = 1320
    who = rng.choice(np.flatnonzero(rng.random(3200) < 0.42), count)
    first = np.maximum(customers["joined_on"][who], START)
    left = customers["left_on"][who]
    received = _days(rng, first, np.where(np.isnat(left), TODAY, left), 0.8)
    order = np.argsort(received, kind="stable")
    who, received = who[order], received[order]
    topic = _pick(rng, list(NAMES["complaints"]), count, [24, 19, 17, 9, 10, 13, 8])
    slow = np.where(np.isin(topic, ["loan", "fraud handling"]), 3.1, 2.3)
    resolved = received + np.ceil(rng.lognormal(slow, 0.8)).astype(np.int64)
    resolved = np.where((resolved > TODAY) | (rng.random(count) < 0.01), NEVER, resolved)
    done = ~np.isnat(resolved)
    just = done & (rng.random(count) < 0.43)
    paid = np.where(just & (rng.random(count) < 0.55), rng.lognormal(3.6, 0.8, count), np.nan)
    texts = [str(rng.choice(NAMES["complaints"][name])) for name in topic]
    local = (topic == "branch service") | (rng.random(count) < 0.2)
    branch = np.where(local, customers["home_branch_id"][who], -1)
    upheld = _or_null(done, just)
    return {
        "complaint_no": _ids(count, 1),
        "customer_id": customers["customer_id"][who],
        "branch_id": branch.astype(np.int32),
        "topic": topic,
        "received_on": received,
        "resolved_on": resolved,
        "upheld": upheld,
        "compensation_eur": np.round(paid / 5 + 1) * 5.0,
        "desc": [t if rng.random() < 0.85 else None for t in texts],
    }


def _balances(
    rng: np.random.Generator, accounts: Columns, txns: Columns, rates: Columns
) -> Columns:
    """Quarter-end balances; sets opening_bal so that overdrafts stay rare, and balance today."""
    ends = (np.arange("2023-04", "2026-02", 3, dtype="M8[M]").astype("M8[D]")) - 1
    day = txns["booked_at"].astype("M8[D]")
    quarter = np.searchsorted(ends, day)
    moved = np.where(txns["status"] == "booked", txns["amount"], 0.0)
    flow = np.zeros((len(accounts["account_id"]), len(ends)))
    np.add.at(flow, (txns["_account"], quarter), moved)
    course = np.cumsum(flow, axis=1)
    spare = np.where(rng.random(len(flow)) < 0.11, -0.9, 0.1) * np.nan_to_num(accounts["od_limit"])
    opening = np.round(np.maximum(accounts["opening_bal"], spare - course.min(axis=1)), 2)
    tight = spare < 0
    opening = np.where(tight, np.round(spare - course.min(axis=1), 2), opening)
    opening = np.maximum(opening, 0)
    accounts["opening_bal"] = opening
    gone = ~np.isnat(accounts["closed_on"])
    accounts["balance"] = np.where(gone, 0.0, np.round(opening + course[:, -1], 2))
    live = (accounts["opened_on"][:, None] <= ends) & ~(accounts["closed_on"][:, None] <= ends)
    row, column = np.nonzero(live)
    rate = _rate_on(rates, accounts["ccy"][row], ends[column])
    return {
        "account_id": accounts["account_id"][row],
        "qtr_end": ends[column],
        "balance_eur": np.round((opening[row] + course[row, column]) * rate, 2),
    }
