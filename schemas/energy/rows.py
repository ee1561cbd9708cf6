"""Rows of a grid operator that also sells electricity, 2023-01-01 to 2025-12-31."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from .arrow import levels
from .billing import make_bills, make_payments
from .contracts import make_calls, make_contract_rows, make_contracts, make_customers, make_tariffs
from .generation import make_generation, make_plants, make_spot_prices
from .grid import make_feeder_peaks, make_feeders, make_outages, make_substations, make_weather
from .sites import make_meters, make_readings, make_sites, make_usage
from .work import make_jobs, make_technicians, make_work_orders


def tables(seed: int = 7) -> Iterator[tuple[str, pa.Table]]:
    """(table name, rows) of every table, those referred to first; the same for the same seed."""
    rng = np.random.Generator(np.random.PCG64(seed))
    stations, table = make_substations(rng)
    yield "substations", table
    feeders, table = make_feeders(rng, stations)
    yield from levels("feeders", table, "parent_feeder_id")
    weather, table = make_weather(rng)
    yield "weather", table
    yield "spot_prices", make_spot_prices(rng)
    sites, table = make_sites(rng, feeders)
    yield "sites", table
    usage = make_usage(rng, sites)
    meters, table = make_meters(rng, sites)
    yield "meters", table
    yield "readings", make_readings(rng, meters, usage)
    outages, interruptions = make_outages(rng, feeders, sites, weather)
    tariffs, table = make_tariffs()
    supplies = make_contracts(rng, sites, tariffs)
    customers, people = make_customers(rng, supplies)
    yield from (("customers", people), ("tariffs", table))
    contracts, table = make_contract_rows(rng, supplies, tariffs)
    yield from levels("contracts", table, "prev_contract_id")
    bills, table = make_bills(rng, contracts, customers, tariffs, usage)
    yield from (("bills", table), ("payments", make_payments(rng, bills)))
    yield "calls", make_calls(rng, customers, outages)
    crew, table = make_technicians(rng)
    yield from levels("technicians", table, "leader_id")
    yield "outages", interruptions
    yield (
        "work_orders",
        make_work_orders(rng, make_jobs(rng, feeders, sites, meters, outages), crew),
    )
    plants, table = make_plants(rng, sites, feeders)
    yield "plants", table
    yield "generation", make_generation(rng, plants)
    yield "feeder_peaks", make_feeder_peaks(rng, feeders)
