"""Corrections are kept whatever comes, and only what is shown to be right becomes an example."""

import json
import threading
from pathlib import Path

import duckdb
import pytest

import sqlft
from sqlft.cli import main
from sqlft.data.places import datasets_at
from sqlft.errors import InputError
from sqlft.examples import Example
from sqlft.feedback import (
    Correction,
    Judged,
    correction_of,
    corrections,
    export_corrections,
    feedback_path,
    save_correction,
    waiting,
)
from sqlft.schema import read_schema

REPLIES = {
    "how many orders?": "SELECT count(*) AS n FROM orders",
    "how many cities?": "SELECT count(city) FROM orders",
    "what is the weather?": "CANNOT_ANSWER",
    "which towns?": "SELECT town FROM orders",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sqlft.Assistant:
    monkeypatch.setenv("SQLFT_HOME", str(tmp_path / "home"))
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "CREATE TABLE orders AS FROM (VALUES (1, 'Rome'), (2, 'Rome'), (3, 'Oslo')) t(id, city)"
        )
    return sqlft.load(path, generator=sqlft.FixedGenerator(REPLIES))


def judged(
    shop: sqlft.Assistant, question: str, verdict: Judged, right_sql: str | None = None
) -> Correction:
    """Asks, judges and keeps."""
    made = correction_of(
        shop.ask(question),
        verdict,
        database=shop.database,
        schema_digest=shop.schema.digest,
        layout_name=shop.generator.layout,
        right_sql=right_sql,
    )
    save_correction(made)
    return made


def exported_to(folder: Path) -> list[Example]:
    (found,) = datasets_at(folder)
    return list(found.examples())


def test_what_was_said_comes_back_as_it_was(shop: sqlft.Assistant) -> None:
    assert corrections() == ()
    first = judged(shop, "how many orders?", "right")
    second = judged(
        shop, "how many cities?", "corrected", "SELECT count(DISTINCT city) FROM orders"
    )
    assert corrections() == (first, second)
    assert second.schema_digest == read_schema(shop.database).digest
    assert (second.model, second.outcome, len(second.prompt_fingerprint)) == (
        "fixed",
        "answered",
        16,
    )


def test_ten_writers_at_once_lose_nothing(shop: sqlft.Assistant) -> None:
    made = [
        correction_of(
            shop.ask("how many orders?"),
            "right",
            database=shop.database,
            schema_digest="0" * 16,
            layout_name="ddl",
        )
        for _ in range(40)
    ]

    def write(part: int) -> None:
        for each in made[part::10]:
            save_correction(each)

    threads = [threading.Thread(target=write, args=(part,)) for part in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {c.id for c in corrections()} == {c.id for c in made}


def test_an_export_is_a_dataset_of_what_is_right(shop: sqlft.Assistant, tmp_path: Path) -> None:
    judged(shop, "how many orders?", "right")
    judged(shop, "how many cities?", "corrected", "SELECT count(DISTINCT city) FROM orders")
    judged(shop, "what is the weather?", "right")
    judged(shop, "which towns?", "wrong")
    out = tmp_path / "corrections"
    exported = export_corrections(corrections(), out)
    golds = {example.question: example.gold for example in exported_to(out)}
    assert golds == {
        "how many orders?": ("SELECT count(*) AS n FROM orders",),
        "how many cities?": ("SELECT count(DISTINCT city) FROM orders",),
        "what is the weather?": (),
    }
    (pair,) = map(json.loads, (out / "preferences.jsonl").read_text().splitlines())
    assert pair["wrong_sql"] == "SELECT count(city) FROM orders"
    assert pair["right_sql"] == "SELECT count(DISTINCT city) FROM orders"
    assert [left.question for left in exported.left_out] == ["which towns?"]
    assert len(read_schema(out / "databases" / "shop.duckdb").tables) == 1


def test_pairs_are_what_preference_training_reads(
    shop: sqlft.Assistant, tiny_model: Path, tmp_path: Path
) -> None:
    from datasets import Dataset as Rows
    from transformers import AutoTokenizer
    from trl.data_utils import apply_chat_template, is_conversational

    judged(shop, "how many cities?", "corrected", "SELECT count(DISTINCT city) FROM orders")
    judged(shop, "which towns?", "corrected", "SELECT DISTINCT city FROM orders")
    out = tmp_path / "out"
    export_corrections(corrections(), out)
    rows = Rows.from_json(str(out / "preferences.jsonl"), cache_dir=str(tmp_path / "cache"))
    first, second = rows
    assert is_conversational(first)
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    text = apply_chat_template({k: first[k] for k in ("prompt", "chosen", "rejected")}, tokenizer)
    assert "how many cities?" in text["prompt"] and "orders" in text["prompt"]
    assert "SELECT COUNT(DISTINCT city)" in text["chosen"] and "COUNT(city)" in text["rejected"]
    assert text["prompt"].endswith("<|im_start|>assistant\n")
    assert second["rejected"][0]["content"].endswith("SELECT town FROM orders")


def test_only_sql_that_fits_runs_and_gives_rows_is_a_gold(
    shop: sqlft.Assistant, tmp_path: Path
) -> None:
    for question, sql in (
        ("how many orders?", "SELECT nothing FROM orders"),
        ("how many cities?", "DELETE FROM orders"),
        ("which towns?", "SELECT city FROM orders WHERE id > 99"),
    ):
        judged(shop, question, "corrected", sql)
    with pytest.raises(InputError, match="no correction can become an example"):
        export_corrections(corrections(), tmp_path / "out")
    assert not (tmp_path / "out").exists() and not (tmp_path / "out.partial").exists()


def test_the_last_word_on_a_question_counts_and_a_thumb_takes_no_sql_back(
    shop: sqlft.Assistant, tmp_path: Path
) -> None:
    judged(shop, "how many cities?", "right")
    judged(shop, "How many cities?".lower(), "corrected", "SELECT count(DISTINCT city) FROM orders")
    judged(shop, "how many cities?", "wrong")
    export_corrections(corrections(), tmp_path / "out")
    (example,) = exported_to(tmp_path / "out")
    assert example.gold == ("SELECT count(DISTINCT city) FROM orders",)


def test_a_pair_needs_two_results_that_differ(shop: sqlft.Assistant, tmp_path: Path) -> None:
    judged(shop, "how many orders?", "corrected", "SELECT count(id) FROM orders")
    exported = export_corrections(corrections(), tmp_path / "out")
    assert (exported.examples, exported.pairs) == (1, 0)


def test_the_command_lists_exports_and_leaves_nothing_waiting(
    shop: sqlft.Assistant, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judged(shop, "how many orders?", "right")
    assert len(waiting(corrections())) == 1
    out = tmp_path / "out"
    for arguments in (["feedback", "export", str(out)], ["feedback", "list"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "1 examples, 0 preference pairs" in printed
    assert "1 corrections, 0 of them not yet exported" in printed
    assert waiting(corrections()) == ()
    with pytest.raises(SystemExit) as ended:
        main(["feedback", "export", str(out)])
    assert ended.value.code == 1 and "is there already" in capsys.readouterr().err


def test_a_damaged_file_is_one_line_and_a_hint(shop: sqlft.Assistant) -> None:
    feedback_path().parent.mkdir(parents=True, exist_ok=True)
    feedback_path().write_bytes(b"no database at all, and long enough to be looked at" * 40)
    with pytest.raises(InputError, match="cannot be used") as caught:
        corrections()
    assert caught.value.hint is not None
