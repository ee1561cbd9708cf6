"""Preparation: databases converted, golds proven, interruptions survived, bad input refused."""

import json
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from sqlft.config import Limits
from sqlft.data import prepare, source_of
from sqlft.data.gold import settle, ties_alone
from sqlft.data.sqlite_to_duckdb import convert
from sqlft.database import locate, read
from sqlft.errors import InputError
from sqlft.examples import dataset
from sqlft.schema import read_schema

HERE = Path(__file__).resolve().parent
GOLDS = tomllib.loads((HERE / "sqlite_golds.toml").read_text())["gold"]
PORTUGUESE = 'SELECT count(*) FROM port WHERE country = "Portugal"'
FLAGS = "SELECT flag FROM ship GROUP BY flag ORDER BY count(*) DESC LIMIT 1"
QUESTIONS = [
    ("harbour", "How many ports are Portuguese?", PORTUGUESE),
    ("harbour", "Count the ports of Portugal.", PORTUGUESE),
    ("harbour", "Which flag do most ships fly?", FLAGS),
    ("harbour", "Ships built in 2050?", "SELECT name FROM ship WHERE built = 2050"),
    ("harbour", "What is the Havfrue's crew?", "SELECT crew FROM ship WHERE name = 'Havfrue'"),
    ("harbour", "How long is the quay?", "SELECT length_m FROM quay"),
    ("museum", "How many rooms are there?", "SELECT count(*) FROM room"),
    ("atlantis", "What is its depth?", "SELECT depth FROM sea"),
    ("ruin", "Who built it?", "SELECT builder FROM ruin"),
]


