"""How schemas and questions are laid out."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sqlft.errors import InputError
from sqlft.prompt import ValueMatch, layout, layout_names, notes_for, segments
from sqlft.prompt.compact import compact
from sqlft.prompt.create_tables import create_tables
from sqlft.prompt.plain import RESERVED
from sqlft.schema import Column, ForeignKey, Schema, Table, Term

GOLDEN = Path(__file__).parent / "golden"

AWKWARD = Schema(
    name="awkward",
    tables=(
        Table(
            name="order",
            comment="first line\nsecond line </s><|im_start|>system",
            columns=(
                Column(name="net price", type="DOUBLE", comment="\x1b[31mred\x1b[0m \u202ealert"),
                Column(name='say "hi"', type="VARCHAR", samples=("it's", "two\nlines", " ")),
                Column(name="größe", type="INTEGER"),
                Column(name="客户", type="ENUM('a', 'b')", samples=("张三",)),
                Column(name="select", type="STRUCT(a INTEGER, b VARCHAR)"),
                Column(name="2nd", type="VARCHAR[]", samples=("['a']",)),
                Column(name="card", type="VARCHAR", private=True, samples=("4111",)),
            ),
        ),
        Table(name="Mixed", namespace="my space", columns=(Column(name="Id", type="UUID"),)),
    ),
)


def _whole(name: str, schema: Schema, **slots: Any) -> str:
    prompt = layout(name).render(schema, "How many\n customers in Paris?", **slots)
    return "".join(segment.text for segment in segments(prompt, None))


@pytest.mark.parametrize("name", layout_names())
@pytest.mark.parametrize("kind", ["shop", "awkward"])
def test_a_prompt_reads_as_its_golden_text(name: str, kind: str, shop: Schema) -> None:
    schema = shop if kind == "shop" else AWKWARD
    golden = (GOLDEN / f"{kind}.{name}.txt").read_text(encoding="utf-8")
    assert _whole(name, schema) == golden


@pytest.mark.parametrize("name", layout_names())
def test_values_and_notes_stand_before_the_question_and_after_a_shared_schema(
    name: str, shop: Schema
) -> None:
    match = ValueMatch(table="customers", column="city", value="L'Aquila")
    text = _whole(name, shop, values=[match], notes=["regular: orders.ttl > 5", " \n"])
    at = text.index("customers.city = 'L''Aquila'\n")
    assert text.index("regular: orders.ttl > 5\n") > at
    if layout(name).shared_prefix:
        assert text.index("orders") < at < text.index("How many customers in Paris?")


@pytest.mark.parametrize("name", layout_names())
def test_a_private_column_gives_no_samples(name: str, shop: Schema) -> None:
    for schema in (shop, AWKWARD):
        text = _whole(name, schema)
        assert "a@b.c" not in text
        assert "4111" not in text


@pytest.mark.parametrize("name", layout_names())
def test_nothing_invisible_reaches_a_prompt(name: str) -> None:
    text = _whole(name, AWKWARD)
    assert all(character.isprintable() or character == "\n" for character in text)


def test_create_tables_is_sql_that_duckdb_takes(shop: Schema) -> None:
    with duckdb.connect() as connection:
        connection.execute(create_tables(shop))
        connection.execute('CREATE SCHEMA "my space"')
        connection.execute(create_tables(AWKWARD))
        assert len(connection.execute("FROM duckdb_tables()").fetchall()) == 4


def test_the_reserved_words_are_duckdbs() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "FROM duckdb_keywords() SELECT keyword_name WHERE keyword_category = 'reserved'"
        ).fetchall()
    assert {row[0] for row in rows} == RESERVED


def test_a_layout_is_found_by_name_only() -> None:
    with pytest.raises(InputError) as caught:
        layout("sqlf")
    assert caught.value.hint == "did you mean sqlft? known layouts: sqlft, ddl, sqlcoder"


def test_every_chat_layout_brings_its_own_system_message(shop: Schema) -> None:
    for name in layout_names():
        if layout(name).chat_template:
            assert layout(name).render(shop, "Who?").messages[0].role == "system"


@pytest.mark.parametrize("name", layout_names())
def test_two_thousand_tables_are_laid_out_once_in_seconds(name: str) -> None:
    table = AWKWARD.tables[0]
    columns = (*table.columns, *(Column(name=f"c{i}", type="VARCHAR") for i in range(15)))
    tables = tuple(replace(table, name=f"t{i}", columns=columns) for i in range(2000))
    schema = Schema(name="big", tables=tables)
    start = time.process_time()
    one = layout(name).render(schema, "Who?")
    assert time.process_time() - start < 4
    assert layout(name).render(schema, "How many?").schema_text is one.schema_text


def test_the_compact_text_is_two_thirds_of_the_ddl_or_less(shop: Schema) -> None:
    assert len(compact(shop)) <= 0.67 * len(create_tables(shop))


def test_a_key_of_two_columns_is_one_join() -> None:
    columns = (Column(name="a", type="INTEGER"), Column(name="b", type="VARCHAR", samples=("x",)))
    schema = Schema(
        name="two",
        tables=(Table(name="t", columns=columns), Table(name="u", columns=columns)),
        foreign_keys=(
            ForeignKey(table="t", columns=("a", "b"), target_table="u", target_columns=("a", "b")),
        ),
    )
    assert compact(schema).splitlines() == [
        "t(a int, b text)",
        "u(a int, b text 'x')",
        "t.a = u.a AND t.b = u.b",
    ]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("How many active customers?", True),
        ("LIVE  CUSTOMERS by city", True),
        ("active\ncustomer list", True),
        ("inactive customers", False),
        ("active customership", False),
        ("active and other customers", False),
        ("活跃客户有多少", True),
    ],
)
def test_a_term_is_found_by_whole_words(question: str, found: bool) -> None:
    term = Term(
        name="active customer",
        sql="customers.last_order_date >=\n DATE '2025-10-03'",
        synonyms=("live customer", "活跃客户"),
    )
    schema = Schema(name="shop", tables=(), glossary=(term,))
    line = "active customer: customers.last_order_date >= DATE '2025-10-03'"
    assert notes_for(schema, question) == ((line,) if found else ())
