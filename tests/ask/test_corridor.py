"""The corridor with a real database and a fixed writer."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

import sqlft
from sqlft.ask import Answer, Assistant, clean_question
from sqlft.model import Reply

QUESTIONS = {
    "How many orders?": "SELECT count(*) FROM orders",
    "Every order": "```sql\nSELECT id, city FROM orders ORDER BY id;\n```",
    "From first": "FROM orders SELECT city WHERE id = 2",
    "Drop it": "DROP TABLE orders",
    "Read a file": "SELECT * FROM read_csv('/etc/passwd')",
    "Wrong column": "SELECT town FROM orders",
    "Wrong table": "SELECT * FROM order_lines",
    "Small talk": "I am fine, thank you.",
    "Runaway": "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) "
    "SELECT count(*) FROM r",
    "Overflow": "SELECT 9223372036854775807 + length(city) FROM orders",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, city VARCHAR)")
        connection.execute("INSERT INTO orders VALUES (1, 'Oslo'), (2, 'Kyiv'), (3, NULL)")
    return path


def assistant_of(path: Path, **limits: float) -> Assistant:
    writer = sqlft.FixedGenerator(QUESTIONS)
    return sqlft.load(database=path, generator=writer, limits=sqlft.Limits(**limits))


@pytest.fixture(scope="module")
def assistant(shop: Path) -> Assistant:
    return assistant_of(shop)


def rows_of(answer: Answer) -> list[dict[str, object]]:
    assert answer.rows is not None, answer.error
    return answer.rows.to_pylist()


def test_a_question_becomes_rows(assistant: Assistant) -> None:
    answer = assistant.ask("How many orders?")
    assert [list(row.values()) for row in rows_of(answer)] == [[3]]
    assert answer.status == "answered"
    assert answer.verdict is not None and answer.verdict.tables == ("orders",)
    assert list(answer.seconds) == ["schema", "prompt", "generate", "check", "execute"]
    assert "orders" in answer.schema_text


def test_stages_are_told_as_they_begin(assistant: Assistant) -> None:
    stages: list[str] = []
    assistant.ask("Every order", on_stage=stages.append)
    assert stages == ["schema", "prompt", "generate", "check", "execute"]


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("Drop it", "forbidden"),
        ("Read a file", "forbidden"),
        ("Wrong column", "unknown_column"),
        ("Wrong table", "unknown_table"),
        ("Small talk", "no_sql"),
        ("Overflow", "query_error"),
    ],
)
def test_bad_sql_is_an_outcome_and_never_an_exception(
    assistant: Assistant, question: str, status: str
) -> None:
    answer = assistant.ask(question)
    assert answer.status == status
    assert answer.rows is None


def test_a_runaway_query_ends_at_its_deadline(shop: Path) -> None:
    answer = assistant_of(shop, timeout_s=0.5).ask("Runaway")
    assert answer.status == "timeout"
    assert answer.seconds["execute"] < 2


def test_the_row_cap_is_a_fact_not_a_guess(shop: Path) -> None:
    capped = assistant_of(shop, max_rows=2).ask("Every order")
    whole = assistant_of(shop, max_rows=3).ask("Every order")
    assert (len(rows_of(capped)), capped.truncated) == (2, True)
    assert (len(rows_of(whole)), whole.truncated) == (3, False)


def test_generate_gives_checked_sql_alone(assistant: Assistant) -> None:
    assert assistant.generate("Every order") == "SELECT id, city FROM orders ORDER BY id"
    with pytest.raises(sqlft.SqlError, match="town"):
        assistant.generate("Wrong column")


def test_the_refusal_of_a_layout_is_a_refusal(shop: Path) -> None:
    from sqlft.prompt import layout

    writer = sqlft.FixedGenerator({"Weather?": layout("ddl").refusal})
    answer = sqlft.load(database=shop, generator=writer).ask("Weather?")
    assert answer.status == "refused" and answer.refusal


class Ahead(sqlft.FixedGenerator):
    """Notes what it is told to read ahead."""

    def __init__(self) -> None:
        super().__init__(QUESTIONS)
        self.texts: list[str] = []

    def read_ahead(self, prompt: Any, decoding: Any, *, cancel: Any = None) -> bool:
        self.texts.append(prompt.schema_text)
        return len(self.texts) > 1


def test_what_is_read_ahead_is_what_every_question_shows(shop: Path, assistant: Assistant) -> None:
    writer = Ahead()
    ahead = sqlft.load(database=shop, generator=writer)
    assert [ahead.read_ahead(), ahead.read_ahead()] == [False, True]
    assert writer.texts == [ahead.ask("How many orders?").schema_text] * 2
    assert assistant.read_ahead()  # a writer that cannot has nothing to do


def test_a_schema_that_is_pruned_for_each_question_is_not_read_ahead(tmp_path: Path) -> None:
    path, writer = tmp_path / "wide.duckdb", Ahead()
    with duckdb.connect(str(path)) as connection:
        for number in range(20):
            connection.execute(f"CREATE TABLE table_{number} (id INTEGER, city VARCHAR)")
    decoding = sqlft.Decoding(schema_tokens=50)
    assert sqlft.load(database=path, generator=writer, decoding=decoding).read_ahead()
    assert writer.texts == []


class CutOff(sqlft.FixedGenerator):
    """Writes its reply and then runs into a limit."""

    def generate(self, *arguments: Any, **options: Any) -> list[tuple[Reply, ...]]:
        replies = super().generate(*arguments, **options)
        return [tuple(replace(r, finish="length", output_tokens=9) for r in row) for row in replies]


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("SELECT city FROM orders WHERE id = 1", "parse_error"),  # AND what? nobody knows
        ("SELECT city FROM orders WHERE id = 1;\n\nThis query", "answered"),
        ("```sql\nSELECT city FROM orders\n```\nIt lists the", "answered"),
        ("The orders are", "parse_error"),
    ],
)
def test_sql_that_may_have_been_cut_off_never_runs(shop: Path, reply: str, status: str) -> None:
    assistant = sqlft.load(database=shop, generator=CutOff({"q": reply}))
    assert assistant.ask("q").status == status


def test_sixteen_threads_get_the_answers_of_one(assistant: Assistant) -> None:
    questions = [q for q in QUESTIONS if q not in {"Runaway"}] * 8

    def outcome(question: str) -> tuple[str, object]:
        answer = assistant.ask(question)
        return answer.status, None if answer.rows is None else answer.rows.to_pylist()

    alone = [outcome(question) for question in questions]
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(outcome, questions)) == alone


def test_a_sqlite_file_answers_like_a_duckdb_file(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, city TEXT)")
        connection.execute("INSERT INTO orders VALUES (1, 'Oslo'), (2, 'Kyiv'), (3, NULL)")
        connection.commit()
    answer = assistant_of(path).ask("From first")
    assert rows_of(answer) == [{"city": "Kyiv"}]


@pytest.mark.parametrize("question", ["", " \n\t ", "\x00\x1b"])
def test_an_empty_question_is_one_line_and_a_hint(question: str) -> None:
    with pytest.raises(sqlft.InputError, match="empty") as caught:
        clean_question(question)
    assert caught.value.hint


def test_a_question_of_a_hundred_thousand_characters_is_refused() -> None:
    with pytest.raises(sqlft.InputError, match="100,000"):
        clean_question("x" * 100_000)


def test_control_characters_never_reach_the_model() -> None:
    assert clean_question("how\x00 many\x1b[2J\r\norders") == "how many [2J orders"


def test_a_changed_file_is_seen_without_loading_again(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"

    def put(count: int) -> None:
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"CREATE TABLE orders AS SELECT range AS id FROM range({count})")

    put(2)
    assistant = assistant_of(path)
    assert list(rows_of(assistant.ask("How many orders?"))[0].values()) == [2]
    put(5)
    assert list(rows_of(assistant.ask("How many orders?"))[0].values()) == [5]


def test_a_file_named_as_text_is_answered_from(shop: Path, tmp_path: Path) -> None:
    notes = tmp_path / "other.toml"
    notes.write_text("[tables.orders]\nmeaning = 'every sale'")
    writer = sqlft.FixedGenerator(QUESTIONS)
    for given in (notes, str(notes)):
        assistant = sqlft.load(str(shop), generator=writer, notes=given)
        assert assistant.schema.tables[0].meaning == "every sale"
        assert assistant.ask("How many orders?").status == "answered"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"database": None}, "database must be .*, not None"),
        ({"database": 7}, "database must be .*, not 7"),
        ({"notes": 7}, "notes must be a file's path"),
        ({"generator": "SELECT 1"}, "generator has no 'generate'"),
        ({"generator": len}, "generator has no 'generate'"),
        ({"limits": {"max_rows": 5}}, r"limits must be a sqlft\.Limits"),
        ({"decoding": sqlft.Limits()}, r"decoding must be a sqlft\.Decoding"),
        ({"adapter": 7}, "adapter .* must be text or None"),
    ],
)
def test_an_argument_of_a_wrong_type_is_named(
    shop: Path, change: dict[str, Any], said: str
) -> None:
    given = {"database": shop, "generator": sqlft.FixedGenerator(QUESTIONS), **change}
    with pytest.raises(sqlft.InputError, match=said):
        sqlft.load(**given)


@pytest.mark.parametrize("question", [None, 7, b"How many orders?"])
def test_a_question_is_text(assistant: Assistant, question: Any) -> None:
    with pytest.raises(sqlft.InputError, match="question must be text"):
        assistant.ask(question)


def test_an_answer_is_shown_in_short(assistant: Assistant, shop: Path) -> None:
    shown = repr(assistant.ask("How many orders?"))
    assert shown == "Answer(status='answered', sql='SELECT count(*) FROM orders', rows=1)"
    refused = repr(assistant.ask("Small talk"))
    assert refused == "Answer(status='no_sql', sql=None, rows=None)"
    long = sqlft.FixedGenerator({}, default=f"SELECT '\x1b{'x' * 9000}'")
    shown = repr(sqlft.load(shop, generator=long).ask("q"))
    assert len(shown) < 300 and shown.isprintable()


def test_help_shows_every_field_of_an_answer() -> None:
    for name in Answer.__dataclass_fields__:
        assert f"\n        {name}: " in str(Answer.__doc__)
