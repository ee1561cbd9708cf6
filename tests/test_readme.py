"""What the README tells people to type works: each command is parsed, and the quick ones run."""

from __future__ import annotations

import io
import json
import re
import shlex
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import click
import duckdb
import pytest

import sqlft
from sqlft.ask import loading
from sqlft.ask.writer import Writer
from sqlft.cli import main
from sqlft.cli.commands import commands
from sqlft.database import close_workers
from sqlft.examples import dataset, write_examples
from sqlft.model import FixedGenerator

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
RUN = {"ask", "check", "run", "schema", "data", "score"}
"""Commands that take seconds, given a writer that needs no model; of the others, only the words
are held against the command line: they train, measure with a model, or wait for a browser."""
LONG = {"synth"}
ELLIPSIS = {"SELECT ...": "SELECT id FROM orders"}
"""What stands for the reader's own SQL."""
EXAMPLES = 6


@dataclass(frozen=True, kw_only=True)
class Line:
    """One command of the README, and the file that it reads from standard input."""

    words: tuple[str, ...]
    stdin: str | None = None


def lines(text: str) -> Iterator[Line]:
    """The commands of a shell block; what follows # or a pipe is left out."""
    for written in text.replace("\\\n", " ").splitlines():
        shell = shlex.shlex(written, posix=True, punctuation_chars=True)
        shell.whitespace_split = True
        words = list(shell)
        for end in ("|", "&&", ">", ";"):
            words = words[: words.index(end)] if end in words else words
        if "<" in words:
            at = words.index("<")
            yield Line(words=tuple(words[:at]), stdin=words[at + 1])
        elif words:
            yield Line(words=tuple(words))


SHELL = [line for kind, text in BLOCKS if kind == "sh" for line in lines(text)]
OURS = [line for line in SHELL if Path(line.words[0]).name == "sqlft"]
QUICK = [line for line in OURS if line.words[1] in RUN and LONG.isdisjoint(line.words)]
PYTHON = [text for kind, text in BLOCKS if kind == "python"]
SESSIONS = [
    (tuple(shlex.split(asked)), said.rstrip())
    for kind, text in BLOCKS
    if kind == "text"
    for asked, said in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE)
    if shlex.split(asked)[1] in RUN - {"ask"}  # what a model writes is not ours to fix
]


def spider(folder: Path) -> None:
    """A set of five small databases in Spider's layout."""
    names = [f"harbour_{number}" for number in range(5)]
    script = (ROOT / "tests" / "data" / "spider_layout" / "harbour.sql").read_text("utf-8")
    for name in names:
        place = folder / "database" / name / f"{name}.sqlite"
        place.parent.mkdir(parents=True)
        connection = sqlite3.connect(place)
        connection.executescript(script)
        connection.close()
    count = {"question": "How many ports are there?", "query": "SELECT count(*) FROM port"}
    (folder / "train.json").write_text(json.dumps([{"db_id": name, **count} for name in names]))


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the README's commands name, small."""
    folder = tmp_path_factory.mktemp("readme")
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE orders AS SELECT 1 AS id")
    (folder / "questions.txt").write_text("How many orders?\nHow many orders, then?\n")
    spider(folder / "SOURCE")
    (folder / "data" / "retail").mkdir(parents=True)
    some = list(islice(dataset(ROOT / "data" / "retail").examples(), EXAMPLES))
    write_examples(folder / "data" / "retail" / "examples.jsonl", some)
    golds = "".join(f"{' '.join(example.gold[0].split())}\n" for example in some)
    (folder / "predicted.sql").write_text(golds)
    (folder / "data" / "spider-split.toml").write_text(
        'rest = "train"\n[databases]\nreport = ["harbour_1"]\n'
    )
    return folder


@pytest.fixture
def here(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder as the working folder; a model that is asked writes the same query each time."""
    monkeypatch.chdir(workplace)
    writer = FixedGenerator({}, default="SELECT 1 AS one")
    monkeypatch.setattr(loading, "writers", lambda *asked: (Writer(generator=writer), {}))
    yield workplace
    close_workers()


def exit_of(line: Line, monkeypatch: pytest.MonkeyPatch) -> object:
    if line.stdin is not None:
        monkeypatch.setattr(
            "sys.stdin", io.TextIOWrapper(io.BytesIO(Path(line.stdin).read_bytes()))
        )
    with pytest.raises(SystemExit) as ended:
        main([ELLIPSIS.get(word, word) for word in line.words[1:]])
    return ended.value.code


def test_the_readme_has_commands_of_every_kind() -> None:
    assert QUICK and PYTHON and SESSIONS
    assert len({line.words[1] for line in OURS}) > 4


@pytest.mark.parametrize("line", OURS, ids=lambda line: " ".join(line.words))
def test_every_command_is_one_that_the_command_line_takes(line: Line) -> None:
    command: click.Command = commands
    words = list(line.words[1:])
    while isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    command.make_context("sqlft", words)


def test_every_make_target_exists() -> None:
    asked = {word for line in SHELL if line.words[0] == "make" for word in line.words[1:2]}
    asked |= set(re.findall(r"`make ([\w-]+)", README))
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert asked and asked <= targets


def test_the_quick_commands_run_one_after_the_other(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In their order, since one may read what another wrote."""
    for line in QUICK:
        assert exit_of(line, monkeypatch) == 0, (line, capsys.readouterr())


@pytest.mark.parametrize("code", PYTHON, ids=range(len(PYTHON)))
def test_the_python_runs(code: str, here: Path) -> None:
    exec(compile(code, "README.md", "exec"), {})


@pytest.mark.parametrize(("words", "said"), SESSIONS, ids=range(len(SESSIONS)))
def test_a_shown_session_is_what_one_sees(
    words: tuple[str, ...],
    said: str,
    here: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(SystemExit):
        main(words[1:])
    shown = "".join(capsys.readouterr())
    assert [line.rstrip() for line in shown.strip().splitlines()] == [
        line.rstrip() for line in said.splitlines()
    ]


def test_names_that_the_readme_gives_the_library_are_on_the_front_door() -> None:
    used = {name for code in PYTHON for name in re.findall(r"\bsqlft\.(\w+)", code)}
    assert used <= set(sqlft.__all__)
