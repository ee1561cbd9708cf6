"""Scoring in protected worker processes costs a bounded number of plain, unprotected scorings."""

import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sqlft.compare import RULES, Result, compare, without_distinct
from sqlft.database import close_workers, locate
from sqlft.evaluate import Place, Prediction, Question, rules_with, score, summary_of
from sqlft.examples import Example

DATABASES, QUESTIONS, ROWS = 4, 400, 200
PLAIN_AT_MOST = 12
"""Times the plain way's seconds. Measured: 3.3; the aim, not reached yet, is one half. This bound
only keeps it from getting much worse."""
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
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE guests (guest_id INTEGER PRIMARY KEY, name, city, age INT)")
    connection.execute("CREATE TABLE visits (visit_id INTEGER PRIMARY KEY, guest_id INT, stars)")
    cities = ("Oslo", "Porto", "Lima", "Kyoto")
    guests = [(at, f"guest {at}", draw.choice(cities), draw.randrange(90)) for at in range(ROWS)]
    visits = [(at, draw.randrange(ROWS), draw.randrange(5)) for at in range(ROWS)]
    connection.executemany("INSERT INTO guests VALUES (?, ?, ?, ?)", guests)
    connection.executemany("INSERT INTO visits VALUES (?, ?, ?)", visits)
    connection.commit()
    connection.close()
    return Place(databases=(locate(path),))


def asked_and_said(folder: Path) -> tuple[list[Question], list[Prediction]]:
    """Two thirds of the predictions are right, none in the words of its gold."""
    draw = random.Random(3)
    questions, said = [], []
    for at in range(DATABASES):
        place = make_database(folder / f"inn_{at}.sqlite", draw)
        for number in range(QUESTIONS // DATABASES):
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
    connection = sqlite3.connect(location)
    cursor = connection.execute(sql)
    found = Result(tuple(column[0] for column in cursor.description), cursor.fetchall())
    connection.close()
    return found


def test_protection_costs_a_bounded_number_of_plain_scorings(tmp_path: Path) -> None:
    questions, said = asked_and_said(tmp_path)
    start = time.perf_counter()
    hits = plainly(questions, said)
    plain_s = time.perf_counter() - start
    start = time.perf_counter()
    judged = score(questions, {"one": said}, rules_with(), "spider")["one"]
    ours_s = time.perf_counter() - start
    accuracy = summary_of(judged, "spider").accuracy
    assert {name: rate.hits for name, rate in accuracy.items()} == hits
    print(f"plain {plain_s:.2f} s, ours {ours_s:.2f} s: {plain_s / ours_s:.2f} times as fast")
    assert ours_s < PLAIN_AT_MOST * plain_s
