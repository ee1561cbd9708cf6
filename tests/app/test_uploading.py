"""Uploads: every kind becomes tables that are only read; what is no table leaves nothing behind."""

import datetime
import io
import os
import sqlite3
import zipfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest

import sqlft
from analyst.uploading import Made, Uploaded, make_database
from analyst.uploads import remove_upload, upload_path, uploads_folder
from sqlft.errors import InputError


@pytest.fixture(autouse=True)
def own_home(sqlft_home: Path) -> Path:
    return sqlft_home


def made(*files: tuple[str, bytes]) -> Made:
    return make_database([Uploaded(name=name, content=content) for name, content in files])


def rows(upload: Made, sql: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = sqlft.run_query(
        sql, upload_path(upload.token)
    ).table.to_pylist()
    return found


def workbook(sheets: dict[str, Sequence[Sequence[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_files_of_tables_share_one_database_with_plain_names_and_types() -> None:
    parquet = io.BytesIO()
    pyarrow.parquet.write_table(pa.table({"i": [1, 2]}), parquet)
    upload = made(
        ("My Sales (2024).csv", "Order ID;Größe;Day\n1;3,5;2024-01-31\n".encode()),
        ("sub/b.parquet", parquet.getvalue()),
        ("c.jsonl", b'{"a": 1, "b": {"c": 2}}\n{"a": 3}\n'),
    )
    assert {t.name: t.rows for t in upload.tables} == {"my_sales_2024": 1, "b": 2, "c": 2}
    (row,) = rows(upload, "FROM my_sales_2024")
    assert row == {"order_id": 1, "grösse": 3.5, "day": datetime.date(2024, 1, 31)}
    schema = sqlft.read_schema(upload_path(upload.token))
    column = schema.tables[-1].column("order_id")
    assert column is not None and column.comment == "Order ID"


def test_a_text_that_is_not_utf8_is_read_as_latin1() -> None:
    upload = made(("cities.csv", "name,n\nZürich,1\n".encode("latin-1")))
    assert rows(upload, "SELECT name FROM cities") == [{"name": "Zürich"}]


def test_each_sheet_of_a_workbook_is_a_table() -> None:
    day = datetime.datetime(2025, 1, 2)
    content = workbook(
        {
            "Q1 Sales": [("Sale Date", "Amount €", None), (day, 3.5, None), (day, 4, None)],
            "Stores": [("id", "name"), (1, "x"), (2, "3")],
            "Empty": [],
        }
    )
    upload = made(("book.xlsx", content))
    assert {t.name: t.rows for t in upload.tables} == {"q1_sales": 2, "stores": 2}
    assert rows(upload, "FROM q1_sales LIMIT 1") == [{"sale_date": day.date(), "amount": 3.5}]
    assert rows(upload, "SELECT typeof(name) AS t FROM stores LIMIT 1") == [{"t": "VARCHAR"}]


def test_database_files_are_taken_whole(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "s.db") as connection:
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO t VALUES (7)")
    connection.close()
    with duckdb.connect(str(tmp_path / "d.duckdb")) as other:
        other.execute("CREATE TABLE t AS SELECT 8 AS a")
    for name, value in (("s.db", 7), ("d.duckdb", 8)):
        upload = made((name, (tmp_path / name).read_bytes()))
        assert upload_path(upload.token).suffix == ".duckdb"
        assert rows(upload, "FROM t") == [{"a": value}]
    with pytest.raises(InputError, match="by itself"):
        made(("s.db", (tmp_path / "s.db").read_bytes()), ("a.csv", b"a\n1\n"))


def bomb() -> bytes:
    """A workbook of a quarter of a megabyte whose parts unpack to more than a gigabyte."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(16):
                part.write(bytes(1 << 24))
        archive.filelist += archive.filelist * 4  # five entries of the directory, one content
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.exe", b"MZ", "files of this kind are not read"),
        ("a.csv", b"", "is empty"),
        ("a.xlsx", os.urandom(1000), "not a workbook"),
        ("a.xlsx", bomb(), "too large once unpacked"),
        ("a.parquet", b"PAR1" + os.urandom(500), "a.parquet"),
        ("a.json", b'{"a":', "a.json"),
        ("a.duckdb", b"not a database", "neither a SQLite nor a DuckDB"),
        ("a.duckdb", b"12345678DUCK" + os.urandom(9000), "a.duckdb cannot be read"),
        ("a.db", b"SQLite format 3\0" + os.urandom(9000), "a.db cannot be read"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_said_in_a_line_and_leaves_nothing(
    name: str, content: bytes, words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        made((name, content))
    assert caught.value.hint and str(uploads_folder()) not in caught.value.message
    assert not list(uploads_folder().glob("*"))


def test_a_file_cannot_make_the_reader_open_another(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("password\nhunter2\n")
    with duckdb.connect(str(tmp_path / "evil.duckdb")) as connection:
        connection.execute(f"CREATE VIEW v AS FROM read_csv('{secret}')")
        connection.execute("CREATE TABLE t AS SELECT 1 AS a")
    upload = made(("evil.duckdb", (tmp_path / "evil.duckdb").read_bytes()))
    with pytest.raises(sqlft.SqlError):
        rows(upload, "SELECT * FROM v")


def test_an_upload_is_known_by_an_unguessable_name_and_can_be_removed() -> None:
    upload = made(("a.csv", b"a\n1\n"))
    assert len(upload.token) >= 20
    for wrong in ("", ".", "..", "../databases", upload.token[:-1], "*" * 20):
        with pytest.raises(InputError, match="not here any more"):
            upload_path(wrong)
    remove_upload("..")
    remove_upload(upload.token)
    with pytest.raises(InputError):
        upload_path(upload.token)
