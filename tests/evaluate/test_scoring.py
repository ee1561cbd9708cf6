"""Whole scorings: what gold, nothing, and a worse predictor come to."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sqlft.compare import RULES
from sqlft.errors import InputError
from sqlft.evaluate import (
    Place,
    Prediction,
    Question,
    Rate,
    difference,
    read_questions,
    rules_with,
    score,
    summary_of,
)
from sqlft.evaluate.running import RunLimits, Runs
from sqlft.examples import Example

SHOP_GOLDS = [
    "SELECT count(*) FROM orders",
    "SELECT DISTINCT city FROM orders",
    "SELECT city, sum(amount) AS n FROM orders GROUP BY city ORDER BY n DESC, city LIMIT 2",
    "SELECT id FROM orders WHERE amount > (SELECT avg(amount) FROM orders)",
    "SELECT id FROM orders WHERE id > 100",
]


def questions_at(place: Place, golds: list[str]) -> list[Question]:
    return [
        Question(
            example=Example(
                id=str(at),
                database="shop",
                question="What?",
                gold=(gold,) if gold else (),
                category="counting" if "count" in gold else None,
                tags=("short",) if len(gold) < 30 else (),
            ),
            place=place,
        )
        for at, gold in enumerate(golds)
    ]


def gold_of(questions: list[Question]) -> list[Prediction]:
    return [Prediction(sql=q.example.gold[0] if q.example.gold else None) for q in questions]


@pytest.mark.parametrize("keep_distinct", [False, True])
def test_gold_is_all_right_and_nothing_is_all_wrong_under_every_rule(shop, keep_distinct):
    questions = questions_at(shop, SHOP_GOLDS)
    said = {"gold": gold_of(questions), "nothing": [Prediction()] * len(questions)}
    judged = score(questions, said, rules_with(keep_distinct=keep_distinct), "spider")
    shares = {
        name: {rate.share for rate in summary_of(found, "spider").accuracy.values()}
        for name, found in judged.items()
    }
    assert shares == {"gold": {1.0}, "nothing": {0.0}}
    summary = summary_of(judged["nothing"], "spider")
    assert summary.outcomes == {"no_sql": 5} and summary.runs == summary.valid
    assert list(summary.accuracy) == list(RULES)


def test_all_golds_of_spiders_layout_agree_on_all_files(spider_folder):
    questions = read_questions(spider_folder, files=["dev.json"])
    judged = score(questions, {"gold": gold_of(list(questions))}, rules_with(), "spider")
    assert [one.outcome for one in judged["gold"]] == ["correct"] * 3


def test_every_file_beside_the_named_one_must_agree(spider_folder):
    questions = read_questions(spider_folder, files=["dev.json"])
    said = [Prediction(sql="SELECT 4"), Prediction(), Prediction()]
    judged = score(questions, {"lucky": said}, rules_with(), "spider")["lucky"]
    assert judged[0].outcome == "wrong_rows"
    named_only = [replace(q, place=Place(databases=q.place.databases[:1])) for q in questions]
    alone = score(named_only, {"lucky": said}, rules_with(), "spider")["lucky"]
    assert alone[0].outcome == "correct"


def test_groups_and_refusals_keep_hits_and_totals(shop):
    questions = questions_at(shop, [*SHOP_GOLDS, "", "", "SELECT broken FROM orders"])
    said = gold_of(questions)
    said[0], said[5] = Prediction(refused=True), Prediction(refused=True)
    judged = score(questions, {"one": said}, rules_with(), "strict")["one"]
    summary = summary_of(judged, "strict")
    assert summary.accuracy["strict"] == Rate(hits=4, total=5)
    assert summary.refusal_precision == Rate(hits=1, total=2)
    assert summary.refusal_recall == Rate(hits=1, total=2)
    assert summary.by_category == {"counting": Rate(hits=0, total=1)}
    assert summary.by_tag["short"].total >= 1
    assert summary.by_feature["ordering"] == Rate(hits=1, total=1)
    assert sum(rate.total for rate in summary.by_hardness.values()) == 5
    assert sum(summary.outcomes.values()) == summary.questions == 8


def test_gains_and_losses_are_those_of_the_headline_rule(shop):
    questions = questions_at(shop, SHOP_GOLDS)
    worse = gold_of(questions)
    worse[1] = Prediction(sql="SELECT city FROM orders")
    judged = score(questions, {"a": gold_of(questions), "b": worse}, rules_with(), "strict")
    assert difference(judged["a"], judged["b"], "strict").gained == ("1",)
    assert difference(judged["a"], judged["b"], "spider").gained == ()


def test_accuracy_of_nothing_is_an_error(shop):
    with pytest.raises(InputError, match="no question"):
        score([], {"none": []}, rules_with(), "strict")
    with pytest.raises(InputError, match="accuracy"):
        summary_of([], "strict")
    broken = questions_at(shop, ["SELECT broken FROM orders"])
    judged = score(broken, {"one": gold_of(broken)}, rules_with(), "strict")["one"]
    with pytest.raises(InputError, match="no gold query runs"):
        summary_of(judged, "strict")
    nowhere = questions_at(Place(problem="no such database"), ["SELECT 1"])
    judged = score(nowhere, {"one": gold_of(nowhere)}, rules_with(), "strict")["one"]
    assert judged[0].outcome == "gold_failed" and judged[0].message == "no such database"


def test_a_query_that_several_share_runs_once(shop, monkeypatch):
    import sqlft.evaluate.running as running

    ran: list[str] = []
    doors = ((running, "read"), (running, "run_query"), (running.Stream, "put"))
    for room, name in doors:
        inner = getattr(room, name)

        def counted(*given, _inner=inner, **named):
            ran.extend(one for one in given if isinstance(one, str))
            return _inner(*given, **named)

        monkeypatch.setattr(room, name, counted)
    questions = questions_at(shop, [SHOP_GOLDS[0]] * 4)
    said = [Prediction(sql="SELECT 4")] * 3 + [Prediction(sql=SHOP_GOLDS[0])]
    score(questions, {"a": said, "b": said}, rules_with(), "strict", jobs=1)
    assert sorted(ran) == sorted([SHOP_GOLDS[0], "SELECT 4"])


def test_what_runs_as_gold_is_still_forbidden_to_a_model(spider_folder):
    (shop, *_) = read_questions(spider_folder, files=["dev.json"])
    (database, _) = shop.place.databases
    runs = Runs(limits=RunLimits())
    odd = 'SELECT count(*)AS"n" FROM orders'  # SQLite reads it; the policy takes no glued quotes
    assert runs.gold(database, odd).error is None
    assert runs.predicted(database, odd).error.kind == "forbidden"


def test_the_result_store_is_bounded(shop, monkeypatch):
    import sqlft.evaluate.running as running

    monkeypatch.setattr(running, "_KEPT_BYTES", 100)
    runs = Runs(limits=RunLimits())
    for at in range(50):
        runs.predicted(shop.databases[0], f"SELECT {at}")
    assert len(runs._known) < 30


def cli(*arguments: str | Path) -> int:
    from sqlft.cli.score import score as command

    return command.main([str(one) for one in arguments], standalone_mode=False)


def test_the_command_names_its_rule_and_shows_all_four(spider_folder, capsys):
    golds = [q.example.gold[0] for q in read_questions(spider_folder, files=["dev.json"])]
    file, worse = spider_folder / "p.sql", spider_folder / "q.sql"
    file.write_text("\n".join(golds) + "\n")
    worse.write_text("\n".join([golds[0], "SELECT 1", golds[2]]) + "\n")
    assert cli(file, spider_folder, "--files", "dev.json", "--against", worse) == 0
    shown = capsys.readouterr().out
    assert "rule spider: 100.0% (3 of 3)" in shown and "gained 1: dev-1" in shown
    assert all(f"\n  {name} " in shown for name in RULES)


def test_json_holds_rates_by_rule_and_every_verdict_by_id(spider_folder, capsys):
    file = spider_folder / "p.jsonl"
    lines = [{"id": f"dev-{at}", "sql": "SELECT id FROM clients"} for at in range(3)]
    file.write_text("\n".join(map(json.dumps, lines)))
    arguments = (file, spider_folder, "--files", "dev.json", "--rule", "bird", "--json")
    assert cli(*arguments) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["rule"] == "bird" and list(said["accuracy"]) == list(RULES)
    assert said["accuracy"]["bird"]["hits"] == 0 and said["accuracy"]["bird"]["total"] == 3
    outcomes = {one["id"]: one["outcome"] for one in said["verdicts"]}
    assert outcomes == dict.fromkeys(("dev-0", "dev-1", "dev-2"), "unknown_table")


def test_the_command_offers_every_rule():
    from sqlft.cli.score import score as command

    (rule,) = (option for option in command.params if option.name == "rule")
    assert tuple(rule.type.choices) == tuple(RULES)
