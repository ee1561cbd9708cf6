"""Schemas of SQLite files."""

from __future__ import annotations

import pytest

from sqlft.errors import InputError
from sqlft.schema import ForeignKey, read_schema


def test_declared_types_become_duckdb_types(sqlite_of) -> None:
    declared = {
        "INTEGER": "INTEGER", "BIGINT": "BIGINT", "VARCHAR(20)": "VARCHAR",
        "nvarchar(9)": "VARCHAR",
        "DECIMAL(10,2)": "DECIMAL(10,2)", "NUMERIC": "DOUBLE", "REAL": "DOUBLE", "BLOB": "BLOB",
        "DATETIME": "TIMESTAMP", "bool": "BOOLEAN", "DATE": "DATE", "": "VARCHAR",
        "FLOATING POINT": "INTEGER", "STRING": "DOUBLE", '"very <odd> type"': "DOUBLE",
    }  # fmt: skip
    columns = ", ".join(f"c{i} {kind}" for i, kind in enumerate(declared))
    schema = read_schema(sqlite_of(f"CREATE TABLE t ({columns})"))
    assert [c.type for c in schema.tables[0].columns] == list(declared.values())
    assert schema.dialect == "sqlite"


def test_keys_with_and_without_target_columns_are_resolved(sqlite_of) -> None:
    schema = read_schema(
        sqlite_of("""
        CREATE TABLE a (x TEXT, y INTEGER, z, PRIMARY KEY (y, x)) WITHOUT ROWID;
        CREATE TABLE b (y INTEGER NOT NULL, x TEXT, id INTEGER PRIMARY KEY,
            up REFERENCES B (ID), lost INTEGER REFERENCES gone (q),
            FOREIGN KEY (y, x) REFERENCES A);
        """)
    )
    a, b = schema.tables
    assert (a.primary_key, b.primary_key) == (("y", "x"), ("id",))
    assert [c.nullable for c in b.columns] == [False, True, False, True, True]
    assert set(schema.foreign_keys) == {
        ForeignKey(table="b", columns=("up",), target_table="b", target_columns=("id",)),
        ForeignKey(table="b", columns=("y", "x"), target_table="a", target_columns=("y", "x")),
    }


def test_rows_are_counted_and_sampled_by_frequency(sqlite_of) -> None:
    schema = read_schema(
        sqlite_of("""
        CREATE TABLE t (city TEXT, n, b BLOB, mixed, empty TEXT);
        INSERT INTO t VALUES ('Oslo', 1, x'00ff', 1, NULL), ('Rome', 2.5, x'01', 'two', NULL),
            ('Rome', 1, 'text in a blob', x'03', NULL);
        CREATE TABLE none (a);
        """)
    )
    none, t = schema.tables
    assert (t.row_count, none.row_count) == (3, 0)
    assert [c.samples for c in t.columns] == [
        ("Rome", "Oslo"),
        ("1", "2.5"),
        (),
        ("1", "two"),
        (),
    ]


def test_sqlites_own_tables_shadow_tables_and_hidden_columns_are_left_out(sqlite_of) -> None:
    schema = read_schema(
        sqlite_of("""
        CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, g INTEGER AS (a * 2) STORED,
            v INTEGER GENERATED ALWAYS AS (a + 1));
        INSERT INTO t (a) VALUES (4);
        CREATE VIRTUAL TABLE found USING fts5(body);
        INSERT INTO found VALUES ('a text to find');
        """)
    )
    assert [t.name for t in schema.tables] == ["found", "t"]
    assert [c.name for c in schema.tables[0].columns] == ["body"]
    assert [(c.name, c.samples) for c in schema.tables[1].columns] == [
        ("a", ("4",)),
        ("g", ("8",)),
        ("v", ("5",)),
    ]


def test_a_view_over_a_lost_table_hides_nothing_else(sqlite_of) -> None:
    schema = read_schema(
        sqlite_of("""
        CREATE TABLE t (a INTEGER); CREATE VIEW fine AS SELECT a AS b FROM t;
        CREATE TABLE gone (x INTEGER); CREATE VIEW broken AS SELECT * FROM gone; DROP TABLE gone;
        """)
    )
    assert [(t.name, t.is_view, len(t.columns)) for t in schema.tables] == [
        ("fine", True, 1),
        ("t", False, 1),
    ]


def test_quoted_names_stay_data(sqlite_of) -> None:
    name = "a\nb\"c' <script> \x1b[31m"
    quoted = '"' + name.replace('"', '""') + '"'
    schema = read_schema(
        sqlite_of(
            f"CREATE TABLE {quoted} ({quoted} TEXT PRIMARY KEY, [group] REFERENCES {quoted});"
            f"INSERT INTO {quoted} VALUES ('x', NULL)"
        )
    )
    assert schema.tables[0].name == name and schema.tables[0].columns[0].samples == ("x",)
    assert schema.foreign_keys[0].target_columns == (name,)


def test_a_file_without_tables_is_an_error_with_a_hint(sqlite_of) -> None:
    with pytest.raises(InputError, match="has no tables") as caught:
        read_schema(sqlite_of("CREATE TABLE t (a); DROP TABLE t"))
    assert caught.value.hint
