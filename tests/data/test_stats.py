"""Statistics count what Spider counts, and what people mean by each feature."""

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from sqlft.cli.data_stats import stats_data
from sqlft.data.features import FEATURES, features
from sqlft.data.hardness import HARDNESS, hardness
from sqlft.data.stats import quantile
from sqlft.errors import SqlError
from sqlft.examples import Example, write_examples

QUERIES = tomllib.loads((Path(__file__).parent / "queries.toml").read_text())["query"]


@pytest.mark.parametrize("query", QUERIES, ids=[query["sql"] for query in QUERIES])
def test_hardness_and_features_are_as_counted_by_hand(query: dict[str, object]) -> None:
    sql = str(query["sql"])
    assert hardness(sql) == query["hardness"]
    assert list(features(sql)) == query["features"]


def test_the_queries_have_every_level_and_every_feature() -> None:
    assert {query["hardness"] for query in QUERIES} == set(HARDNESS)
    assert {name for query in QUERIES for name in query["features"]} == set(FEATURES)


def test_what_is_no_query_has_no_hardness() -> None:
    with pytest.raises(SqlError):
        hardness("DROP TABLE t")


def test_a_quantile_is_one_of_the_values() -> None:
    assert [quantile([5, 1, 4, 2, 3], share) for share in (0.0, 0.2, 0.5, 0.9, 1.0)] == [
        1,
        1,
        3,
        5,
        5,
    ]


def written(folder: Path) -> Path:
    golds = [("SELECT a FROM t",), ("SELECT b FROM t WHERE c = 2",), ("SELECT (",), ()]
    path = folder / "small.jsonl"
    made = [
        Example(id=str(at), database=f"<b>{at % 2}", question="How many?", gold=gold)
        for at, gold in enumerate(golds)
    ]
    write_examples(path, made)
    return path


def test_the_command_counts_what_it_cannot_read(tmp_path: Path, sqlft_home: Path) -> None:
    done = CliRunner().invoke(stats_data, [str(written(tmp_path)), "--json"])
    found = json.loads(done.output)
    assert (found["examples"], found["unanswerable"], found["unreadable"]) == (4, 1, 1)
    assert found["by_hardness"] == {"easy": 2, "medium": 0, "hard": 0, "extra": 0}
    assert found["skeletons"] == 2
    assert "no tokenizer" in found["not_measured"]


def test_the_page_shows_the_same_numbers_as_text(tmp_path: Path, sqlft_home: Path) -> None:
    page = tmp_path / "stats.html"
    done = CliRunner().invoke(stats_data, [str(written(tmp_path)), "--html", str(page)])
    html = page.read_text(encoding="utf-8")
    assert "easy" in done.output and "100.0%" in done.output
    assert html.count("<svg") == 2
    assert "Yu et al. 2018" in html


def test_lengths_are_of_the_prompt_that_a_model_gets(tmp_path: Path, tiny_model: Path) -> None:
    from sqlft.data.lengths import meter
    from sqlft.data.places import datasets_at
    from sqlft.data.stats import stats_of, stats_page
    from sqlft.database import build_duckdb, locate
    from sqlft.prompt import layout, tokenise
    from sqlft.schema import read_schema

    place = tmp_path / "databases" / "shop.duckdb"
    build_duckdb(place, "CREATE TABLE t (a INTEGER, b INTEGER)", [])
    one = Example(id="1", database="shop", question="How many?", gold=("SELECT a FROM t", "FROM t"))
    write_examples(tmp_path / "examples.jsonl", [one])
    measure = meter(str(tiny_model))
    found = stats_of(datasets_at(tmp_path)[0], meter=measure)
    prompt = layout("sqlft").render(read_schema(locate(place)), "How many?")
    assert found.lengths["prompt"] == (len(tokenise(prompt, measure.tokenizer).ids),)
    assert found.lengths["question"] == (len("How many?"),)
    assert found.lengths["answer"] == (len("FROM t SELECT a"),)
    assert found.lengths["schema"] < found.lengths["prompt"]
    assert found.not_measured is None
    assert stats_page(found).count("<svg") == 6
