"""Results documents and their words, against values worked by hand."""

from dataclasses import replace

import pytest

from sqlft.config import ModelChoice
from sqlft.evaluate import OUTCOMES
from sqlft.evaluate.judgement import Judgement
from sqlft.evaluate.prediction import Prediction
from sqlft.evaluate.predictor import Predictor
from sqlft.evaluate.question import Place, Question
from sqlft.evaluate.reading import Said
from sqlft.evaluate.results import Measured, best_baseline, most_common, results_document
from sqlft.evaluate.sides import sides
from sqlft.evaluate.words import (
    OUTCOME_GROUPS,
    calibration_words,
    grouped_outcomes,
    reasons,
    verdict,
)
from sqlft.examples import Example

ENDPOINT = ModelChoice(model="endpoint:m@http://h/v1")


def measured(
    name: str, right: list[bool], *, confidence: list[float] | None = None, tuning: float = 0.0
) -> Measured:
    said, judged = [], []
    for place, is_right in enumerate(right):
        example = Example(id=f"q{place}", database="d", question="What?", gold=("SELECT 1",))
        prediction = Prediction(
            sql="SELECT 1", confidence=None if confidence is None else confidence[place]
        )
        judged.append(
            Judgement(
                question=Question(example=example, place=Place()),
                prediction=prediction,
                outcome="correct" if is_right else "wrong_rows",
                matches=dict.fromkeys(("spider", "strict"), is_right),
                valid=True,
                runs=True,
                message=None,
            )
        )
        said.append(
            Said(
                prediction=prediction,
                reply="SELECT 1",
                prose=False,
                prompt_tokens=100,
                output_tokens=10,
                seconds=2.0,
                together=1,
            )
        )
    predictor = Predictor(name=name)
    if tuning:
        from sqlft.config.evaluation import Prices

        predictor = Predictor(name=name, prices=Prices(tuning_price=tuning))
    return Measured(
        predictor=predictor,
        layout="ddl",
        schema_text="compact",
        said=tuple(said),
        judgements=tuple(judged),
    )


def document(*found: Measured) -> dict:
    return results_document(found, "strict", {"datasets": {}})


def flags(hits: int, total: int) -> list[bool]:
    return [place < hits for place in range(total)]


def test_tuning_that_is_clearly_better_is_called_worth_it():
    found = document(
        measured("bare", flags(10, 60)),
        measured("rag", flags(20, 60)),
        measured("tuned", flags(45, 60), tuning=1.0),
    )
    assert found["best_baseline"] == "rag"
    said, tone = verdict(found)
    assert tone == "good" and said.startswith("Tuning is worth it. tuned answers 75.0 % rightly")
    assert "the best prompting (rag) 33.3 %" in said
    (pair,) = [one for one in found["paired"] if one["first"] == "tuned"]
    assert (len(pair["gained"]), len(pair["lost"]), pair["total"]) == (25, 0, 60)
    assert any("gains 25 over rag and loses 0" in reason for reason in reasons(found))


def test_tuning_that_is_clearly_worse_and_one_that_may_be_chance_are_called_so():
    worse = document(measured("bare", flags(45, 60)), measured("tuned", flags(20, 60), tuning=1.0))
    assert verdict(worse)[1] == "bad"
    close = document(measured("bare", flags(30, 60)), measured("tuned", flags(31, 60), tuning=1.0))
    said, tone = verdict(close)
    assert tone == "open" and said.startswith("Not decided")


def test_without_tuning_the_verdict_names_the_best_prompting():
    said, tone = verdict(document(measured("bare", flags(1, 4)), measured("rag", flags(2, 4))))
    assert tone == "plain" and said.startswith("rag, the most of 2 predictors, answers 2 of 4")


def test_risk_and_coverage_are_those_worked_by_hand():
    """By confidence: 0.9 right, 0.8 wrong and right together, 0.1 wrong: 1/1, 2/3, 2/4."""
    found = document(
        measured("a", [True, False, True, False], confidence=[0.9, 0.8, 0.8, 0.1]),
    )["predictors"][0]["risk_coverage"]
    assert [(point["coverage"], point["accuracy"]) for point in found] == [
        (0.25, 1.0),
        (0.75, pytest.approx(2 / 3)),
        (1.0, 0.5),
    ]
    assert document(measured("a", [True]))["predictors"][0]["risk_coverage"] is None


