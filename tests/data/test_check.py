"""The checker finds what is wrong with examples, and nothing that is right."""

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from shutil import copy
from typing import ClassVar

import pyarrow as pa
import pytest
from click.testing import CliRunner

from sqlft.cli.data_check import check_data
from sqlft.config import Limits
from sqlft.data.check import RULES, Finding, Report, check_datasets
from sqlft.data.lengths import Meter
from sqlft.data.places import datasets_at
from sqlft.database import build_duckdb, close_workers
from sqlft.examples import Dataset, Example, write_examples, write_manifest
from sqlft.prompt import layout

HERE = Path(__file__).parent
CASES = tomllib.loads((HERE / "check_cases.toml").read_text(encoding="utf-8"))["case"]
COUNT = "SELECT count(*) FROM orders"


def shop_tables() -> Iterator[tuple[str, pa.Table]]:
    names = ["Oslo", "Porto", "Bergen"]
    countries = ["Norway", "Portugal", "Norway"]
    yield "cities", pa.table({"city_id": [1, 2, 3], "name": names, "country": countries})
    # The three largest amounts are 90, and the fourth is 80; Oslo and Porto have five orders each.
    amounts = [90.0, 90.0, 90.0, 80.0, 75.0, 50.0, 40.0, 30.0, 20.0, 10.0]
    statuses = ["open", "shipped", "credit_note", "shipped", "shipped"] * 2
    yield (
        "orders",
        pa.table(
            {
                "order_id": list(range(101, 111)),
                "city_id": [1, 2] * 5,
                "status": statuses,
                "placed_on": [date(2025, 3, 2), date(2025, 12, 1)] * 5,
                "amount": amounts,
            }
        ),
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the database ``shop`` and its notes, as every dataset here has beside it."""
    folder = tmp_path_factory.mktemp("shop") / "databases"
    build_duckdb(folder / "shop.duckdb", (HERE / "check_schema.sql").read_text(), shop_tables())
    copy(HERE / "check_notes.toml", folder / "shop.notes.toml")
    yield folder
    close_workers()


def example(id: str, question: str, *gold: str, **more: str | tuple[str, ...]) -> Example:
    return Example(id=id, question=question, gold=gold, **{"database": "shop", **more})


def made(shop: Path, folder: Path, examples: Sequence[Example], **said: str) -> Dataset:
    """A dataset folder with the examples, beside the shop's database."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "databases").symlink_to(shop)
    write_examples(folder / "examples.jsonl", examples)
    described = Dataset(name=folder.name, examples_path=folder / "examples.jsonl", **said)
    write_manifest(folder, described)
    return datasets_at(folder)[0]


def checked(*datasets: Dataset, **more: object) -> Report:
    return check_datasets(datasets, limits=Limits(timeout_s=20), **more)  # type: ignore[arg-type]


def rules_of(findings: Sequence[Finding]) -> list[str]:
    return sorted(found.rule for found in findings)


@pytest.fixture(scope="module")
def report(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """What is found in one dataset of all cases."""
    examples = [
        example(
            f"case-{at}",
            # Cases may share a question, which is another rule's matter.
            f"{case['question']} {' ' * at}",
            *case["gold"],
            **{k: case[k] for k in ("evidence", "database") if k in case},
            tags=tuple(case.get("tags", ())),
        )
        for at, case in enumerate(CASES)
    ]
    folder = tmp_path_factory.mktemp("cases") / "cases"
    return checked(made(shop, folder, examples))


@pytest.mark.parametrize("at", range(len(CASES)), ids=[case["title"] for case in CASES])
def test_each_case_finds_its_rules_and_no_other(report: Report, at: int) -> None:
    found = [f for f in report.findings if f.id == f"case-{at}" and f.rule != "question-repeated"]
    assert rules_of(found) == sorted(CASES[at]["finds"]), [f.message for f in found]
    if "severity" in CASES[at]:
        assert {f.severity for f in found} == {CASES[at]["severity"]}


OF_SETS = frozenset(
    "demo-question leak-database leak-near leak-question leak-skeleton prompt-length "
    "question-repeated".split()
)
"""Rules about more than one gold: the tests below trip and spare each of them."""


def test_every_other_rule_has_a_case_that_trips_it_and_one_that_comes_near() -> None:
    tripped = {rule for case in CASES for rule in case["finds"]}
    spared = {case["spares"] for case in CASES if "spares" in case}
    assert tripped - OF_SETS == spared == set(RULES) - OF_SETS
    assert all(case["spares"] not in case["finds"] for case in CASES if "spares" in case)


def test_a_question_asked_again_with_another_answer_is_an_error(shop: Path, tmp_path: Path) -> None:
    first = example("a", "How many orders?", COUNT)
    again = example("b", "how many  orders", "SELECT count(*) + 1 FROM orders")
    (found,) = checked(made(shop, tmp_path / "d", [first, again])).findings
    assert (found.rule, found.severity, found.id) == ("question-repeated", "error", "b")


def test_a_question_in_nearly_the_same_words_is_another(shop: Path, tmp_path: Path) -> None:
    asked = ["How many orders?", "How many orders are there?"]
    examples = [example(f"e{at}", question, COUNT) for at, question in enumerate(asked)]
    assert rules_of(checked(made(shop, tmp_path / "d", examples)).findings) == []


def test_a_question_asked_again_with_the_same_answer_is_a_warning(
    shop: Path, tmp_path: Path
) -> None:
    same = ["SELECT count(order_id) FROM orders", COUNT]
    examples = [example(f"e{at}", "How many orders?", gold) for at, gold in enumerate(same)]
    (found,) = checked(made(shop, tmp_path / "d", examples)).findings
    assert (found.rule, found.severity) == ("question-repeated", "warning")


def test_two_parts_of_a_dataset_may_not_share_a_question(shop: Path, tmp_path: Path) -> None:
    asked = [
        example("a", "How many orders are there?", COUNT, split="train"),
        example("b", "Orders by city?", "SELECT city_id, count(*) FROM orders GROUP BY 1"),
    ]
    leak = example("c", "how many orders are there", COUNT, split="test")
    near = example("d", "How many orders are there now?", COUNT, split="test")
    fine = example("e", "What does an order cost?", "SELECT avg(amount) FROM orders", split="test")
    report = checked(made(shop, tmp_path / "d", [*asked, leak, near, fine]))
    between = {(f.id, f.rule) for f in report.findings if f.rule.startswith("leak")}
    assert between == {("c", "leak-question"), ("d", "leak-near")}


def test_against_another_set_shapes_and_databases_count_too(shop: Path, tmp_path: Path) -> None:
    other = made(shop, tmp_path / "other", [example("o", "Orders of Oslo?", COUNT)])
    ours = made(
        shop, tmp_path / "ours", [example("a", "Number of cities", "SELECT count(*) FROM cities")]
    )
    assert rules_of(checked(ours).findings) == []
    found = checked(ours, against=[other]).findings
    assert rules_of(found) == ["leak-database", "leak-skeleton"]
    apart = made(
        shop, tmp_path / "apart", [example("p", "Mean?", "SELECT avg(amount) FROM orders")]
    )
    assert rules_of(checked(ours, against=[apart]).findings) == ["leak-database"]


def test_a_split_by_database_is_held_to_its_word(shop: Path, tmp_path: Path) -> None:
    examples = [
        example("a", "How many orders?", COUNT, split="train"),
        example("b", "Mean amount?", "SELECT avg(amount) FROM orders", split="test"),
    ]
    by_hand = made(shop, tmp_path / "hand", examples, split="by hand")
    by_database = made(shop, tmp_path / "database", examples, split="by database, seed 0")
    assert rules_of(checked(by_hand).findings) == []
    assert rules_of(checked(by_database).findings) == ["leak-database"]


def test_the_demo_stands_in_no_set(shop: Path, tmp_path: Path) -> None:
    shown = "SELECT name FROM cities ORDER BY city_id DESC LIMIT 1"
    demo = made(shop, tmp_path / "demo", [example("demo-1", "Which city came last?", shown)])
    asked = [
        example("a", "which city came last", "SELECT max(city_id) FROM cities"),
        example("b", "What is the last status?", shown.replace("name", "country")),
        example("c", "How many orders?", COUNT),
    ]
    report = checked(made(shop, tmp_path / "set", asked), demo, demo=[demo])
    found = [(f.id, f.rule, f.severity) for f in report.findings if f.rule == "demo-question"]
    assert found == [("a", "demo-question", "error"), ("b", "demo-question", "error")]


class Letters:
    """A tokenizer whose tokens are characters."""

    chat_template = None
    bos_token_id = eos_token_id = unk_token_id = None
    model_max_length = 600
    added_tokens_decoder: ClassVar[dict[int, str]] = {}

    def __call__(self, text: str, **_: object) -> dict[str, list[int]]:
        return {"input_ids": [ord(letter) for letter in text]}

    def apply_chat_template(self, *_: object, **__: object) -> str:
        raise AssertionError("there is no template")


def test_a_prompt_longer_than_the_context_is_found(shop: Path, tmp_path: Path) -> None:
    short = example("a", "How many orders?", COUNT)
    long = replace(short, id="b", question="How many orders? " + "Please. " * 60)
    meter = Meter(tokenizer=Letters(), layout=layout("sqlft"))
    report = checked(
        made(shop, tmp_path / "d", [short, long]), meter=meter, context_tokens=meter.context_tokens
    )
    assert [(f.id, f.rule) for f in report.findings] == [("b", "prompt-length")]
    assert report.not_checked == ()


def test_what_is_not_looked_at_is_said(shop: Path, tmp_path: Path) -> None:
    report = checked(made(shop, tmp_path / "d", [example("a", "How many orders?", COUNT)]))
    assert report.not_checked == ("prompt-length: no tokenizer was named",)
    assert (report.examples, report.golds) == (1, 1)


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(check_data, list(map(str, arguments)), standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.return_value, done.output


def test_a_damaged_database_is_a_finding_and_the_others_are_still_checked(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    (folder / "databases").mkdir(parents=True)
    build_duckdb(folder / "databases" / "whole.duckdb", "CREATE TABLE orders (a INT)", [])
    (folder / "databases" / "broken.duckdb").write_bytes(b"half a database" * 300)
    asked = [
        example("a", "How many orders?", COUNT, database="broken"),
        example("b", "Which price?", "SELECT price FROM orders", database="whole"),
    ]
    write_examples(folder / "examples.jsonl", asked)
    damaged, other = checked(datasets_at(folder)[0]).findings
    assert (damaged.id, damaged.rule, damaged.severity) == ("a", "database", "error")
    assert "broken.duckdb" in damaged.message and "\n" not in damaged.message
    assert (other.id, other.rule) == ("b", "gold-fails")


def test_a_folder_of_datasets_is_checked_and_errors_exit_1(shop: Path, tmp_path: Path) -> None:
    made(shop, tmp_path / "good", [example("a", "How many orders?", COUNT)])
    assert run(tmp_path)[0] == 0
    made(shop, tmp_path / "bad", [example("b", "Which price?", "SELECT price\x1b FROM orders")])
    made(shop, tmp_path / "demo", [example("c", "How many orders", COUNT)])
    code, output = run(tmp_path, "--json")
    document = json.loads(output)
    assert code == 1
    assert [(f["dataset"], f["id"]) for f in document["findings"]] == [("bad", "b"), ("good", "a")]
    assert document["errors"] == 2
    code, output = run(tmp_path / "good" / "examples.jsonl")
    assert code == 1 and "error: a: demo-question" in output and "\x1b" not in output


def test_a_set_may_be_checked_against_another_on_the_command_line(
    shop: Path, tmp_path: Path
) -> None:
    made(shop, tmp_path / "one", [example("a", "How many orders?", COUNT)])
    made(shop, tmp_path / "two" / "two", [example("b", "How many orders?", COUNT)])
    code, output = run(tmp_path / "one", "--against", tmp_path / "two" / "two")
    assert code == 1 and "leak-question" in output
