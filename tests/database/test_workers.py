"""Workers are shared, replaced and never left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from sqlft.config import Limits
from sqlft.database import build_duckdb, close_workers, pool, read
from sqlft.errors import SqlError

LIMITS = Limits(timeout_s=20, memory_mib=512)
ENDLESS = "SELECT count(*) FROM orders a, orders b, orders c, orders d WHERE a.city < d.city"
PACKAGE = Path(pool.__file__).parents[2]


@pytest.fixture(autouse=True)
def _from_none_to_none():
    close_workers()
    assert _workers() == []
    yield
    close_workers()
    assert _until(lambda: _workers() == [])


def _workers():
    """Processes of ours that read databases; other tests may have left helpers of their own."""
    return [child for child in psutil.Process().children(recursive=True) if _is_worker(child)]


def _is_worker(child):
    try:
        return "-S" in child.cmdline()
    except psutil.Error:  # what other tests left may be ended and not waited for
        return False


def _until(true, seconds=30.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False


def _gone(process):
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_two_hundred_queries_of_sixteen_threads_leave_nothing_behind(shop, sqlite_shop):
    read(shop, "SELECT 1", LIMITS)
    close_workers()
    files_before = psutil.Process().num_fds()
    most = []

    def ask(i):
        database = (shop, sqlite_shop)[i % 2]
        sql = f"SELECT count(*) AS n, {i} AS i FROM orders WHERE order_id < {i}"
        row = read(database, sql, LIMITS).table.to_pylist()[0]
        if i % 20 == 0:
            most.append(len(_workers()))
        return row

    with ThreadPoolExecutor(16) as threads:
        rows = list(threads.map(ask, range(200)))
    assert rows == [{"n": i, "i": i} for i in range(200)]
    assert max(most) <= pool.WORKERS_AT_MOST
    close_workers()
    assert _until(lambda: _workers() == [])
    assert psutil.Process().num_fds() <= files_before  # fewer: other tests' garbage


def test_a_worker_outlives_the_thread_that_asked_first(shop):
    thread = threading.Thread(target=read, args=(shop, "SELECT 1", LIMITS))
    thread.start()
    thread.join()
    (first,) = _workers()
    time.sleep(0.2)
    read(shop, "SELECT 1", LIMITS)
    assert [worker.pid for worker in _workers()] == [first.pid]


def test_a_failed_query_keeps_its_worker(shop, monkeypatch):
    # A busy machine may be late to stop a query, which costs the worker its life.
    monkeypatch.setattr(sys.modules["sqlft.database.read"], "GRACE_S", 15.0)
    read(shop, "SELECT 1", LIMITS)
    (first,) = _workers()
    for sql in ("SELECT nothing", "SELEC", "SELECT error('x')", "DROP TABLE orders"):
        with pytest.raises(SqlError):
            read(shop, sql, LIMITS)
    with pytest.raises(SqlError):
        read(shop, ENDLESS, Limits(timeout_s=0.2, memory_mib=512))
    read(shop, "SELECT 1", LIMITS)
    assert [worker.pid for worker in _workers()] == [first.pid]


def test_a_rebuilt_file_is_seen(shop, shop_path):
    assert read(shop, "SELECT count(*) AS n FROM orders", LIMITS).table["n"].to_pylist() == [1000]
    build_duckdb(shop_path, "CREATE TABLE orders AS SELECT 7 AS n", [])
    assert read(shop, "FROM orders", LIMITS).table.to_pylist() == [{"n": 7}]


def test_a_worker_killed_in_mid_query_is_said_and_replaced(shop):
    def kill_soon():
        assert _until(lambda: _workers() and _workers()[0].cpu_times().user > 0.3)
        _workers()[0].kill()

    killer = threading.Thread(target=kill_soon)
    killer.start()
    with pytest.raises(SqlError, match="ended its worker process") as caught:
        read(shop, ENDLESS, LIMITS)
    killer.join()
    assert "new worker" in caught.value.hint
    assert read(shop, "SELECT 1 AS a", LIMITS).table.to_pylist() == [{"a": 1}]


def test_a_worker_killed_while_idle_is_replaced_unnoticed(shop, sqlite_shop):
    for database in (shop, sqlite_shop):
        read(database, "SELECT 1", LIMITS)
    for worker in _workers():
        worker.kill()
        # Its main thread can be gone while another still ends: the process is then not over yet.
        assert _until(lambda worker=worker: _gone(worker) and worker.num_threads() <= 1)
    for database in (shop, sqlite_shop):
        assert read(database, "SELECT 1 AS a", LIMITS).table.to_pylist() == [{"a": 1}]


def test_idle_workers_are_closed_after_a_while(shop, monkeypatch):
    read(shop, "SELECT 1", LIMITS)
    pool.shared_pool().close_idle()
    assert len(_workers()) == 1
    monkeypatch.setattr(pool, "_IDLE_S", 0.0)
    pool.shared_pool().close_idle()
    assert _until(lambda: _workers() == [])


def test_workers_beyond_the_bound_wait_and_the_longest_idle_is_closed(shop, shop_path, tmp_path):
    read(shop, "SELECT 1", LIMITS)
    for i in range(pool.WORKERS_AT_MOST + 1):
        read(shop, "SELECT 1", Limits(memory_mib=300 + i))
    assert len(_workers()) == pool.WORKERS_AT_MOST


def test_waiting_for_a_worker_can_be_cancelled(shop):
    stop = threading.Event()
    slow = Limits(timeout_s=30, memory_mib=512)
    with ThreadPoolExecutor(pool.WORKERS_AT_MOST) as threads:
        running = [
            threads.submit(read, shop, ENDLESS, slow, cancel=stop.is_set)
            for _ in range(pool.WORKERS_AT_MOST)
        ]
        assert _until(lambda: len(_workers()) == pool.WORKERS_AT_MOST)
        with pytest.raises(SqlError, match="cancelled"):
            read(shop, "SELECT 1", slow, cancel=lambda: True)
        stop.set()
        for query in running:
            with pytest.raises(SqlError, match="cancelled"):
                query.result()


def test_workers_can_be_closed_while_others_ask(shop):
    end = time.monotonic() + 1.5

    def ask(_):
        while time.monotonic() < end:
            assert read(shop, "SELECT 1 AS a", LIMITS).table.to_pylist() == [{"a": 1}]

    with ThreadPoolExecutor(6) as threads:
        asked = threads.map(ask, range(6))
        while time.monotonic() < end:
            close_workers()
            time.sleep(0.1)
        list(asked)


CHILD = """
import sys, time
from sqlft.config import Limits
from sqlft.database import locate, read
database = locate(sys.argv[1])
read(database, "SELECT 1", Limits(memory_mib=int(sys.argv[3])))
print("ready", flush=True)
read(database, sys.argv[2], Limits(timeout_s=60, memory_mib=int(sys.argv[3])))
"""


@pytest.mark.parametrize("sql", ["SELECT 1", ENDLESS, "SELECT sha256(repeat('ab', 800000000))"])
def test_a_worker_dies_with_a_killed_parent(shop, sql):
    parent = subprocess.Popen(
        [sys.executable, "-c", CHILD + "time.sleep(60)", shop.location, sql, "4096"],
        cwd=PACKAGE,
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout.readline() == b"ready\n"
        time.sleep(0.1)
        (worker,) = psutil.Process(parent.pid).children()
        parent.kill()
    assert _until(lambda: _gone(worker))


def test_a_worker_dies_with_an_interrupted_parent(shop):
    parent = subprocess.Popen(
        [sys.executable, "-c", CHILD, shop.location, ENDLESS, "512"],
        cwd=PACKAGE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with parent:
        assert parent.stdout.readline() == b"ready\n"
        (worker,) = psutil.Process(parent.pid).children()
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.wait(30) != 0
    assert _until(lambda: _gone(worker))


FORKED = """
import os, sys
from sqlft.config import Limits
from sqlft.database import locate, read
database = locate(sys.argv[1])
def rows():
    return read(database, "SELECT count(*) AS n FROM orders", Limits()).table.to_pylist()
first = rows()
child = os.fork()
if child == 0:
    os._exit(0 if rows() == first else 1)
assert os.waitpid(child, 0)[1] == 0
assert rows() == first
print("same")
"""


def test_a_forked_child_asks_its_own_workers(shop):
    done = subprocess.run(
        [sys.executable, "-c", FORKED, shop.location],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout == "same\n", done.stderr


def test_the_folder_of_the_process_does_not_matter(shop, tmp_path):
    hostile = tmp_path / "cwd"
    hostile.mkdir()
    for name in ("duckdb", "pyarrow", "struct", "json", "sqlft"):
        (hostile / f"{name}.py").write_text("raise SystemExit('taken')\n", encoding="ascii")
    script = f"import sys; sys.path.remove(''); sys.path.insert(0, {str(PACKAGE)!r})\n{CHILD}"
    done = subprocess.run(
        [sys.executable, "-c", script, shop.location, "SELECT 2", "512"],
        cwd=hostile,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