def test_what_is_told_of_confidence_is_held_against_what_is_right():
    told = [0.9, 0.8, 0.3, 0.2] * 5
    found = document(measured("a", [True, True, False, False] * 5, confidence=told))
    assert found["predictors"][0]["calibration"]["error"] == pytest.approx(0.2)
    assert sum(one["total"] for one in found["predictors"][0]["calibration"]["bins"]) == 20
    assert "20.0 points off" in calibration_words(found["predictors"][0])
    assert document(measured("a", [True]))["predictors"][0]["calibration"] is None


def test_the_best_baseline_is_on_equal_terms_where_one_is():
    def row(name: str, hits: int, unequal: dict, tuned: bool = False) -> dict:
        return {"name": name, "tuned": tuned, "unequal": unequal, "headline": {"hits": hits}}

    rows = [row("a", 5, {}), row("b", 9, {"candidates": 8}), row("t", 9, {}, tuned=True)]
    assert best_baseline(rows) == "a"
    assert best_baseline(rows[1:]) == "b"
    assert best_baseline(rows[2:]) is None


def test_constrained_counts_only_where_a_model_could_be_held_to_the_schema():
    free = replace(measured("bare", [True]), layout="ddl")
    held = replace(free, layout="sqlft")
    served = replace(held, predictor=replace(held.predictor, choice=ENDPOINT))
    assert [one.settings["constrained"] for one in (free, held, served)] == [False, True, False]
    rows = document(free, held)["predictors"]
    assert rows[1]["unequal"] == {"constrained": True}
    assert rows[0]["prose"]["total"] == 1 and rows[1]["prose"]["total"] == 0


def test_common_settings_are_those_of_most():
    assert most_common([{"a": 1}, {"a": 2}, {"a": 2}]) == {"a": 2}
    assert most_common([{"a": 1}, {"a": 2}]) == {"a": 1}


def test_every_outcome_is_in_exactly_one_group():
    assert sorted(name for group in OUTCOME_GROUPS.values() for name in group) == sorted(OUTCOMES)
    assert grouped_outcomes({"timeout": 2, "correct": 1}) == {"right": 1, "does not run": 2}


def test_both_results_are_shown_with_what_only_one_has(shop):
    (database,) = shop.databases
    gold, said = sides(
        "SELECT id, city FROM orders ORDER BY id",
        "SELECT city AS town, id, 1 AS one FROM orders WHERE id <> 2 ORDER BY id",
        database,
    )
    assert gold.columns == ("id", "city") and gold.odd_columns == (False, True)
    assert said.odd_columns == (True, False, True)
    assert gold.total_rows == 4 and said.total_rows == 3 and said.total_columns == 3
    assert gold.odd_rows == (False, True, False, False) and said.odd_rows == (False,) * 3


def test_columns_are_matched_by_what_they_hold_whatever_their_names_and_places(shop):
    (database,) = shop.databases
    gold, said = sides(
        "SELECT id, city FROM orders", "SELECT city AS a, id AS b FROM orders", database
    )
    assert not any((*gold.odd_columns, *said.odd_columns, *gold.odd_rows, *said.odd_rows))


def test_rows_that_differ_are_shown_however_far_down_they_are(shop):
    (database,) = shop.databases
    numbers = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 50) "
        "SELECT x FROM n"
    )
    gold, said = sides(numbers, f"{numbers} WHERE x <> 40", database)
    assert any(gold.odd_rows) and ("40",) in gold.rows and not any(said.odd_rows)
    assert len(gold.rows) <= 8 and gold.total_rows == 50


def test_a_side_that_fails_says_why(shop):
    (database,) = shop.databases
    gold, said = sides("SELECT id FROM orders", "SELECT nothing FROM orders", database)
    assert gold.error is None and gold.total_rows == 4
    assert said.error is not None and "nothing" in said.error
