"""The worker is harmless by itself: nothing is written, read elsewhere, sent or kept."""

import hashlib
import os

import pytest

from sqlft.config import Limits
from sqlft.database import close_workers, read, read_catalog
from sqlft.database.worker import sqlite_rules
from sqlft.errors import SqlftError

WRITES = """
INSERT INTO orders VALUES (-1, 'x', 1)
UPDATE orders SET city = 'x'
DELETE FROM orders
DROP TABLE orders
DROP VIEW big_orders
ALTER TABLE orders ADD COLUMN x INTEGER
TRUNCATE orders
CREATE TABLE x AS SELECT 1 AS a
CREATE TEMP TABLE orders AS SELECT 1 AS order_id
CREATE TEMP VIEW orders AS SELECT 1 AS order_id
CREATE TEMP MACRO lower(x) AS 'changed'
CREATE SCHEMA x
CREATE SEQUENCE x
CREATE SECRET x (TYPE s3)
COPY orders TO '{folder}/x.csv'
COPY (SELECT 1) TO '{folder}/x.parquet' (FORMAT parquet)
COPY (SELECT 1) TO '/dev/stdout'
COPY orders FROM '{folder}/other.csv'
EXPORT DATABASE '{folder}/x'
IMPORT DATABASE '{folder}/x'
ATTACH '{folder}/x.duckdb'
ATTACH '{folder}/x.duckdb' AS x (READ_WRITE)
ATTACH '{folder}/x.db' AS x (TYPE sqlite)
ATTACH ':memory:' AS x
ATTACH DATABASE '{folder}/x.db' AS x
DETACH shop
DETACH DATABASE main
USE memory
INSTALL httpfs
INSTALL sqlite FROM community
FORCE INSTALL json
LOAD httpfs
LOAD json
LOAD '{folder}/x.so'
SET enable_external_access = true
SET lock_configuration = false
SET temp_directory = '{folder}'
SET threads = 8
SET memory_limit = '8GB'
SET VARIABLE x = 1
RESET memory_limit
PRAGMA temp_directory = '{folder}'
PRAGMA database_list
PRAGMA journal_mode = WAL
PRAGMA writable_schema = ON
PRAGMA query_only = OFF
PRAGMA user_version = 7
PRAGMA wal_checkpoint(TRUNCATE)
PRAGMA enable_profiling = 'json'
PRAGMA profiling_output = '{folder}/x.json'
VACUUM
VACUUM INTO '{folder}/x.db'
ANALYZE
REINDEX
CHECKPOINT
FORCE CHECKPOINT
BEGIN
BEGIN EXCLUSIVE
COMMIT
SAVEPOINT x
PREPARE x AS SELECT 1
EXECUTE x
CALL pragma_version()
CALL enable_logging()
CALL enable_logging(storage = 'file', storage_path = '{folder}/logs')
EXPLAIN ANALYZE INSERT INTO orders VALUES (-1, 'x', 1)
WITH x AS (SELECT 1) INSERT INTO orders SELECT -1, 'x', 1 FROM x
SELECT * FROM read_csv('/etc/passwd')
SELECT * FROM read_text('/etc/passwd')
SELECT * FROM read_blob('{folder}/*')
SELECT * FROM read_parquet('{folder}/x.parquet')
SELECT * FROM read_json('https://example.com/x.json')
SELECT * FROM read_duckdb('{folder}/shop.duckdb')
SELECT * FROM '/etc/passwd'
SELECT * FROM '{folder}/other.csv'
SELECT * FROM glob('{folder}/*')
SELECT * FROM sniff_csv('/etc/passwd')
SELECT * FROM sqlite_scan('{folder}/shop.db', 'orders')
SELECT * FROM relation
SELECT * FROM query('INSERT INTO orders VALUES (-1, ''x'', 1)')
SELECT write_log('x', level := 'error')
SELECT load_extension('{folder}/x.so')
SELECT writefile('{folder}/x', 'x')
SELECT readfile('/etc/passwd')
SELECT fts3_tokenizer('x', 'y')
SELECT getenv('PATH')
SELECT nextval('x')
SELECT 1; DROP TABLE orders
""".strip().splitlines()


def _state(folder):
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
    }


@pytest.mark.parametrize("reading", [read, read_catalog])
@pytest.mark.parametrize("kind", ["shop", "sqlite_shop"])
def test_no_statement_changes_a_file_the_folder_or_the_next_query(
    kind, reading, request, tmp_path, monkeypatch
):
    database = request.getfixturevalue(kind)
    (tmp_path / "other.csv").write_text("order_id\n1\n", encoding="ascii")
    monkeypatch.setenv("SQLFT_TEST_SECRET", "s3cret")
    limits = Limits(timeout_s=10, memory_mib=512)
    before = _state(tmp_path)
    environment = dict(os.environ)
    answered = {}
    for sql in WRITES:
        try:
            table = reading(database, sql.format(folder=tmp_path), limits).table
            answered[sql] = table.to_pylist()
        except SqlftError as error:
            assert "\n" not in str(error), sql
        rows = reading(database, "SELECT count(*) AS n, lower('A') AS a FROM orders", limits)
        assert rows.table.to_pylist() == [{"n": 1000, "a": "a"}], sql
    assert _state(tmp_path) == before
    assert dict(os.environ) == environment
    assert not any("root:" in str(rows) or "s3cret" in str(rows) for rows in answered.values())
    if reading is read:
        # What still runs for anybody makes rows from nothing, or none at all.
        assert set(answered) <= {"SELECT write_log('x', level := 'error')"}


def test_a_worker_cannot_write_a_byte(shop, limits, tmp_path):
    psutil = pytest.importorskip("psutil")
    close_workers()
    read(shop, "SELECT 1", limits)
    (worker,) = psutil.Process().children()
    assert worker.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
    assert worker.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert worker.rlimit(psutil.RLIMIT_NOFILE)[1] <= 64
    assert worker.rlimit(psutil.RLIMIT_AS)[1] < 2 << 30
    assert worker.environ() == {}
    assert worker.cwd() == "/"
    assert os.getpgid(worker.pid) == worker.pid != os.getpgid(0)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM sqlite_master",
        "SELECT * FROM pragma_table_list",
        "SELECT p.* FROM sqlite_master m, pragma_table_xinfo(m.name) p",
        "PRAGMA table_info(orders)",
    ],
)
def test_a_sqlite_catalog_is_for_sqlft_alone(sqlite_shop, limits, sql):
    assert read_catalog(sqlite_shop, sql, limits).table.num_rows
    with pytest.raises(SqlftError, match="only reading"):
        read(sqlite_shop, sql, limits)


def test_an_unknown_sqlite_function_or_action_is_refused():
    import sqlite3

    for action in range(100):
        allowed = sqlite_rules.authorize(False, action, "sqlite_master", "load_extension")
        reads = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE)
        assert (allowed == sqlite3.SQLITE_OK) == reads, action
