"""Files of examples: read as a stream, written whole, and every fault named by its line."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.errors import InputError
from sqlft.examples import Example, parse_example, read_examples, write_examples

GOOD = '{"id": "a-1", "database": "shop", "question": "how many?", "gold": ["SELECT 1"]}'
_TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1).filter(str.strip)


@given(
    example=st.builds(
        Example,
        id=_TEXT,
        database=_TEXT,
        question=_TEXT,
        gold=st.lists(_TEXT, max_size=3).map(tuple),
        evidence=st.none() | _TEXT,
        tags=st.lists(_TEXT, max_size=2).map(tuple),
        split=st.none() | _TEXT,
    )
)
def test_what_is_written_is_read_again(
    example: Example, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("examples") / "examples.jsonl"
    assert write_examples(path, [example]) == 1
    assert list(read_examples(path)) == [example]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("what?", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not JSON"),
        ('{"id": "a", "database": "shop", "gold": []}', "missing question"),
        (GOOD.replace('"a-1"', "1"), "id must be a text"),
        (GOOD.replace('"a-1"', '" "'), "id must be a text"),
        (GOOD.replace('["SELECT 1"]', '"SELECT 1"'), "gold must be a list"),
        (GOOD.replace('["SELECT 1"]', '["SELECT 1", 2]'), "gold must be a list"),
        (GOOD.replace('"id"', '"evidence": 3, "id"'), "evidence must be a text"),
        (GOOD.replace('"id"', '"categori": "x", "id"'), "unknown key 'categori'"),
        (GOOD.replace('"id"', '"id": "b", "id"'), "a key stands twice"),
        (GOOD, "the id 'a-1' stands on an earlier line"),
    ],
)
def test_a_fault_is_named_with_its_line(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(f"{GOOD}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        list(read_examples(path))
    assert "line 3" in caught.value.message
    assert reason in caught.value.message
    assert "\n" not in caught.value.message


def test_a_mistyped_key_is_told_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        parse_example(GOOD.replace('"id"', '"hardnes": "easy", "id"'))
    assert caught.value.hint == "did you mean hardness?"


def test_mixed_encodings_are_named_with_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(GOOD.encode() + b"\n" + GOOD.replace("how", "caf\u00e9").encode("latin-1"))
    with pytest.raises(InputError, match=r"line 2: not UTF-8 \(byte \d+"):
        list(read_examples(path))


def test_a_file_cut_in_its_last_line_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(f"{GOOD}\n{GOOD[:40]}", encoding="utf-8")
    with pytest.raises(InputError, match="line 2: the file ends in the middle"):
        list(read_examples(path))


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode() + b"\r\n")
    assert [e.id for e in read_examples(path)] == ["a-1"]


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(b" " * (5 * 2**20))
    with pytest.raises(InputError, match="longer than 4 MiB"):
        list(read_examples(path))


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        list(read_examples(tmp_path / "no.jsonl"))


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_text(GOOD + "\n", encoding="utf-8")

    def broken() -> object:
        yield parse_example(GOOD.replace("a-1", "b-1"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_examples(path, broken())  # type: ignore[arg-type]
    assert path.read_text(encoding="utf-8") == GOOD + "\n"
    assert list(tmp_path.iterdir()) == [path]


READING = """
import re, sys
from pathlib import Path
from sqlft.examples import read_examples
count = sum(1 for _ in read_examples(Path(sys.argv[1])))
print(count, re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
"""Of its own peak in KiB; what getrusage tells begins with that of the process that started it."""


def test_a_quarter_of_a_million_lines_take_a_quarter_of_200_mb(tmp_path: Path) -> None:
    """The whole process is measured: what it keeps of each line grows in proportion."""
    path = tmp_path / "e.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(250_000):
            file.write(GOOD.replace("a-1", f"shop-{number:07}") + "\n")
    command = [sys.executable, "-c", READING, str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert int(said[0]) == 250_000
    assert int(said[1]) < 50 * 1024  # KiB


def test_reading_keeps_ids_in_memory_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(2000):
            row = {**json.loads(GOOD), "id": f"example-{number}", "evidence": "x" * 8000}
            file.write(json.dumps(row) + "\n")
    tracemalloc.start()
    assert sum(1 for _ in read_examples(path)) == 2000
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 1_000_000  # of a file of 16 MB
