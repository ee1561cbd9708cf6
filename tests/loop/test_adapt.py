"""`sqlft adapt`: from a database to an adapter that `sqlft ask` finds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import torch

from sqlft.cli import main
from sqlft.config import Progress
from sqlft.config.adaptation import Adaptation
from sqlft.database import close_workers
from sqlft.errors import InputError
from sqlft.examples import Example, read_examples, write_examples
from sqlft.loop.adapt import asked_with, begun, run_stage
from sqlft.loop.adaptation import Plan, planned, resumed
from sqlft.loop.measuring import asked_dataset

pytestmark = pytest.mark.usefixtures("sqlft_home", "_small")

SHOP = """
CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, city VARCHAR, age INTEGER);
CREATE TABLE orders (order_id INTEGER PRIMARY KEY,
    customer_id INTEGER REFERENCES customers(customer_id), total DECIMAL(8, 2), placed DATE);
INSERT INTO customers SELECT i, ['Oslo', 'Rome', 'Bern'][1 + i % 3], 20 + i FROM range(12) t(i);
INSERT INTO orders SELECT i, i % 12, 10 + 7 * i, DATE '2024-01-01' + CAST(9 * i AS INTEGER)
    FROM range(40) t(i);
"""


@pytest.fixture
def _small() -> Iterator[None]:
    """One thread; no worker is left behind."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
    close_workers()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(SHOP)
    return path


def options(model: Path, **more: Any) -> Adaptation:
    return Adaptation(
        model=str(model), **{"minutes": 0.02, "pairs": 60, "questions": 1, "device": "cpu", **more}
    )


def run(*words: str, code: int = 0) -> None:
    with pytest.raises(SystemExit) as done:
        main(list(words))
    assert done.value.code == code


def words_of(shop: Path, model: Path, *more: str) -> list[str]:
    fixed = "--minutes 0.02 --pairs 60 --questions 1 --device cpu".split()
    return ["adapt", str(shop), "--model", str(model), *fixed, *more]


