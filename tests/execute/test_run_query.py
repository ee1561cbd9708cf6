"""Execution refuses by itself what the policy refuses, and runs the rest."""

import hashlib
import sqlite3
from pathlib import Path

import pyarrow as pa
import pytest

from sqlft.config import Limits
from sqlft.database import build_duckdb, close_workers, locate
from sqlft.errors import InputError, SqlError
from sqlft.execute import run_query


@pytest.fixture(autouse=True, scope="module")
def _no_worker_left():
    yield
    close_workers()


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.duckdb"
    orders = pa.table({"order_id": [1, 2, 3], "city": ["Oslo", "Bergen", None]})
    build_duckdb(path, "CREATE TABLE orders (order_id INTEGER, city VARCHAR)", [("orders", orders)])
    return locate(path)


@pytest.fixture
def sqlite_shop(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (order_id INTEGER, city TEXT)")
        connection.execute("INSERT INTO orders VALUES (1, 'Oslo'), (2, 'Bergen'), (3, NULL)")
    connection.close()
    return locate(path)


@pytest.mark.parametrize("kind", ["shop", "sqlite_shop"])
def test_a_query_returns_its_rows(kind, request):
    database = request.getfixturevalue(kind)
    sql = "SELECT city, count(*) AS n FROM orders WHERE city IS NOT NULL GROUP BY city ORDER BY 1"
    result = run_query(sql, database)
    assert result.table.to_pylist() == [{"city": "Bergen", "n": 1}, {"city": "Oslo", "n": 1}]
    assert not result.truncated
    assert run_query("SELECT * FROM orders", database, Limits(max_rows=2)).truncated


def test_a_database_may_be_named_by_its_path(shop):
    for named in (shop.location, Path(shop.location)):
        assert run_query("SELECT 1 AS n", named).table.to_pylist() == [{"n": 1}]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sql": None}, "sql must be text"),
        ({"database": None}, "database must be"),
        ({"limits": {"max_rows": 2}}, r"limits must be a sqlft\.Limits"),
    ],
)
def test_an_argument_of_a_wrong_type_is_named(shop, change, said):
    with pytest.raises(InputError, match=said):
        run_query(**{"sql": "SELECT 1", "database": shop, **change})


def test_a_query_may_begin_with_from(shop):
    rows = run_query("FROM orders SELECT count(*) AS n", shop).table.to_pylist()
    assert rows == [{"n": 3}]


@pytest.mark.parametrize("kind", ["shop", "sqlite_shop"])
@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM orders",
        "SELECT 1; DROP TABLE orders",
        "CREATE TEMP TABLE x AS SELECT 1",
        "ATTACH 'x.db' AS x",
        "PRAGMA table_info('orders')",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT getenv('PATH')",
        "SELECT load_extension('x')",
        "SELECT nosuchfunction(1)",
    ],
)
def test_what_the_policy_refuses_never_reaches_a_worker(kind, sql, request, monkeypatch):
    database = request.getfixturevalue(kind)
    before = hashlib.sha256(Path(database.location).read_bytes()).digest()

    def reached(*_, **__):
        raise AssertionError("it ran")

    monkeypatch.setattr("sqlft.execute.run.read", reached)
    with pytest.raises(SqlError) as caught:
        run_query(sql, database)
    assert caught.value.kind in ("forbidden", "parse_error")
    assert hashlib.sha256(Path(database.location).read_bytes()).digest() == before


def test_what_the_engine_refuses_is_an_error_of_the_query(shop):
    with pytest.raises(SqlError) as caught:
        run_query("SELECT nope FROM orders", shop)
    assert caught.value.kind == "query_error"


def test_a_running_query_can_be_cancelled(shop):
    with pytest.raises(SqlError, match="cancelled"):
        run_query(
            "SELECT count(*) FROM range(100000000) a, range(1000) b", shop, cancel=lambda: True
        )


def test_a_server_is_not_run_on(shop):
    with pytest.raises(InputError, match="queries are not run on") as caught:
        run_query("SELECT 1", locate("postgresql://ann:s3cret@db/shop"))
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"
    assert "--sql-only" in str(caught.value.hint)


@pytest.mark.parametrize("kind", ["shop", "sqlite_shop"])
@pytest.mark.parametrize("end", [";", " ; -- all of them", "; /* all */ ;", " -- all; of them"])
def test_a_closing_semicolon_and_comments_are_no_second_statement(kind, end, request):
    database = request.getfixturevalue(kind)
    rows = run_query(f"SELECT count(*) AS n, ';' AS s FROM orders{end}", database).table.to_pylist()
    assert rows == [{"n": 3, "s": ";"}]
