"""Parts share no group, are the same for the same seed, and read the source's databases."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from sqlft.cli.data_split import split_data
from sqlft.data.named_split import read_named_split
from sqlft.data.parts import Part, assigned, parse_parts
from sqlft.data.places import database_of, schema_of
from sqlft.data.split import split_as_named, split_dataset
from sqlft.database import build_duckdb
from sqlft.errors import InputError
from sqlft.examples import Dataset, Example, dataset, write_examples, write_manifest


def examples(databases: int = 10, each: int = 6) -> list[Example]:
    shapes = ["SELECT a FROM t", "SELECT count(*) FROM t", "SELECT a FROM t WHERE b = {}"]
    return [
        Example(
            id=f"{name}-{at}",
            database=f"db{name}",
            question=f"Question {at} of {name}?",
            gold=(shapes[at % 3].format(at),) if at % 5 else (),
        )
        for name in range(databases)
        for at in range(each)
    ]


def source(folder: Path, made: Sequence[Example]) -> Dataset:
    """A dataset whose databases are files, one with notes beside it."""
    folder.mkdir()
    names = sorted({example.database for example in made})
    for name in names:
        build_duckdb(folder / "databases" / f"{name}.duckdb", "CREATE TABLE t (a INT, b INT)", [])
    (folder / "databases" / "db1.notes.toml").write_text('[database]\nmeaning = "one"\n')
    write_examples(folder / "examples.jsonl", made)
    described = Dataset(
        name="pairs",
        examples_path=folder / "examples.jsonl",
        databases={name: folder / "databases" / f"{name}.duckdb" for name in names},
        licence="CC0",
    )
    write_manifest(folder, described)
    return dataset(folder)


def parts_of(out: Path) -> dict[str, list[Example]]:
    return {p.name: list(dataset(p).examples()) for p in sorted(out.iterdir())}


def loose(folder: Path, made: Sequence[Example]) -> Dataset:
    write_examples(folder / "pairs.jsonl", made)
    return dataset(folder / "pairs.jsonl")


def test_parts_by_database_share_no_database_and_lose_no_example(tmp_path: Path) -> None:
    made = examples()
    split_dataset(loose(tmp_path, made), tmp_path / "out", parts=parse_parts("train=0.7,test=0.3"))
    parts = parts_of(tmp_path / "out")
    databases = {name: {e.database for e in found} for name, found in parts.items()}
    assert databases["train"].isdisjoint(databases["test"])
    assert {name: len(found) for name, found in databases.items()} == {"train": 7, "test": 3}
    together = sorted(e.id for found in parts.values() for e in found)
    assert together == sorted(e.id for e in made)
    assert {e.split for e in parts["test"]} == {"test"}


def test_the_databases_are_the_source_s_own_with_their_notes(tmp_path: Path) -> None:
    made = source(tmp_path / "source", examples())
    split_dataset(made, tmp_path / "out", parts=parse_parts("train=rest,test=3"))
    for folder in (tmp_path / "out").iterdir():
        part = dataset(folder)
        assert (folder / "databases").is_symlink()
        assert not (folder / "databases").readlink().is_absolute()
        assert set(part.databases) == {example.database for example in part.examples()}
        for name in part.databases:
            found = schema_of(database_of(part, name))
            assert found.meaning == ("one" if name == "db1" else None)
        assert part.licence == "CC0"
        assert part.split == "by database of pairs, seed 0"
        assert part.counts["examples"] == len(list(part.examples()))


def test_parts_still_find_their_databases_when_all_is_moved(tmp_path: Path) -> None:
    made = source(tmp_path / "here" if (tmp_path / "here").mkdir() else tmp_path / "s", examples())
    split_dataset(made, tmp_path / "out", parts=parse_parts("train=0.5,test=0.5"))
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("s", "out"):
        (tmp_path / name).rename(moved / name)
    part = dataset(moved / "out" / "test")
    assert all(schema_of(database_of(part, name)).tables for name in part.databases)


def test_the_same_seed_gives_the_same_bytes_whatever_the_order(tmp_path: Path) -> None:
    made = examples()
    parts = parse_parts("train=rest,choose=2,report=2")
    contents = []
    for name, seed in (("one", 3), ("two", 3), ("other", 4)):
        split_dataset(loose(tmp_path, made), tmp_path / name, parts=parts, seed=seed)
        contents.append(
            {p.name: (p / "examples.jsonl").read_bytes() for p in (tmp_path / name).iterdir()}
        )
    assert contents[0] == contents[1] != contents[2]
    split_dataset(loose(tmp_path, made[::-1]), tmp_path / "back", parts=parts, seed=3)
    ids = {name: sorted(e.id for e in found) for name, found in parts_of(tmp_path / "back").items()}
    assert ids == {n: sorted(e.id for e in f) for n, f in parts_of(tmp_path / "one").items()}


def test_by_skeleton_no_shape_of_a_query_stands_in_two_parts(tmp_path: Path) -> None:
    parts = parse_parts("train=2,test=rest")
    split_dataset(loose(tmp_path, examples()), tmp_path / "out", parts=parts, by="skeleton")
    shapes = {
        name: {e.gold[0].split("=")[0] for e in found if e.gold}
        for name, found in parts_of(tmp_path / "out").items()
    }
    assert shapes["train"].isdisjoint(shapes["test"])


def test_at_random_whole_numbers_count_examples(tmp_path: Path) -> None:
    parts = parse_parts("train=rest,test=7")
    counts = split_dataset(loose(tmp_path, examples()), tmp_path / "out", parts=parts, by="random")
    assert counts == {"train": 53, "test": 7}


def test_shares_below_one_leave_the_others_out(tmp_path: Path) -> None:
    parts = parse_parts("few=0.2")
    counts = split_dataset(loose(tmp_path, examples()), tmp_path / "out", parts=parts)
    assert counts == {"few": 12}


@given(
    st.dictionaries(st.text(min_size=1), st.integers(1, 50), min_size=8, max_size=40),
    st.integers(0, 5),
)
def test_no_group_is_lost_and_shares_are_near(sizes: dict[str, int], seed: int) -> None:
    parts = parse_parts("a=0.5,b=0.5,c=2")
    chosen = assigned(sizes, parts, seed=seed)
    assert set(chosen) == set(sizes)
    groups = Counter(chosen.values())
    assert groups["c"] == 2
    halves = [sum(sizes[g] for g, part in chosen.items() if part == name) for name in "ab"]
    assert abs(halves[0] - halves[1]) <= max(sizes.values())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "train",
        "train=",
        "train=2.5",
        "train=0",
        "a=-1",
        "a=0.8,b=0.3",
        "a=1,a=2",
        "a=rest,b=rest",
        "../a=0.5",
        "a=nan",
        "a=1e-400",
    ],
)
def test_parts_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_parts(text)


def test_too_few_databases_leave_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="only 10 groups"):
        split_dataset(loose(tmp_path, examples()), tmp_path / "out", parts=parse_parts("a=11"))
    with pytest.raises(InputError, match="no group is left for part b"):
        split_dataset(
            loose(tmp_path, examples()), tmp_path / "out", parts=parse_parts("a=10,b=rest")
        )
    assert [p.name for p in tmp_path.iterdir()] == ["pairs.jsonl"]


def test_a_folder_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match="already"):
        split_dataset(loose(tmp_path, examples()), tmp_path / "out", parts=(Part(name="a"),))


def test_a_damaged_source_leaves_nothing_behind(tmp_path: Path) -> None:
    made = loose(tmp_path, examples())
    made.examples_path.write_text(made.examples_path.read_text() + '{"id": 1')
    with pytest.raises(InputError, match="line 61"):
        split_dataset(made, tmp_path / "out", parts=(Part(name="a"),))
    assert [p.name for p in tmp_path.iterdir()] == ["pairs.jsonl"]


def test_the_command_splits_and_says_how_many(tmp_path: Path) -> None:
    loose(tmp_path, [replace(e, split=None) for e in examples()])
    arguments = [str(tmp_path / "pairs.jsonl"), str(tmp_path / "out"), "--parts", "a=rest,b=1"]
    done = CliRunner().invoke(split_data, arguments)
    assert done.exit_code == 0, done.output
    assert "54 examples" in done.output and "6 examples" in done.output


NAMED = 'rest = "train"\n[databases]\nchoose = ["db2"]\nreport = ["db7", "db4"]\n'


def named(folder: Path, text: str) -> Path:
    path = folder / "named.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_may_name_the_databases_of_each_part(tmp_path: Path) -> None:
    file = named(tmp_path, NAMED)
    split_as_named(loose(tmp_path, examples()), tmp_path / "out", read_named_split(file))
    parts = parts_of(tmp_path / "out")
    databases = {name: {e.database for e in found} for name, found in parts.items()}
    assert databases["choose"] == {"db2"} and databases["report"] == {"db4", "db7"}
    assert len(databases["train"]) == 7
    said = dataset(tmp_path / "out" / "report").split
    assert said == "by database of pairs, as named.toml names them"


def test_without_a_rest_what_is_not_named_is_left_out(tmp_path: Path) -> None:
    file = named(tmp_path, '[databases]\na = ["db1"]\n')
    counts = split_as_named(loose(tmp_path, examples()), tmp_path / "out", read_named_split(file))
    assert counts == {"a": 6}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rest = ", "is not TOML"),
        ("rest = 'a'", "databases must be a table"),
        ("[databases]\na = 'db1'", "databases must be a table"),
        ("[databases]\na = []", "databases must be a table"),
        ("[databases]\n'../a' = ['db1']", "cannot name a part"),
        ("rest = 1\n[databases]\na = ['db1']", "cannot name a part"),
        ("rest = 'a'\n[databases]\na = ['db1']", "part a is both named and the rest"),
        ("[databases]\na = ['db1']\nb = ['db1']", "the database 'db1' is named twice"),
        ("[data]\na = ['db1']", "unknown key 'data'"),
        ("[databases]\na = ['db1', 'dc1', 'dd1']", "no example over the database 'dc1' and 1"),
        ("rest = 'b'\n[databases]\na = [%s]", "no database is left for part b"),
    ],
)
def test_a_file_that_names_what_cannot_be_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    every = ", ".join(f"'db{at}'" for at in range(10))
    file = named(tmp_path, text.replace("%s", every))
    with pytest.raises(InputError) as caught:
        split_as_named(loose(tmp_path, examples()), tmp_path / "out", read_named_split(file))
    assert said in caught.value.message and "\n" not in caught.value.message
    assert not (tmp_path / "out").exists()


def test_the_command_takes_a_file_or_a_draw_but_not_both(tmp_path: Path) -> None:
    loose(tmp_path, examples())
    file = named(tmp_path, NAMED)
    arguments = [str(tmp_path / "pairs.jsonl"), str(tmp_path / "out"), "--named", str(file)]
    refused = CliRunner().invoke(split_data, [*arguments, "--seed", "1"])
    assert refused.exit_code == 2 and "--seed is for a draw" in refused.output
    done = CliRunner().invoke(split_data, arguments)
    assert done.exit_code == 0, done.output
    assert "42 examples" in done.output
