"""`sqlft ask`: questions become rows."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlft.cli.options import options_of, taken
from sqlft.cli.progress import shown_progress
from sqlft.config import Decoding, Limits, ModelChoice
from sqlft.errors import InputError, SqlftError

if TYPE_CHECKING:
    from sqlft.ask import Answer, Assistant


@click.command(no_args_is_help=True)
@click.argument("database")
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--show-schema", is_flag=True, help="Print what the model saw of the schema, too.")
@click.option("--sql-only", is_flag=True, help="Print the checked SQL and do not run it.")
@click.option("--notes", type=click.Path(path_type=Path), help="A notes.toml for this database.")
@options_of(ModelChoice)
@options_of(Decoding)
@options_of(Limits)
def ask(
    database: str,
    question: str,
    as_json: bool,
    sql_only: bool,
    show_schema: bool,
    notes: Path | None,
    **values: Any,
) -> int:
    """Answer a question over DATABASE: its SQL and its rows.

    DATABASE is a bundled schema's name, a DuckDB or SQLite file, or a URL. With `-` as QUESTION,
    questions are read from standard input, one a line, and the model is loaded once. Exit code 1
    when there is no answer; of several questions, when none could be asked, and with --sql-only
    when any has no checked SQL (its line is empty).

    \b
    sqlft ask retail "How many stores are there?"
    sqlft ask shop.duckdb - --json < questions.txt
    """
    if as_json and sql_only:
        raise click.UsageError("--json and --sql-only exclude each other")
    if show_schema and (as_json or sql_only):
        raise click.UsageError("--show-schema is for text; --json has it as schema_text")
    questions = list(_asked(question))
    with shown_progress() as progress:
        from sqlft.ask import load

        assistant = load(
            database=database,
            notes=notes,
            limits=taken(Limits, values),
            decoding=taken(Decoding, values),
            progress=progress,
            **asdict(taken(ModelChoice, values)),
        )
    many = question == "-"
    if sql_only:
        return _print_sql(assistant, questions, many)
    if as_json:
        return _print_json(assistant, questions, many)
    return _print_text(assistant, questions, many, show_schema=show_schema)


def _asked(question: str) -> Iterator[str]:
    if question != "-":
        yield question
        return
    text = sys.stdin.buffer.read().decode("utf-8", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError("no question on standard input", hint="one question a line")
    yield from lines


@contextmanager
def _progress_of(question: str) -> Iterator[Any]:
    """Shows the stage that runs."""
    with shown_progress() as progress:
        if progress is None:
            yield None
        else:
            yield lambda stage: progress(f"{stage} …", None)


def _answered(assistant: Assistant, question: str) -> Answer:
    with _progress_of(question) as on_stage:
        return assistant.ask(question, on_stage=on_stage)


def _print_text(
    assistant: Assistant, questions: list[str], many: bool, *, show_schema: bool
) -> int:
    from sqlft.cli.show import printable_lines, show_answer

    statuses = []
    for number, question in enumerate(questions, 1):
        if number > 1:
            print("\n" + "─" * 72)
        try:
            answer = _answered(assistant, question)
        except SqlftError as error:
            _tell(error, number, many)
            continue
        if show_schema:
            print(f"Schema\n{printable_lines(answer.schema_text)}")
        show_answer(answer)
        sys.stdout.flush()
        statuses.append(answer.status)
    return 0 if (statuses if many else statuses == ["answered"]) else 1


def _print_json(assistant: Assistant, questions: list[str], many: bool) -> int:
    from sqlft.cli.document import answer_document, error_document, print_document
    from sqlft.record import record

    documents: list[dict[str, Any]] = []
    asked = 0
    for number, question in enumerate(questions, 1):
        try:
            documents.append(answer_document(_answered(assistant, question)))
            asked += 1
        except SqlftError as error:
            _tell(error, number, many)
            failure = error_document(error)
            documents.append({"question": question, "status": failure["kind"], "error": failure})
    if many:
        print_document({"answers": documents, "record": record().as_dict()})
        return 0 if asked else 1
    print_document({**documents[0], "record": record().as_dict()})
    return 0 if documents[0]["status"] == "answered" else 1


def _print_sql(assistant: Assistant, questions: list[str], many: bool) -> int:
    failed = False
    for number, question in enumerate(questions, 1):
        try:
            sql = assistant.generate(question)
        except SqlftError as error:
            _tell(error, number, many)
            sql, failed = "", True
        print(sql, flush=True)
    return 1 if failed else 0


def _tell(error: SqlftError, number: int, many: bool) -> None:
    """Of many questions, one that fails gets its line and the next follows; one alone ends all."""
    if not many:
        raise error
    print(f"sqlft: question {number}: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"  hint: {error.hint}", file=sys.stderr)
