"""Rows of the retail database: a shop chain with web shop and stores, 2023-01-01 to 2025-12-31."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from .arrow import levels
from .customers import make_addresses, make_customers
from .drawing import Draw
from .fulfilment import make_payments, make_returns, make_shipments
from .goods import make_categories, make_inventory, make_products, make_reviews, make_suppliers
from .orders import make_order_heads, make_order_lines, make_orders
from .stores import make_employees, make_promotions, make_stores


def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    """(table name, rows) of every table in foreign-key order; the same for the same seed.

    A table that refers to itself comes in several parts, those referred to first.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    known: dict[str, Draw] = {}
    yield "suppliers", make_suppliers(rng)
    known["categories"], table = make_categories()
    yield from levels("categories", table, "parent_id")
    known["products"], table = make_products(rng, known["categories"]["leaves"])
    yield "products", table
    known["stores"], table = make_stores()
    yield "stores", table
    known["staff"], table = make_employees(rng, known["stores"])
    yield from levels("employees", table, "mgr_id")
    known["customers"], table = make_customers(rng, known["stores"])
    yield from levels("customers", table, "referred_by")
    known["addresses"], table = make_addresses(rng, known["customers"], known["stores"])
    yield "addresses", table
    known["promotions"], table = make_promotions()
    yield "promotions", table
    yield from _sales(rng, known)


def _sales(rng: np.random.Generator, known: dict[str, Draw]) -> Iterator[tuple[str, pa.Table]]:
    heads = make_order_heads(rng, known)
    lines, line_table = make_order_lines(rng, heads, known)
    known["shipments"], parcels = make_shipments(rng, heads)
    money, order_table = make_orders(heads, lines)
    yield "orders", order_table
    yield "order_lines", line_table
    business = known["customers"]["business"][heads["who"]]
    yield "payments", make_payments(rng, heads, money["total"], business)
    yield "shipments", parcels
    yield "returns", make_returns(rng, heads, lines, known)
    yield "inventory", make_inventory(rng, known["stores"], known["products"])
    yield "reviews", make_reviews(rng, heads, lines, known)
