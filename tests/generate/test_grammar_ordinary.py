"""The grammar of ordinary SQL: names before FROM are ones that FROM then brings."""

import random
import tomllib
from pathlib import Path

import duckdb
import pytest
from walks import walk

from sqlft.generate.grammar.machine import Place, narrow_text
from sqlft.generate.grammar.ordinary import ordinary_sentences
from sqlft.schema import Column, Schema, Table, parse_ddl
from sqlft.sql import check_sql

HERE = Path(__file__).parent
DDL = (HERE / "grammar_schema.sql").read_text(encoding="utf-8")
SHOP = parse_ddl(DDL, "shop")
SENTENCES = tomllib.loads((HERE / "ordinary_sentences.toml").read_text(encoding="utf-8"))


def start(schema: Schema = SHOP) -> Place:
    return ordinary_sentences(schema, "cannot", ("```",))


def accepts(sql: str, schema: Schema = SHOP) -> bool:
    place = start(schema).follow(narrow_text(sql))
    return place is not None and place.accepting


@pytest.mark.parametrize("sql", SENTENCES["accepted"])
def test_what_a_model_writes_that_was_taught_no_form_is_accepted(sql: str) -> None:
    assert accepts(sql)


@pytest.mark.parametrize("sql", SENTENCES["rejected"])
def test_what_no_from_brings_or_does_not_go_together_is_barred(sql: str) -> None:
    assert not accepts(sql)


def test_what_is_accepted_passes_the_check_and_binds() -> None:
    with duckdb.connect(":memory:") as shop:
        shop.execute(DDL)
        for sql in SENTENCES["accepted"][1:]:
            query = sql.removesuffix("\n```").removesuffix(";")
            assert check_sql(query, SHOP).ok, sql
            shop.execute(f"EXPLAIN {query}")


def test_sampled_sentences_pass_the_check_and_bind() -> None:
    draw = random.Random(20)
    found: list[str] = []
    while len(found) < 30:
        place = start()
        sentences = (walk(place, draw, most_length=150) for _ in range(10))
        found += [s for s in sentences if s is not None and "cannot" not in s]
    with duckdb.connect(":memory:") as shop:
        shop.execute(DDL)
        for sql in found:
            query = sql.strip().removesuffix("```").rstrip("\n").removesuffix(";")
            assert check_sql(query, SHOP).ok, sql
            shop.execute(f"EXPLAIN {query}")


def test_a_column_that_only_one_table_has_brings_that_table() -> None:
    place = start().follow("SELECT salary ")
    assert place is not None
    assert place.follow("FROM employees") is not None
    assert place.follow("FROM customers") is None


def test_a_schema_without_tables_leaves_only_the_refusal() -> None:
    place = start(Schema(name="empty", tables=()))
    assert all("cannot".startswith(text.strip()) for text in place.coming())


def test_a_column_that_nothing_compares_with_leaves_a_way_on() -> None:
    odd = Schema(name="odd", tables=(Table(name="t", columns=(Column(name="b", type="BLOB"),)),))
    draw = random.Random(1)
    for _ in range(40):
        walk(start(odd), draw)
