"""A copy of a database has other names and other facts, and its golds still say what they said."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

import duckdb
import pytest
from changed_database import change, original
from changed_database import main as change_command
from followed_change import from_nowhere, place
from followed_change import main as compare_command
from other_names import is_told_from_words, other_names
from other_values import other_values

from sqlft.config.evaluation import Evaluation
from sqlft.data.places import database_of, schema_of
from sqlft.database import close_workers
from sqlft.errors import InputError
from sqlft.evaluate import Predictor, parse_predictors
from sqlft.evaluate.evaluation import configured, evaluate
from sqlft.examples import Dataset, Example, dataset, write_examples, write_manifest
from sqlft.model import FixedGenerator
from sqlft.prompt import layout
from sqlft.schema import Schema

DDL = """
CREATE TABLE staff (
  staff_id INTEGER PRIMARY KEY, full_name VARCHAR NOT NULL, mgr_id INTEGER REFERENCES staff,
  job VARCHAR NOT NULL, salary_eur DECIMAL(10, 2) NOT NULL, hired_on DATE NOT NULL);
CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY, full_name VARCHAR NOT NULL, city VARCHAR NOT NULL,
  country VARCHAR NOT NULL, segment VARCHAR NOT NULL, "loyaltyTier" VARCHAR, joined_on DATE);
CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers,
  seller INTEGER, order_date DATE NOT NULL, delivered_on DATE, status VARCHAR NOT NULL,
  quantity INTEGER NOT NULL, unit_price_eur DECIMAL(10, 2) NOT NULL, total_eur DECIMAL(12, 2));
COMMENT ON COLUMN orders.delivered_on IS 'never before order_date';
INSERT INTO staff SELECT i, 'Clerk ' || i, NULL, ['boss', 'lead'][1 + i % 2], 4000 + i,
  DATE '2010-01-01' + 40 * i::INTEGER FROM range(4) t(i);
INSERT INTO staff SELECT i, 'Clerk ' || i, i % 4, ['clerk', 'lead', 'guard'][1 + i % 3],
  2000 + 10 * i, DATE '2015-01-01' + 40 * i::INTEGER FROM range(4, 40) t(i);
