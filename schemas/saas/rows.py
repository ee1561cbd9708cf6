"""Rows of the saas database: a subscription software company, 2023-01-02 to 2025-12-31."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from .accounts import make_account_state, make_accounts, make_users
from .arrow import arrow, levels
from .billing import make_invoice_tables, make_invoices, make_usage
from .company import make_plans, make_staff
from .drawing import LAST, NAMES
from .product import make_events, make_experiments, make_flags
from .subscriptions import make_account_base, make_histories, make_subscriptions
from .support import make_incidents, make_nps, make_tickets


def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    """(table name, rows) of every table in foreign-key order; the same for the same seed.

    A table that refers to itself comes in several parts, those referred to first.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    yield "plans", make_plans()
    staff, table = make_staff(rng)
    yield from levels("staff", table, "lead_id")
    base = make_account_base(rng)
    subs = make_histories(rng, base, staff)
    state = make_account_state(rng, base, subs, staff)
    yield from levels("accounts", make_accounts(rng, base, state), "parent_id")
    users, table = make_users(rng, base, state)
    yield from levels("users", table, "invited_by")
    over, usage = make_usage(rng, subs)
    bills = make_invoices(rng, base, subs, over)
    late = {row["sub"] for row in bills if row["status"] == "open" and row["due"] < LAST}
    yield "subscriptions", make_subscriptions(subs, late)
    yield from make_invoice_tables(bills)
    yield "features", arrow("features", *list(zip(*NAMES["features"], strict=True))[:6])
    yield "events", make_events(rng, users, state)
    yield "usage_monthly", usage
    yield from make_flags(rng, base, state, staff)
    yield from make_experiments(rng, users, staff)
    trouble, table = make_incidents(rng)
    yield "incidents", table
    yield "tickets", make_tickets(rng, users, state, staff, trouble)
    yield "nps_surveys", make_nps(rng, base, users, state)
