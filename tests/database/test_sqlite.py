"""SQLite files come out as Arrow, with what SQLite itself would say."""

import sqlite3
from pathlib import Path

import pyarrow as pa
import pytest

from sqlft.config import Limits
from sqlft.database import locate, read
from sqlft.errors import SqlError

ORDINARY = (Path(__file__).parent / "ordinary_sqlite.sql").read_text("utf-8").splitlines()[1:]
LIMITS = Limits(timeout_s=20, memory_mib=512)


def _columns(database, sql):
    table = read(database, sql, LIMITS).table
    return [(column.type, column.to_pylist()) for column in table.columns]


def test_a_column_gets_the_one_type_that_holds_it(sqlite_shop):
    values = "SELECT {} AS a UNION ALL SELECT {}"
    cases = {
        ("1", "NULL"): (pa.int64(), [1, None]),
        ("1", "2.5"): (pa.float64(), [1.0, 2.5]),
        ("'a'", "'ü'"): (pa.string(), ["a", "ü"]),
        ("x'00ff'", "NULL"): (pa.binary(), [b"\x00\xff", None]),
        ("1", "'a'"): (pa.string(), ["1", "a"]),
        ("x'61'", "'b'"): (pa.string(), ["a", "b"]),
        ("NULL", "NULL"): (pa.null(), [None, None]),
        ("9223372036854775807", "-1"): (pa.int64(), [9223372036854775807, -1]),
        ("CAST(x'ff61' AS TEXT)", "''"): (pa.string(), ["\ufffda", ""]),
        ("9e999", "-9e999"): (pa.float64(), [float("inf"), float("-inf")]),
    }
    for pair, expected in cases.items():
        assert _columns(sqlite_shop, values.format(*pair)) == [expected], pair


def test_rows_names_and_parameters_survive(sqlite_shop):
    sql = "SELECT order_id AS a, city AS a FROM orders WHERE order_id = ?"
    table = read(sqlite_shop, sql, LIMITS, parameters=(3,)).table
    assert table.column_names == ["a", "a"]
    assert [column.to_pylist() for column in table.columns] == [[3], ["Tromsø"]]


def test_a_row_cap_is_told(sqlite_shop):
    capped = read(sqlite_shop, "SELECT * FROM orders", Limits(max_rows=999))
    whole = read(sqlite_shop, "SELECT * FROM orders", Limits(max_rows=1000))
    assert (capped.table.num_rows, capped.truncated) == (999, True)
    assert (whole.table.num_rows, whole.truncated) == (1000, False)


@pytest.mark.parametrize("sql", ORDINARY)
def test_ordinary_queries_run(sqlite_shop, sql):
    assert read(sqlite_shop, sql, LIMITS).table.num_rows > 0


def test_full_text_can_be_searched(tmp_path):
    path = tmp_path / "notes.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE VIRTUAL TABLE notes USING fts5(text)")
        connection.execute("INSERT INTO notes VALUES ('late delivery'), ('broken box')")
    connection.close()
    sql = "SELECT text, bm25(notes) < 0 AS b FROM notes WHERE notes MATCH 'late' ORDER BY rank"
    assert _columns(locate(path), sql) == [
        (pa.string(), ["late delivery"]),
        (pa.int64(), [1]),
    ]


def test_an_error_is_one_line(sqlite_shop):
    with pytest.raises(SqlError) as caught:
        read(sqlite_shop, "SELECT nope FROM orders", LIMITS)
    assert (caught.value.kind, str(caught.value)) == ("query_error", "no such column: nope")
    with pytest.raises(SqlError, match="only reading this database is allowed"):
        read(sqlite_shop, "DELETE FROM orders", LIMITS)


def test_a_change_is_seen_at_once(sqlite_shop):
    assert _columns(sqlite_shop, "SELECT count(*) FROM orders")[0][1] == [1000]
    with sqlite3.connect(sqlite_shop.location) as connection:
        connection.execute("DELETE FROM orders WHERE order_id < 10")
    connection.close()
    assert _columns(sqlite_shop, "SELECT count(*) FROM orders")[0][1] == [990]


def test_what_reaches_out_of_the_file_changes_nothing_without_the_policy(sqlite_shop, sqlite_path):
    hostile = Path(__file__).parents[1] / "sql" / "hostile_sqlite.sql"
    before = sqlite_path.read_bytes(), sorted(sqlite_path.parent.iterdir())
    found = []
    for sql in hostile.read_text(encoding="utf-8").splitlines():
        try:
            found += read(sqlite_shop, sql, LIMITS).table.to_pylist()
        except SqlError as error:
            assert "\n" not in error.message
    assert (sqlite_path.read_bytes(), sorted(sqlite_path.parent.iterdir())) == before
    assert not Path("/tmp/x").exists()
    assert "root:" not in str(found) and "CREATE TABLE" not in str(found)
