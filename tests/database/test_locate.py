"""Which database a text names, and what is said when it names none."""

import os
import sqlite3

import duckdb
import pytest

from sqlft.database import locate
from sqlft.errors import InputError


def test_a_file_is_known_by_its_content_not_by_its_name(tmp_path):
    one, other = tmp_path / "one.sqlite", tmp_path / "other.duckdb"
    duckdb.connect(str(one)).close()
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    assert (locate(one).kind, locate(one).name) == ("duckdb", "one")
    assert (locate(str(other)).kind, locate(other).name) == ("sqlite", "other")


def test_a_relative_path_is_kept_as_an_absolute_one(tmp_path, monkeypatch, shop_path):
    monkeypatch.chdir(tmp_path)
    assert locate("shop.duckdb").location == str(shop_path)


def test_file_urls_name_files(shop_path, sqlite_path):
    assert locate(f"duckdb:///{shop_path}").kind == "duckdb"
    assert locate(f"sqlite:///{sqlite_path}").location == str(sqlite_path)
    with pytest.raises(InputError, match="in-memory"):
        locate("sqlite://")


def test_a_server_is_named_without_its_password():
    database = locate("postgresql://ann:s3cret@db.example:5432/shop?sslpassword=s3cret")
    assert (database.kind, database.name) == ("url", "shop")
    assert database.shown == "postgresql://db.example:5432/shop"
    assert "s3cret" not in repr(database)


def test_an_unreadable_url_is_not_repeated():
    with pytest.raises(InputError) as caught:
        locate("postgresql://ann:s3cret@db:not-a-port/shop")
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("name", "content", "said", "hint"),
    [
        ("empty.duckdb", b"", "empty (0 bytes)", "written"),
        ("orders.csv", b"a,b\n1,2\n", "neither a DuckDB nor a SQLite", "CREATE TABLE orders"),
        ("2024 x.parquet", b"PAR1....", "neither", "CREATE TABLE t_2024_x"),
        ("book.xlsx", b"PK\x03\x04....", "neither", "workbook"),
        ("shop.duckdb", b"\x8f" * 64, "neither", "damaged or encrypted"),
    ],
)
def test_a_file_of_another_kind_is_named_and_a_way_shown(tmp_path, name, content, said, hint):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        locate(tmp_path / name)
    assert said in str(caught.value)
    assert hint in caught.value.hint
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no database was named"),
        ("  ", "no database was named"),
        (":memory:", "in-memory"),
        ("a\0b", "NUL"),
        ("no/such/file.duckdb", "no such database"),
        ("x" * 5000, "cannot be read"),
        (".", "is a folder"),
        (os.devnull, "not a regular file"),
    ],
)
def test_what_names_no_database_is_said_in_one_line(text, said):
    with pytest.raises(InputError, match=said) as caught:
        locate(text)
    assert "\n" not in str(caught.value)
