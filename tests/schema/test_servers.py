"""Schemas through SQLAlchemy, with SQLite's dialect standing in for a server."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from sqlft.database import Database
from sqlft.errors import InputError
from sqlft.schema import ForeignKey, read_schema
from sqlft.schema.from_server import _type


def _as_url(database: Database) -> Database:
    return Database(kind="url", location=f"sqlite:///{database.location}", name="shop")


def test_tables_keys_types_views_and_samples_are_read(sqlite_of, tmp_path) -> None:
    database = sqlite_of("""
        CREATE TABLE people (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, mail TEXT, b BLOB);
        CREATE TABLE pay (person INTEGER REFERENCES people, paid DECIMAL(10,2));
        CREATE VIEW v AS SELECT name FROM people;
        INSERT INTO people VALUES (1, 'Ana', 'ana@x.pt', x'00'), (2, 'Ana', NULL, NULL);
    """)
    notes = tmp_path / "n.toml"
    notes.write_text("[tables.people.columns.mail]\nprivate = true")
    schema = read_schema(_as_url(database), notes=notes)
    pay, people, view = schema.tables
    assert schema.dialect == "sqlite" and view.is_view and not pay.is_view
    assert [(c.name, c.type, c.nullable, c.samples) for c in people.columns] == [
        ("id", "INTEGER", False, ("1", "2")),
        ("name", "VARCHAR", False, ("Ana",)),
        ("mail", "VARCHAR", True, ()),
        ("b", "BLOB", True, ()),
    ]
    assert schema.foreign_keys == (
        ForeignKey(table="pay", columns=("person",), target_table="people", target_columns=("id",)),
    )


def test_a_server_without_tables_is_an_error(sqlite_of) -> None:
    with pytest.raises(InputError, match="has no tables"):
        read_schema(_as_url(sqlite_of("CREATE TABLE t (a); DROP TABLE t")))


@pytest.mark.parametrize(
    ("kind", "dialect", "name"),
    [
        (postgresql.TIMESTAMP(timezone=True), postgresql.dialect(), "TIMESTAMP WITH TIME ZONE"),
        (postgresql.JSONB(), postgresql.dialect(), "JSON"),
        (postgresql.ARRAY(sa.Integer()), postgresql.dialect(), "INTEGER[]"),
        (postgresql.TSVECTOR(), postgresql.dialect(), "VARCHAR"),
        (sa.Numeric(12, 3), postgresql.dialect(), "DECIMAL(12,3)"),
        (mysql.INTEGER(unsigned=True), mysql.dialect(), "UINTEGER"),
        (mysql.ENUM("a", "b"), mysql.dialect(), "ENUM('a', 'b')"),
        (mysql.LONGTEXT(), mysql.dialect(), "VARCHAR"),
        (sa.types.NULLTYPE, postgresql.dialect(), "VARCHAR"),
    ],
)
def test_server_types_become_duckdb_types(kind, dialect, name: str) -> None:
    assert _type(kind, dialect) == name
