"""A small shop, once as a DuckDB file and once as a SQLite file."""

import sqlite3
from pathlib import Path

import pyarrow as pa
import pytest

from sqlft.config import Limits
from sqlft.database import Database, build_duckdb, close_workers, locate

SHOP = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, city VARCHAR, amount DECIMAL(10,2));
CREATE VIEW big_orders AS SELECT * FROM orders WHERE amount > 900;
"""


@pytest.fixture(autouse=True, scope="session")
def _no_worker_left():
    yield
    close_workers()


@pytest.fixture
def limits() -> Limits:
    return Limits(timeout_s=20, memory_mib=512)


@pytest.fixture
def shop_path(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    orders = pa.table(
        {
            "order_id": pa.array(range(1000), pa.int32()),
            "city": pa.array(["Oslo", None, "Bergen", "Tromsø"] * 250),
            "amount": pa.array(range(1000), pa.int32()).cast(pa.decimal128(12, 2)),
        }
    )
    build_duckdb(path, SHOP, [("orders", orders)])
    return path


@pytest.fixture
def shop(shop_path: Path) -> Database:
    return locate(shop_path)


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (order_id INTEGER PRIMARY KEY, city TEXT, amount REAL)")
    cities = ("Oslo", None, "Bergen", "Tromsø")
    rows = [(i, cities[i % 4], i / 2) for i in range(1000)]
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def sqlite_shop(sqlite_path: Path) -> Database:
    return locate(sqlite_path)
