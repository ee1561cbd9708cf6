"""Rows as text: laid out for a terminal, lossless elsewhere."""

import csv
import io
import time

import duckdb
import pyarrow
import pytest

from sqlft.cli.rows import laid_out, print_csv, tab_separated
from sqlft.cli.spelling import speller


def _table(sql: str) -> pyarrow.Table:
    with duckdb.connect() as connection:
        return connection.sql(sql).to_arrow_table()


def test_columns_that_do_not_fit_become_records() -> None:
    rows = pyarrow.table({f"c{n}": [1000 + n] * 25 for n in range(300)})
    lines = list(laid_out(rows, width=80))
    assert "c299  1299" in lines and "…" not in "\n".join(lines[:-1])
    assert lines[-1].startswith("… 5 more rows")
    assert sum(line.startswith("─── row") for line in lines) == 20


@pytest.mark.parametrize("width", [60, 80, 200])
def test_only_text_gives_way(width: int) -> None:
    rows = _table("SELECT 123456789012 AS n, DATE '2025-01-02' AS d, repeat('界x', 90) AS t")
    lines = list(laid_out(rows, width=width))
    assert "123456789012" in lines[2] and "2025-01-02" in lines[2] and lines[2].endswith("…")
    assert max(len(line) for line in lines) <= width


def test_a_long_number_after_the_measured_rows_is_whole() -> None:
    lines = list(laid_out(pyarrow.table({"n": [*range(300), 10**17]}), width=20))
    assert lines[-1] == str(10**17)


def test_piped_rows_lose_nothing() -> None:
    rows = pyarrow.table({"t": ["x" * 500, "a\tb\n"], "n": [0.1 + 0.2, None]})
    head, first, second = tab_separated(rows)
    assert (head, first) == ("t\tn", "x" * 500 + "\t0.30000000000000004")
    assert second == "a\\tb\\n\tNULL"


def test_csv_comes_back_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    rows = _table("SELECT 'a\"b,\nc' AS t, 1.50::DECIMAL(9,2) AS d, NULL AS n, '' AS e, true AS b")
    print_csv(rows)
    text = capsys.readouterr().out
    assert list(csv.reader(io.StringIO(text))) == [
        ["t", "d", "n", "e", "b"], ['a"b,\nc', "1.50", "", "", "true"]
    ]  # fmt: skip
    assert text.endswith(',1.50,,"","true"\n')


@pytest.mark.parametrize(
    "sql",
    [
        "{'a': 0, 'it''s': 'a:b', 'n': NULL}", "MAP {'k': 0, 'a b': 1}", "MAP {}", "[1, NULL]",
        "['x y', 'null', '', 'a\\b', 'it''s', ' x']", "[DATE '2025-01-02']", "[[true], []]",
        "[TIMESTAMP '2025-01-01 01:02:03']", "INTERVAL '14 months 3 days 90 minutes'",
        "INTERVAL '-1 day'", "1.50::DECIMAL(9,2)", "'a\\xFF\\x5C'::BLOB", "['\\xFF'::BLOB]",
        "1e16::DOUBLE", "0.1::DOUBLE", "TIME '01:02:03'", "{'a': [{'b': MAP {1: 'x, y'}}]}", "true",
    ],
)  # fmt: skip
def test_values_are_spelled_as_duckdb_spells_them(sql: str) -> None:
    rows = _table(f"SELECT v, v::VARCHAR AS text FROM (SELECT {sql} AS v)")
    value, text = (column[0].as_py() for column in rows.columns)
    assert speller(rows.schema.field("v").type)(value) == text


def test_a_hundred_thousand_rows_take_under_two_seconds() -> None:
    rows = _table("SELECT i, i * 1.5 AS x, 'row ' || i AS t FROM range(100000) r(i)")
    start = time.process_time()
    assert sum(1 for _ in laid_out(rows, width=80)) == 100_002
    assert time.process_time() - start < 2
