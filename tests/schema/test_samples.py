"""Which values of a column are shown, and when they are read anew."""

from __future__ import annotations

from pathlib import Path

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from sqlft.database import close_workers
from sqlft.schema import read_schema
from sqlft.schema.samples import SAMPLE_CHARACTERS, representative


def test_the_most_frequent_values_come_first() -> None:
    values = ["c", "a", "b", "b", None, "", "  ", "a", "b"]
    assert representative(values, 2) == ("b", "a")
    assert representative(values, 9) == ("b", "a", "c")
    assert representative(values, 0) == () and representative([None], 3) == ()


def test_prose_has_no_samples_and_a_long_value_is_cut() -> None:
    prose = "The parcel came late, wet and open; nobody answered my call."
    assert representative([prose * 2], 3) == ()
    long, short = "x" * 90, [f"s{i}" for i in range(9)]
    assert representative([long, *short], 1) == ("x" * (SAMPLE_CHARACTERS - 1) + "…",)


@given(st.lists(st.none() | st.text(max_size=70), max_size=20), st.integers(0, 5))
def test_samples_are_few_distinct_and_printable(values: list[str | None], count: int) -> None:
    shown = representative(values, count)
    assert len(shown) <= count and len(set(shown)) == len(shown)
    assert all(text and text.isprintable() for text in shown)


def test_the_same_file_gives_the_same_samples(duckdb_of) -> None:
    database = duckdb_of(
        "CREATE TABLE t AS SELECT 'v' || (r * 7919 % 500) AS v, r AS n FROM range(5000) AS t(r)"
    )
    first = read_schema(database, samples_per_column=4)
    close_workers()
    with duckdb.connect(database.location) as connection:
        connection.execute("CREATE TABLE other (a INTEGER)")
    second = read_schema(database, samples_per_column=4)
    assert first.table("t") == second.table("t")


def test_samples_per_column_is_kept_to(duckdb_of) -> None:
    database = duckdb_of("CREATE TABLE t AS SELECT r AS n FROM range(50) AS t(r)")
    for count in (0, 1, 5):
        schema = read_schema(database, samples_per_column=count)
        assert len(schema.tables[0].columns[0].samples) == count


def test_a_file_is_read_again_only_when_it_or_its_notes_change(duckdb_of, tmp_path: Path) -> None:
    database = duckdb_of("CREATE TABLE t (a INTEGER)")
    notes = tmp_path / "n.toml"
    notes.write_text("[tables.t]\nmeaning = 'one'")
    first = read_schema(database, notes=notes)
    assert read_schema(database, notes=notes) is first
    assert read_schema(database) is not first
    notes.write_text("[tables.t]\nmeaning = 'two'")
    assert read_schema(database, notes=notes).tables[0].meaning == "two"
    close_workers()
    with duckdb.connect(database.location) as connection:
        connection.execute("CREATE TABLE u (b INTEGER)")
    assert [t.name for t in read_schema(database, notes=notes).tables] == ["t", "u"]
