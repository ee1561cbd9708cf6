"""Candidates that give the same rows vote together, and the heaviest group is the answer."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

import sqlft
from sqlft.ask import Assistant
from sqlft.ask.answer import Candidate
from sqlft.ask.choosing import choices, run_or_mend
from sqlft.ask.confidence import (
    Calibration,
    Weights,
    read_calibration,
    signals,
    write_calibration,
)
from sqlft.ask.running import TRIAL_S
from sqlft.errors import ModelError, SqlError
from sqlft.model import Reply
from sqlft.schema import parse_ddl
from sqlft.sql import check_sql

COUNT = "SELECT count(*) FROM orders"
SAME = "SELECT count(id) FROM orders"
OTHER = "SELECT max(id) FROM orders"
NOTHING = "SELECT id FROM orders WHERE city = 'Rome'"
NULLS = "SELECT max(id) FROM orders WHERE city = 'Rome'"
WRONG = "SELECT town FROM orders"
FAILS = "SELECT 9223372036854775807 + id FROM orders"
UNCONVERTED = "SELECT count(CAST(city AS INTEGER)) FROM orders"


class Said:
    """A generator of fixed replies with log-probabilities; it notes what it was asked."""

    name, adapter, layout = "said", None, "ddl"

    def __init__(self, *rounds: list[tuple[str, float]], adapter: str | None = None) -> None:
        self.rounds = iter(rounds)
        self.adapter = adapter  # type: ignore[assignment]
        self.asked: list[Any] = []

    def generate(self, prompts: Any, decoding: Any, *, cancel: Any = None) -> Any:
        self.asked.append((prompts[0], decoding))
        return [
            tuple(Reply(text=t, log_probability=p, output_tokens=10) for t, p in next(self.rounds))
        ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, city VARCHAR)")
        connection.execute("CREATE TABLE stores (id INTEGER PRIMARY KEY, opened DATE)")
        connection.execute("INSERT INTO orders VALUES (1, 'Oslo'), (2, 'Kyiv'), (7, NULL)")
    return path


def asked(shop: Path, said: list[tuple[str, float]], **decoding: Any) -> sqlft.Answer:
    """What becomes of these as drawn candidates."""
    drawn = {"candidates": len(said), "beams": 1, **decoding}
    return assistant(shop, Said(said), **drawn).ask("How many orders?")


def searched(shop: Path, *said: tuple[str, float], **decoding: Any) -> sqlft.Answer:
    """What becomes of these as the likeliest that a search found."""
    return assistant(shop, Said(list(said)), **decoding).ask("How many orders?")


def assistant(shop: Path, writer: Any, **decoding: Any) -> Assistant:
    return sqlft.load(shop, generator=writer, decoding=sqlft.Decoding(**decoding))


def test_two_that_say_the_same_in_other_words_outvote_a_likelier_one(shop: Path) -> None:
    answer = asked(shop, [(OTHER, -1.0), (COUNT, -2.0), (SAME, -3.0)])
    assert answer.sql == COUNT
    assert answer.rows is not None and answer.rows.to_pydict().popitem()[1] == [3]
    assert [(c.sql, c.votes, c.group) for c in answer.candidates] == [
        (COUNT, 2, 0),
        (SAME, 2, 0),
        (OTHER, 1, 1),
    ]


def test_of_equal_votes_the_likelier_one_wins(shop: Path) -> None:
    assert asked(shop, [(COUNT, -4.0), (OTHER, -1.0)]).sql == OTHER


def test_what_fails_in_the_check_or_when_run_never_wins(shop: Path) -> None:
    answer = asked(shop, [(WRONG, -0.1)] * 3 + [(FAILS, -0.1)] * 2 + [(COUNT, -20.0)])
    assert answer.status == "answered" and answer.sql == COUNT
    assert asked(shop, [(FAILS, -0.1), (WRONG, -9.0)]).status == "query_error"


def test_a_query_that_fails_on_one_text_is_mended_and_says_so(shop: Path) -> None:
    answer = asked(shop, [(UNCONVERTED, -0.1)])
    assert answer.status == "answered" and answer.rows is not None
    assert answer.sql == "SELECT COUNT(TRY_CAST(city AS INT)) FROM orders"
    assert answer.verdict is not None and answer.verdict.sql == answer.sql
    assert answer.mended == "values that cannot be converted were read as NULL"


def test_what_runs_as_it_was_written_goes_before_what_had_to_be_mended(shop: Path) -> None:
    answer = asked(shop, [(UNCONVERTED, -0.1), (UNCONVERTED, -0.1), (COUNT, -9.0), (FAILS, -0.1)])
    assert answer.sql == COUNT and answer.mended is None
    both = asked(shop, [(UNCONVERTED, -0.1), (FAILS, -0.1)])
    assert both.status == "answered" and both.mended is not None


def test_what_runs_as_it_was_written_stands_for_a_mended_query_of_the_same_rows(shop: Path) -> None:
    sure = UNCONVERTED.replace("CAST", "TRY_CAST")
    answer = asked(shop, [(UNCONVERTED, -0.1), (sure, -0.2)])
    assert answer.sql == sure and answer.mended is None
    assert [(c.sql, c.votes) for c in answer.candidates[:2]] == [(sure, 2), (UNCONVERTED, 2)]


def test_nothing_runs_that_does_not_pass_the_check(shop: Path) -> None:
    schema = parse_ddl("CREATE TABLE orders (id INTEGER, city VARCHAR)", "shop")
    ran: list[str] = []

    def run(sql: str) -> Any:
        ran.append(sql)
        raise SqlError("More than one row returned by a subquery", kind="query_error")

    for test in ("city LIKE 'O%' = (SELECT id > 1 FROM orders)", "id = (SELECT id FROM orders)"):
        with pytest.raises(SqlError):
            run_or_mend(
                f"SELECT id FROM orders WHERE {test}", lambda sql: check_sql(sql, schema), run
            )
    assert len(ran) == 3 and all(check_sql(sql, schema).ok for sql in ran)


def test_results_without_rows_do_not_vote_for_one_another(shop: Path) -> None:
    empty = NOTHING.replace("Rome", "Bonn")
    assert asked(shop, [(NOTHING, -2.0), (empty, -2.0), (COUNT, -1.0)]).sql == COUNT
    assert asked(shop, [(NOTHING, -1.0), (empty, -2.0)]).sql == NOTHING


def test_the_order_of_rows_counts_only_where_it_is_asked_for(shop: Path) -> None:
    rising, falling = (f"SELECT id FROM orders ORDER BY id {way}" for way in ("ASC", "DESC"))
    plain = "SELECT id FROM orders"
    assert asked(shop, [(rising, -1.0), (falling, -2.0)]).candidates[0].votes == 1
    turned = "SELECT id, city FROM orders WHERE id < 9"
    other = "SELECT city, id FROM orders WHERE id < 8"
    assert asked(shop, [(turned, -1.0), (other, -2.0), (plain, -3.0)]).candidates[0].votes == 2


def test_a_refusal_wins_by_votes_and_names_the_nearest_tables(shop: Path) -> None:
    refusal = "CANNOT_ANSWER"
    answer = asked(shop, [(refusal, -1.0), (refusal, -1.0), (COUNT, -1.0)])
    assert answer.status == "refused" and answer.rows is None
    assert (answer.refusal or "").endswith("the nearest tables: orders")


def test_equal_texts_are_run_once() -> None:
    ran: list[str] = []
    candidates = [Candidate(reply=sql, sql=sql) for sql in (COUNT, COUNT, OTHER, COUNT)]
    shop = parse_ddl("CREATE TABLE orders (id INTEGER)", "shop")

    def run(sql: str) -> Any:
        ran.append(sql)
        raise sqlft.SqlError("no", kind="query_error")

    found = choices(candidates, lambda sql: check_sql(sql, shop), run)
    assert ran == [COUNT, OTHER]
    assert [len(choice.candidates) for choice in found] == [3, 1]


def test_an_unsure_answer_is_refused_and_says_how_unsure(shop: Path) -> None:
    writer = Said([(COUNT, -1.0), (OTHER, -1.0)])
    low = Calibration(by_way={(2, 1): Weights(bias=-2.0, weights=(0.0,) * 4)})
    unsure = assistant(shop, writer, least_confidence=0.5, beams=1, candidates=2)
    unsure = replace(unsure, calibration=low)
    answer = unsure.ask("How many orders?")
    assert answer.status == "refused" and answer.rows is None and answer.sql is not None
    assert "chance of only 12%" in (answer.refusal or "")
    assert answer.confidence == pytest.approx(0.119, abs=1e-3)


def test_confidence_is_unknown_for_another_number_of_candidates_or_beams(shop: Path) -> None:
    known = Calibration(by_way={(2, 1): Weights(bias=0.0, weights=(0.0,) * 4)})
    one = Candidate(reply="", sql="SELECT 1", log_probability=-1.0, tokens=4)
    assert known.confidence([one, one]) == 0.5
    assert known.confidence([one]) is None and known.confidence([one, one], beams=4) is None
    assert signals([Candidate(reply="", sql="SELECT 1")]) is None


def test_of_what_was_searched_for_the_likeliest_is_the_answer_whatever_others_say(
    shop: Path,
) -> None:
    answer = searched(shop, (OTHER, -1.0), (COUNT, -1.5), (SAME, -1.6))
    assert answer.sql == OTHER and answer.passed_over is None
    assert [(c.sql, c.votes) for c in answer.candidates] == [
        (OTHER, None),
        (COUNT, None),
        (SAME, None),
    ]


@pytest.mark.parametrize(
    ("likelier", "why"), [(NOTHING, "finds nothing"), (NULLS, "finds nothing"), (FAILS, "fails")]
)
def test_where_the_likeliest_finds_nothing_the_likeliest_that_does_takes_its_place(
    shop: Path, likelier: str, why: str
) -> None:
    answer = searched(
        shop, (likelier, -1.0), (NOTHING + " ", -1.5), (WRONG, -1.6), (COUNT, -2.0), (OTHER, -2.1)
    )
    assert answer.status == "answered" and answer.rows is not None and answer.sql == COUNT
    assert answer.passed_over == f"a likelier answer {why}"
    assert [c.sql for c in answer.candidates][:2] == [COUNT, likelier]


def test_where_nothing_finds_anything_the_likeliest_stands(shop: Path) -> None:
    answer = searched(shop, (NOTHING, -1.0), (NULLS, -1.5), (FAILS, -2.0))
    assert answer.sql == NOTHING and answer.status == "answered" and answer.passed_over is None
    assert answer.candidates[0].doubts == ("finds nothing",)
    assert searched(shop, (FAILS, -1.0), (FAILS + " ", -1.5)).status == "query_error"


def test_an_alternative_that_is_much_less_likely_takes_no_place(shop: Path) -> None:
    assert searched(shop, (NOTHING, -1.0), (COUNT, -3.9)).sql == COUNT
    assert searched(shop, (NOTHING, -1.0), (COUNT, -4.1)).sql == NOTHING


def test_a_query_that_uses_what_the_question_names_goes_before_one_that_does_not(
    shop: Path,
) -> None:
    oslo = "SELECT id FROM orders WHERE city = 'Oslo'"
    one = assistant(shop, Said([(COUNT, -1.0), (oslo, -2.0)]))
    answer = one.ask("Which orders went to Oslo?")
    assert answer.sql == oslo
    assert answer.passed_over == "a likelier answer does not use 'Oslo'"
    alone = assistant(shop, Said([(COUNT, -1.0)])).ask("Which orders went to Oslo?")
    assert alone.sql == COUNT and alone.candidates[0].doubts == ("does not use 'Oslo'",)
    assert (signals(alone.candidates) or ())[3] == 1.0


def test_doubts_about_drawn_candidates_are_told_and_take_no_votes(shop: Path) -> None:
    said = [(NOTHING, -1.0)] * 4 + [(COUNT, -10.0)]
    answer = asked(shop, said)
    assert answer.sql == NOTHING and answer.passed_over is None
    assert answer.doubts == ("finds nothing",)


def test_where_the_one_that_nothing_speaks_against_is_too_unsure_the_other_is_the_answer(
    shop: Path,
) -> None:
    oslo = "SELECT id FROM orders WHERE city = 'Oslo'"
    known = Calibration(by_way={(1, 4): Weights(bias=0.0, weights=(-1.0, 0.0, 0.0, 0.0))})
    for second, sql in ((-3.0, COUNT), (-1.2, oslo)):
        writer = Said([(COUNT, -1.0), (oslo, second)])
        one = replace(assistant(shop, writer, least_confidence=0.4), calibration=known)
        answer = one.ask("Which orders went to Oslo?")
        assert answer.status == "answered" and answer.sql == sql
        assert (answer.passed_over is None) == (sql == COUNT)
    writer = Said([(COUNT, -8.0), (oslo, -9.0)])
    one = replace(assistant(shop, writer, least_confidence=0.4), calibration=known)
    refused = one.ask("Which orders went to Oslo?")
    assert refused.status == "refused" and refused.sql == oslo


@pytest.mark.parametrize(
    ("likelier", "why"),
    [("I do not know.", "holds no SQL"), (WRONG, "does not pass the check")],
)
def test_why_a_likelier_answer_is_none_is_told_for_what_it_is(
    shop: Path, likelier: str, why: str
) -> None:
    assert searched(shop, (likelier, -0.5), (COUNT, -1.0)).passed_over == f"a likelier answer {why}"


def test_equal_texts_of_a_search_count_once(shop: Path) -> None:
    answer = searched(shop, (OTHER, -1.0), (COUNT, -1.3), (COUNT + ";", -1.4))
    assert answer.sql == OTHER and answer.passed_over is None


def test_alternatives_have_the_seconds_of_one_trial_together(shop: Path) -> None:
    slow = "SELECT count(*) + {} FROM range(100000000000) AS a (x), orders"
    said = [(NOTHING, -1.0), *((slow.format(n), -1.1 - n / 10) for n in range(3))]
    answer = searched(shop, *said)
    assert answer.sql == NOTHING and answer.seconds["execute"] < 2 * TRIAL_S


def test_a_timeout_is_told_and_no_alternative_is_tried(shop: Path) -> None:
    slow = "SELECT count(*) FROM range(100000000000) AS a (x), orders"
    writer = Said([(slow, -1.0), (COUNT, -1.5)])
    one = replace(assistant(shop, writer), limits=sqlft.Limits(timeout_s=0.3))
    assert one.ask("How many orders?").status == "timeout"


def test_an_alternative_that_is_less_sure_than_asked_for_takes_no_place(shop: Path) -> None:
    weights = Weights(bias=0.0, weights=(-2.0, 0.0, 0.0, 0.0))
    known = Calibration(by_way={(1, 4): weights})
    writer = Said([(NOTHING, -0.5), (COUNT, -3.0)])
    one = replace(assistant(shop, writer, least_confidence=0.5), calibration=known)
    answer = one.ask("How many orders?")
    assert answer.sql == NOTHING and answer.confidence == pytest.approx(0.8, abs=0.01)
    writer = Said([(NOTHING, -0.5), (COUNT, -0.6)])
    answer = replace(one, generator=writer).ask("How many orders?")
    assert answer.sql == COUNT and answer.confidence == pytest.approx(0.73, abs=0.01)


def test_an_alternative_that_passes_goes_before_a_likelier_query_that_does_not(shop: Path) -> None:
    answer = searched(shop, (WRONG, -0.5), (COUNT, -1.0))
    assert answer.sql == COUNT and answer.passed_over == "a likelier answer does not pass the check"


def test_a_calibration_is_read_as_it_was_written(tmp_path: Path) -> None:
    fitted = Calibration().with_weights(5, 1, Weights(bias=0.25, weights=(1.0, -2.5, 3.0, -0.5)))
    path = write_calibration(tmp_path, fitted)
    assert read_calibration(tmp_path) == fitted
    path.write_text("{}")
    with pytest.raises(ModelError, match="does not hold a calibration"):
        read_calibration(tmp_path)


def test_repair_tells_a_base_model_what_went_wrong(shop: Path) -> None:
    writer = Said([(WRONG, -1.0)], [(COUNT, -1.0)])
    answer = assistant(shop, writer, repair=True).ask("How many orders?")
    assert answer.status == "answered" and answer.sql == COUNT
    assert "town" in writer.asked[1][0].messages[-1].text
    assert list(answer.seconds)[:5] == ["schema", "prompt", "generate", "check", "repair"]


def test_repair_has_an_adapter_draw_again(shop: Path) -> None:
    writer = Said([(WRONG, -1.0)], [(COUNT, -1.0), (WRONG, -1.0)], adapter="taught")
    answer = assistant(shop, writer, repair=True).ask("How many orders?")
    assert answer.sql == COUNT
    (first, _), (second, decoding) = writer.asked
    assert first == second and (decoding.candidates, decoding.seed) == (4, 1)


def test_without_repair_and_after_a_success_nothing_is_asked_again(shop: Path) -> None:
    assert asked(shop, [(WRONG, -1.0)]).status == "unknown_column"
    writer = Said([(COUNT, -1.0)])
    assert assistant(shop, writer, repair=True).ask("How many orders?").status == "answered"
    assert len(writer.asked) == 1
