"""Tables of a server become a file of one's own: whole or said to be cut, and never changed there.

SQLite's dialect stands in for a server.
"""

import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import registry

from sqlft.cli import main
from sqlft.config import Limits
from sqlft.data import server_to_duckdb
from sqlft.data.copied_columns import CopiedColumn
from sqlft.data.server_to_duckdb import CopyStopped, copy_server
from sqlft.database import Database, close_workers, locate, read
from sqlft.errors import InputError
from sqlft.schema import read_schema

SHOP = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20), born DATE, paid DECIMAL(10,2));
CREATE TABLE "Their orders" (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people, note TEXT);
CREATE VIEW names AS SELECT name FROM people;
INSERT INTO people VALUES (1, 'Ana', '2001-02-03', '7.50'), (2, NULL, NULL, NULL);
INSERT INTO "Their orders" SELECT value, 1, 'n' || value FROM generate_series(1, 12000);
"""
Make = Callable[[str], Database]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Make]:
    """Makes a file that is reached as a server is, by a URL."""

    def make(script: str) -> Database:
        path = tmp_path / "server.sqlite"
        with sqlite3.connect(path) as connection:
            series = "WITH RECURSIVE s(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM s "
            script = script.replace(
                "SELECT value, 1, 'n' || value FROM generate_series(1, 12000)",
                f"{series} WHERE value < 12000) SELECT value, 1, 'n' || value FROM s",
            )
            connection.executescript(script)
        connection.close()
        return Database(kind="url", location=f"sqlite:///{path}", name="shop")

    yield make
    close_workers()


def rows_of(path: Path, sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(locate(path), sql, Limits()).table.to_pylist()
    return found


def test_a_copy_has_the_rows_types_and_keys_of_the_server(server: Make, tmp_path: Path) -> None:
    said: list[tuple[str, float | None]] = []
    path = tmp_path / "copy" / "shop.duckdb"
    copy = copy_server(server(SHOP), path, progress=lambda *told: said.append(told))
    assert [(t.name, t.rows, t.is_whole) for t in copy.tables] == [
        ("Their orders", 12_000, True),
        ("people", 2, True),
    ]
    assert not copy.cut and not copy.missing and copy.taken_at.endswith("+00:00")
    assert rows_of(path, "FROM people ORDER BY id") == [
        {"id": 1, "name": "Ana", "born": date(2001, 2, 3), "paid": 7.5},
        {"id": 2, "name": None, "born": None, "paid": None},
    ]
    schema = read_schema(path, notes=path.with_name("shop.notes.toml"))
    assert [(t.name, t.primary_key) for t in schema.tables] == [
        ("Their orders", ("id",)),
        ("people", ("id",)),
    ]
    (key,) = schema.foreign_keys
    assert (key.table, key.columns, key.target_table) == ("Their orders", ("person",), "people")
    assert ("copying Their orders: 12,000 rows", 0.0) in said


def test_more_rows_than_wanted_are_cut_by_the_key_and_it_is_said(
    server: Make, tmp_path: Path
) -> None:
    path = tmp_path / "a.duckdb"
    copy = copy_server(server(SHOP), path, tables=["Their orders"], rows_at_most=7_000)
    assert [(t.name, t.rows) for t in copy.cut] == [("Their orders", 7_000)]
    assert rows_of(path, 'SELECT count(*) AS n, max(id) AS most FROM "Their orders"') == [
        {"n": 7_000, "most": 7_000}
    ]
    exact = copy_server(server_of(copy, path), tmp_path / "b.duckdb", rows_at_most=12_000)
    assert not exact.cut


def server_of(_: object, path: Path) -> Database:
    """The server that the first copy was taken from."""
    return Database(kind="url", location=f"sqlite:///{path.parent / 'server.sqlite'}", name="shop")


def test_nothing_but_reads_is_sent(server: Make, tmp_path: Path) -> None:
    sent: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    database = server(SHOP)
    before = (tmp_path / "server.sqlite").read_bytes()
    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        copy_server(database, tmp_path / "a.duckdb")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)
    assert {statement.split()[0] for statement in sent} == {"SELECT", "PRAGMA"}
    assert (tmp_path / "server.sqlite").read_bytes() == before


def test_a_table_that_cannot_be_read_is_left_out_and_said(server: Make, tmp_path: Path) -> None:
    bad_text = "CREATE TABLE bad (t TEXT); INSERT INTO bad VALUES (CAST(x'ff' AS TEXT));"
    database = server(SHOP + bad_text)
    copy = copy_server(database, tmp_path / "a.duckdb")
    (bad,) = copy.missing
    assert bad.source == "bad" and "UTF-8" in str(bad.left_out)
    assert len(copy.tables) == 3
    with pytest.raises(InputError, match=r"no table of .* could be copied: bad"):
        copy_server(database, tmp_path / "b.duckdb", tables=["bad"])
    assert not (tmp_path / "b.duckdb").exists()


def test_a_key_that_the_copied_values_break_costs_the_keys_and_no_row(
    server: Make, tmp_path: Path
) -> None:
    database = server("CREATE TABLE t (k TEXT PRIMARY KEY); INSERT INTO t VALUES (NULL), (NULL);")
    copy_server(database, tmp_path / "a.duckdb")
    assert rows_of(tmp_path / "a.duckdb", "SELECT count(*) AS n FROM t") == [{"n": 2}]


def test_a_copy_ends_at_its_size_and_says_what_it_lacks(
    server: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_to_duckdb, "_BYTES_AT_MOST", 1_000)
    copy = copy_server(server(SHOP), tmp_path / "a.duckdb")
    assert [(t.source, t.rows) for t in copy.cut] == [("Their orders", 5_000)]
    (people,) = copy.missing
    assert people.source == "people" and "512 MiB" in str(people.left_out)
    assert rows_of(tmp_path / "a.duckdb", "SELECT table_name FROM duckdb_tables()") == [
        {"table_name": "Their orders"}
    ]


def test_a_stopped_copy_leaves_nothing(server: Make, tmp_path: Path) -> None:
    with pytest.raises(CopyStopped):
        copy_server(server(SHOP), tmp_path / "a.duckdb", cancel=lambda: True)
    assert [path.name for path in tmp_path.iterdir()] == ["server.sqlite"]


def test_what_cannot_be_meant_is_one_line(server: Make, tmp_path: Path) -> None:
    database, path = server(SHOP), tmp_path / "a.duckdb"
    with pytest.raises(InputError, match="no table persons") as caught:
        copy_server(database, path, tables=["persons"])
    assert "people" in str(caught.value.hint)
    with pytest.raises(InputError, match="no table was named"):
        copy_server(database, path, tables=[])
    with pytest.raises(InputError, match="rows_at_most is 0"):
        copy_server(database, path, rows_at_most=0)
    path.write_text("")
    with pytest.raises(InputError, match="is there already"):
        copy_server(database, path)


def column(declared: str, *batches: list[object]) -> tuple[str, list[object]]:
    made = CopiedColumn(name="c", declared=declared)
    for batch in batches:
        made.add(batch)
    kind, values = made.finished()
    return kind, values.to_pylist()


@pytest.mark.parametrize(
    ("declared", "batches", "kind", "values"),
    [
        ("INTEGER", ([1, None], [3]), "INTEGER", [1, None, 3]),
        ("INTEGER", ([1], ["2"]), "INTEGER", [1, 2]),
        ("INTEGER", ([1], [2.5]), "DOUBLE", [1.0, 2.5]),
        ("INTEGER", ([1], [2.5], ["x"]), "VARCHAR", ["1", "2.5", "x"]),
        ("BIGINT", ([2**60], [0.5]), "VARCHAR", [str(2**60), "0.5"]),
        ("BOOLEAN", ([0, 1, None],), "BOOLEAN", [False, True, None]),
        ("DECIMAL(5,2)", ([Decimal("1.25")],), "DECIMAL(5,2)", [Decimal("1.25")]),
        ("DECIMAL(5,2)", ([Decimal("1.255")],), "DOUBLE", [1.255]),
        ("DATE", (["2024-02-29", None],), "DATE", [date(2024, 2, 29), None]),
        ("DATE", ([datetime(2024, 1, 2, 3)],), "TIMESTAMP", [datetime(2024, 1, 2, 3)]),
        ("DATE", (["0000-00-00"],), "VARCHAR", ["0000-00-00"]),
        ("TIME", ([timedelta(hours=9)],), "TIME", [time(9)]),
        ("TIME", ([timedelta(hours=-9)],), "VARCHAR", ["-09:00:00"]),
        ("JSON", ([{"a": [1]}, None],), "VARCHAR", ['{"a": [1]}', None]),
        ("BLOB", ([memoryview(b"\x00\xff")],), "BLOB", [b"\x00\xff"]),
        ("INTEGER[]", ([[1, None]],), "INTEGER[]", [[1, None]]),
        ("VARCHAR", ([b"\xff", "\ud800"],), "VARCHAR", ["\N{REPLACEMENT CHARACTER}", "?"]),
        ("UUID", ([None],), "UUID", [None]),
    ],
)
def test_a_column_has_the_narrowest_type_that_loses_nothing(
    declared: str, batches: tuple[list[object], ...], kind: str, values: list[object]
) -> None:
    assert column(declared, *batches) == (kind, values)


CELLS = st.none() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=5)


@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=4),
    st.sampled_from(
        [
            "INTEGER",
            "BIGINT",
            "DOUBLE",
            "DATE",
            "TIMESTAMP",
            "INTERVAL",
            "VARCHAR",
            "DECIMAL(9,2)",
            "BLOB",
        ]
    ),
)
def test_every_value_is_there_whatever_the_server_declares(
    batches: list[list[object]], declared: str
) -> None:
    kind, found = column(declared, *batches)
    given_values = [value for batch in batches for value in batch]
    assert [value is None for value in found] == [value is None for value in given_values]
    if kind == "VARCHAR" and all(isinstance(v, str | None) for v in given_values):
        assert found == [v and v.encode("utf-8", "replace").decode() for v in given_values]
    if kind != "VARCHAR" and not any(isinstance(v, str) for v in given_values):
        assert found == given_values


def test_the_command_takes_its_url_from_the_environment_and_tells_what_it_did(
    server: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = server(SHOP).location.removeprefix("sqlite://")
    registry.register("shelf", "sqlalchemy.dialects.sqlite.pysqlite", "SQLiteDialect_pysqlite")
    monkeypatch.setenv("SQLFT_DATABASE_SHOP", f"shelf://{path}")

    def ran(*words: str) -> tuple[object, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["data", "copy", *words])
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err

    out = tmp_path / "a.duckdb"
    code, said, _ = ran("shop", str(out), "--max-rows", "100")
    assert (
        code == 0 and "Their orders: the first 100 rows only" in said and "people: 2 rows" in said
    )
    assert f"{out}: read from shelf://" in said
    code, _, wrong = ran("nosuch", str(tmp_path / "b.duckdb"))
    assert code == 1 and "SQLFT_DATABASE_NOSUCH is not set" in wrong
    assert "is a file" in ran(f"sqlite://{path}", str(tmp_path / "b.duckdb"))[2]
