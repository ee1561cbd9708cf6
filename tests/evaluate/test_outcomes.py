"""Every question gets exactly one outcome, by precedence."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.compare import Comparison
from sqlft.errors import SqlError
from sqlft.evaluate import OUTCOMES, Facts, Prediction, outcome_of

GOLD = "SELECT id, city FROM orders WHERE amount > 3 ORDER BY id"
SLOW = {
    "duckdb": "SELECT count(*) FROM range(10000000) a, range(10000000) b",
    "sqlite": "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) "
    "SELECT count(*) FROM t",
}
MANY = "SELECT a.id FROM orders a, orders b, orders c, orders d, orders e, orders f"  # 4096 rows
SAID = {
    "model_failed": Prediction(error="the endpoint did not answer"),
    "refused_wrongly": Prediction(refused=True),
    "no_sql": Prediction(sql=" \n"),
    "parse_error": Prediction(sql="SELECT FROM WHERE"),
    "forbidden": Prediction(sql="DELETE FROM orders"),
    "unknown_table": Prediction(sql="SELECT id FROM clients"),
    "unknown_column": Prediction(sql="SELECT orders.town FROM orders"),
    "query_error": Prediction(sql="SELECT id, sum(count(*)) FROM orders"),
    "too_large": Prediction(sql=MANY),
    "correct": Prediction(sql="SELECT id, city FROM orders WHERE amount >= 5 ORDER BY 1"),
    "extra_columns": Prediction(
        sql="SELECT id, city, amount FROM orders WHERE amount > 3 ORDER BY id"
    ),
    "missing_columns": Prediction(sql="SELECT id FROM orders WHERE amount > 3 ORDER BY id"),
    "wrong_order": Prediction(sql="SELECT id, city FROM orders WHERE amount > 3 ORDER BY id DESC"),
    "empty_result": Prediction(sql="SELECT id, city FROM orders WHERE amount > 300"),
    "wrong_rows": Prediction(sql="SELECT id, city FROM orders"),
}
UNANSWERABLE = {
    "refused_rightly": Prediction(refused=True),
    "answered_unanswerable": Prediction(sql="SELECT 1"),
}


@pytest.mark.parametrize("outcome", SAID)
def test_what_is_said_to_an_answerable_question_has_its_outcome(outcome, judge_one):
    judged = judge_one([GOLD], SAID[outcome])
    assert judged.outcome == outcome, judged.message
    assert judged.matches["strict"] is (outcome == "correct")


@pytest.mark.parametrize("outcome", UNANSWERABLE)
def test_what_is_said_to_an_unanswerable_question_counts_for_no_accuracy(outcome, judge_one):
    judged = judge_one([], UNANSWERABLE[outcome])
    assert judged.outcome == outcome
    assert set(judged.matches.values()) == {None} == {judged.valid, judged.runs}


def test_a_hung_query_costs_its_deadline_and_is_valid(judge_one, shop):
    judged = judge_one([GOLD], Prediction(sql=SLOW[shop.databases[0].kind]))
    assert (judged.outcome, judged.valid, judged.runs) == ("timeout", True, False)


@pytest.mark.parametrize("said", SAID.values())
def test_a_failing_gold_never_counts_against_the_model(said, judge_one):
    judged = judge_one(["SELECT nothing FROM orders"], said)
    assert judged.outcome == "gold_failed" and "nothing" in judged.message
    assert set(judged.matches.values()) == {None}


def test_every_outcome_has_a_case():
    assert set(SAID) | set(UNANSWERABLE) | {"gold_failed", "timeout"} == set(OUTCOMES)


@pytest.mark.parametrize(
    ("outcome", "valid", "runs"),
    [
        ("forbidden", False, False),
        ("unknown_column", False, False),
        ("too_large", True, False),
        ("wrong_rows", True, True),
        ("no_sql", False, False),
    ],
)
def test_valid_and_runs_are_told_beside_the_outcome(outcome, valid, runs, judge_one):
    judged = judge_one([GOLD], SAID[outcome])
    assert (judged.valid, judged.runs) == (valid, runs)


def test_any_of_several_golds_may_match(judge_one):
    golds = ["SELECT nothing FROM orders", "SELECT count(*) FROM orders", "SELECT max(id) + 1"]
    judged = judge_one([*golds, "SELECT 3"], Prediction(sql="SELECT 1 + 2"))
    assert judged.outcome == "correct"


def test_a_tie_may_be_broken_in_any_way_where_the_rule_forgives_it(judge_one):
    gold = "SELECT city FROM orders ORDER BY amount"  # its key is no output column
    tied = "SELECT city FROM orders ORDER BY amount, city {}"
    found = [judge_one([gold], Prediction(sql=tied.format(way))) for way in ("", "DESC")]
    assert [one.outcome for one in found] == ["correct", "correct"]
    assert {one.matches["spider"] for one in found} == {True, False}
    untied = judge_one([gold], Prediction(sql="SELECT city FROM orders ORDER BY city"))
    assert untied.outcome == "wrong_order"


@pytest.mark.parametrize(
    "gold",
    [
        "SELECT DISTINCT city, amount FROM orders ORDER BY amount",
        "SELECT city, amount FROM orders WHERE id < 9 ORDER BY 2",
        "SELECT city, 2 * amount FROM orders ORDER BY 2 * amount",
        "SELECT city, amount FROM orders UNION ALL SELECT city, amount FROM orders WHERE id > 8 "
        "ORDER BY amount",
    ],
)
def test_ties_are_known_from_the_gold_alone_where_it_shows_its_keys(gold, judge_one):
    columns = "city, 2 * amount" if "2 *" in gold else "city, amount"
    found = [
        judge_one([gold], Prediction(sql=f"SELECT {columns} FROM orders ORDER BY amount, id {way}"))
        for way in ("", "DESC")
    ]
    assert [one.outcome for one in found] == ["correct", "correct"]


def test_the_spider_rule_runs_both_without_distinct(judge_one):
    twice = Prediction(sql="SELECT city FROM orders")
    judged = judge_one(["SELECT DISTINCT city FROM orders"], twice, rule="spider")
    assert judged.outcome == "correct"
    assert (judged.matches["strict"], judged.matches["bird"]) == (False, True)


facts = st.builds(
    Facts,
    answerable=st.booleans(),
    gold_error=st.none() | st.just("fails"),
    model_error=st.none() | st.just("no answer"),
    refused=st.booleans(),
    predicted_sql=st.sampled_from([None, "", "SELECT 1"]),
    failure=st.none() | st.just(SqlError("late", kind="timeout")),
    comparison=st.sampled_from(
        [
            Comparison(equal=True, reason=None, column_map=None),
            Comparison(equal=False, reason="wrong_rows", column_map=None),
        ]
    ),
)
CALM = Facts(
    predicted_sql="SELECT 1", comparison=Comparison(equal=True, reason=None, column_map=None)
)


@given(facts)
def test_one_more_trouble_never_moves_an_outcome_down_the_list(found):
    """Each fact by itself leads no further down than all of them together."""
    whole = OUTCOMES.index(outcome_of(found))
    for name in ("gold_error", "model_error"):
        calmer = replace(found, **{name: getattr(CALM, name)})
        assert OUTCOMES.index(outcome_of(calmer)) >= whole


@given(facts)
def test_every_state_of_affairs_has_one_outcome(found):
    assert outcome_of(found) in OUTCOMES
    assert len(fields(found)) == 7  # a new fact needs its place in the strategy above