def test_one_command_says_its_plan_and_leaves_an_adapter_that_ask_finds(
    shop: Path, tiny_model: Path, sqlft_home: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    own = tmp_path / "own.csv"
    own.write_text(
        "question,sql\n"
        "Wie viele Kunden gibt es?,SELECT count(*) FROM customers\n"
        "Wie viele Waren gibt es?,SELECT count(*) FROM wares\n"
    )
    run(*words_of(shop, tiny_model, "--examples", str(own)))
    out = capsys.readouterr().out
    said, first = out.split("\n"), out.index("pairs  ")
    assert "train" in out[:first] and "at most about 1 minute" in out[:first]
    assert "together" in out[:first] and "--resume" in out[:first]
    assert any(line.startswith("eval") for line in said)
    assert "yours, left out: own-1: gold-fails" in out  # told, not silently gone
    card = json.loads((sqlft_home / "adapters" / "shop" / "card.json").read_text())
    assert [d["name"] for d in card["data"]][:2] == ["shop-pairs-train", "shop-own"]
    assert card["data"][1]["examples"] == 1 and card["dropped"] == {}
    folder = sqlft_home / "runs" / "adapt" / "shop"
    questions = [e.question for e in read_examples(folder / "checked" / "own" / "examples.jsonl")]
    assert questions == ["Wie viele Kunden gibt es?"]
    assert {p.name for p in folder.glob("*.partial")} == set()
    report = (folder / "report.md").read_text()
    assert "the new adapter, as `sqlft ask` has it" in report and "| 95 % interval |" in report
    with pytest.raises(SystemExit):
        main(["ask", str(shop), "How many orders?", "--model", str(tiny_model), "--json",
              "--device", "cpu", "--max-output-tokens", "8"])  # fmt: skip
    assert json.loads(capsys.readouterr().out)["adapter"] == str(sqlft_home / "adapters" / "shop")
    run(*words_of(shop, tiny_model), code=1)
    assert "there is an adaptation called shop" in capsys.readouterr().err
    run("adapt", str(shop), "--resume", code=1)
    assert "this adaptation is finished" in capsys.readouterr().err


class _Killed(BaseException):
    """What ends a sitting at a place that the test names."""


def sitting(plan: Plan, killed_at: str | None) -> list[str]:
    """The stages that were done in one sitting, which ends where progress says ``killed_at``."""
    done = []

    def progress(message: str, share: float | None) -> None:
        if killed_at is not None and killed_at in message:
            raise _Killed

    def told(at: Any) -> None:
        if killed_at == "step" and at.look is None and at.step == 2:
            raise _Killed

    watch: Progress = progress
    try:
        with begun(plan) as stages:
            for stage in stages:
                run_stage(plan, stage, told=told, progress=watch)
                done.append(stage.name)
    except _Killed:
        assert killed_at is not None
    return done


def test_killed_in_every_stage_an_adaptation_goes_on_with_that_stage(
    shop: Path, tiny_model: Path, sqlft_home: Path
) -> None:
    plan = planned(str(shop), options(tiny_model))
    assert not (sqlft_home / "runs").exists()
    before: list[str] = []
    for killed_at, stages in (
        ("making pairs", []),
        ("examples checked", ["pairs"]),
        ("step", ["pairs", "check", "split"]),
        ("reading replies", ["pairs", "check", "split", "train"]),
    ):
        assert sitting(plan, killed_at) == stages
        kept = sorted(p.name for p in plan.folder.path.iterdir() if p.is_dir())
        assert set(before) <= set(kept) | {"evaluation.partial"} or killed_at == "step"
        before = [name for name in kept if not name.endswith(".partial")]
        assert not plan.installed.exists()
        plan = resumed(str(shop))
    written = plan.folder.evaluation.with_name("evaluation.partial") / "replies"
    replies = {path.name: path.read_bytes() for path in written.iterdir()}
    trained = (plan.folder.adapter / "adapter_model.safetensors").read_bytes()
    assert sitting(plan, None)[-1] == "report"
    assert (plan.folder.adapter / "adapter_model.safetensors").read_bytes() == trained
    again = plan.folder.evaluation / "replies"
    assert {path.name: path.read_bytes() for path in again.iterdir()} == replies
    assert (plan.installed / "adapter_model.safetensors").read_bytes() == trained


def test_an_adapter_that_answers_less_than_what_there_was_is_left_aside(
    shop: Path, tiny_model: Path, sqlft_home: Path
) -> None:
    plan = planned(str(shop), options(tiny_model))
    with begun(plan) as stages:
        for stage in stages[:5]:
            run_stage(plan, stage)
        path = plan.folder.evaluation / "results.json"
        results = json.loads(path.read_text())
        for one in results["answers"]:
            one["said"][results["best_baseline"]]["rules"]["strict"] = True
            one["said"]["adapter"]["rules"]["strict"] = False
        path.write_text(json.dumps(results))
        said = [run_stage(plan, stage).said for stage in stages[4:]]
    assert said[0].startswith("The new adapter is left aside")
    assert not plan.installed.exists() and said[1] == str(plan.folder.adapter)
    assert said[0] in plan.folder.report.read_text()
    assert asked_with(plan).endswith(f"--adapter {plan.folder.adapter}")
    with pytest.raises(InputError, match="is finished"):
        resumed(str(shop))


def test_an_unreadable_database_or_pair_writes_nothing(
    shop: Path, tiny_model: Path, sqlft_home: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    broken = tmp_path / "broken.duckdb"
    broken.write_bytes(shop.read_bytes()[:5000])
    run(*words_of(broken, tiny_model), code=1)
    empty = tmp_path / "empty.duckdb"
    with duckdb.connect(str(empty)) as connection:
        connection.execute("CREATE TABLE wares (ware_id INTEGER)")
    run(*words_of(empty, tiny_model), code=1)
    assert "nothing could be asked of" in capsys.readouterr().err
    other = Example(id="a", database="bank", question="How many?", gold=("SELECT 1",))
    write_examples(tmp_path / "own.jsonl", [other])
    run(*words_of(shop, tiny_model, "--examples", str(tmp_path / "own.jsonl")), code=1)
    assert "is about bank, not about shop" in capsys.readouterr().err
    run("adapt", str(shop), "--resume", "--minutes", "3", code=2)
    run("adapt", str(shop), "--resume", code=1)
    assert "there is no adaptation called shop to resume" in capsys.readouterr().err
    run(*words_of(shop, tiny_model, "--name", "default"), code=1)
    run("adapt", str(shop), "--model", "endpoint:x@http://localhost:1/v1", code=1)
    assert "cannot be trained from here" in capsys.readouterr().err
    assert not sqlft_home.exists()


def test_the_users_test_pairs_are_asked_and_never_taught(
    shop: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [
        Example(
            id=f"own-{n}",
            database="shop",
            question=f"Kunden ueber {n}?",
            gold=(f"SELECT count(*) FROM customers WHERE age > {n}",),
            split="test" if n % 2 else None,
        )
        for n in range(20, 26)
    ]
    write_examples(tmp_path / "own.jsonl", pairs)
    monkeypatch.chdir(tmp_path)
    plan = planned("shop.duckdb", options(tiny_model, pairs=20, examples="own.jsonl"))
    with begun(plan) as stages:
        for stage in stages[:2]:
            run_stage(plan, stage)
    asked = {e.id for e in read_examples(asked_dataset(plan) / "examples.jsonl")}
    taught = {e.id for e in read_examples(plan.folder.checked / "own" / "examples.jsonl")}
    assert asked == {"own-21", "own-23", "own-25"}
    assert taught == {"own-20", "own-22", "own-24"}
    monkeypatch.chdir("/")
    assert resumed(str(shop)).own == plan.own  # from wherever it is resumed
