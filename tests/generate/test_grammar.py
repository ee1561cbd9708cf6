"""The grammar of the canonical form: what it lets through runs, and what is not there it bars."""

import random
import re
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from walks import walk

from sqlft.generate.grammar.canonical import canonical_sentences
from sqlft.generate.grammar.ending import ending
from sqlft.generate.grammar.machine import narrow_text
from sqlft.generate.grammar.signatures import AGGREGATES, SCALARS, WINDOWS
from sqlft.schema import Column, ForeignKey, Schema, Table, parse_ddl
from sqlft.sql import canonical, check_sql
from sqlft.sql.functions import allowed_functions

HERE = Path(__file__).parent
DDL = (HERE / "grammar_schema.sql").read_text(encoding="utf-8")
SHOP = parse_ddl(DDL, "shop")
SENTENCES = tomllib.loads((HERE / "grammar_sentences.toml").read_text(encoding="utf-8"))


def accepts(sql: str, schema: Schema = SHOP) -> bool:
    place = canonical_sentences(schema, "no answer").follow(narrow_text(sql))
    return place is not None and place.accepting


@pytest.fixture(scope="module")
def shop() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute(DDL)
    return connection


@pytest.fixture(scope="module")
def sampled() -> list[str]:
    """Sentences by chance, none longer than what is sensible."""
    draw = random.Random(20)
    found: list[str] = []
    while len(found) < 120:
        start = canonical_sentences(SHOP, "no answer")
        sentences = (walk(start, draw) for _ in range(10))
        found += [s for s in sentences if s is not None and s != "no answer"]
    return found


@pytest.mark.parametrize("sql", SENTENCES["accepted"])
def test_what_an_analyst_asks_is_accepted(sql: str) -> None:
    assert accepts(sql)


@pytest.mark.parametrize("sql", SENTENCES["rejected"])
def test_what_is_not_there_or_does_not_go_together_is_barred(sql: str) -> None:
    assert not accepts(sql)


def test_what_is_accepted_is_canonical_passes_the_check_and_binds(
    shop: duckdb.DuckDBPyConnection,
) -> None:
    for sql in SENTENCES["accepted"][1:]:
        assert canonical(sql, SHOP) == sql
        assert check_sql(sql, SHOP).ok, sql
        shop.execute(f"EXPLAIN {sql}")


def test_sampled_sentences_pass_the_check_and_bind(
    shop: duckdb.DuckDBPyConnection, sampled: list[str]
) -> None:
    for sql in sampled:
        assert check_sql(sql, SHOP).ok, sql
        shop.execute(f"EXPLAIN {sql}")
        canonical(sql, SHOP)  # sqlglot reads it, too


MUST_GO_ON = (
    # items that hold an aggregate and a column, by which rows must then be grouped
    "FROM orders SELECT COUNT(*) = order_id",
    "FROM orders SELECT customer_id, total * COUNT(*)",
    "WITH a AS (FROM orders SELECT customer_id, COUNT(*) = 72 * order_id AS n",
    "WITH a AS (FROM orders SELECT customer_id, MAX(ordered) > ordered AS late GROUP BY ",
    # a query that must read a column of the one around it
    "FROM customers SELECT name WHERE EXISTS (FROM customers AS customers_2 SELECT 1",
    # a query that must give both a number and a text
    "FROM customers SELECT customer_id, name UNION FROM (FROM orders SELECT customer_id",
    # a query that must give a name, after as many items as there mostly are
    "WITH a AS (FROM orders SELECT " + ", ".join(f"total + {n}" for n in range(12)),
)


@pytest.mark.parametrize("begun", MUST_GO_ON)
def test_what_must_go_on_can_and_comes_to_an_end(begun: str) -> None:
    draw = random.Random(3)
    place = canonical_sentences(SHOP, "no answer").follow(begun)
    assert place is not None and not place.accepting
    rest = ending(place)
    assert rest is not None
    assert check_sql(begun + rest, SHOP).ok, begun + rest
    for _ in range(3):  # and nothing that may come is without a way on
        walk(place, draw, soft_length=20, most_length=120)


