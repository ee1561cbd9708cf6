"""A stream gives each statement what it would have got alone, whatever its neighbours do."""

import random
import sqlite3
import time
from pathlib import Path

import psutil
import pytest

from sqlft.config import Limits
from sqlft.database import PackedRows, Stream, locate, read, streamed
from sqlft.database.stream import SENT_AHEAD_AT_MOST
from sqlft.errors import InputError, SqlError

LIMITS = Limits(timeout_s=20, memory_mib=512)
HUNG = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
DEAF = "SELECT instr(hex(zeroblob(5000000)), hex(zeroblob(2000000)) || 'x')"
"""One call that runs for many minutes, hears no interrupt and makes nothing large: no limit but
that of time can end it."""


def make(path: Path, rows: int) -> Path:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (i INTEGER, x REAL, s TEXT, b BLOB, m)")
    mixed = (None, 1, 1.5, "é\0'\"\\", b"\x00\xff", 2**62, -0.0, 1e308)
    connection.executemany(
        "INSERT INTO t VALUES (?, ?, ?, ?, ?)",
        [(at, at / 7, f"text {at}", b"\x80" * at, mixed[at % 8]) for at in range(rows)],
    )
    connection.commit()
    connection.close()
    return path


def answers(stream: Stream) -> list[object]:
    return [stream.answer() for _ in range(len(stream))]


def test_answers_come_in_order_with_sqlites_own_values(tmp_path):
    files = [make(tmp_path / f"{at}.sqlite", 10 + at) for at in range(3)]
    draw = random.Random(4)
    asked = []
    with streamed(LIMITS) as stream:
        for _ in range(4 * SENT_AHEAD_AT_MOST):
            file, sql = draw.choice(files), f"SELECT * FROM t WHERE i < {draw.randrange(14)}"
            stream.put(locate(file), sql)
            asked.append((file, sql))
        found = answers(stream)
    for (file, sql), one in zip(asked, found, strict=True):
        with sqlite3.connect(file) as connection:
            plain = connection.execute(sql)
            assert one.names == tuple(column[0] for column in plain.description)
            rows = plain.fetchall()
        connection.close()
        assert one.rows() == rows
        assert [list(map(type, row)) for row in one.rows()] == [list(map(type, r)) for r in rows]


def test_same_rows_are_same_bytes_and_others_are_not(sqlite_shop):
    same = ("SELECT 1 AS a, 'x' AS b", "SELECT 1, 'x'")
    others = ("SELECT 1.0, 'x'", "SELECT '1', 'x'", "SELECT 1, X'78'", "SELECT 1, NULL")
    with streamed(LIMITS) as stream:
        for sql in (*same, *others):
            stream.put(sqlite_shop, sql)
        packed = [one.packed for one in answers(stream)]
    assert packed[0] == packed[1] and len(set(packed)) == 1 + len(others)


def test_a_failure_stays_with_its_statement(sqlite_shop, tmp_path):
    gone = locate(make(tmp_path / "gone.sqlite", 1))
    Path(gone.location).unlink()
    harm = ("ATTACH '/tmp/x' AS x", "PRAGMA table_info(orders)", "SELECT sql FROM sqlite_master")
    with streamed(Limits(timeout_s=20, memory_mib=512, max_rows=5, max_result_mib=1)) as stream:
        for sql in ("SELECT nope FROM orders", *harm, "SELECT zeroblob(9000000)"):
            stream.put(sqlite_shop, sql)
            stream.put(gone, "SELECT 1")
            stream.put(sqlite_shop, "SELECT order_id FROM orders")
        found = answers(stream)
    assert all(isinstance(one, SqlError) for one in found[0::3])
    assert all(isinstance(one, InputError) for one in found[1::3])
    assert all(one.truncated and len(one.rows()) == 5 for one in found[2::3])


@pytest.mark.parametrize("hung", [HUNG, DEAF], ids=["endless", "deaf"])
def test_a_hung_statement_costs_its_deadline_and_nothing_else(sqlite_shop, hung):
    limits = Limits(timeout_s=0.5, memory_mib=512, max_result_mib=200)
    with streamed(limits) as stream:
        for at in range(100):
            stream.put(sqlite_shop, hung if at == 50 else f"SELECT {at}")
        start = time.monotonic()
        found = answers(stream)
        took_s = time.monotonic() - start
    assert isinstance(found[50], SqlError) and found[50].kind == "timeout"
    assert [one.rows() for one in found[:50] + found[51:]] == [
        [(at,)] for at in range(100) if at != 50
    ]
    assert took_s < 15  # what ended it is said above; here, that nothing waited long for it


def test_a_killed_worker_is_replaced_for_the_rest(sqlite_shop):
    with streamed(LIMITS) as stream:
        for at in range(10):
            stream.put(sqlite_shop, f"SELECT {at}")
        stream.put(sqlite_shop, HUNG)
        stream.put(sqlite_shop, "SELECT 11")
        assert [stream.answer().rows() for _ in range(10)] == [[(at,)] for at in range(10)]
        stream._worker._process.kill()
        killed = stream.answer()
        assert isinstance(killed, SqlError) and "killed" in killed.message
        assert stream.answer().rows() == [(11,)]


def test_nothing_is_left_behind_and_no_file_stays_open(sqlite_shop, sqlite_path):
    before = {child.pid for child in psutil.Process().children()}
    with streamed(LIMITS) as stream:
        for _ in range(3):
            stream.put(sqlite_shop, "SELECT count(*) FROM orders")
        answers(stream)
        (worker,) = {c for c in psutil.Process().children() if c.pid not in before}
        assert str(sqlite_path) not in {file.path for file in worker.open_files()}
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    assert {child.pid for child in psutil.Process().children()} <= before


def test_a_cancelled_stream_says_so(sqlite_shop):
    with streamed(LIMITS, cancel=lambda: True) as stream:
        stream.put(sqlite_shop, HUNG)
        with pytest.raises(SqlError, match="cancelled"):
            stream.answer()


def test_what_is_not_rows_is_an_error():
    for packed in (b"[[1,2]]", b"{}", b"[1]", b"nonsense", b"[" * 100_000, b'[{"blob":"xyz"}]'):
        with pytest.raises(SqlError, match="cannot be read"):
            PackedRows(names=("a",), packed=packed, truncated=False).rows()


def test_a_replaced_sqlite_file_is_seen_by_the_next_query(sqlite_shop, sqlite_path, tmp_path):
    assert read(sqlite_shop, "SELECT count(*) AS n FROM orders", LIMITS).table["n"][0].as_py()
    other = make(tmp_path / "other.sqlite", 3)
    other.replace(sqlite_path)
    assert read(sqlite_shop, "SELECT count(*) AS n FROM t", LIMITS).table["n"][0].as_py() == 3
