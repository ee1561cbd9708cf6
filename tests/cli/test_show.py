"""An answer's text: what failed, why, and what to do."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from sqlft.ask import Answer, load
from sqlft.cli.show import certainty_lines, outcome_lines, reply_block, show_answer
from sqlft.model import FixedGenerator


def _answer(tmp_path: Path, reply: str) -> Answer:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, city VARCHAR)")
        connection.execute("INSERT INTO orders VALUES (1, 'Oslo')")
    return load(database=path, generator=FixedGenerator({"q": reply})).ask("q")


def test_a_refused_query_shows_its_hint_on_a_line_of_its_own(tmp_path: Path) -> None:
    lines = outcome_lines(_answer(tmp_path, "SELECT citty FROM orders"))
    assert lines[0].startswith("Check     refused: unknown_column")
    assert lines[1].strip().startswith("hint: ") and "city" in lines[1]


def test_a_failed_run_has_a_line_of_its_own(tmp_path: Path) -> None:
    sql = "SELECT 9223372036854775807 + length(city) FROM orders"
    lines = outcome_lines(_answer(tmp_path, sql))
    assert lines[0].startswith("Check     passed: ") and lines[1].startswith("Run       failed: ")


def test_a_query_that_was_mended_says_what_was_changed(tmp_path: Path) -> None:
    lines = outcome_lines(_answer(tmp_path, "SELECT city::INTEGER FROM orders"))
    assert lines[1] == "Mended    values that cannot be converted were read as NULL"


def test_a_query_that_is_too_unsure_is_said_not_to_have_run_and_how_it_would(
    tmp_path: Path,
) -> None:
    answer = _answer(tmp_path, "SELECT city FROM orders")
    lines = outcome_lines(replace(answer, rows=None, refusal="right with a chance of only 3%"))
    assert lines[0] == "Run       left out: right with a chance of only 3%"
    assert "--least-confidence 0" in lines[1]


def test_how_sure_an_answer_is_and_how_many_agree_are_told_apart(tmp_path: Path) -> None:
    answer = _answer(tmp_path, "SELECT city FROM orders")
    assert certainty_lines(answer) == []
    (one,) = answer.candidates
    several = replace(answer, confidence=0.923, candidates=(replace(one, votes=2), one, one))
    assert certainty_lines(several) == ["Sure      92%", "Agree     2 of 3 candidates"]


def test_what_speaks_against_an_answer_and_why_it_was_chosen_are_told(tmp_path: Path) -> None:
    answer = _answer(tmp_path, "SELECT city FROM orders")
    (one,) = answer.candidates
    doubted = replace(answer, candidates=(replace(one, doubts=("does not use 'Rome'",)),))
    assert certainty_lines(doubted) == ["Doubt     it does not use 'Rome'"]
    lines = outcome_lines(replace(answer, passed_over="a likelier query finds nothing"))
    assert lines[1] == "Chosen    because a likelier query finds nothing"


def test_prose_is_shown_as_a_block_with_an_ellipsis_where_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_answer(_answer(tmp_path, "I cannot\nsay that."))
    assert "Reply\n  I cannot\n  say that.\n" in capsys.readouterr().out
    assert reply_block("a\n" * 50).endswith("  a …")
