"""Small databases made for one test, read back through the worker."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from sqlft.database import Database, close_workers, locate

Make = Callable[[str], Database]


@pytest.fixture(scope="session", autouse=True)
def no_worker_left() -> Iterator[None]:
    yield
    close_workers()


@pytest.fixture
def duckdb_of(tmp_path: Path) -> Make:
    def make(sql: str) -> Database:
        path = tmp_path / "shop.duckdb"
        with duckdb.connect(str(path)) as connection:
            connection.execute(sql)
        return locate(path)

    return make


@pytest.fixture
def sqlite_of(tmp_path: Path) -> Make:
    def make(sql: str) -> Database:
        path = tmp_path / "shop.sqlite"
        connection = sqlite3.connect(path)
        connection.executescript(sql)
        connection.commit()
        connection.close()
        return locate(path)

    return make
