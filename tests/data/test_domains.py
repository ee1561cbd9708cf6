"""What the six hand-written domains promise: enough questions, hard enough, over real schemas."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlglot import exp

from sqlft.data.features import features
from sqlft.data.places import DEMO
from sqlft.database import build_duckdb, locate
from sqlft.examples import Dataset, Example, dataset
from sqlft.schema import bundled_names, load_notes, read_schema
from sqlft.schema.bundled_rows import rows_of
from sqlft.sql import parse_query, skeleton

ROOT = Path(__file__).parents[2]
DOMAINS = ("bank", "clinic", "energy", "logistics", "retail", "saas")
TEST_ALONE = ("clinic", "logistics")
WITH_ADAPTERS = ("bank", "retail")
DATE_PARTS = (exp.Year, exp.Quarter, exp.Month, exp.Week, exp.Day, exp.DayOfWeek, exp.Extract)
TRUNCATIONS = (exp.DateTrunc, exp.TimestampTrunc)
DATE_NAMES = ("dayname", "monthname", "hour", "strftime", "isodow")


@pytest.fixture(scope="module", params=DOMAINS)
def asked(request: pytest.FixtureRequest) -> Dataset:
    return dataset(ROOT / "data" / request.param)


def of_part(asked: Dataset, part: str) -> list[Example]:
    return [example for example in asked.examples() if example.split == part]


def grouped_by(tree: exp.Expression) -> Iterator[exp.Expression]:
    """What the queries inside are grouped by; positions and aliases as what they stand for."""
    for select in tree.find_all(exp.Select):
        group = select.args.get("group")
        keys = list(group.expressions) if group else []
        if group and group.args.get("all"):
            keys = [shown for shown in select.expressions if not shown.find(exp.AggFunc)]
        named = {shown.alias.casefold(): shown for shown in select.expressions if shown.alias}
        for key in keys:
            if isinstance(key, exp.Literal):
                yield select.expressions[int(key.name) - 1]
            else:
                yield named.get(key.name.casefold(), key) if isinstance(key, exp.Column) else key


def buckets_dates(tree: exp.Expression) -> bool:
    return any(
        isinstance(call, DATE_PARTS + TRUNCATIONS)
        or (call.name if isinstance(call, exp.Anonymous) else call.key).lower() in DATE_NAMES
        for key in grouped_by(tree)
        for call in key.find_all(exp.Func)
    )


def distinct_tables(tree: exp.Expression) -> set[str]:
    common = {cte.alias.casefold() for cte in tree.find_all(exp.CTE)}
    return {table.name.casefold() for table in tree.find_all(exp.Table)} - common


def test_the_domains_are_all_the_sets_and_all_the_schemas_there_are() -> None:
    folders = {path.parent.name for path in (ROOT / "data").glob("*/examples.jsonl")}
    assert folders == {*DOMAINS, DEMO}
    assert bundled_names() == DOMAINS


def test_a_domain_has_its_questions_in_the_parts_that_were_promised(asked: Dataset) -> None:
    parts = {part: of_part(asked, part) for part in ("train", "more", "choose", "test")}
    every = list(asked.examples())
    assert sum(map(len, parts.values())) == len(every) == asked.counts["examples"] >= 120
    assert all(len(held) == asked.counts.get(part, 0) for part, held in parts.items())
    train, test = parts["train"], parts["test"]
    assert not train if asked.name in TEST_ALONE else len(train) >= 80 and len(test) >= 40
    unanswerable = [example for example in every if not example.gold]
    assert len(unanswerable) == asked.counts["unanswerable"] >= 8
    assert {example.database for example in every} == {asked.name}


def test_what_a_domains_adapter_learns_shares_no_shape_with_what_chooses_or_tests_it(
    asked: Dataset,
) -> None:
    shapes = {
        part: {skeleton(example.gold[0]) for example in of_part(asked, part) if example.gold}
        for part in ("train", "more", "choose", "test")
    }
    assert bool(shapes["more"]) == bool(shapes["choose"]) == (asked.name in WITH_ADAPTERS)
    assert shapes["more"].isdisjoint(shapes["choose"] | shapes["test"])
    assert shapes["choose"].isdisjoint(shapes["train"] | shapes["test"])


def test_test_questions_are_as_hard_as_promised(asked: Dataset) -> None:
    """Shares of all test questions, by their first gold; the answerless ones count as easy."""
    test = of_part(asked, "test")
    trees = [parse_query(example.gold[0]) for example in test if example.gold]
    used = [set(features(example.gold[0])) for example in test if example.gold]
    wide = sum(len(distinct_tables(tree)) >= 3 for tree in trees)
    nested = sum(not names.isdisjoint({"nested query", "CTE"}) for names in used)
    windows = sum(
        "window" in names or buckets_dates(tree) for tree, names in zip(trees, used, strict=True)
    )
    assert wide >= 0.15 * len(test)
    assert nested >= 0.15 * len(test)
    assert windows >= 0.10 * len(test)


@pytest.mark.parametrize("name", DOMAINS)
def test_a_domain_is_built_in_seconds_with_keys_that_hold(name: str, tmp_path: Path) -> None:
    """DuckDB itself refuses a row that breaks a declared key. Seconds are of processor time, which
    the clock of an idle machine does not exceed and a busy one cannot stretch."""
    folder, path = ROOT / "schemas" / name, tmp_path / f"{name}.duckdb"
    start = time.process_time()
    build_duckdb(path, (folder / "schema.sql").read_text(encoding="utf-8"), rows_of(folder))
    assert time.process_time() - start < 15
    schema = load_notes(folder / "notes.toml", read_schema(locate(path), samples_per_column=0))
    assert 8 <= len(schema.tables) <= 20
    assert all(table.row_count for table in schema.tables)
    assert 50_000 <= sum(table.row_count or 0 for table in schema.tables) <= 300_000
    joined = {key.table for key in schema.foreign_keys} | {
        key.target_table for key in schema.foreign_keys
    }
    assert len(schema.tables) - len(joined) <= 2  # weather and exchange rates join by date
    assert schema.meaning and schema.today and schema.glossary
