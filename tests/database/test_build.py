"""A database file is there complete, or not at all."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from sqlft.config import Limits
from sqlft.database import build, build_duckdb, close_workers, locate, read
from sqlft.errors import InputError, SqlError

PACKAGE = Path(build.__file__).parents[2]
DDL = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR);
CREATE TABLE "order lines" (id INTEGER REFERENCES customers(id), "a ""b"" c" DOUBLE DEFAULT 0.5);
COMMENT ON TABLE customers IS 'who buys; and pays';
"""
TABLES = [
    ("customers", pa.table({"name": ["Ann", "Bob"], "id": [1, 2]})),
    ("order lines", pa.table({"id": [2]})),
]


def _names(folder):
    return sorted(path.name for path in folder.iterdir())


def _rows(path, sql):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_tables_keys_and_comments_are_written_by_name(tmp_path):
    path = tmp_path / "new folder" / "it's.duckdb"
    seen = []
    build_duckdb(path, DDL, TABLES, progress=lambda text, share: seen.append(text))
    assert seen == ["building it's: customers", "building it's: order lines"]
    assert _rows(path, "FROM customers") == [(1, "Ann"), (2, "Bob")]
    assert _rows(path, 'FROM "order lines"') == [(2, 0.5)]
    assert _rows(path, "SELECT comment FROM duckdb_tables() WHERE comment IS NOT NULL") == [
        ("who buys; and pays",)
    ]
    assert _names(path.parent) == ["it's.duckdb"]
    assert locate(path).kind == "duckdb"


@pytest.mark.parametrize(
    ("ddl", "tables"),
    [
        ("CREATE TABEL x", []),
        (DDL, [("nowhere", pa.table({"a": [1]}))]),
        (DDL, [("customers", pa.table({"id": [1, 1]}))]),
        (DDL, [("customers", pa.table({"id": ["one"]}))]),
        (DDL, [("order lines", pa.table({"id": [9]}))]),
        ("CREATE TABLE x AS FROM read_text('/etc/hostname')", []),
    ],
)
def test_what_cannot_be_built_leaves_the_old_file_and_nothing_else(tmp_path, ddl, tables):
    path = tmp_path / "x.duckdb"
    build_duckdb(path, DDL, TABLES)
    before = path.read_bytes()
    with pytest.raises(InputError, match="could not be built") as caught:
        build_duckdb(path, ddl, tables)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before
    assert _names(tmp_path) == ["x.duckdb"]


