"""The text of ``sqlft schema show`` and its JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlft.schema import Column, Schema, Table, Term, as_dict, describe, parse_ddl

HOSTILE = "a\r\nb\x1b[2J\x07\u202e<script>\x9b1m"


def test_the_text_tells_types_keys_notes_and_counts_in_columns() -> None:
    schema = parse_ddl(
        """
        CREATE TABLE city (id INTEGER PRIMARY KEY, name VARCHAR NOT NULL -- in English
        );
        CREATE TABLE flat (city_id INTEGER REFERENCES city (id), rent DECIMAL(10,2));
        """,
        "homes",
    )
    city, flat = schema.tables
    rent = replace(
        flat.columns[1], unit="EUR", synonyms=("price",), meaning="a month", private=True
    )
    flat = replace(flat, columns=(flat.columns[0], rent), row_count=1200, meaning="to let")
    term = Term(name="cheap", sql="flat.rent < 500", synonyms=("low",), meaning="by law")
    schema = replace(schema, tables=(city, flat), glossary=(term,), today="2025-12-31")
    assert describe(schema).splitlines() == [
        "homes: 2 tables, 1 foreign key",
        "today is 2025-12-31",
        "",
        "city",
        "  id    INTEGER  primary key",
        "  name  VARCHAR  not null - in English",
        "",
        "flat  1,200 rows - to let",
        "  city_id  INTEGER        -> city.id",
        "  rent     DECIMAL(10,2)  private, in EUR (also: price) - a month",
        "",
        "glossary",
        "  cheap (also: low): flat.rent < 500 - by law",
    ]


def test_hostile_text_stays_on_its_line_and_moves_no_cursor() -> None:
    column = Column(
        name=HOSTILE, type=f"ENUM('{HOSTILE}')", comment=HOSTILE, samples=(HOSTILE,), unit=HOSTILE
    )
    table = Table(name=HOSTILE, namespace=HOSTILE, columns=(column,), comment=HOSTILE)
    term = Term(name=HOSTILE, sql=HOSTILE, meaning=HOSTILE)
    schema = Schema(name=HOSTILE, meaning=HOSTILE, tables=(table,), glossary=(term,))
    text = describe(schema)
    assert all(line.isprintable() for line in text.split("\n"))
    assert len(text.split("\n")) == 8 and "<script>" in text
    assert json.loads(json.dumps(as_dict(schema)))["tables"][0]["name"] == HOSTILE


def test_json_holds_everything_and_the_digest() -> None:
    schema = parse_ddl("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER REFERENCES t (a))", "x")
    told = json.loads(json.dumps(as_dict(schema)))
    assert told["digest"] == schema.digest
    assert (
        told["tables"][0]["columns"][1] | {"name": "b", "private": False}
        == (told["tables"][0]["columns"][1])
    )
    assert told["foreign_keys"][0]["target_columns"] == ["a"]
