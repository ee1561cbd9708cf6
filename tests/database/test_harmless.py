"""The worker is harmless by itself: nothing is written, read elsewhere, sent or kept."""

import hashlib
import os
import sqlite3
from pathlib import Path

import psutil
import pytest

from sqlft.config import Limits
from sqlft.database import close_workers, read, read_catalog
from sqlft.database.worker import sqlite_rules
from sqlft.errors import SqlftError

WRITES = (Path(__file__).parent / "unwanted.sql").read_text(encoding="utf-8").splitlines()[1:]


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
    close_workers()
    others = set(psutil.Process().children())
    read(shop, "SELECT 1", limits)
    (worker,) = set(psutil.Process().children()) - others
    assert worker.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
    assert worker.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert worker.rlimit(psutil.RLIMIT_NOFILE)[1] <= 64
    assert worker.rlimit(psutil.RLIMIT_AS)[1] < 2 << 30
    assert worker.environ() == {"ARROW_DEFAULT_MEMORY_POOL": "system"}
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
    for action in range(100):
        allowed = sqlite_rules.authorize(False, action, "sqlite_master", "load_extension")
        reads = action in (sqlite3.SQLITE_SELECT, sqlite_rules._SQLITE_RECURSIVE)
        assert (allowed == sqlite3.SQLITE_OK) == reads, action
