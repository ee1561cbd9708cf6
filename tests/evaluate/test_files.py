"""Files of predictions and questions: read as they are meant, or refused with the line."""

import json
from pathlib import Path

import pytest

from sqlft.errors import InputError
from sqlft.evaluate import Place, Prediction, Question, read_predictions, read_questions
from sqlft.examples import Example, write_examples


def question(key: str, database: str = "shop") -> Question:
    asked = Example(id=key, database=database, question="What?", gold=("SELECT 1",))
    return Question(example=asked, place=Place())


ASKED = (question("a"), question("b", "fair"), question("c"))


def predictions(folder: Path, name: str, text: str) -> tuple[Prediction, ...]:
    path = folder / name
    path.write_text(text)
    return read_predictions(path, ASKED)


def test_a_line_holds_sql_and_perhaps_its_database(tmp_path):
    found = predictions(tmp_path, "p.sql", "SELECT 1\tshop\n\nSELECT '\t', 3\n")
    assert [one.sql for one in found] == ["SELECT 1", None, "SELECT '\t', 3"]


def test_a_last_question_without_sql_still_has_its_line(tmp_path):
    assert predictions(tmp_path, "p.sql", "SELECT 1\nSELECT 2\n\n")[2] == Prediction()


def test_json_lines_go_by_id_and_may_refuse_or_tell_of_failure(tmp_path):
    lines = [
        {"id": "c", "sql": "SELECT 3"},
        {"id": "a", "refused": True},
        {"id": "b", "sql": None, "error": "no answer"},
    ]
    found = predictions(tmp_path, "p.jsonl", "\n".join(map(json.dumps, lines)))
    refused, failed = Prediction(refused=True), Prediction(error="no answer")
    assert found == (refused, failed, Prediction(sql="SELECT 3"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.sql", "SELECT 1\n", "1 lines for 3 questions"),
        ("p.sql", "a\tfair\nb\nc\n", "line 1 is about fair"),
        ("p.jsonl", '{"id": "a", "sql": "x"}', "nothing to 2 of 3 questions"),
        ("p.jsonl", '{"id": "z", "sql": "x"}', "no question with the id 'z'"),
        ("p.jsonl", '{"id": "a"}\n{"id": "a"}', "line 2: the id 'a'"),
        ("p.jsonl", '{"id": "a", "query": "x"}', "unknown key 'query'"),
        ("p.jsonl", '{"id": "a", "sql": 3}', "must be a text"),
        ("p.jsonl", '{"id": "a", "refused": 1}', "true or false"),
        ("p.jsonl", "[1]", "not a JSON object"),
        ("p.jsonl", "{", "not JSON"),
    ],
)
def test_a_file_about_other_questions_is_refused(tmp_path, name, text, said):
    with pytest.raises(InputError, match=said):
        predictions(tmp_path, name, text)


def test_a_missing_or_binary_file_is_one_clear_error(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        read_predictions(tmp_path / "none.sql", ASKED)
    (tmp_path / "p.sql").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not UTF-8"):
        read_predictions(tmp_path / "p.sql", ASKED)


def test_spiders_layout_gives_every_file_beside_the_named_one(spider_folder):
    found = read_questions(spider_folder, files=["dev.json"], engine="sqlite")
    assert [one.example.id for one in found] == ["dev-0", "dev-1", "dev-2"]
    names = [[place.name for place in one.place.databases] for one in found]
    assert names == [["shop", "shop_1"], ["fair"], ["shop", "shop_1"]]


def test_spiders_layout_is_not_scored_on_duckdb_but_can_be_prepared(spider_folder):
    with pytest.raises(InputError, match="SQLite") as caught:
        read_questions(spider_folder, files=["dev.json"], engine="duckdb")
    assert "data prepare spider" in caught.value.hint


def test_a_missing_database_is_told_in_its_questions(tmp_path, sqlft_home):
    write_examples(tmp_path / "e.jsonl", [ASKED[0].example])
    (found,) = read_questions(tmp_path / "e.jsonl")
    assert found.place.databases == () and "shop" in found.place.problem


def test_a_dataset_of_another_engine_or_without_a_question_is_refused(spider_folder):
    (spider_folder / "none.jsonl").write_text("")
    with pytest.raises(InputError, match="no question"):
        read_questions(spider_folder / "none.jsonl")
    (spider_folder / "database" / "shop" / "shop.sqlite").rename(spider_folder / "shop.sqlite")
    folder = spider_folder / "own"
    (folder / "databases").mkdir(parents=True)
    (spider_folder / "shop.sqlite").rename(folder / "databases" / "shop.sqlite")
    write_examples(folder / "examples.jsonl", [ASKED[0].example])
    with pytest.raises(InputError, match="not one for duckdb"):
        read_questions(folder, engine="duckdb")
    assert read_questions(folder, engine="sqlite")[0].place.databases[0].kind == "sqlite"
    with pytest.raises(InputError, match="Spider's layout"):
        read_questions(folder, files=["dev.json"])