INSERT INTO customers SELECT i, 'Person ' || i, 'City ' || i % 31,
  ['France', 'Spain', 'Italy'][1 + (i % 31) % 3], ['private', 'business'][1 + (i % 5) // 4],
  ['gold', 'silver', NULL][1 + i % 3], DATE '2020-01-01' + (i * 7 % 900)::INTEGER
  FROM range(100) t(i);
INSERT INTO orders SELECT i, i * 13 % 100, 4 + i % 30, DATE '2023-01-03' + (i * 5 % 700)::INTEGER,
  CASE WHEN i % 7 > 1 THEN DATE '2023-01-03' + (i * 5 % 700 + i % 9)::INTEGER END,
  CASE WHEN i % 7 > 1 THEN 'delivered' WHEN i % 7 = 1 THEN 'paid' ELSE 'cancelled' END,
  1 + i % 4, 10 + i % 37, (1 + i % 4) * (10 + i % 37) FROM range(800) t(i);
"""
NOTES = """
[database]
today = "2025-12-31"

[tables.orders]
synonyms = ["purchases"]

[tables.orders.columns.total_eur]
meaning = "quantity times unit_price_eur"
unit = "EUR"
synonyms = ["order value"]

[tables.staff.columns.salary_eur]
private = true

[[foreign_keys]]
table = "orders"
columns = ["seller"]
target_table = "staff"
target_columns = ["staff_id"]

[glossary."open order"]
sql = "orders.delivered_on IS NULL AND orders.status <> 'cancelled'"
"""
ASKED = {
    "How many orders are paid?": "SELECT COUNT(*) FROM orders WHERE status = 'paid'",
    "Order value by segment, highest first": "SELECT c.segment, SUM(o.total_eur) FROM orders o "
    "JOIN customers c USING (customer_id) GROUP BY c.segment ORDER BY 2 DESC",
    "Each guard with the boss": "SELECT s.full_name, m.full_name FROM staff s "
    "JOIN staff m ON s.mgr_id = m.staff_id WHERE s.job = 'guard'",
    "Who bought for more than 700 EUR?": "WITH big AS (SELECT customer_id, SUM(total_eur) AS "
    "total_eur FROM orders GROUP BY 1) SELECT c.full_name FROM customers c "
    "JOIN big ON big.customer_id = c.customer_id WHERE big.total_eur > 700",
    "Gold customers by city": "SELECT city, COUNT(*) FROM customers "
    "WHERE \"loyaltyTier\" = 'gold' GROUP BY city",
    "Mean days to deliver in 2024?": "SELECT AVG(delivered_on - order_date) FROM orders "
    "WHERE YEAR(order_date) = 2024",
    "Who never bought 4 pieces at once?": "SELECT full_name FROM customers c WHERE NOT EXISTS "
    "(SELECT 1 FROM orders o WHERE o.customer_id = c.customer_id AND o.quantity = 4)",
    "Mean pay of jobs with more than 3 people": "SELECT job, ROUND(AVG(salary_eur)) FROM staff "
    "GROUP BY job HAVING COUNT(*) > 3",
    "Who is our landlord?": "",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A dataset with a question for each gold, and one that has no answer."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "databases").mkdir()
    with duckdb.connect(str(folder / "databases" / "shop.duckdb")) as connection:
        connection.execute(DDL)
    (folder / "databases" / "shop.notes.toml").write_text(NOTES)
    examples = [
        Example(
            id=f"shop-{at}",
            database="shop",
            question=question,
            gold=(gold,) if gold else (),
            split="test",
        )
        for at, (question, gold) in enumerate(ASKED.items())
    ]
    write_examples(folder / "examples.jsonl", examples)
    place = {"shop": folder / "databases" / "shop.duckdb"}
    described = Dataset(name="shop", examples_path=folder / "examples.jsonl", databases=place)
    write_manifest(folder, described)
    yield folder
    close_workers()


@pytest.fixture(scope="module")
def renamed(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("copies") / "renamed"
    change(shop, out, rename=True, values=False)
    return out


@pytest.fixture(scope="module")
def both(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("copies") / "both"
    change(shop, out, rename=True, values=True)
    return out


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "databases" / "shop.duckdb"), read_only=True) as connection:
        return sorted(connection.execute(sql).fetchall(), key=repr)


def golds(folder: Path) -> dict[str, tuple[str, ...]]:
    return {example.id: example.gold for example in dataset(folder).examples()}


def schema(folder: Path) -> Schema:
    return schema_of(database_of(dataset(folder), "shop"))


def names(of: Schema) -> set[str]:
    return {t.name for t in of.tables} | {c.name for t in of.tables for c in t.columns}


def test_golds_return_under_the_new_names_what_they_returned(shop: Path, renamed: Path) -> None:
    old, new = golds(shop), golds(renamed)
    assert new.keys() == old.keys()
    assert new["shop-8"] == ()
    for key in old:
        for one, other in zip(old[key], new[key], strict=True):
            assert rows(shop, one) == rows(renamed, other) != []
    assert sum(old[key] != new[key] for key in old) >= 6


def test_nothing_of_the_old_names_is_left_in_the_prompt(shop: Path, renamed: Path) -> None:
    old, new = schema(shop), schema(renamed)
    gone = names(old) - names(new)
    assert len(gone) >= 6
    text = layout("sqlft").schema_text(new) + "".join(term.sql for term in new.glossary)
    bare = replace(
        new,
        tables=tuple(
            replace(
                t,
                meaning=None,
                comment=None,
                synonyms=(),
                columns=tuple(
                    replace(c, meaning=None, comment=None, synonyms=(), samples=())
                    for c in t.columns
                ),
            )
            for t in new.tables
        ),
    )
    in_names = re.findall(r"\w+", layout("sqlft").schema_text(bare))
    assert not gone & set(in_names)
    assert not {name for name in gone if is_told_from_words(name)} & set(re.findall(r"\w+", text))


def test_keys_notes_and_types_come_along(shop: Path, renamed: Path) -> None:
    old, new = schema(shop), schema(renamed)
    assert len(new.foreign_keys) == len(old.foreign_keys) == 3
    assert [key.noted for key in new.foreign_keys].count(True) == 1
    assert [term.name for term in new.glossary] == ["open order"]
    assert new.today == old.today

    def kinds(of: Schema) -> list[tuple[object, ...]]:
        return sorted(
            (c.type, c.nullable, c.unit or "", c.private, c.name in t.primary_key)
            for t in of.tables
            for c in t.columns
        )

    assert kinds(new) == kinds(old)


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(
    shop: Path, both: Path, tmp_path: Path
) -> None:
    change(shop, tmp_path / "again", rename=True, values=True)
    for file in ("examples.jsonl", "change.json", "databases/shop.notes.toml"):
        assert (tmp_path / "again" / file).read_bytes() == (both / file).read_bytes()
    one = original(shop, "test")
    assert other_names(one.schema, Random(7)) != other_names(one.schema, Random(8))
    facts = [other_values(one.schema, one.tables, seed).tables["orders"] for seed in (7, 7, 8)]
    assert facts[0].equals(facts[1])
    assert not facts[0].equals(facts[2])


def test_other_values_keep_keys_categories_and_what_holds_within_rows(
    shop: Path, tmp_path: Path
) -> None:
    out = tmp_path / "values"
    found = change(shop, out, rename=False, values=True)
    assert golds(out) == {key: gold for key, gold in golds(shop).items() if key in golds(out)}
    for same in (
        "SELECT order_id, customer_id, seller FROM orders",
        "SELECT customer_id, full_name, city, country FROM customers",
        "SELECT DISTINCT status FROM orders",
        "SELECT DISTINCT segment, FROM customers",
        "SELECT DISTINCT job FROM staff",
        "SELECT COUNT(*) FROM orders WHERE quantity * unit_price_eur <> total_eur",
        "SELECT COUNT(*) FROM orders WHERE delivered_on < order_date",
        "SELECT COUNT(*) FROM orders WHERE (delivered_on IS NULL) = (status = 'delivered')",
        "SELECT i.customer_id, o.order_date - i.joined_on FROM customers i "
        "JOIN orders o USING (customer_id)",
    ):
        assert rows(shop, same) == rows(out, same)
    assert "total_eur" in found["values"]["moved"]["orders"]
    differing = [
        key
        for key, gold in golds(out).items()
        if any(rows(shop, sql) != rows(out, sql) for sql in gold)
    ]
    assert found["result_differs"] == differing
    assert len(differing) >= 5


def test_golds_that_cannot_be_followed_are_left_out_and_counted(shop: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    (odd / "databases").mkdir(parents=True)
    for file in ("shop.duckdb", "shop.notes.toml"):
        (odd / "databases" / file).write_bytes((shop / "databases" / file).read_bytes())
    gold = ("SELECT * FROM (SELECT * FROM orders NATURAL JOIN customers)",)
    asked = Example(id="odd", database="shop", question="All?", gold=gold, split="test")
    write_examples(odd / "examples.jsonl", [asked, *dataset(shop).examples()])
    found = change(odd, tmp_path / "out", rename=True, values=False)
    assert list(found["left_out"]) == ["odd"]
    assert found["kept"] == found["questions"] - 1 == len(golds(tmp_path / "out"))


def test_bad_wishes_get_one_line(
    shop: Path, renamed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert change_command([str(shop), str(tmp_path / "a"), "--no-rename", "--no-values"]) == 1
    assert change_command([str(shop), str(renamed)]) == 1
    assert change_command([str(shop), str(tmp_path / "a"), "--split", "train"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="there already"):
        change(shop, renamed, rename=True, values=False)


def _always(writer: FixedGenerator, choice: object) -> FixedGenerator:
    """The writer, whatever model is asked for."""
    return writer


def test_two_runs_are_compared_on_the_questions_they_share(
    shop: Path, both: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Right answers over both, but for one known by heart."""
    first = next(iter(ASKED))
    ((count,),) = rows(shop, ASKED[first])
    for name, folder in (("before", shop), ("after", both)):
        replies = {
            example.question: example.gold[0] if example.gold else "CANNOT_ANSWER"
            for example in dataset(folder).examples()
        }
        if name == "after":
            replies[first] = f"SELECT {count} WHERE 'Atlantis' <> 'Oz'"
        config = configured([folder], parse_predictors("bare", Predictor(name="")), Evaluation())
        writer = FixedGenerator(replies, default=None)
        evaluate(config, tmp_path / name, partial(_always, writer))
    capsys.readouterr()
    assert compare_command([str(tmp_path / "before"), str(tmp_path / "after"), str(both)]) == 0
    said = capsys.readouterr().out
    kept = sum(bool(gold) for gold in golds(both).values())
    assert f"bare: 100.0% before, {(kept - 1) / kept:.1%} after the change" in said
    assert f"of {kept} questions" in said
    assert f"nowhere: 'Atlantis' for: {first}" in said
    assert "1 with the original's result" in said


def test_literals_that_were_read_are_not_called_remembered(shop: Path) -> None:
    there = place(shop)
    asked = "Orders of more than 700 EUR in 2024 by customers of Lyon?"
    for sql in (
        "SELECT * FROM orders WHERE total_eur > 700 AND order_date >= DATE '2024-01-01'",
        "SELECT * FROM customers WHERE city = 'Lyon' OR segment = 'business' LIMIT 99",
        "SELECT STRFTIME(order_date, '%Y-%m'), 3 FROM orders WHERE status LIKE '%paid%'",
    ):
        assert from_nowhere(sql, asked, there, "") == []
    odd = "SELECT * FROM orders WHERE total_eur > 12345 AND order_date > '1999-05-05' AND a = 'Oz'"
    found = {text for text, _ in from_nowhere(odd, asked, there, "")}
    assert found == {"12345", "1999-05-05", "Oz"}
