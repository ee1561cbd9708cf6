"""Rows of a fictional European bank, 2023 to 2025, the same for the same seed."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from .accounts import (
    make_accounts,
    make_balances,
    make_fx_rates,
    make_products,
    make_standing_orders,
)
from .arrow import arrow
from .drawing import Columns
from .lending import make_collateral, make_loan_applications, make_loan_payments, make_loans
from .payments import make_cards, make_fraud_alerts, make_merchants, make_transactions
from .people import make_branches, make_complaints, make_customers, make_employees


def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    """Name and rows of each table, referenced tables first."""
    rng = np.random.Generator(np.random.PCG64(seed))
    branches = make_branches(rng)
    employees = make_employees(rng, branches)
    customers = make_customers(rng, branches, employees)
    products = make_products()
    rates = make_fx_rates(rng)
    accounts, holders = make_accounts(rng, customers, products)
    cards = make_cards(rng, accounts, holders)
    merchants = make_merchants(rng)
    txns = make_transactions(rng, accounts, cards, merchants, rates)
    alerts = make_fraud_alerts(rng, txns, merchants, employees)
    applications = make_loan_applications(rng, customers, employees)
    loans = make_loans(rng, customers, applications)
    payments = make_loan_payments(rng, loans, customers)
    quarters = make_balances(rng, accounts, txns, rates)
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
        ("collateral", make_collateral(rng, loans)),
        ("standing_orders", make_standing_orders(rng, accounts)),
        ("complaints", make_complaints(rng, customers)),
        ("qtr_balances", quarters),
        ("fx_rates", rates),
    ]
    for name, columns in made:
        yield name, arrow(columns)
