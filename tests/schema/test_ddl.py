"""CREATE TABLE text in four dialects."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.errors import InputError
from sqlft.schema import ForeignKey, parse_ddl, read_schema
from sqlft.schema.type_names import sqlite_type

DUCKDB_TYPES = [
    "INTEGER", "int4", "HUGEINT", "UINTEGER", "VARCHAR(20)", "CHAR(3)", "TEXT", "BOOLEAN", "DOUBLE",
    "REAL", "DECIMAL", "DECIMAL(10,2)", "NUMERIC(5)", "DATE", "TIME", "DATETIME", "TIMESTAMPTZ",
    "TIMESTAMP_NS", "TIMETZ", "INTERVAL", "BLOB", "BIT", "UUID", "JSON", "INTEGER[]", "INTEGER[3]",
    "VARCHAR(3)[][]", "STRUCT(a INTEGER, \"b c\" DECIMAL(3,1)[])", "MAP(VARCHAR, INTEGER)",
    "ENUM('a', 'b''c')", "UNION(n INTEGER, v VARCHAR)",
]  # fmt: skip


def test_types_are_spelled_as_duckdb_spells_them() -> None:
    columns = ", ".join(f"c{i} {kind}" for i, kind in enumerate(DUCKDB_TYPES))
    ddl = f"CREATE TABLE t ({columns})"
    with duckdb.connect() as connection:
        connection.execute(ddl)
        said = connection.execute(
            "FROM duckdb_columns() SELECT data_type WHERE NOT internal ORDER BY column_index"
        )
        assert [c.type for c in parse_ddl(ddl, "x").tables[0].columns] == [
            r[0] for r in said.fetchall()
        ]


def test_text_and_file_give_the_same_schema(duckdb_of) -> None:
    ddl = """
    CREATE TABLE "order" (id INTEGER PRIMARY KEY, "to whom" VARCHAR NOT NULL);
    CREATE TABLE lines (o INTEGER REFERENCES "order"(id), n INTEGER, PRIMARY KEY (o, n));
    CREATE TABLE parts (o INTEGER, n INTEGER, FOREIGN KEY (o, n) REFERENCES lines (o, n));
    COMMENT ON TABLE lines IS 'it''s a line'; COMMENT ON COLUMN "order"."to whom" IS 'a
    b';
    """
    read, parsed = read_schema(duckdb_of(ddl), samples_per_column=0), parse_ddl(ddl, "shop")
    by_name = {t.name: t for t in parsed.tables}
    assert parsed.digest == read.digest
    for table in read.tables:
        assert by_name[table.name].columns == table.columns
        assert by_name[table.name].comment == table.comment
        assert by_name[table.name].primary_key == table.primary_key
    assert set(parsed.foreign_keys) == set(read.foreign_keys)


def test_a_dashed_comment_belongs_to_the_column_on_its_line() -> None:
    ddl = """
    CREATE TABLE t ( -- all things
      a INTEGER PRIMARY KEY, -- the key
      b VARCHAR(20), -- its name, 'quoted'; yes
      c DECIMAL(10, 2) DEFAULT 3 CHECK (c > 0), /* how much */
      e INTEGER NOT NULL, -- always
      f VARCHAR DEFAULT 'x' -- at first
      ,
      -- when it came
      d DATE -- and left
    );
    """
    table = parse_ddl(ddl, "x").tables[0]
    said = {c.name: c.comment for c in table.columns}
    assert said == {
        "a": "the key",
        "b": "its name, 'quoted'; yes",
        "c": "how much",
        "e": "always",
        "f": "at first",
        "d": "when it came and left",
    }
    assert table.comment == "all things"


def test_comment_on_comes_before_a_dashed_comment() -> None:
    ddl = "CREATE TABLE t (a INT -- old\n); COMMENT ON COLUMN t.a IS 'new'"
    assert parse_ddl(ddl, "x").tables[0].columns[0].comment == "new"


def test_a_postgres_dump_is_read() -> None:
    ddl = """
    SET client_encoding = 'UTF8';
    CREATE TYPE mood AS ENUM ('calm', 'cross');
    CREATE TABLE public.people (id bigserial, m mood, tags text[], at timestamptz, rate real);
    ALTER TABLE public.people OWNER TO admin;
    CREATE TABLE sales.orders (id integer NOT NULL, person bigint);
    CREATE INDEX i ON sales.orders (person);
    CREATE VIEW v AS SELECT 1;
    ALTER TABLE ONLY public.people ADD CONSTRAINT pk PRIMARY KEY (id);
    ALTER TABLE ONLY sales.orders ADD CONSTRAINT fk FOREIGN KEY (person) REFERENCES public.people;
    ALTER TABLE sales.orders ADD COLUMN paid boolean;
    COMMENT ON COLUMN public.people.m IS 'how they feel';
    """
    schema = parse_ddl(ddl, "x", "postgres")
    assert [t.qualified_name for t in schema.tables] == ["people", "sales.orders"]
    people, orders = schema.tables
    kinds = ["BIGINT", "ENUM('calm', 'cross')", "VARCHAR[]", "TIMESTAMP WITH TIME ZONE", "FLOAT"]
    assert [c.type for c in people.columns] == kinds
    assert people.primary_key == ("id",) and not people.columns[0].nullable
    assert people.columns[1].comment == "how they feel"
    assert [c.name for c in orders.columns] == ["id", "person", "paid"]
    assert schema.foreign_keys == (
        ForeignKey(
            table="sales.orders", columns=("person",), target_table="people", target_columns=("id",)
        ),
    )


def test_a_mysql_dump_is_read() -> None:
    ddl = """
    CREATE TABLE `o` (`x` int(11) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the x',
      kind enum('a','b'), PRIMARY KEY (`x`), KEY `k` (`kind`)) ENGINE=InnoDB COMMENT='all o';
    CREATE TABLE `p` (`y` int(11) unsigned, CONSTRAINT `f` FOREIGN KEY (`y`) REFERENCES `o` (`x`)
      ON DELETE CASCADE);
    """
    schema = parse_ddl(ddl, "x", "mysql")
    table = schema.tables[0]
    assert (table.comment, table.columns[0].comment) == ("all o", "the x")
    assert [c.type for c in table.columns] == ["UINTEGER", "ENUM('a', 'b')"]
    assert schema.foreign_keys[0].target_columns == ("x",)


def test_sqlite_text_may_leave_types_and_target_columns_out() -> None:
    ddl = """
    CREATE TABLE t (a, [b c] VARCHAR(9), PRIMARY KEY (a)) WITHOUT ROWID;
    CREATE TABLE u (t_id REFERENCES t, n REAL) STRICT;
    """
    schema = parse_ddl(ddl, "x", "sqlite")
    assert [(c.name, c.type) for c in schema.tables[0].columns] == [
        ("a", "VARCHAR"),
        ("b c", "VARCHAR"),
    ]
    assert schema.tables[1].columns[1].type == "DOUBLE"
    assert schema.foreign_keys[0].target_columns == ("a",)


@pytest.mark.parametrize(
    ("ddl", "said"),
    [
        ("", "no CREATE TABLE"),
        ("SELECT 1", "no CREATE TABLE"),
        ("CREATE TABLE t (a INT);\nCREATE TABLE T (b INT)", "line 2: .*declared twice"),
        ("CREATE TABLE t (a INT, A INT)", "line 1: column 'A' is declared twice"),
        ("CREATE TABLE t (a INT,\n b INT REFERENCES gone (x))", "line 2: .*'gone'"),
        ("CREATE TABLE t (a INT,\n\n FOREIGN KEY (z) REFERENCES t (a))", "line 3: .*no column 'z'"),
        ("CREATE TABLE t (a INT,\n b INT REFERENCES)", "line 2: the DDL cannot be read"),
        ("CREATE TABLE t AS SELECT 1", "line 1: .*no columns"),
        ("CREATE TABLE t (a INT, PRIMARY KEY (b))", "no column 'b'"),
        ("CREATE TABLE t (a INT 'x", "ends inside a quoted text"),
        ("CREATE TABLE t (a INT);\nCOMMENT ON COLUMN t.b IS 'x'", "line 2: .*no column 'b'"),
        ("CREATE TABLE t (a INT CHECK (" + "(" * 3000, "line 1: the DDL cannot be read"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(ddl: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        parse_ddl(ddl, "x")
    assert "\n" not in caught.value.message


def test_an_unknown_dialect_is_the_users_to_mend() -> None:
    with pytest.raises(InputError, match="unknown SQL dialect"):
        parse_ddl("CREATE TABLE t (a INT)", "x", "klingon")


@given(st.text(max_size=80))
def test_any_text_is_a_schema_or_an_input_error(text: str) -> None:
    try:
        assert parse_ddl(f"CREATE TABLE t (a INT {text}", "x").tables
    except InputError as error:
        assert "\n" not in error.message


@given(st.text(min_size=1).filter(lambda name: "\0" not in name))
def test_a_quoted_name_comes_back_as_it_was(name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    table = parse_ddl(f"CREATE TABLE {quoted} ({quoted} INT)", "x").tables[0]
    assert (table.name, table.columns[0].name) == (name, name)


@given(st.text(max_size=30))
def test_any_declared_type_of_sqlite_becomes_one_that_is_known(declared: str) -> None:
    kind = sqlite_type(declared)
    assert kind.split("(")[0] in {
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UBIGINT", "BOOLEAN", "DATE", "TIME",
        "TIMESTAMP", "JSON", "UUID", "VARCHAR", "BLOB", "DOUBLE", "DECIMAL",
    }  # fmt: skip
