"""A shop on both engines, and questions about it."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import duckdb
import pytest

from sqlft.database import close_workers, locate
from sqlft.evaluate import Judgement, Place, Prediction, Question, RunLimits, rules_with, score
from sqlft.examples import Dataset, Example, write_examples, write_manifest

ROWS = (
    "CREATE TABLE orders (id INTEGER, city VARCHAR, amount DOUBLE)",
    "INSERT INTO orders VALUES (1, 'Oslo', 5.0), (2, 'Porto', 7.5), (3, 'Oslo', 2.5), "
    "(4, 'Bergen', 5.0)",
)
LIMITS = RunLimits(timeout_s=1, max_rows=2000)


@pytest.fixture(autouse=True, scope="module")
def _no_worker_left() -> Iterator[None]:
    yield
    close_workers()


def make_sqlite(path: Path, *more: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    for statement in (*ROWS, *more):
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


@pytest.fixture(scope="session", params=["duckdb", "sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        return Place(databases=(locate(make_sqlite(folder / "shop.sqlite")),))
    path = folder / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        for statement in ROWS:
            connection.execute(statement)
    return Place(databases=(locate(path),))


Judge = Callable[..., Judgement]


@pytest.fixture
def judge_one(shop: Place) -> Judge:
    """Judges one prediction against golds over the shop."""

    def judge(gold: Sequence[str], prediction: Prediction, rule: str = "strict") -> Judgement:
        asked = Example(id="a", database="shop", question="What?", gold=tuple(gold))
        questions = (Question(example=asked, place=shop),)
        judged = score(questions, {"one": (prediction,)}, rules_with(), rule, limits=LIMITS)
        return judged["one"][0]

    return judge


@pytest.fixture
def spider_folder(tmp_path: Path) -> Path:
    """Three questions over two databases in Spider's layout; ``shop`` has two files."""
    make_sqlite(tmp_path / "database" / "shop" / "shop.sqlite")
    other = "INSERT INTO orders VALUES (5, 'Lima', 1.0)"
    make_sqlite(tmp_path / "database" / "shop" / "shop_1.sqlite", other)
    make_sqlite(tmp_path / "database" / "fair" / "fair.sqlite")
    said = [
        ("shop", "How many orders?", "SELECT count(*) FROM orders"),
        ("fair", "Which cities?", 'SELECT DISTINCT city FROM orders WHERE city != "Lima"'),
        ("shop", "Largest order?", "SELECT id FROM orders ORDER BY amount DESC LIMIT 1"),
    ]
    items = [{"db_id": name, "question": asked, "query": sql} for name, asked, sql in said]
    (tmp_path / "dev.json").write_text(json.dumps(items))
    return tmp_path


ASKED = (
    ("How many orders?", "SELECT count(*) FROM orders"),
    ("Which cities?", "SELECT DISTINCT city FROM orders"),
    ("The largest order?", "SELECT id FROM orders ORDER BY amount DESC LIMIT 1"),
    ("Orders of Oslo?", "SELECT id FROM orders WHERE city = 'Oslo'"),
    ("Total amount per city?", "SELECT city, sum(amount) FROM orders GROUP BY city"),
    ("Who is the chairman?", None),
)


@pytest.fixture(scope="session")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset over two databases: six test questions about each, and two to learn from."""
    folder = tmp_path_factory.mktemp("shops")
    (folder / "databases").mkdir()
    examples = []
    for name in ("north", "south"):
        with duckdb.connect(str(folder / "databases" / f"{name}.duckdb")) as connection:
            for statement in ROWS:
                connection.execute(statement)
        said = [(f"{question} ({name})", gold, "test") for question, gold in ASKED]
        said.append((f"Average amount? ({name})", "SELECT avg(amount) FROM orders", "train"))
        said.append((f"Smallest order? ({name})", "SELECT min(amount) FROM orders", "train"))
        for number, (question, gold, split) in enumerate(said):
            examples.append(
                Example(
                    id=f"{name}-{number}",
                    database=name,
                    question=question,
                    gold=() if gold is None else (gold,),
                    split=split,
                )
            )
    write_examples(folder / "examples.jsonl", examples)
    places = {n: folder / "databases" / f"{n}.duckdb" for n in ("north", "south")}
    described = Dataset(
        name="shops", examples_path=folder / "examples.jsonl", databases=places, counts={}
    )
    write_manifest(folder, described)
    return folder


@pytest.fixture(scope="session")
def right_replies(shops: Path) -> dict[str, str]:
    """The right answer to every question of the shops, as the ``ddl`` layout wants it."""
    return {
        f"{question} ({name})": gold or "CANNOT_ANSWER"
        for name in ("north", "south")
        for question, gold in ASKED
    }
