"""Schemas of DuckDB files."""

from __future__ import annotations

import pytest

from sqlft.errors import InputError
from sqlft.schema import ForeignKey, read_schema

HOSTILE = "a\nb\"c' <script>alert(1)</script> \x1b[31m \u202e end"


def test_keys_comments_and_counts_are_read(duckdb_of) -> None:
    schema = read_schema(
        duckdb_of("""
        CREATE TABLE lines (o INTEGER, n INTEGER, PRIMARY KEY (o, n));
        CREATE TABLE parts (o INTEGER, n INTEGER NOT NULL, FOREIGN KEY (o, n) REFERENCES lines);
        CREATE TABLE part_of (p INTEGER PRIMARY KEY, whole INTEGER REFERENCES part_of (p));
        COMMENT ON TABLE lines IS 'one a product'; COMMENT ON COLUMN lines.n IS 'its place';
        INSERT INTO lines SELECT 1, r FROM range(7) AS t(r);
        """)
    )
    lines, part_of, parts = (schema.table(n) for n in ("lines", "part_of", "parts"))
    assert lines is not None and parts is not None and part_of is not None
    assert (lines.primary_key, lines.comment, lines.row_count) == (("o", "n"), "one a product", 7)
    assert [(c.name, c.type, c.nullable, c.comment) for c in lines.columns] == [
        ("o", "INTEGER", False, None),
        ("n", "INTEGER", False, "its place"),
    ]
    assert (parts.row_count, parts.columns[0].nullable, parts.columns[1].nullable) == (
        0,
        True,
        False,
    )
    assert set(schema.foreign_keys) == {
        ForeignKey(
            table="parts", columns=("o", "n"), target_table="lines", target_columns=("o", "n")
        ),
        ForeignKey(
            table="part_of", columns=("whole",), target_table="part_of", target_columns=("p",)
        ),
    }


def test_namespaces_are_kept_apart_even_where_names_differ_only_by_case(duckdb_of) -> None:
    schema = read_schema(
        duckdb_of("""
        CREATE SCHEMA sales; CREATE SCHEMA "old Sales";
        CREATE TABLE Orders (a INTEGER); CREATE TABLE sales.orders (b INTEGER PRIMARY KEY);
        CREATE TABLE sales.lines (b INTEGER REFERENCES sales.orders (b));
        CREATE TABLE "old Sales"."ORDERS" (c INTEGER);
        INSERT INTO sales.orders VALUES (41); INSERT INTO "old Sales"."ORDERS" VALUES (42);
        """)
    )
    names = ["Orders", "old Sales.ORDERS", "sales.lines", "sales.orders"]
    assert [t.qualified_name for t in schema.tables] == names
    assert [t.columns[0].name for t in schema.tables] == ["a", "c", "b", "b"]
    assert schema.tables[1].columns[0].samples == ("42",)
    assert schema.tables[3].columns[0].samples == ("41",)
    assert schema.foreign_keys[0].target_table == "sales.orders"


def test_views_are_tables_without_samples(duckdb_of) -> None:
    schema = read_schema(
        duckdb_of("""
        CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (5);
        CREATE VIEW v AS SELECT a, a + 1 AS next FROM t; COMMENT ON VIEW v IS 'seen';
        CREATE TABLE gone (x INTEGER); CREATE VIEW broken AS SELECT * FROM gone; DROP TABLE gone;
        """)
    )
    view = schema.table("v")
    assert view is not None and view.is_view and view.comment == "seen"
    assert [(c.name, c.type, c.samples) for c in view.columns] == [
        ("a", "INTEGER", ()),
        ("next", "INTEGER", ()),
    ]
    table = schema.table("t")
    assert table is not None and not table.is_view and table.columns[0].samples == ("5",)


def test_every_kind_of_column_is_described_and_sampled(duckdb_of) -> None:
    schema = read_schema(
        duckdb_of("""
        CREATE TYPE mood AS ENUM ('calm', 'cross');
        CREATE TABLE t (i INTEGER, twice INTEGER AS (i * 2), m mood, l VARCHAR[],
            s STRUCT(a INTEGER, "b c" VARCHAR), d DECIMAL(10,2), day DATE, seen TIMESTAMP, b BLOB,
            ok BOOLEAN, u UUID, f DOUBLE, nothing VARCHAR, tz TIMESTAMPTZ, iv INTERVAL);
        INSERT INTO t (i, m, l, s, d, day, seen, b, ok, f, tz, iv) VALUES
            (3, 'calm', ['x', 'y'], {'a': 1, 'b c': 'z'}, 1.5, '2025-12-31', '2025-12-31 23:59:00',
             'abc', true, 0.1, '2025-12-31 23:59:00Z', INTERVAL 3 DAY);
        """)
    )
    assert {c.name: (c.type, c.samples) for c in schema.tables[0].columns} == {
        "i": ("INTEGER", ("3",)),
        "twice": ("INTEGER", ("6",)),
        "m": ("ENUM('calm', 'cross')", ("calm",)),
        "l": ("VARCHAR[]", ("[x, y]",)),
        "s": ('STRUCT(a INTEGER, "b c" VARCHAR)', ("{'a': 1, 'b c': z}",)),
        "d": ("DECIMAL(10,2)", ("1.50",)),
        "day": ("DATE", ("2025-12-31",)),
        "seen": ("TIMESTAMP", ("2025-12-31 23:59:00",)),
        "b": ("BLOB", ()),
        "ok": ("BOOLEAN", ("true",)),
        "u": ("UUID", ()),
        "f": ("DOUBLE", ("0.1",)),
        "nothing": ("VARCHAR", ()),
        "tz": ("TIMESTAMP WITH TIME ZONE", ("2025-12-31 23:59:00+00",)),
        "iv": ("INTERVAL", ("3 days",)),
    }


def test_hostile_names_comments_and_values_stay_data(duckdb_of) -> None:
    quoted, text = '"' + HOSTILE.replace('"', '""') + '"', "'" + HOSTILE.replace("'", "''") + "'"
    schema = read_schema(
        duckdb_of(f"""
        CREATE SCHEMA {quoted}; CREATE TABLE {quoted}.{quoted} ({quoted} VARCHAR, "Ab" INTEGER);
        COMMENT ON TABLE {quoted}.{quoted} IS {text};
        INSERT INTO {quoted}.{quoted} VALUES ('x' || chr(10) || chr(27) || '[1m', 1);
        """)
    )
    table = schema.tables[0]
    assert (table.namespace, table.name, table.comment) == (HOSTILE,) * 3
    assert table.columns[0].name == HOSTILE
    assert table.columns[0].samples == ("x\\n\\x1b[1m",)


def test_a_table_of_300_columns_is_read_whole(duckdb_of) -> None:
    columns = ", ".join(f"c{i} INTEGER" for i in range(300))
    values = ", ".join(str(i) for i in range(300))
    schema = read_schema(duckdb_of(f"CREATE TABLE t ({columns}); INSERT INTO t VALUES ({values})"))
    assert [(c.name, c.samples) for c in schema.tables[0].columns] == [
        (f"c{i}", (str(i),)) for i in range(300)
    ]


def test_a_database_without_tables_is_an_error_with_a_hint(duckdb_of) -> None:
    with pytest.raises(InputError, match="has no tables") as caught:
        read_schema(duckdb_of("CREATE MACRO m() AS 1"))
    assert caught.value.hint
