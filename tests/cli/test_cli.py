"""The command line, run in this process on real files."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import psutil
import pytest

from sqlft.cli import main


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, city VARCHAR)")
        connection.execute("INSERT INTO orders VALUES (1, 'Oslo'), (2, e'Ky\x1b[2Jiv'), (3, NULL)")
    return str(path)


class Ran:
    """What one command printed, and how it exited."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        with pytest.raises(SystemExit) as exit_:
            main(arguments)
        self.code = exit_.value.code
        self.out, self.err = capsys.readouterr()


def test_run_prints_rows_and_their_number(capsys: pytest.CaptureFixture[str], shop: str) -> None:
    ran = Ran(capsys, "run", shop, "SELECT id, city FROM orders ORDER BY id")
    assert ran.code == 0
    assert "Oslo" in ran.out and "NULL" in ran.out and "3 rows" in ran.out


def test_a_stored_value_cannot_steer_the_terminal(
    capsys: pytest.CaptureFixture[str], shop: str
) -> None:
    ran = Ran(capsys, "run", shop, "SELECT city FROM orders")
    assert "\x1b" not in ran.out and r"Ky\x1b[2Jiv" in ran.out


def test_run_says_when_rows_were_left_out(capsys: pytest.CaptureFixture[str], shop: str) -> None:
    ran = Ran(capsys, "run", shop, "SELECT id FROM orders", "--max-rows", "2")
    assert "2 rows (more exist" in ran.out


def test_json_is_one_document_and_nothing_else(
    capsys: pytest.CaptureFixture[str], shop: str
) -> None:
    ran = Ran(
        capsys, "run", shop, "--json",
        "SELECT 1.50::DECIMAL(9,2) AS a, DATE '2025-01-02' AS b, 'NaN'::DOUBLE AS c, [1, NULL] d",
    )  # fmt: skip
    document = json.loads(ran.out)
    assert document["rows"] == [[1.5, "2025-01-02", "nan", [1, None]]]
    assert document["truncated"] is False and [c["name"] for c in document["columns"]] == [*"abcd"]


def test_check_exits_1_when_refused_and_0_when_passed(
    capsys: pytest.CaptureFixture[str], shop: str
) -> None:
    assert Ran(capsys, "check", shop, "SELECT city FROM orders").code == 0
    refused = Ran(capsys, "check", shop, "SELECT town FROM orders")
    assert refused.code == 1 and "unknown_column" in refused.out
    document = json.loads(Ran(capsys, "check", shop, "--json", "DELETE FROM orders").out)
    assert document["ok"] is False and document["problems"][0]["kind"] == "forbidden"


def test_schema_show_tells_tables_and_keys(capsys: pytest.CaptureFixture[str], shop: str) -> None:
    assert "orders" in Ran(capsys, "schema", "show", shop).out
    document = json.loads(Ran(capsys, "schema", "show", shop, "--json").out)
    assert document["tables"][0]["primary_key"] == ["id"]


def test_bundled_schemas_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "retail" in Ran(capsys, "schema", "list").out.split()


def test_known_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(Ran(capsys, "model", "list", "--json").out)
    assert document["models"][0]["name"] == "smollm2-135m"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("run", "absent.duckdb", "SELECT 1"), 1),
        (("run", "retial", "SELECT 1"), 1),
        (("ask", "absent.duckdb", "How many?"), 1),
        (("ask", "{shop}", "How many?", "--model", "no/such-model"), 1),
        (("ask", "{shop}", "How many?", "--adapter", "no/such/adapter"), 1),
        (("ask", "{shop}", "How many?", "--layout", "haiku"), 1),
        (("schema", "build", "nowhere"), 1),
        (("model", "fetch", "gpt-9"), 1),
        (("run", "{shop}", "SELECT 1", "--max-rows", "0"), 2),
        (("run", "{shop}", "SELECT 1", "--timeout", "soon"), 2),
        (("ask", "{shop}"), 2),
        (("ask", "{shop}", "x", "--json", "--sql-only"), 2),
        (("dance",), 2),
    ],
)
def test_what_is_wrong_is_one_line_and_a_hint(
    capsys: pytest.CaptureFixture[str], shop: str, arguments: tuple[str, ...], code: int
) -> None:
    ran = Ran(capsys, *(a.format(shop=shop) for a in arguments))
    assert ran.code == code
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert lines[0].startswith("sqlft: ") and lines[1].startswith("  hint: ") and len(lines) == 2


@pytest.mark.parametrize(
    "content", [b"", b"id,city\n1,Oslo\n", b"SQLite format 3\x00" + b"\x07" * 99]
)
def test_a_file_that_is_no_database_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "shop.duckdb"
    path.write_bytes(content)
    ran = Ran(capsys, "run", str(path), "SELECT 1")
    assert ran.code == 1 and len(ran.err.splitlines()) <= 2
    assert [p.name for p in tmp_path.iterdir()] == ["shop.duckdb"]


