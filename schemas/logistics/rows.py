"""Rows of the logistics database: a European freight forwarder, 2023-01-01 to 2025-12-31."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from .arrow import levels
from .charges import bill_charges, make_charge_rows, make_incident_rows, make_incidents
from .customers import make_customers
from .drawing import Draw, Rng
from .fleet import make_drivers, make_fuel, make_vehicles, make_workshop
from .freight import (
    assign_means,
    drive_legs,
    make_attempts,
    make_bookings,
    make_leg_rows,
    make_parcels,
    make_shipments,
    plan_legs,
)
from .network import make_carriers, make_hubs, make_routes, make_services


def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    """(table name, rows) of every table in foreign-key order; the same for the same seed.

    A table that refers to itself comes in several parts, those referred to first.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    known: dict[str, Draw] = {}
    known["hubs"], table = make_hubs()
    yield from levels("hubs", table, "parent_hub_id")
    known["carriers"], table = make_carriers()
    yield "carriers", table
    known["services"], table = make_services()
    yield "service_levels", table
    known["customers"], table = make_customers(rng, known["hubs"])
    yield from levels("customers", table, "parent_id")
    known["drivers"], table = make_drivers(rng, known["hubs"])
    yield from levels("drivers", table, "mentor_id")
    known["vehicles"], table = make_vehicles(rng, known["hubs"])
    yield "vehicles", table
    known["routes"], table = make_routes(rng, known["hubs"])
    yield "routes", table
    yield from _freight(rng, known)
    yield "fuel_fills", make_fuel(rng, known["vehicles"])
    yield "workshop_jobs", make_workshop(rng, known["vehicles"])


def _freight(rng: Rng, known: dict[str, Draw]) -> Iterator[tuple[str, pa.Table]]:
    heads = make_bookings(rng, known)
    parcels, legs = make_parcels(rng, heads, known), plan_legs(rng, heads, known)
    assign_means(rng, legs, known)
    drive_legs(rng, heads, legs, known)
    attempts, shipments = make_attempts(rng, heads, known), make_shipments(rng, heads, known)
    moves = make_leg_rows(rng, heads, legs, known)
    invoices, charges = bill_charges(rng, heads, make_charge_rows(rng, heads, known), known)
    found = make_incidents(rng, heads, legs, known)
    incidents, claims = make_incident_rows(rng, heads, found)
    parts = {"invoices": invoices, "shipments": shipments, "parcels": parcels, "legs": moves}
    yield from parts.items()
    parts = {"attempts": attempts, "charges": charges, "incidents": incidents, "claims": claims}
    yield from parts.items()
