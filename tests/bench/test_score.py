"""Scoring in protected worker processes is twice as fast as plain, unprotected scoring."""

import gc
import random
import resource
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sqlft.compare import RULES, Result, compare, without_distinct
from sqlft.database import close_workers, locate
from sqlft.evaluate import Place, Prediction, Question, rules_with, score, summary_of
from sqlft.examples import Example

DATABASES, QUESTIONS, ROWS = 20, 1000, 200
CORES = 2
AS_FAST_AT_LEAST = 2.0
DUCKDB_AS_FAST_AT_LEAST = 3.0
SAMPLE = 20
"""Of DuckDB's questions one in so many is scored plainly: each opens its file anew."""
SHAPES = (
    "SELECT count(*) FROM visits WHERE guest_id = {n}",
    "SELECT DISTINCT city FROM guests WHERE age > {n}",
    "SELECT T2.city, count(*) FROM visits AS T1 JOIN guests AS T2 ON T1.guest_id = T2.guest_id "
    "GROUP BY T2.city HAVING count(*) > {n}",
    "SELECT name FROM guests WHERE guest_id NOT IN (SELECT guest_id FROM visits WHERE stars > 2) "
    "AND age > {n}",
    "SELECT name, age FROM guests ORDER BY age DESC, guest_id LIMIT {n}",
)


@pytest.fixture(autouse=True)
def _no_worker_left() -> Iterator[None]:
    yield
    close_workers()


def make_database(path: Path, draw: random.Random) -> Place:
    engine = duckdb if path.suffix == ".duckdb" else sqlite3
    connection = engine.connect(path)
    connection.execute(
        "CREATE TABLE guests (guest_id INTEGER PRIMARY KEY, name VARCHAR, city VARCHAR, age INT)"
    )
    connection.execute(
        "CREATE TABLE visits (visit_id INTEGER PRIMARY KEY, guest_id INT, stars INT)"
    )
    cities = ("Oslo", "Porto", "Lima", "Kyoto")
    guests = [(at, f"guest {at}", draw.choice(cities), draw.randrange(90)) for at in range(ROWS)]
    visits = [(at, draw.randrange(ROWS), draw.randrange(5)) for at in range(ROWS)]
    connection.executemany("INSERT INTO guests VALUES (?, ?, ?, ?)", guests)
    connection.executemany("INSERT INTO visits VALUES (?, ?, ?)", visits)
    connection.commit()
    connection.close()
    return Place(databases=(locate(path),))


def asked_and_said(folder: Path, suffix: str = "sqlite") -> tuple[list[Question], list[Prediction]]:
    """Two thirds of the predictions are right, none in the words of its gold.

    Each gold answers two questions: in Spider's training set 7,000 questions have 3,981 golds.
    """
    draw = random.Random(3)
    questions, said = [], []
    for at in range(DATABASES):
        place = make_database(folder / f"inn_{at}.{suffix}", draw)
        for number in range(QUESTIONS // DATABASES):
            if number % 2 == 0:
                gold = draw.choice(SHAPES).format(n=draw.randrange(60))
            example = Example(
                id=f"{at}-{number}", database=f"inn_{at}", question="What?", gold=(gold,)
            )
            questions.append(Question(example=example, place=place))
            wrong = draw.choice(SHAPES).format(n=draw.randrange(60))
            said.append(
                Prediction(sql=wrong if number % 3 == 0 else gold.replace(" FROM", "  FROM"))
            )
    return questions, said


def plainly(questions: list[Question], said: list[Prediction]) -> dict[str, int]:
    """One process, one question after the other, without any protection, under all rules."""
    hits = dict.fromkeys(RULES, 0)
    for question, prediction in zip(questions, said, strict=True):
        (database,) = question.place.databases
        texts = (question.example.gold[0], prediction.sql or "")
        pair = [ran(database.location, sql) for sql in texts]
        bare = [without_distinct(sql) for sql in texts]
        bare_pair = [ran(database.location, sql) for sql in bare] if bare != list(texts) else pair
        for name, rule in RULES.items():
            gold, predicted = bare_pair if rule.removes_distinct else pair
            hits[name] += compare(gold, predicted, rule, gold_sql=texts[0]).equal
    return hits


def ran(location: str, sql: str) -> Result:
    engine = duckdb if location.endswith(".duckdb") else sqlite3
    connection = engine.connect(location)
    cursor = connection.execute(sql)
    found = Result(tuple(column[0] for column in cursor.description), cursor.fetchall())
    connection.close()
    return found


class Spent:
    """Seconds that a block took: on the clock, and of processors, those of its workers too.

    What other tests left in memory is not looked through meanwhile: that took half a second.
    """

    def __enter__(self) -> "Spent":
        gc.collect()
        gc.freeze()
        self._start = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        self.clock_s, self.here_s, self.workers_s = (
            end - start for start, end in zip(self._start, self._now(), strict=True)
        )
        gc.unfreeze()

    @staticmethod
    def _now() -> tuple[float, float, float]:
        of_workers = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.perf_counter(), time.process_time(), of_workers.ru_utime + of_workers.ru_stime

    @property
    def on_two_cores_s(self) -> float:
        """The seconds on two cores that nobody else uses."""
        return max(self.here_s, (self.here_s + self.workers_s) / CORES)


def test_scoring_sqlite_files_is_twice_as_fast_as_the_plain_way(tmp_path: Path) -> None:
    questions, said = asked_and_said(tmp_path)
    with Spent() as plain:
        hits = plainly(questions, said)
    with Spent() as ours:  # once: a second time it would know what it has read
        judged = score(questions, {"one": said}, rules_with(), "spider")["one"]
    accuracy = summary_of(judged, "spider").accuracy
    assert {name: rate.hits for name, rate in accuracy.items()} == hits
    # Other processes stretch both on the clock, by turns that no test can foresee.
    ratio = plain.here_s / ours.on_two_cores_s
    print(
        f"plain {plain.clock_s:.2f} s, ours {ours.clock_s:.2f} s: "
        f"{plain.clock_s / ours.clock_s:.1f} times as fast on this clock; processors: plain "
        f"{plain.here_s:.2f} s, ours {ours.here_s:.2f} s and {ours.workers_s:.2f} s in workers: "
        f"{ratio:.1f} times as fast"
    )
    assert ratio >= AS_FAST_AT_LEAST


def test_scoring_duckdb_files_is_several_times_as_fast_as_the_plain_way(tmp_path: Path) -> None:
    questions, said = asked_and_said(tmp_path, "duckdb")
    with Spent() as ours:
        judged = score(questions, {"one": said}, rules_with(), "spider")["one"]
        close_workers()
    assert summary_of(judged, "spider").accuracy["spider"].share > 0.6
    with Spent() as plain:
        plainly(questions[::SAMPLE], said[::SAMPLE])
    ratio = SAMPLE * plain.here_s / ours.on_two_cores_s
    print(
        f"{ours.clock_s:.1f} s on this clock, {ours.on_two_cores_s:.1f} s on two free cores: "
        f"{ratio:.1f} times as fast as the plain way"
    )
    assert ratio >= DUCKDB_AS_FAST_AT_LEAST