def test_a_database_without_tables_is_said(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "empty.duckdb"
    duckdb.connect(str(path)).close()
    ran = Ran(capsys, "schema", "show", str(path))
    assert ran.code == 1 and "no tables" in ran.err


def test_a_tiny_model_walks_the_whole_way(
    capsys: pytest.CaptureFixture[str], shop: str, tiny_model: Path
) -> None:
    ran = Ran(
        capsys, "ask", shop, "How many orders?", "--json",
        "--model", str(tiny_model), "--max-output-tokens", "8",
    )  # fmt: skip
    document = json.loads(ran.out)
    assert document["question"] == "How many orders?"
    assert document["output_tokens"] <= 4 * 8 < document["prompt_tokens"]
    assert document["record"]["packages"]["torch"]
    assert set(document["seconds"]) >= {"schema", "prompt", "generate"}


def test_many_questions_share_one_model_and_one_bad_one_stops_nothing(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    shop: str,
    tiny_model: Path,
) -> None:
    text = "How many orders?\n\n" + "x" * 5000 + "\nWhich cities?\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    ran = Ran(
        capsys, "ask", shop, "-", "--json", "--model", str(tiny_model), "--max-output-tokens", "4"
    )
    assert ran.code == 0
    statuses = [a["status"] for a in json.loads(ran.out)["answers"]]
    assert len(statuses) == 3 and statuses[1] == "input_error"


def test_help_of_every_command_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["ask"], ["check"], ["run"], ["schema", "list"], ["schema", "show"], ["schema", "build"],
        ["model", "list"], ["model", "fetch"],
    ):  # fmt: skip
        ran = Ran(capsys, *words, "--help")
        assert ran.code == 0 and f"sqlft {' '.join(words)}" in ran.out.split("\n", 1)[1]


def test_interrupted_it_says_so_and_leaves_no_process(shop: str) -> None:
    runaway = (
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r"
    )
    command = [sys.executable, "-m", "sqlft", "run", shop, runaway, "--timeout", "60"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )
    deadline = time.monotonic() + 60
    while not psutil.Process(process.pid).children() and time.monotonic() < deadline:
        time.sleep(0.05)  # until it asks its worker
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, out, err.strip()) == (130, "", "sqlft: stopped")


def test_a_reader_that_goes_away_is_no_error(shop: str) -> None:
    command = f"{sys.executable} -m sqlft run {shop} 'FROM range(9000)' --max-rows 9000 | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.parametrize("ending", ["", " --json", " --csv"])
def test_a_closed_pipe_exits_0_and_says_nothing(shop: str, ending: str) -> None:
    run = f"{sys.executable} -m sqlft run {shop} 'FROM range(90000)' --max-rows 90000{ending}"
    command = f"{run} | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.stdout.splitlines()[-1], done.stderr) == ("0", "")


@pytest.mark.parametrize("ending", ["", " --json", " --csv"])
def test_a_full_disk_is_one_line(shop: str, ending: str) -> None:
    command = f"{sys.executable} -m sqlft run {shop} 'FROM orders'{ending} > /dev/full"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (1, "sqlft: No space left on device\n")


def test_a_poor_encoding_stops_nothing(shop: str) -> None:
    command = [sys.executable, "-m", "sqlft", "run", shop, "SELECT 'é界' AS t"]
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\xe9\u754c" in done.stdout


@pytest.mark.parametrize("words", [[], ["ask"], ["run"], ["schema"], ["schema", "show"]])
def test_without_arguments_the_help_is_printed(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    ran = Ran(capsys, *words)
    assert ran.code == 2 and ran.err.startswith("Usage: sqlft")
    assert ran.out == "" and "hint:" not in ran.err


def test_no_command_summary_is_cut_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    text = Ran(capsys, "--help").out
    assert "..." not in text.split("Commands:")[1] and "Exit codes" in text


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["run", "x", "-- how many\nSELECT 1"], 'after a bare "--"'),
        (["run", "x", "SELECT", "1"], "put the SQL in quotes"),
        (["ask", "x", "how", "many"], "put the question in quotes"),
    ],
)
def test_text_the_shell_took_apart_gets_a_fitting_hint(
    capsys: pytest.CaptureFixture[str], words: list[str], hint: str
) -> None:
    ran = Ran(capsys, *words)
    assert ran.code == 2 and hint in ran.err.splitlines()[1]


def test_json_of_run_tells_what_ran_and_holds_one_row_a_line(
    capsys: pytest.CaptureFixture[str], shop: str
) -> None:
    out = Ran(capsys, "run", shop, "--json", "SELECT id, city FROM orders ORDER BY id").out
    document = json.loads(out)
    assert (document["row_count"], document["database"]) == (3, "shop")
    assert document["sql"] == "SELECT id, city FROM orders ORDER BY id"
    assert '    [1, "Oslo"],' in out.splitlines()


def test_json_errors_are_a_document_too(capsys: pytest.CaptureFixture[str], shop: str) -> None:
    ran = Ran(capsys, "run", shop, "SELECT town FROM orders", "--json")
    error = json.loads(ran.out)["error"]
    assert ran.code == 1 and set(error) == {"kind", "message", "hint"}
    assert error["kind"] == "query_error" and ran.err.startswith("sqlft: ")


def test_sql_only_keeps_a_line_for_every_question(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    shop: str,
    tiny_model: Path,
) -> None:
    text = "How many orders?\n" + "x" * 5000 + "\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    ran = Ran(
        capsys, "ask", shop, "-", "--sql-only", "--model", str(tiny_model),
        "--max-output-tokens", "4",
    )  # fmt: skip
    assert ran.code == 1 and ran.out == "\n\n"
    assert "sqlft: question 1: " in ran.err and "sqlft: question 2: " in ran.err