def test_an_interrupted_build_leaves_nothing(tmp_path):
    def rows():
        yield TABLES[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_duckdb(tmp_path / "x.duckdb", DDL, rows())
    assert _names(tmp_path) == []


def test_a_block_that_was_changed_later_is_a_damaged_file_and_not_a_bad_query(tmp_path):
    path = tmp_path / "x.duckdb"
    build_duckdb(path, "CREATE TABLE t AS SELECT md5(i::VARCHAR) AS a FROM range(300000) r(i)", [])
    content = bytearray(path.read_bytes())
    content[1000000:1000100] = bytes(255 - byte for byte in content[1000000:1000100])
    path.write_bytes(content)
    try:
        with pytest.raises(InputError, match="cannot be read: Corrupt") as caught:
            read(locate(path), "SELECT max(a) FROM t", Limits())
        assert "damaged" in caught.value.hint
        with pytest.raises(SqlError):
            read(locate(path), "SELECT error('Corrupt database file')", Limits())
    finally:
        close_workers()


def test_ctrl_c_inside_a_statement_is_an_interrupt_and_leaves_nothing(tmp_path):
    def rows():
        yield TABLES[0]
        raise RuntimeError("Query interrupted")  # as DuckDB's client says it

    with pytest.raises(KeyboardInterrupt):
        build_duckdb(tmp_path / "x.duckdb", DDL, rows())
    assert _names(tmp_path) == []


def test_a_log_that_a_killed_writer_left_does_not_spoil_the_new_file(tmp_path):
    path = tmp_path / "x.duckdb"
    script = (
        "import duckdb, os, sys\n"
        "c = duckdb.connect(sys.argv[1])\n"
        "c.execute('CREATE TABLE t AS SELECT 1 AS a'); os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=True)
    assert _names(tmp_path) == ["x.duckdb", "x.duckdb.wal"]
    build_duckdb(path, DDL, TABLES)
    assert _names(tmp_path) == ["x.duckdb"]
    assert _rows(path, "FROM customers") == [(1, "Ann"), (2, "Bob")]


SLOW = """
import sys, time
from pathlib import Path
import pyarrow as pa
from sqlft.database import build_duckdb
def rows():
    yield "t", pa.table({"a": range(100000)})
    print("half", flush=True)
    time.sleep(float(sys.argv[2]))
build_duckdb(Path(sys.argv[1]), "CREATE TABLE t (a INTEGER)", rows())
"""


def _build(path, seconds):
    return subprocess.Popen(
        [sys.executable, "-c", SLOW, str(path), str(seconds)],
        cwd=PACKAGE,
        stdout=subprocess.PIPE,
    )


def test_what_a_killed_build_left_is_removed_by_the_next(tmp_path):
    path = tmp_path / "x.duckdb"
    with _build(path, 60) as killed:
        assert killed.stdout.readline() == b"half\n"
        killed.kill()
    assert all(name.startswith("x.duckdb.partial-") for name in _names(tmp_path))
    assert _names(tmp_path)
    assert not path.exists()
    build_duckdb(path, DDL, TABLES)
    assert _names(tmp_path) == ["x.duckdb"]


def test_two_builds_at_once_do_not_clash(tmp_path):
    path = tmp_path / "x.duckdb"
    with _build(path, 0.7) as first:
        assert first.stdout.readline() == b"half\n"
        build_duckdb(path, DDL, TABLES)
        # Had it not waited, the first, which ends later, would have put its own file there.
        assert first.wait(60) == 0
    assert _rows(path, "FROM customers") == [(1, "Ann"), (2, "Bob")]
    assert _names(tmp_path) == ["x.duckdb"]


FULL = """
import resource, sys
from pathlib import Path
import pyarrow as pa
from sqlft.database import build_duckdb
from sqlft.errors import InputError
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    build_duckdb(Path(sys.argv[1]), "CREATE TABLE t (a VARCHAR)",
                 [("t", pa.table({"a": [str(i * 7919) for i in range(400000)]}))])
except InputError as error:
    print(error)
"""


@pytest.mark.parametrize("bytes_at_most", [0, 20000, 1 << 20])
def test_a_file_that_cannot_grow_is_one_line_and_leaves_nothing(tmp_path, bytes_at_most):
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "x.duckdb"), str(bytes_at_most)],
        cwd=PACKAGE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    assert "could not be written" in done.stdout
    assert done.stdout.count("\n") == 1
    assert _names(tmp_path) == []


def test_a_full_disk_is_said():
    error = OSError(28, "No space left on device")
    said = build._not_written(Path("/x/shop.duckdb"), error.strerror, error.errno)
    assert "the disk is full" in str(said)
    assert "SQLFT_HOME" in said.hint


@pytest.mark.parametrize(
    ("kind", "reason", "said", "hint"),
    [
        (duckdb.IOException, "No space left on device", "the disk is full", "free some space"),
        (duckdb.FatalException, "No space left on device", "the disk is full", "free some space"),
        (duckdb.TransactionException, "Disk quota exceeded", "the disk is full", "free some space"),
        (duckdb.IOException, "Read-only file system", "Read-only file system", "may write to"),
        (duckdb.IOException, "Permission denied", "Permission denied", "may write to"),
    ],
)
def test_a_disk_that_takes_nothing_is_one_line_and_a_hint(tmp_path, kind, reason, said, hint):
    def rows():
        yield TABLES[0]
        raise kind(f'Some Error: Could not write file "x": {reason}\n\nStack Trace:\n0x1')

    with pytest.raises(InputError, match=f"could not be written: .*{said}") as caught:
        build_duckdb(tmp_path / "x.duckdb", DDL, rows())
    assert "Stack" not in str(caught.value)
    assert hint in caught.value.hint
    assert _names(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(InputError, match="could not be written"):
        build_duckdb(tmp_path / "file" / "x.duckdb", DDL, TABLES)
