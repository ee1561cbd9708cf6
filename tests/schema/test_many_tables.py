"""Two hundred tables: the statements are batched, and every table keeps its own values."""

from __future__ import annotations

from sqlft.database import Database
from sqlft.schema import read_schema

COUNT = 200


def _ddl() -> str:
    parts = []
    for i in range(COUNT):
        wide = ", ".join(f"c{n} INTEGER" for n in range(1 + i % 7))
        key = f" REFERENCES t{i - 1:03d} (id)" if i else ""
        parts.append(f"CREATE TABLE t{i:03d} (id INTEGER PRIMARY KEY, up INTEGER{key}, {wide});")
        parts += [f"INSERT INTO t{i:03d} (id, c0) VALUES ({n}, {i * 10 + n});" for n in range(2)]
    return "\n".join(["BEGIN;", *parts, "COMMIT;"])


def _check(database: Database) -> None:
    schema = read_schema(database)
    assert [t.name for t in schema.tables] == [f"t{i:03d}" for i in range(COUNT)]
    assert len(schema.foreign_keys) == COUNT - 1
    for i, table in enumerate(schema.tables):
        assert len(table.columns) == 3 + i % 7
        assert table.row_count == 2
        column = table.column("c0")
        assert column is not None and column.samples == (str(i * 10), str(i * 10 + 1))


def test_many_tables_of_a_duckdb_file(duckdb_of) -> None:
    _check(duckdb_of(_ddl()))


def test_many_tables_of_a_sqlite_file(sqlite_of) -> None:
    _check(sqlite_of(_ddl()))
