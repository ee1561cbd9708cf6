"""The bundled shop for tests of SQL: its schema as values, and its rows in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sqlft.schema.bundled_rows import rows_of
from sqlft.schema.definition import Column, Schema, Table

RETAIL = Path(__file__).parents[2] / "schemas" / "retail"


def titled(path: Path) -> list[tuple[str, str]]:
    """(title, text) of each block of a fixture; a block begins with ``-- title: ...``."""
    found: list[tuple[str, str]] = []
    for block in path.read_bytes().decode().split("-- title: ")[1:]:
        title, _, text = block.partition("\n")
        found.append((f"{path.stem}: {title}", text))
    return found


def folder(name: str) -> list[tuple[str, str]]:
    """The blocks of every fixture of one folder beside this file."""
    paths = sorted((Path(__file__).parent / name).glob("*.sql"))
    return [block for path in paths for block in titled(path)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gives ``hostile_sql`` and ``legitimate_sql`` every block of their folder."""
    for kind in ("hostile", "legitimate"):
        if f"{kind}_sql" in metafunc.fixturenames:
            cases = folder(kind)
            titles = [title for title, _ in cases]
            metafunc.parametrize(f"{kind}_sql", [sql for _, sql in cases], ids=titles)


@pytest.fixture(scope="session")
def retail_connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """The shop in memory; about 2 s."""
    connection = duckdb.connect(":memory:")
    connection.execute((RETAIL / "schema.sql").read_text(encoding="utf-8"))
    for name, table in rows_of(RETAIL):
        connection.register("arriving", table)
        connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM arriving")
        connection.unregister("arriving")
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def retail_schema(retail_connection: duckdb.DuckDBPyConnection) -> Schema:
    columns: dict[str, list[Column]] = {}
    rows = retail_connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
        "ORDER BY table_name, column_index"
    ).fetchall()
    for table, column, kind in rows:
        columns.setdefault(table, []).append(Column(name=column, type=kind))
    tables = tuple(Table(name=name, columns=tuple(own)) for name, own in columns.items())
    return Schema(name="retail", tables=tables)


@pytest.fixture(scope="session")
def hostile_blocks() -> list[tuple[str, str]]:
    """(title, text) of every hostile statement."""
    return folder("hostile")


@pytest.fixture(scope="session")
def legitimate_blocks() -> list[tuple[str, str]]:
    """(title, text) of every legitimate query."""
    return folder("legitimate")
