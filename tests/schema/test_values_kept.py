"""The index of values: private ones stay out of it, it is built once, bounded, and mends itself."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import duckdb
import pytest

from sqlft.config import home
from sqlft.database import Database, close_workers
from sqlft.schema import match_values, read_schema, value_cache, value_index, value_reading
from sqlft.schema.value_cache import index_path

PEOPLE = """
    CREATE TABLE people (name VARCHAR, town VARCHAR);
    INSERT INTO people VALUES ('Ottoline Quarles', 'Bergen'), ('Peregrine Voss', 'Lund');
    CREATE TABLE salaries (who VARCHAR, pay INTEGER);
    INSERT INTO salaries VALUES ('Ottoline Quarles', 5), ('Casimir Blythe', 6);
    CREATE VIEW everyone AS SELECT who FROM salaries;
"""
QUESTION = "what does Ottoline Quarles or Casimir Blythe of Bergen earn?"


@pytest.fixture
def people(duckdb_of, sqlft_home) -> Database:
    return duckdb_of(PEOPLE)


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(value_cache, "_kept", {})


def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The databases that an index is built for from now on."""
    made: list[str] = []
    build = value_cache._built

    def counting(database: Database, *rest: object) -> object:
        made.append(database.name)
        return build(database, *rest)

    monkeypatch.setattr(value_cache, "_built", counting)
    return made


def change(database: Database, sql: str) -> None:
    close_workers()
    with duckdb.connect(database.location) as connection:
        connection.execute(sql)


def test_private_columns_and_tables_are_in_no_match_and_on_no_disk(people, tmp_path: Path) -> None:
    before = {m.value for m in match_values(people, read_schema(people), QUESTION)}
    assert before == {"Ottoline Quarles", "Casimir Blythe", "Bergen"}
    assert b"Casimir" in index_path(people).read_bytes()
    notes = tmp_path / "n.toml"
    notes.write_text(
        "[tables.salaries]\nprivate = true\n[tables.people.columns.name]\nprivate = true"
    )
    found = match_values(people, read_schema(people, notes=notes), QUESTION)
    assert [(m.table, m.column, m.value) for m in found] == [("people", "town", "Bergen")]
    kept = b"".join(f.read_bytes() for f in home().rglob("*") if f.is_file())
    assert b"Bergen" in kept and b"Casimir" not in kept and b"Quarles" not in kept


def test_private_values_leave_the_disk_even_where_nothing_can_be_written(
    people, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    value_index(people, read_schema(people))
    notes = tmp_path / "n.toml"
    notes.write_text("[tables.salaries]\nprivate = true")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    found = match_values(people, read_schema(people, notes=notes), QUESTION)
    assert "Casimir Blythe" not in {m.value for m in found} != set()
    assert not [f for f in (home() / "databases").iterdir() if f.suffix != ".lock"]


def test_the_file_is_for_its_owner_only(people) -> None:
    value_index(people, read_schema(people))
    assert stat.S_IMODE(index_path(people).stat().st_mode) == 0o600


def test_an_unchanged_database_is_read_once_and_opened_from_disk_later(people, monkeypatch) -> None:
    made, schema = builds(monkeypatch), read_schema(people)
    first = match_values(people, schema, QUESTION)
    assert match_values(people, schema, QUESTION) == first and len(made) == 1
    value_cache._kept.clear()
    assert match_values(people, schema, QUESTION) == first and len(made) == 1


def test_a_new_value_is_found_once_the_file_has_changed(people) -> None:
    assert match_values(people, read_schema(people), "people of Trondheim") == ()
    change(people, "INSERT INTO people VALUES ('New One', 'Trondheim')")
    (found,) = match_values(people, read_schema(people), "people of Trondheim")
    assert found.value == "Trondheim"


def test_an_index_that_was_slow_to_build_is_used_a_while_longer(people, monkeypatch) -> None:
    monkeypatch.setattr(value_cache, "_SLOW_BUILD_S", 0.0)
    monkeypatch.setattr(value_cache, "_STALE_FACTOR", 1e9)
    made = builds(monkeypatch)
    value_index(people, read_schema(people))
    change(people, "INSERT INTO people VALUES ('New One', 'Trondheim')")
    assert match_values(people, read_schema(people), "people of Trondheim") == ()
    monkeypatch.setattr(value_cache, "_STALE_FACTOR", 0.0)
    assert match_values(people, read_schema(people), "people of Trondheim") and len(made) == 2


@pytest.mark.parametrize("harm", ["empty", "cut", "flipped", "other"])
def test_a_damaged_file_is_built_anew(people, harm: str) -> None:
    schema = read_schema(people)
    first, path = match_values(people, schema, QUESTION), index_path(people)
    whole = path.read_bytes()
    value_cache._kept.clear()
    path.unlink()
    damaged = {
        "empty": b"",
        "cut": whole[: len(whole) // 2],
        "flipped": whole[:-900] + bytes([whole[-900] ^ 1]) + whole[-899:],
        "other": b"PK" + bytes(500),
    }
    path.write_bytes(damaged[harm])
    assert match_values(people, schema, QUESTION) == first
    assert path.read_bytes()[:60].split()[0] == b"sqlft"


def test_a_home_that_cannot_be_written_costs_only_the_copy_on_disk(people, tmp_path, monkeypatch):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file, not a folder")
    monkeypatch.setenv("SQLFT_HOME", str(blocked))
    assert match_values(people, read_schema(people), QUESTION)


def test_threads_that_ask_at_once_build_one_index(people, monkeypatch) -> None:
    made, schema = builds(monkeypatch), read_schema(people)
    threads = [
        threading.Thread(target=match_values, args=(people, schema, QUESTION)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["shop"]


def test_the_most_frequent_values_of_too_many_are_kept(people, monkeypatch) -> None:
    change(people, "INSERT INTO people SELECT 'Odd' || r, 'Umeå' FROM range(50) AS t(r)")
    monkeypatch.setattr(value_reading, "VALUES_A_COLUMN", 1)
    said: list[str] = []
    index = value_index(people, read_schema(people), progress=lambda what, _: said.append(what))
    assert index is not None and len(index) == 3
    assert "Umeå" in index.texts.to_pylist() and "Odd7" not in index.texts.to_pylist()
    assert said[-1] == "3 values indexed, 3 columns in part or not at all"


@pytest.mark.parametrize(("bound", "value"), [("BYTES_IN_ALL", 30), ("VALUES_IN_ALL", 2)])
def test_the_whole_index_is_bounded(people, monkeypatch, bound: str, value: int) -> None:
    monkeypatch.setattr(value_reading, bound, value)
    index = value_index(people, read_schema(people))
    assert index is not None and 0 < len(index) <= 2


def test_a_database_of_views_alone_or_without_text_has_an_empty_index(
    duckdb_of, sqlft_home
) -> None:
    database = duckdb_of("CREATE VIEW v AS SELECT 'Rome' AS city; CREATE TABLE t AS SELECT 1 AS n")
    assert match_values(database, read_schema(database), "in Rome") == ()
