"""Products, accounts with their holders, balances, standing orders and exchange rates."""

from typing import Any

import numpy as np

from .drawing import EURO_RATES, NAMES, NEVER, START, TODAY, Columns, days, ids, pick


def make_products() -> Columns:
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


def make_fx_rates(rng: np.random.Generator) -> Columns:
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


def rate_on(rates: Columns, ccy: Any, day: Any) -> Any:
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


def make_accounts(
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
        rest = pick(rng, list(options), max(held - len(first), 0), shares)
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
    opened = np.minimum(days(rng, first, np.maximum(last, first), 1.8), TODAY)
    accounts = _account_columns(rng, customers, who, code, opened, left)
    return accounts, _holders(rng, customers, who, opened)


def _account_columns(
    rng: np.random.Generator, customers: Columns, who: Any, code: Any, opened: Any, left: Any
) -> Columns:
    count = len(who)
    early = (rng.random(count) < 0.05) & np.isnat(left) & (opened < TODAY - 500)
    closed = np.where(early, days(rng, np.maximum(opened + 200, START), TODAY), left)
    closed = np.where(closed < opened, opened, closed)
    ccy = np.where(code == "CUR-FX", pick(rng, list(EURO_RATES), count, [2, 3, 2, 1, 4]), "EUR")
    status = pick(rng, ["open", "dormant", "frozen"], count, [94.5, 5, 0.5])
    family = np.array([c.split("-")[0] for c in code])
    size = {"mass": 2600, "affluent": 16000, "private": 140000, "sme": 21000, "corporate": 260000}
    level = np.array([size[s] for s in customers["segment"][who]])
    level = level * np.where(family == "TD", 3.0, np.where(family == "SAV", 1.7, 0.8))
    overdraft = np.isin(family, ["CUR", "BUS"]) & (rng.random(count) < 0.38)
    limit = np.round(level * rng.choice([0.2, 0.4, 0.8], count) / 500 + 1) * 500
    land = customers["country"][who]
    return {
        "account_id": ids(count, 100001),
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
    since = np.concatenate([opened, days(rng, first, TODAY, 1.6)])
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


def make_standing_orders(rng: np.random.Generator, accounts: Columns) -> Columns:
    paying = np.flatnonzero(np.isin(accounts["_family"], ["CUR", "BUS"]))
    account = np.sort(rng.choice(paying, 2100))
    count = len(account)
    payee = pick(rng, list(NAMES["payees"]), count, [22, 9, 10, 8, 5, 6, 16, 5, 8, 4, 8, 3])
    typical = {"Landlord": 840, "Tax Office": 410, "Car lease": 330, "Savings pot": 180}
    size = np.array([typical.get(name, 60) for name in payee]) * rng.lognormal(0, 0.4, count)
    opened = accounts["opened_on"][account]
    first = days(rng, opened, TODAY, 1.2)
    limit = days(rng, first, first + 1500)
    closed = accounts["closed_on"][account]
    last = np.where(rng.random(count) < 0.3, limit, NEVER)
    return {
        "so_id": ids(count, 1),
        "account_id": accounts["account_id"][account],
        "payee": payee,
        "amount": np.round(size / 5 + 1) * 5.0,
        "frequency": pick(rng, ["monthly", "quarterly", "weekly"], count, [82, 12, 6]),
        "first_on": first,
        "last_on": np.where(np.isnat(closed), last, np.maximum(closed, first)),
        "paused": rng.random(count) < 0.06,
    }


def make_balances(
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
    rate = rate_on(rates, accounts["ccy"][row], ends[column])
    return {
        "account_id": accounts["account_id"][row],
        "qtr_end": ends[column],
        "balance_eur": np.round((opening[row] + course[row, column]) * rate, 2),
    }
