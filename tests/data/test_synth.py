"""Synthesised pairs are proven, private values stay unseen, and a seed means the same bytes."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from sqlft.cli.data_synth import synth
from sqlft.data import check_datasets
from sqlft.data.features import FEATURES
from sqlft.data.synth import Wanted, default_mix, mix_of, subjects_of, synthesise
from sqlft.data.synth.profile import profiles
from sqlft.data.synth.profile_file import read_profiles, write_profiles
from sqlft.data.synth.seeing import view_of
from sqlft.database import close_workers
from sqlft.errors import InputError
from sqlft.examples import Dataset, Example, dataset
from sqlft.execute import run_query
from sqlft.prompt import answer, layout
from sqlft.schema import open_database, read_schema
from sqlft.sql import check_policy

HERE = Path(__file__).parent
PAIRS = 110


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute((HERE / "synth_schema.sql").read_text())
    notes = (HERE / "synth_notes.toml").read_text()
    (path.parent / "shop.notes.toml").write_text(notes)
    return path


@pytest.fixture(scope="module")
def made(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    out = tmp_path_factory.mktemp("made") / "pairs"
    synthesise(subjects_of([str(shop)]), out, Wanted(pairs=PAIRS, seed=3), jobs=1)
    yield out
    close_workers()


@pytest.fixture(scope="module")
def examples(made: Path) -> tuple[Example, ...]:
    return tuple(dataset(made).examples())


def text_files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def test_what_was_wanted_is_made(made: Path, examples: tuple[Example, ...]) -> None:
    assert len(examples) == PAIRS
    assert {p.name for p in made.iterdir()} == {
        "databases",
        "examples.jsonl",
        "manifest.toml",
        "synthesis.json",
    }
    unanswerable = sum(not e.gold for e in examples)
    assert 0.02 * PAIRS <= unanswerable <= 0.12 * PAIRS
    assert len({e.question.casefold() for e in examples}) == PAIRS
    assert len({e.tags for e in examples}) >= 20


def test_every_query_is_allowed_runs_and_has_one_canonical_form(
    made: Path, examples: tuple[Example, ...]
) -> None:
    place = open_database(made / "databases" / "shop.duckdb")
    schema = read_schema(place, notes=made / "databases" / "shop.notes.toml")
    form = layout("sqlft")
    for example in examples:
        for gold in example.gold:
            assert not check_policy(gold), gold
            canonical = answer(gold, schema, form)
            assert answer(canonical, schema, form) == canonical
            found, again = run_query(gold, place), run_query(canonical, place)
            rows = [sorted(map(str, table.to_pandas().values.tolist()))
                    for table in (found.table, again.table)]  # fmt: skip
            assert rows[0] and rows[0] == rows[1], gold


def test_the_checker_finds_nothing_wrong(made: Path) -> None:
    report = check_datasets([dataset(made)])
    assert report.examples == PAIRS
    assert [f for f in report.findings if f.severity == "error"] == []


def test_private_values_are_never_asked_for(made: Path, examples: tuple[Example, ...]) -> None:
    assert "secret" not in (made / "examples.jsonl").read_text()
    assert any("clients" in gold for e in examples for gold in e.gold)


def test_questions_use_the_owners_words(examples: tuple[Example, ...]) -> None:
    asked = " ".join(e.question for e in examples)
    for word in ("branches", "floor area", "revenue", "big sales"):
        assert word in asked, word


def test_the_same_seed_gives_the_same_bytes_whoever_works(
    shop: Path, made: Path, tmp_path: Path
) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    subjects = subjects_of([str(shop)])
    synthesise(subjects, again, Wanted(pairs=PAIRS, seed=3), jobs=2)
    assert text_files(again) == text_files(made)
    synthesise(subjects, other, Wanted(pairs=20, seed=4), jobs=1)
    assert (other / "examples.jsonl").read_bytes() not in (made / "examples.jsonl").read_bytes()


def test_an_interrupted_synthesis_goes_on_to_the_same_bytes(
    shop: Path, made: Path, tmp_path: Path
) -> None:
    out = tmp_path / "pairs"

    def interrupt(doing: str, share: float | None = None) -> None:
        raise KeyboardInterrupt

    subjects, wanted = subjects_of([str(shop)]), Wanted(pairs=PAIRS, seed=3)
    with pytest.raises(KeyboardInterrupt):
        synthesise(subjects, out, wanted, jobs=1, progress=interrupt)
    assert not out.exists()
    block = next((tmp_path / "pairs.partial" / "work").glob("*.jsonl"))
    written = block.stat().st_mtime_ns

    def unchanged(doing: str, share: float | None = None) -> None:
        assert not block.exists() or block.stat().st_mtime_ns == written

    synthesise(subjects, out, wanted, jobs=1, progress=unchanged)
    assert text_files(out) == text_files(made)


def test_other_work_is_not_resumed_from_old_blocks(shop: Path, tmp_path: Path) -> None:
    work = tmp_path / "pairs.partial" / "work"
    work.mkdir(parents=True)
    (work / "plan.txt").write_text("other")
    (work / "left.jsonl").write_text("{}")
    synthesise(subjects_of([str(shop)]), tmp_path / "pairs", Wanted(pairs=10), jobs=1)
    assert len(list(dataset(tmp_path / "pairs").examples())) == 10


def test_several_wordings_share_a_query(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "pairs"
    wanted = Wanted(pairs=60, seed=1, wordings=3, unanswerable_rate=0)
    synthesise(subjects_of([str(shop)]), out, wanted, jobs=1)
    golds = Counter(e.gold for e in dataset(out).examples())
    assert max(golds.values()) == 3
    assert len(golds) <= 35


def test_a_database_with_little_to_ask_gives_less_than_wanted(tmp_path: Path) -> None:
    path = tmp_path / "tiny.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE pets (pet_id INTEGER PRIMARY KEY, name VARCHAR)")
        connection.execute("INSERT INTO pets VALUES (1, 'Rex'), (2, 'Tom'), (3, 'Kit')")
    made = synthesise(subjects_of([str(path)]), tmp_path / "pairs", Wanted(pairs=40), jobs=1)
    assert 1 <= made.pairs < 40
    assert made.coverage.tables == (1, 1)


@pytest.mark.parametrize("harm", ["damaged", "notes"])
def test_what_cannot_be_read_leaves_nothing_behind(harm: str, shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    path.write_bytes(shop.read_bytes())
    if harm == "notes":
        (tmp_path / "shop.notes.toml").write_text("[tables.nowhere]\nmeaning = 'gone'\n")
    else:
        path.write_bytes(b"no database at all" * 999)
    with pytest.raises(InputError):
        synthesise(subjects_of([str(path)]), tmp_path / "pairs", Wanted(pairs=5), jobs=1)
    assert not (tmp_path / "pairs").exists()
    assert not (tmp_path / "pairs.partial").exists()


def test_folders_stand_for_their_databases(shop: Path, tmp_path: Path) -> None:
    assert [s.name for s in subjects_of([str(shop.parent)])] == ["shop"]
    with pytest.raises(InputError, match="no DuckDB file"):
        subjects_of([str(tmp_path)])
    with pytest.raises(InputError, match="two databases are called shop"):
        subjects_of([str(shop), str(shop.parent)])


def test_the_mix_is_taken_from_training_queries_alone() -> None:
    def example(number: int, gold: tuple[str, ...], split: str | None) -> Example:
        return Example(id=str(number), database="d", question="?", gold=gold, split=split)

    mix = mix_of(
        [
            example(1, ("SELECT a FROM t JOIN u USING (i)",), "train"),
            example(2, ("SELECT DISTINCT a FROM t",), None),
            example(3, ("SELECT count(*) FROM t",), "test"),
            example(4, (), "train"),
        ]
    )
    assert mix["join"] == mix["distinct"] == 0.5
    assert mix["aggregate"] == 0
    with pytest.raises(InputError):
        mix_of([])


def test_the_default_mix_is_that_of_the_training_questions() -> None:
    data = HERE.parents[1] / "data"
    folders = ("retail", "bank", "saas", "energy")
    examples = [e for name in folders for e in dataset(data / name).examples()]
    counted = mix_of(e for e in examples if e.split == "train")
    assert default_mix() == pytest.approx(counted, abs=0.02)
    assert set(counted) == set(FEATURES)


def test_profiles_come_back_from_a_file_as_they_were(shop: Path, tmp_path: Path) -> None:
    place = open_database(shop)
    schema = read_schema(place, notes=shop.parent / "shop.notes.toml")
    found = profiles(schema, place)
    write_profiles(found, tmp_path / "profiles.json")
    assert read_profiles(tmp_path / "profiles.json") == found
    assert found["clients", "email"].values == ()
    assert found["clients", "email"].low is None


def test_a_key_that_nobody_declared_is_found_by_name_and_values(tmp_path: Path) -> None:
    path = tmp_path / "keyless.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE bands (band_id INTEGER PRIMARY KEY, name VARCHAR)")
        connection.execute("CREATE TABLE songs (title VARCHAR, band_id INTEGER, other_id INTEGER)")
        connection.execute("INSERT INTO bands SELECT i, 'Band ' || i FROM range(9) AS r (i)")
        connection.execute(
            "INSERT INTO songs SELECT 'Song ' || i, i % 9, 100 + i FROM range(40) AS r (i)"
        )
    place = open_database(path)
    schema = read_schema(place)
    links = view_of(schema, profiles(schema, place)).links
    assert [(k.child.name, k.child_field.name, k.parent.name) for k in links] == [
        ("songs", "band_id", "bands")
    ]


def test_the_command_reports_what_was_reached(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "pairs"
    done = CliRunner().invoke(synth, [str(shop), str(out), "--n", "30", "--jobs", "1"])
    assert done.exit_code == 0, done.output
    assert "pairs         30" in done.output
    assert "3 of 3 used" in done.output
    report = json.loads((out / "synthesis.json").read_text())
    assert report["pairs"] == 30
    described: Dataset = dataset(out)
    assert described.counts["examples"] == 30
