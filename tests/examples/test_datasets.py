"""Dataset folders and their manifests."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlft.errors import InputError
from sqlft.examples import Dataset, Example, dataset, write_examples, write_manifest

EXAMPLE = Example(id="a-1", database="shop", question="how many?", gold=("SELECT 1",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_examples(tmp_path / "examples.jsonl", [EXAMPLE])
    described = Dataset(
        name='shop "2" \x7f',
        examples_path=tmp_path / "examples.jsonl",
        databases={"shop": "retail", "b.c": tmp_path / "databases" / "b.duckdb"},
        licence="MIT",
        counts={"examples": 1},
    )
    write_manifest(tmp_path, described)
    return tmp_path


def test_a_manifest_says_what_was_written(folder: Path) -> None:
    found = dataset(folder)
    assert found.name == 'shop "2" \x7f'
    assert found.licence == "MIT"
    assert found.databases == {"shop": "retail", "b.c": folder / "databases" / "b.duckdb"}
    assert found.counts == {"examples": 1}
    assert list(found.examples()) == [EXAMPLE]


def test_a_changed_file_does_not_pass_for_the_described_one(folder: Path) -> None:
    write_examples(folder / "examples.jsonl", [EXAMPLE, EXAMPLE])
    with pytest.raises(InputError, match="its digest differs"):
        dataset(folder)


def test_a_loose_file_is_a_dataset(folder: Path) -> None:
    assert list(dataset(folder / "examples.jsonl").examples()) == [EXAMPLE]


def test_a_folder_without_manifest_is_a_dataset(folder: Path) -> None:
    (folder / "manifest.toml").unlink()
    assert list(dataset(folder).examples()) == [EXAMPLE]


def test_a_folder_without_examples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no dataset at"):
        dataset(tmp_path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = ", "not TOML"),
        ("licence = 'MIT'", "name must be a text"),
        ("name = 'a'\nlicense = 'MIT'", "unknown key 'license'"),
        ("name = 'a'\n[counts]\nexamples = 'many'", "counts must be"),
        ("name = 'a'\n[databases]\nshop = 'retail'", "databases must be"),
        ("name = 'a'\n[databases]\nshop = {file = '../x.duckdb'}", "does not lie in"),
        ("name = 'a'\n[databases]\nshop = {file = '/etc/passwd'}", "does not lie in"),
        ("name = 'a'\n[databases]\nshop = {schema = 'a', file = 'b'}", "either schema or file"),
        ("name = 'a'\n[digests]\n'no.jsonl' = 'ab'", "cannot read"),
    ],
)
def test_a_wrong_manifest_is_one_line(folder: Path, text: str, reason: str) -> None:
    (folder / "manifest.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        dataset(folder)
    assert reason in caught.value.message
    assert "\n" not in caught.value.message