def sqlite_file(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path


@pytest.fixture(scope="session")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets") / "ports"
    for name in ("harbour", "museum"):
        script = (HERE / "spider_layout" / f"{name}.sql").read_text()
        sqlite_file(folder / "database" / name / f"{name}.sqlite", script)
    ruin = folder / "database" / "ruin" / "ruin.sqlite"
    ruin.parent.mkdir()
    ruin.write_bytes(b"SQLite format 3\0" + b"\7" * 4000)
    asked = [{"db_id": d, "question": q, "query": sql} for d, q, sql in QUESTIONS]
    (folder / "train_ports.json").write_text(json.dumps(asked, indent=1))
    return folder


@pytest.fixture(scope="session")
def harbour(layout: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    made = tmp_path_factory.mktemp("made") / "harbour.duckdb"
    source = layout / "database" / "harbour" / "harbour.sqlite"
    convert(locate(source), made)
    return source, made


@pytest.fixture(scope="session")
def prepared(layout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "ports"
    prepare(source_of("spider", layout), out, jobs=1, licence="CC0")
    return out


@pytest.mark.parametrize("gold", GOLDS, ids=[gold["title"] for gold in GOLDS])
def test_a_gold_comes_out_as_duckdb_would_say_it(
    gold: dict[str, str], harbour: tuple[Path, Path]
) -> None:
    source, target = map(locate, harbour)
    settled = settle(gold["sqlite"], source, target, read_schema(target, samples_per_column=0))
    assert (settled.reason, settled.detail) == (None, "")
    assert settled.gold_sql == gold["duckdb"]


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (FLAGS, True),
        ("SELECT flag FROM ship GROUP BY flag ORDER BY count(*) DESC LIMIT 2", False),
        ("SELECT flag FROM ship GROUP BY flag ORDER BY count(*) LIMIT 1", False),
        ("SELECT flag FROM ship GROUP BY flag ORDER BY max(built) DESC LIMIT 1", False),
        ("SELECT flag FROM ship WHERE built > 1980 GROUP BY flag ORDER BY count(*) DESC", False),
    ],
)
def test_only_the_order_of_equal_sort_keys_is_forgiven(
    made: str, expected: bool, harbour: tuple[Path, Path]
) -> None:
    source, target = map(locate, harbour)
    assert ties_alone(FLAGS, made, source, target) is expected


def types_of(path: Path, table: str) -> dict[str, str]:
    found = read_schema(locate(path), samples_per_column=0).table(table)
    assert found is not None
    return {column.name: column.type for column in found.columns}


def test_types_follow_what_is_stored(harbour: tuple[Path, Path]) -> None:
    ship = types_of(harbour[1], "ship")
    assert ship["crew"] == "INTEGER"  # one blank text among numbers
    assert ship["launched"] == "TIMESTAMP"
    assert ship["tonnes"] == ship["flag"] == "VARCHAR"
    assert types_of(harbour[1], "port")["opened"] == "DATE"
    assert types_of(harbour[1], "port")["depth"] == "DECIMAL(6,2)"


def test_bytes_that_are_no_text_do_not_stop_a_conversion(harbour: tuple[Path, Path]) -> None:
    rows = read(locate(harbour[1]), "SELECT note FROM call ORDER BY call_id", Limits()).table
    assert rows.column(0).to_pylist()[1:3] == [b"caf\xc3\xa9", b"caf\xe9"]


def test_latin_1_text_is_kept_as_far_as_it_is_utf_8(tmp_path: Path) -> None:
    script = "CREATE TABLE t (a TEXT); INSERT INTO t VALUES (CAST(X'E974E9' AS TEXT))"
    source = sqlite_file(tmp_path / "old.sqlite", script)
    convert(locate(source), tmp_path / "old.duckdb")
    rows = read(locate(tmp_path / "old.duckdb"), "SELECT a FROM t", Limits()).table
    assert rows.column(0).to_pylist() == ["\ufffdt\ufffd"]


def test_keys_that_hold_are_declared_and_the_others_are_told(harbour: tuple[Path, Path]) -> None:
    schema = read_schema(locate(harbour[1]), samples_per_column=0)
    declared = {(key.table, key.columns, key.target_table) for key in schema.foreign_keys}
    assert ("ship", ("home_port",), "port") in declared
    assert ("call", ("ship_id",), "ship") in declared  # text and integer keys became one type
    assert ("call", ("port_id",), "port") not in declared  # port 99 is not there
    told = {(t.name, c.name): c.comment for t in schema.tables for c in t.columns if c.comment}
    assert told == {
        ("call", "port_id"): "refers to port.port_id",
        ("pilot", "chief"): "refers to pilot.pilot_id",
    }


def test_each_example_is_kept_as_proven_or_dropped_with_its_reason(prepared: Path) -> None:
    made = dataset(prepared)
    assert {e.question: e.tags for e in made.examples()} == {
        "How many ports are Portuguese?": (),
        "Count the ports of Portugal.": (),
        "Which flag do most ships fly?": ("ties",),
        "Ships built in 2050?": ("unverified",),
        "How many rooms are there?": ("unverified",),
    }
    dropped = [json.loads(line) for line in (prepared / "dropped.jsonl").read_text().splitlines()]
    assert {d["question"]: d["reason"] for d in dropped} == {
        "What is the Havfrue's crew?": "rows_differ",  # a blank text, made NULL
        "How long is the quay?": "gold_fails",
        "What is its depth?": "no_database",
        "Who built it?": "broken_database",
    }
    assert (made.counts["examples"], made.counts["dropped"], made.licence) == (5, 4, "CC0")
    assert sorted(made.databases) == ["harbour", "museum"]


def test_nothing_but_the_dataset_is_left(prepared: Path) -> None:
    assert sorted(p.name for p in prepared.parent.iterdir()) == ["ports"]
    assert sorted(p.name for p in prepared.iterdir()) == [
        "databases",
        "databases.jsonl",
        "dropped.jsonl",
        "examples.jsonl",
        "manifest.toml",
    ]


def test_two_processes_write_what_one_writes(layout: Path, prepared: Path, tmp_path: Path) -> None:
    prepare(source_of("spider", layout), tmp_path / "two", jobs=2, licence="CC0")
    assert text_files(tmp_path / "two") == text_files(prepared)


def text_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


KILLED = """
import os, sys
from pathlib import Path
from sqlft.data import prepare, source_of
def progress(doing, share):
    if doing == sys.argv[3]:
        os.kill(os.getpid(), 9)
if __name__ == "__main__":  # a second process imports this file anew
    prepare(source_of("spider", Path(sys.argv[1])), Path(sys.argv[2]), jobs=int(sys.argv[4]),
            licence="CC0", progress=progress)
"""


def killed(layout: Path, out: Path, during: str, jobs: int = 1) -> list[str]:
    script = out.with_name("killed.py")
    script.write_text(KILLED)
    return [sys.executable, str(script), str(layout), str(out), during, str(jobs)]


@pytest.mark.parametrize(
    ("during", "jobs"), [("converting databases", 1), ("running golds", 1), ("running golds", 2)]
)
def test_a_killed_preparation_goes_on_to_the_same_bytes(
    during: str, jobs: int, layout: Path, prepared: Path, tmp_path: Path
) -> None:
    out = tmp_path / "ports"
    command = killed(layout, out, during, jobs)
    assert subprocess.run(command, check=False).returncode == -9
    assert not out.exists()
    unfinished = tmp_path / "ports.partial" / "work"
    finished = {p: p.stat().st_mtime_ns for p in unfinished.iterdir()}
    seen: list[str] = []
    prepare(
        source_of("spider", layout),
        out,
        jobs=jobs,
        licence="CC0",
        progress=lambda doing, share: seen.append(doing),
    )
    assert text_files(out) == text_files(prepared)
    assert finished and "reading questions: 0" not in seen


def test_other_questions_are_not_resumed_from_old_work(layout: Path, tmp_path: Path) -> None:
    out = tmp_path / "ports"
    command = killed(layout, out, "running golds")
    assert subprocess.run(command, check=False).returncode == -9
    other = layout / "other.json"
    other.write_text(json.dumps([{"db_id": "harbour", "question": "q", "query": "SELECT 1"}]))
    made = prepare(source_of("spider", layout, files=["other.json"]), out, jobs=1)
    assert made.counts["examples"] == 1


def spider(text: bytes) -> Callable[[Path], None]:
    def prepare_it(folder: Path) -> None:
        (folder / "database").mkdir()
        (folder / "train.json").write_bytes(text)
        prepare(source_of("spider", folder), folder / "out", jobs=1)

    return prepare_it


def table(kind: str, text: bytes) -> Callable[[Path], None]:
    def prepare_it(folder: Path) -> None:
        (folder / f"pairs.{kind}").write_bytes(text)
        prepare(source_of(kind, folder / f"pairs.{kind}"), folder / "out", jobs=1)

    return prepare_it


ONE = b'{"db_id": "a", "question": "q", "query": "SELECT 1"}'
BAD_INPUT = {
    "cut short": (spider(b"[\n" + ONE + b",\n" + ONE[:30]), "line 3: the file ends early"),
    "no array": (spider(b'{"a": 1}'), "line 1: not a JSON array"),
    "not JSON": (spider(b"[\n" + ONE + b",\n{nonsense}]"), "line 3: not JSON"),
    "no objects": (spider(b"[\n1]"), "line 2: not a JSON object"),
    "no comma": (spider(b"[\n" + ONE + b"\n" + ONE + b"]"), "line 3: a comma or ] is missing"),
    "mixed encodings": (spider(b"[\n" + ONE + b',\n{"question": "\xe9"}]'), "line 3: not UTF-8"),
    "no query": (spider(b'[\n{"db_id": "a", "question": "q"}]'), "line 2: query must be a text"),
    "a database elsewhere": (
        spider(b'[{"db_id": "../a", "question": "q", "query": "SELECT 1"}]'),
        "cannot name a database",
    ),
    "no questions": (spider(b"[]"), "there is no question"),
    "all dropped": (spider(b"[" + ONE + b"]"), "no example could be kept: no_database 1"),
    "a line that is not JSON": (
        table("jsonl", b'{"question": "q", "sql": "SELECT 1", "database": "a"}\n{"question": '),
        "line 2: not JSON",
    ),
    "an id twice": (
        table("jsonl", b'{"id": "x", "question": "q", "sql": "s", "database": "a"}\n' * 2),
        "line 2: the id 'x' stands on an earlier line",
    ),
    "no SQL": (table("jsonl", b'{"question": "q", "database": "a"}'), "none of sql, gold, query"),
    "no header": (table("csv", b"How many?,SELECT 1\n"), "line 1: no column question"),
    "a field too many": (
        table("csv", b'question,sql,database\n"a\nb",s,a\nc,s,a,x\n'),
        "line 4: 4 fields, but 3 columns",
    ),
    "no database": (table("csv", b"question,sql\nq,SELECT 1\n"), "line 2: no database is named"),
    "Latin-1": (table("csv", b"question,sql,database\n\xe9,s,a\n"), "line 2: not UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_INPUT)
def test_bad_input_is_named_by_its_line_and_leaves_nothing(case: str, tmp_path: Path) -> None:
    prepare_it, said = BAD_INPUT[case]
    with pytest.raises(InputError) as caught:
        prepare_it(tmp_path)
    assert said in caught.value.message
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("out")]


def test_an_existing_folder_is_not_overwritten(layout: Path, prepared: Path) -> None:
    before = text_files(prepared)
    with pytest.raises(InputError, match="exists already"):
        prepare(source_of("spider", layout), prepared, jobs=1)
    assert text_files(prepared) == before


def test_ones_own_pairs_over_a_duckdb_file(harbour: tuple[Path, Path], tmp_path: Path) -> None:
    lines = [
        {"question": "How many ships?", "sql": "SELECT count(*) FROM ship"},
        {"question": "Who owns them?", "gold": []},
        {"question": "Deep ports?", "gold": ["FROM port SELECT name WHERE depth > 10"]},
        {"question": "Files?", "sql": "FROM read_text('/etc/hostname')"},
    ]
    pairs = tmp_path / "mine.jsonl"
    pairs.write_text("".join(json.dumps(line) + "\n" for line in lines))
    made = prepare(source_of("jsonl", pairs, database=harbour[1]), tmp_path / "out", jobs=1)
    assert (made.counts["verified"], made.counts["unanswerable"]) == (2, 1)
    assert made.counts["dropped_gold_fails"] == 1
    found = dataset(tmp_path / "out")
    assert [e.id for e in found.examples()] == ["mine-0", "mine-1", "mine-2"]
    copied = found.databases["harbour"]
    assert isinstance(copied, Path) and copied.is_file()


def test_a_csv_names_databases_beside_it(harbour: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "port.sqlite").write_bytes(harbour[0].read_bytes())
    (tmp_path / "mine.csv").write_text(
        'Question,SQL,Database,Evidence\n"Ports, all?",SELECT count(*) FROM port,port,a port\n'
    )
    prepare(source_of("csv", tmp_path / "mine.csv"), tmp_path / "out", jobs=1)
    (example,) = dataset(tmp_path / "out").examples()
    assert (example.question, example.database, example.evidence) == (
        "Ports, all?",
        "port",
        "a port",
    )


def test_birds_layout_keeps_evidence_and_difficulty(layout: Path, tmp_path: Path) -> None:
    place = tmp_path / "dev_databases" / "harbour" / "harbour.sqlite"
    place.parent.mkdir(parents=True)
    place.write_bytes((layout / "database" / "harbour" / "harbour.sqlite").read_bytes())
    asked = {
        "question_id": 7,
        "db_id": "harbour",
        "question": "Old ships?",
        "evidence": "old means built before 1980",
        "SQL": "SELECT name FROM ship WHERE built < 1980",
        "difficulty": "simple",
    }
    (tmp_path / "dev.json").write_text(json.dumps([asked]))
    (tmp_path / "dev_tables.json").write_text("[]")
    prepare(source_of("bird", tmp_path), tmp_path / "out", jobs=1)
    (example,) = dataset(tmp_path / "out").examples()
    assert example.evidence == "old means built before 1980"
    assert (example.hardness, example.tags) == ("simple", ())
