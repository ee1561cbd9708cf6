"""Whole runs: right replies score 1.0 through the corridor, a killed run goes on, and so forth."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from sqlft.config import Decoding, ModelChoice
from sqlft.config.evaluation import STRATEGIES, Asking, Evaluation
from sqlft.errors import InputError, ModelError
from sqlft.evaluate import OUTCOMES, Predictor, parse_predictors
from sqlft.evaluate.comparing import compared
from sqlft.evaluate.evaluation import configured, default_out, evaluate, score_run
from sqlft.evaluate.run_folder import opened_run, partial_of, read_json
from sqlft.examples import Example, write_examples
from sqlft.model import Cancel, FixedGenerator, Reply
from sqlft.prompt import Prompt

COMMON = Predictor(name="")


class Watched:
    """A generator that keeps what it was asked, and stops the process at one question."""

    def __init__(self, replies: dict[str, str], *, killed_at: str | None = None) -> None:
        self._fixed = FixedGenerator(replies, default="")
        self.killed_at = killed_at
        self.asked: list[str] = []
        self.name, self.adapter, self.layout = "watched", None, "ddl"

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, *, cancel: Cancel | None = None
    ) -> list[tuple[Reply, ...]]:
        for prompt in prompts:
            if prompt.question == self.killed_at:
                raise KeyboardInterrupt
            self.asked.append(prompt.question)
        return self._fixed.generate(prompts, decoding)


def run(
    dataset: Path,
    out: Path,
    replies: dict[str, str],
    predictors: str = "bare",
    *,
    default: str | None = None,
    generate_only: bool = False,
    **options: object,
) -> dict:
    config = configured([dataset], parse_predictors(predictors, COMMON), Evaluation(**options))
    evaluate(
        config,
        out,
        lambda choice: FixedGenerator(replies, default=default),
        generate_only=generate_only,
    )
    return {} if generate_only else read_json(out / "results.json")


def rates(results: dict) -> list[float]:
    return [rate["rate"] for row in results["predictors"] for rate in row["accuracy"].values()]


def test_right_replies_are_all_right_whatever_the_strategy(shops, right_replies, tmp_path):
    results = run(shops, tmp_path / "run", right_replies, ",".join(STRATEGIES))
    assert len(results["predictors"]) == len(STRATEGIES)
    assert set(rates(results)) == {1.0}
    for row in results["predictors"]:
        assert row["headline"]["total"] == 10
        assert row["outcomes"] == {"correct": 10, "refused_rightly": 2}
        assert row["prose"]["hits"] == 0


def test_empty_replies_are_all_wrong(shops, tmp_path):
    results = run(shops, tmp_path / "run", {}, ",".join(STRATEGIES), default="")
    assert set(rates(results)) == {0.0}
    assert {key for row in results["predictors"] for key in row["outcomes"]} == {"no_sql"}


COUNT, CITIES = "SELECT count(*) FROM orders", "SELECT DISTINCT city FROM orders"
CASES = {
    "correct": (COUNT, f"{COUNT};"),
    "refused_rightly": (None, "CANNOT_ANSWER"),
    "refused_wrongly": (COUNT, "CANNOT_ANSWER"),
    "answered_unanswerable": (None, "SELECT 1"),
    "no_sql": (COUNT, "Let me think."),
    "parse_error": (COUNT, "SELECT FROM WHERE"),
    "forbidden": (COUNT, "DROP TABLE orders"),
    "unknown_table": (COUNT, "SELECT count(*) FROM order_lines"),
    "unknown_column": (COUNT, "SELECT size FROM orders"),
    "query_error": (COUNT, "SELECT 9223372036854775807 + length(city) FROM orders"),
    "timeout": (COUNT, "SELECT count(*) FROM range(99999999999)"),
    "too_large": (COUNT, "SELECT repeat('x', 20000000) FROM orders"),
    "wrong_rows": (COUNT, "SELECT count(*) + 1 FROM orders"),
    "wrong_order": (
        "SELECT id FROM orders ORDER BY id DESC",
        "SELECT id FROM orders ORDER BY id ASC",
    ),
    "extra_columns": (CITIES, "SELECT DISTINCT city, 1 FROM orders"),
    "missing_columns": ("SELECT id, city FROM orders", "SELECT id FROM orders"),
    "empty_result": (CITIES, "SELECT city FROM orders WHERE false"),
    "gold_failed": ("SELECT size FROM orders", COUNT),
}


def test_every_outcome_comes_through_the_corridor(shops, tmp_path):
    examples = [
        Example(
            id=outcome,
            database="north",
            question=f"What of {outcome}?",
            gold=() if gold is None else (gold,),
        )
        for outcome, (gold, _) in CASES.items()
    ]
    (tmp_path / "databases").mkdir()
    (tmp_path / "databases" / "north.duckdb").symlink_to(shops / "databases" / "north.duckdb")
    write_examples(tmp_path / "examples.jsonl", examples)
    replies = {f"What of {outcome}?": reply for outcome, (_, reply) in CASES.items()}
    results = run(tmp_path, tmp_path / "run", replies, query_timeout_s=2.0)
    found = {answer["id"]: answer["said"]["bare"]["outcome"] for answer in results["answers"]}
    assert found == {outcome: outcome for outcome in CASES}
    assert {*CASES, "model_failed"} == set(OUTCOMES)  # the one left has a test of its own
    page = (tmp_path / "run" / "report.html").read_text()
    assert all(outcome.replace("_", " ") in page for outcome in CASES)


class Failing(FixedGenerator):
    """Fails for one question, or for all."""

    def __init__(self, replies: dict[str, str], failing: str | None) -> None:
        super().__init__(replies)
        self._failing = failing

    def generate(self, prompts, decoding, *, cancel=None):
        if any(self._failing in (None, prompt.question) for prompt in prompts):
            raise ModelError("the endpoint is down")
        return super().generate(prompts, decoding, cancel=cancel)


def test_a_model_that_fails_at_one_question_fails_there_only(shops, right_replies, tmp_path):
    question = "How many orders? (south)"
    config = configured([shops], parse_predictors("bare", COMMON), Evaluation())
    evaluate(config, tmp_path / "run", lambda choice: Failing(right_replies, question))
    results = read_json(tmp_path / "run" / "results.json")
    (row,) = results["predictors"]
    assert row["outcomes"] == {"model_failed": 1, "refused_rightly": 2, "correct": 9}
    assert row["headline"] == {**row["headline"], "hits": 9, "total": 10}


def test_a_model_that_never_answers_ends_the_run(shops, right_replies, tmp_path):
    config = configured([shops], parse_predictors("bare", COMMON), Evaluation())
    with pytest.raises(ModelError, match="endpoint is down"):
        evaluate(config, tmp_path / "run", lambda choice: Failing(right_replies, None))
    assert not (tmp_path / "run").exists()


class Slow(FixedGenerator):
    """Reaches its time limit at every question."""

    def generate(self, prompts, decoding, *, cancel=None):
        return [(Reply(text="SELECT 1", finish="timeout"),) for _ in prompts]


def test_writing_that_takes_too_long_is_the_models_failure(shops, tmp_path):
    config = configured([shops], parse_predictors("bare", COMMON), Evaluation(sample=2))
    evaluate(config, tmp_path / "run", lambda choice: Slow({}))
    (row,) = read_json(tmp_path / "run" / "results.json")["predictors"]
    assert row["outcomes"] == {"model_failed": 2}


def test_a_killed_run_goes_on_where_it_stopped(shops, right_replies, tmp_path, monkeypatch):
    monkeypatch.setattr("sqlft.evaluate.generating._FIRST_BATCH", 4)
    monkeypatch.setattr("sqlft.evaluate.generating._MOST_BATCH", 4)
    config = configured([shops], parse_predictors("bare,plan", COMMON), Evaluation())
    killed = Watched(right_replies, killed_at="Total amount per city? (south)")
    with pytest.raises(KeyboardInterrupt):
        evaluate(config, tmp_path / "run", lambda choice: killed)
    (replies,) = partial_of(tmp_path / "run").glob("replies/*.jsonl")
    whole = replies.read_bytes()
    assert whole.count(b"\n") == 8
    replies.write_bytes(whole + whole[: len(whole) // 9])  # as it was written when it was killed

    again = Watched(right_replies)
    evaluate(config, tmp_path / "run", lambda choice: again)
    assert len(again.asked) == (12 - 8) + 2 * 12
    assert replies.name in {path.name for path in (tmp_path / "run" / "replies").iterdir()}
    assert set(rates(read_json(tmp_path / "run" / "results.json"))) == {1.0}
    assert len(read_json(tmp_path / "run" / "records.json")) == 2

    straight = Watched(right_replies)
    evaluate(config, tmp_path / "straight", lambda choice: straight)
    both = [
        [
            {key: one[key] for key in ("id", "step", "prompt", "replies")}
            for one in map(
                json.loads, (folder / "replies" / "00-bare.jsonl").read_text().splitlines()
            )
        ]
        for folder in (tmp_path / "run", tmp_path / "straight")
    ]
    assert both[0] == both[1]


def test_failures_are_asked_again_when_a_run_is_taken_up(shops, right_replies, tmp_path):
    predictors = parse_predictors("bare,persona", COMMON)
    predictors = (predictors[0], replace(predictors[1], choice=ModelChoice(model="zephyr")))
    config = configured([shops], predictors, Evaluation())
    question = "Orders of Oslo? (north)"
    writers = {
        "smollm2-135m": Failing(right_replies, question),
        "zephyr": Watched(right_replies, killed_at="How many orders? (north)"),
    }
    with pytest.raises(KeyboardInterrupt):
        evaluate(config, tmp_path / "run", lambda choice: writers[choice.model])
    again = {name: Watched(right_replies) for name in writers}
    evaluate(config, tmp_path / "run", lambda choice: again[choice.model])
    assert again["smollm2-135m"].asked == [question]
    assert len(again["zephyr"].asked) == 12
    assert set(rates(read_json(tmp_path / "run" / "results.json"))) == {1.0}


def test_replies_are_kept_and_scored_again_without_a_model(shops, right_replies, tmp_path):
    out = tmp_path / "run"
    assert run(shops, out, right_replies, "bare,rag", generate_only=True) == {}
    assert not (out / "results.json").exists()
    results = score_run(opened_run(out))
    assert set(rates(results)) == {1.0}
    path = out / "replies" / "00-bare.jsonl"
    path.write_text(path.read_text().replace("SELECT count(*) FROM orders", "SELECT 1"))
    again = score_run(opened_run(out), rule="bird")
    assert again["rule"] == "bird" and again["predictors"][0]["headline"]["hits"] == 8
    assert again["predictors"][1]["headline"]["hits"] == 10
    assert {one.name for one in out.iterdir()} >= {"report.html", "report.md", "results.json"}


def test_all_predictors_get_the_same_fixed_sample(shops, right_replies, tmp_path):
    first = run(shops, tmp_path / "a", right_replies, "bare,persona", sample=5, sample_seed=3)
    second = run(shops, tmp_path / "b", right_replies, "rag", sample=5, sample_seed=3)
    other = run(shops, tmp_path / "c", right_replies, "rag", sample=5, sample_seed=4)
    ids = [[answer["id"] for answer in one["answers"]] for one in (first, second, other)]
    assert ids[0] == ids[1] != ids[2] and len(ids[0]) == 5
    fewer = run(shops, tmp_path / "d", right_replies, "bare", sample=4, sample_seed=3)
    assert {answer["id"] for answer in fewer["answers"]} < set(ids[0])


def test_training_questions_are_not_measured_unless_asked_for(shops, right_replies, tmp_path):
    results = run(shops, tmp_path / "a", right_replies)
    assert results["questions"] == 12
    with pytest.raises(InputError, match="no question is of the split dev"):
        run(shops, tmp_path / "b", right_replies, split="dev")
    whole = run(shops, tmp_path / "c", right_replies, split="all", default="SELECT 1")
    assert whole["questions"] == 16


def test_a_run_is_neither_overwritten_nor_mixed_with_another(shops, right_replies, tmp_path):
    out = tmp_path / "run"
    run(shops, out, right_replies, sample=2)
    with pytest.raises(InputError, match="is there already"):
        run(shops, out, right_replies, sample=2)
    out.rename(partial_of(out))
    with pytest.raises(InputError, match=r"something else: sample$"):
        run(shops, out, right_replies, sample=3)
    with FileLock(out.with_name(".run.lock")), pytest.raises(InputError, match="another process"):
        run(shops, out, right_replies, sample=2)
    (tmp_path / "full.partial").mkdir()
    (tmp_path / "full.partial" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="not the folder of an evaluation"):
        run(shops, tmp_path / "full", right_replies, sample=2)


def test_an_unscored_or_missing_run_is_one_clear_error(shops, right_replies, tmp_path):
    run(shops, tmp_path / "run", right_replies, generate_only=True, sample=2)
    with pytest.raises(InputError, match="not scored yet"):
        compared(tmp_path / "run", tmp_path / "run")
    with pytest.raises(InputError, match="not the folder of an evaluation"):
        opened_run(tmp_path / "none")


def test_compare_lists_what_was_gained_and_lost(shops, right_replies, tmp_path):
    wrong = {"Which cities? (north)": "SELECT 1", "How many orders? (south)": "SELECT 2"}
    before, after = dict(right_replies), dict(right_replies)
    before["Which cities? (north)"] = wrong["Which cities? (north)"]
    after["How many orders? (south)"] = wrong["How many orders? (south)"]
    run(shops, tmp_path / "a", before)
    run(shops, tmp_path / "b", after)
    (pair,) = compared(tmp_path / "a", tmp_path / "b")["pairs"]
    assert [flip["id"] for flip in pair["gained"]] == ["north-1"]
    assert [flip["id"] for flip in pair["lost"]] == ["south-0"]
    assert pair["difference"] == 0 and pair["p_value"] == 1.0 and pair["total"] == 10
    same = compared(tmp_path / "a", tmp_path / "a")["pairs"][0]
    assert same["gained"] == same["lost"] == []
    with pytest.raises(InputError, match="no such predictor: rag"):
        compared(tmp_path / "a", tmp_path / "b", predictor="rag")


def test_one_command_names_one_folder(shops, monkeypatch, tmp_path):
    monkeypatch.setenv("SQLFT_HOME", str(tmp_path))
    predictors = parse_predictors("bare", COMMON)
    config = configured([shops], predictors, Evaluation())
    first = default_out(config)
    assert first == default_out(configured([shops], predictors, Evaluation()))
    assert first != default_out(configured([shops], predictors, Evaluation(sample=1)))
    first.mkdir(parents=True)
    assert default_out(config).name == f"{first.name}-2"


def test_predictors_with_settings_of_their_own_are_not_on_equal_terms(
    shops, right_replies, tmp_path
):
    bare, persona = parse_predictors("bare,persona", COMMON)
    sampled = replace(bare, name="bare, sampled", decoding=Decoding(candidates=3, temperature=0.7))
    compact = replace(persona, name="persona, compact", asking=Asking(schema_text="compact"))
    config = configured([shops], [bare, persona, sampled, compact], Evaluation(sample=2))
    evaluate(config, tmp_path / "run", lambda choice: FixedGenerator(right_replies))
    results = read_json(tmp_path / "run" / "results.json")
    unequal = {row["name"]: row["unequal"] for row in results["predictors"]}
    assert unequal["bare"] == unequal["persona"] == {}
    assert unequal["bare, sampled"] == {"candidates": 3, "beams": 1, "temperature": 0.7}
    assert unequal["persona, compact"] == {"schema_text": "compact"}
    text = (tmp_path / "run" / "report.md").read_text()
    assert "Each at its best" in text and "candidates 3, beams 1, temperature 0.7" in text


def test_a_folder_in_spiders_layout_is_asked_and_scored_on_its_sqlite_files(
    spider_folder, tmp_path
):
    replies = {
        "How many orders?": "SELECT count(*) FROM orders",
        "Which cities?": "FROM orders SELECT DISTINCT city WHERE city <> 'Lima'",
        "Largest order?": "SELECT id FROM orders ORDER BY amount DESC LIMIT 1",
    }
    results = run(spider_folder, tmp_path / "run", replies, "rag", files="dev.json")
    assert results["rule"] == "spider" and results["predictors"][0]["headline"]["rate"] == 1.0
    assert results["predictors"][0]["headline"]["total"] == 3