def test_a_column_of_another_table_or_of_none_is_never_accepted(sampled: list[str]) -> None:
    draw = random.Random(4)
    names = sorted(
        {
            column.name
            for table in SHOP.tables
            for column in table.columns
            if column.name.isascii() and column.name.isidentifier()
        }
    )
    tried = 0
    for sql in sampled:
        blank = re.sub(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", lambda m: " " * len(m.group()), sql)
        spots = [m for m in re.finditer(r"\w+", blank) if m.group() in names]
        if not spots:
            continue
        spot = draw.choice(spots)
        for name in draw.sample([*names, "no_such_column"], 4):
            changed = sql[: spot.start()] + name + sql[spot.end() :]
            problems = check_sql(changed, SHOP).problems
            if any(problem.kind == "unknown_column" for problem in problems):
                tried += 1
                assert not accepts(changed), changed
    assert tried > 100


def test_every_function_that_is_offered_is_an_allowed_one() -> None:
    names = {signature.name.lower() for signature in (*SCALARS, *AGGREGATES, *WINDOWS)}
    syntax = {"coalesce", "nullif", "extract", "first_value", "last_value"}
    assert names - syntax <= allowed_functions("expression")


def columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name=name, type="INTEGER") for name in names)


def test_names_that_differ_only_by_case_are_told_apart() -> None:
    tables = (
        Table(name="Pay", columns=columns("Id", "id_2")),
        Table(name="log", columns=columns("ID")),
    )
    schema = Schema(name="cases", tables=tables)
    assert accepts("FROM Pay SELECT Id", schema)
    assert accepts("FROM log SELECT ID", schema)
    assert not accepts("FROM Pay SELECT ID", schema)


def test_a_table_in_a_namespace_is_named_with_it() -> None:
    tables = (
        Table(name="levels", namespace="stock", columns=columns("product_id")),
        Table(name="products", columns=columns("product_id")),
    )
    key = ForeignKey(
        table="stock.levels",
        columns=("product_id",),
        target_table="products",
        target_columns=("product_id",),
    )
    schema = Schema(name="stock", tables=tables, foreign_keys=(key,))
    assert accepts("FROM stock.levels SELECT product_id", schema)
    assert not accepts("FROM levels SELECT product_id", schema)
    joined = "FROM products JOIN stock.levels ON products.product_id = levels.product_id"
    assert accepts(f"{joined} SELECT levels.product_id", schema)


def test_beside_a_key_the_same_column_under_a_longer_name_may_be_joined() -> None:
    schema = parse_ddl(
        "CREATE TABLE team (team_id TEXT PRIMARY KEY, team_id_br TEXT, league TEXT);"
        "CREATE TABLE game (team_id TEXT REFERENCES team, league TEXT)",
        "games",
    )
    joined = "FROM game JOIN team ON game.team_id = team."
    assert accepts(f"{joined}team_id SELECT game.league", schema)
    assert accepts(f"{joined}team_id_br SELECT game.league", schema)
    assert not accepts(f"{joined}league SELECT game.league", schema)


def test_a_schema_without_tables_leaves_only_the_refusal() -> None:
    empty = Schema(name="empty", tables=())
    place = canonical_sentences(empty, "no answer")
    assert place.forced() == "no answer"


def test_a_column_that_nothing_compares_with_leaves_a_way_on() -> None:
    odd = Schema(name="odd", tables=(Table(name="t", columns=(Column(name="b", type="BLOB"),)),))
    draw = random.Random(1)
    for _ in range(60):
        walk(canonical_sentences(odd, "no answer"), draw)


def seconds(work: Callable[[], object]) -> float:
    """Processor time of the quickest of five runs: now and then one tidies up all of the memory."""
    took = []
    for _ in range(5):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


def chained(count: int) -> Schema:
    """Tables of 21 columns, each with a key to the next."""
    tables = tuple(
        Table(name=f"table_{n}", columns=columns("id", *(f"column_{n}_{m}" for m in range(20))))
        for n in range(count)
    )
    keys = tuple(
        ForeignKey(
            table=f"table_{n}",
            columns=(f"column_{n}_0",),
            target_table=f"table_{n + 1}",
            target_columns=("id",),
        )
        for n in range(count - 1)
    )
    return Schema(name="chained", tables=tables, foreign_keys=keys)


def test_a_large_schema_costs_little_more_than_a_small_one() -> None:
    small, large = chained(10), chained(400)
    sql = (
        "FROM table_7 JOIN table_8 ON table_7.column_7_0 = table_8.id JOIN table_9 ON "
        "table_8.column_8_0 = table_9.id SELECT table_7.column_7_3, COUNT(*) "
        "GROUP BY table_7.column_7_3"
    )
    assert accepts(sql, small) and accepts(sql, large)
    ratio = seconds(lambda: accepts(sql, large)) / seconds(lambda: accepts(sql, small))
    assert ratio < 10  # of forty times the tables; measured 2
