"""A missing, damaged, foreign or locked database is one clear line, and nothing is written."""

import os
import sqlite3
import subprocess
import sys
import time

import duckdb
import pytest

from sqlft.config import Limits
from sqlft.database import build_duckdb, close_workers, locate, read
from sqlft.errors import InputError

LIMITS = Limits(timeout_s=20, memory_mib=512)


def _refused(database, sql="FROM orders"):
    with pytest.raises(InputError) as caught:
        read(database, sql, LIMITS)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


def test_a_file_that_went_away_is_missing(shop, shop_path):
    shop_path.unlink()
    assert "no such database" in _refused(shop)


@pytest.mark.parametrize("kept_bytes", [20, 4096, 8192, 13000])
def test_a_truncated_duckdb_file_is_said(shop, shop_path, kept_bytes):
    shop_path.write_bytes(shop_path.read_bytes()[:kept_bytes])
    assert "cannot be read" in _refused(shop)


def test_a_damaged_duckdb_file_is_said(shop, shop_path):
    content = bytearray(shop_path.read_bytes())
    for start in range(12288, len(content), 4096):
        content[start + 64 : start + 512] = b"\xa5" * 448
    shop_path.write_bytes(content)
    assert "cannot be read" in _refused(shop, "SELECT sum(order_id), max(city) FROM orders")


def test_a_duckdb_file_of_another_version_is_said(shop, shop_path):
    content = bytearray(shop_path.read_bytes())
    content[12:20] = (9999).to_bytes(8, "little")
    shop_path.write_bytes(content)
    message = _refused(shop)
    assert "cannot be read" in message or "another version" in message


@pytest.mark.parametrize("kept_bytes", [16, 100, 1000, 5000])
def test_a_truncated_sqlite_file_is_said(sqlite_shop, sqlite_path, kept_bytes):
    sqlite_path.write_bytes(sqlite_path.read_bytes()[:kept_bytes])
    assert "cannot be" in _refused(sqlite_shop, "SELECT sum(amount), max(city) FROM orders")


def test_a_damaged_sqlite_file_is_said(sqlite_shop, sqlite_path):
    content = bytearray(sqlite_path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    sqlite_path.write_bytes(content)
    assert "cannot be read" in _refused(sqlite_shop, "SELECT sum(amount) FROM orders")


HOLD_DUCKDB = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1])
connection.execute("CREATE TABLE more (a INTEGER)")
print("held", flush=True)
sys.stdin.read()
"""
HOLD_SQLITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


def _holder(script, path):
    holder = subprocess.Popen(
        [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_a_duckdb_file_held_by_a_writer_is_said_and_works_again_later(shop):
    close_workers()
    with _holder(HOLD_DUCKDB, shop.location) as holder:
        assert f"open for writing in another program (process {holder.pid})" in _refused(shop)
        holder.stdin.close()
    assert read(shop, "SELECT count(*) AS n FROM orders", LIMITS).table["n"].to_pylist() == [1000]


def test_a_sqlite_file_held_by_a_writer_is_said_and_works_again_later(sqlite_shop):
    with _holder(HOLD_SQLITE, sqlite_shop.location) as holder:
        assert "locked by another program" in _refused(sqlite_shop, "SELECT 1 FROM orders")
        holder.stdin.close()
    assert read(sqlite_shop, "SELECT 1 FROM orders", LIMITS).table.num_rows == 1000


def test_a_duckdb_file_with_a_log_of_changes_is_read_with_them(tmp_path):
    path = tmp_path / "busy.duckdb"
    script = (
        "import duckdb, os, sys\n"
        "c = duckdb.connect(sys.argv[1])\n"
        "c.execute('CREATE TABLE t AS SELECT 1 AS a'); c.execute('CHECKPOINT')\n"
        "c.execute('INSERT INTO t VALUES (2)'); os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert len(before) == 2
    assert read(locate(path), "FROM t", LIMITS).table["a"].to_pylist() == [1, 2]
    close_workers()
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_duckdb_file_written_by_an_older_format_is_read(tmp_path):
    path = tmp_path / "old.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS old (STORAGE_VERSION 'v1.0.0')")
        connection.execute("CREATE TABLE old.t AS SELECT 1 AS a")
    assert read(locate(path), "FROM t", LIMITS).table.to_pylist() == [{"a": 1}]


def test_a_sqlite_file_in_wal_mode_is_read_without_a_byte_beside_it(tmp_path):
    path = tmp_path / "wal.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (a)")
    connection.execute("INSERT INTO t VALUES (1)")
    live = read(locate(path), "SELECT a FROM t", LIMITS).table
    assert live["a"].to_pylist() == [1]
    connection.execute("INSERT INTO t VALUES (2)")
    live = read(locate(path), "SELECT a FROM t", LIMITS).table
    assert live["a"].to_pylist() == [1, 2]
    connection.close()
    assert [file.name for file in tmp_path.iterdir()] == ["wal.db"]
    at_rest = read(locate(path), "SELECT a FROM t", LIMITS).table
    assert at_rest["a"].to_pylist() == [1, 2]
    assert [file.name for file in tmp_path.iterdir()] == ["wal.db"]


@pytest.mark.parametrize("days", [-20_000, 4000])
def test_a_moved_clock_spoils_neither_queries_nor_builds(shop, shop_path, monkeypatch, days):
    """Files then seem to be from the future, or older than the file that they replaced."""
    moved = time.time() + days * 86_400
    monkeypatch.setattr(time, "time", lambda: moved)
    for _ in range(2):
        assert read(shop, "SELECT count(*) AS n FROM orders", LIMITS).table["n"][0].as_py() == 1000
        os.utime(shop_path, (max(moved, 1), max(moved, 1)))
    build_duckdb(shop_path, "CREATE TABLE orders (a INTEGER)", [])
    assert read(shop, "SELECT count(*) AS n FROM orders", LIMITS).table["n"][0].as_py() == 0
