"""Cards, merchants, the money that moves, and the alerts that it raises."""

from typing import Any

import numpy as np

from .accounts import rate_on
from .drawing import (
    COUNTRIES,
    COUNTRY_SHARES,
    EURO_RATES,
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
from .people import on_staff


def make_cards(rng: np.random.Generator, accounts: Columns, holders: Columns) -> Columns:
    """Cards of current and business accounts, with renewals left out."""
    at = holders["account_id"] - 100001
    paying = np.isin(accounts["_family"][at], ["CUR", "BUS"])
    once = np.flatnonzero(paying & (rng.random(len(at)) < 0.9))
    twice = once[rng.random(len(once)) < 0.34]
    rows = np.sort(np.concatenate([once, twice]), kind="stable")
    second = np.append(False, rows[1:] == rows[:-1])
    count = len(rows)
    account = at[rows]
    kind = np.where(second, pick(rng, ["credit", "prepaid"], count, [8, 2]), "debit")
    start = np.maximum(holders["since"][rows], np.datetime64("2020-06-01"))
    issued = np.minimum(days(rng, start, np.minimum(start + 700, TODAY), 1.5), TODAY)
    life = rng.choice([1461, 1461, 1826], count)
    expiry = ((issued + life).astype("M8[M]") + 1).astype("M8[D]") - 1
    blocked = np.where(rng.random(count) < 0.085, days(rng, issued, issued + 1300), NEVER)
    blocked = np.where((blocked > TODAY) | (blocked > expiry) | (blocked < START), NEVER, blocked)
    reason = pick(rng, ["lost", "stolen", "fraud", "customer request"], count, [40, 17, 28, 15])
    limit = np.round(accounts["_level"][account] * 0.35 / 500 + 1) * 500
    return {
        "card_id": ids(count, 500001),
        "account_id": (100001 + account).astype(np.int32),
        "customer_id": holders["customer_id"][rows],
        "kind": kind,
        "network": pick(rng, ["Visa", "Mastercard", "Girocard"], count, [45, 42, 13]),
        "issued_on": issued,
        "ExpiryDate": expiry,
        "limit": np.where(kind == "credit", np.minimum(limit, 50000), np.nan),
        "blocked_on": blocked,
        "block_reason": or_null(~np.isnat(blocked), reason),
        "contactless": (rng.random(count) < 0.96),
        "_account": account,
    }


def make_merchants(rng: np.random.Generator) -> Columns:
    count = 640
    kinds: list[str] = list(NAMES["merchants"])
    shares = [24, 19, 9, 7, 12, 6, 5, 8, 2, 4, 2, 2]
    category = pick(rng, kinds, count, shares)
    online = rng.random(count) < np.where(
        np.isin(category, ["subscriptions", "crypto exchange", "gambling", "travel"]), 0.85, 0.14
    )
    abroad = rng.random(count) < np.where(online, 0.3, 0.07)
    home = pick(rng, COUNTRIES, count, COUNTRY_SHARES)
    land = np.where(abroad, pick(rng, list(NAMES["abroad"]), count), home)
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
        "merchant_id": ids(count, 3001),
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
    day = days(rng, low[account], high[account], 0.86)
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
        kinds[wanted] = pick(rng, list(options), int(wanted.sum()), shares)
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


def make_transactions(
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
    rate = rate_on(rates, ccy, day)
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
    person = np.where(mobile, "mobile", pick(rng, ["online", "branch"], count, [75, 25]))
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
    return or_null(written, pick(rng, list(texts), len(kind), shares))


def make_fraud_alerts(
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
    analysts = on_staff(employees, "fraud analyst")
    busy = rng.dirichlet(np.full(len(analysts), 3.0))
    rules = ["VELOCITY", "GEO_MISMATCH", "HIGH_VALUE", "NEW_PAYEE", "CARD_TESTING"]
    rule = pick(rng, rules[:3] + rules[4:], count, [35, 27, 22, 16])
    rule = np.where(~shopping[hits] & (rng.random(count) < 0.7), "NEW_PAYEE", rule)
    rule = np.where(~shopping[hits] & np.isin(rule, rules[4:]), "HIGH_VALUE", rule)
    return {
        "alert_id": ids(count, 40001),
        "txn_id": txns["txn_id"][hits],
        "raised_at": raised,
        "rule_code": rule.astype(object),
        "score": score,
        "outcome": or_null(done, np.where(fraud, "confirmed", "false_positive")),
        "analyst_emp_no": np.where(done, rng.choice(analysts, count, p=busy), -1).astype(np.int32),
        "closed_at": closed,
        "loss_eur": loss,
        "recovered_eur": back,
    }
