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
    notes: Path | None,
    **values: Any,
) -> int:
    """Answer a question over DATABASE: a bundled schema's name, a file, or a URL.

    With `-` as QUESTION, questions are read from standard input, one a line, and the model is
    loaded once.

    \b
    sqlft ask retail "How many stores are there?"
    sqlft ask shop.duckdb - --json < questions.txt
    """
    if as_json and sql_only:
        raise click.UsageError("--json and --sql-only exclude each other")
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
    return _print_text(assistant, questions, many)


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


def _print_text(assistant: Assistant, questions: list[str], many: bool) -> int:
    from sqlft.cli.show import show_answer

    answered = False
    for number, question in enumerate(questions):
        if number:
            print("\n" + "─" * 72)
        with _line_of(many):
            answer = _answered(assistant, question)
            show_answer(answer)
            sys.stdout.flush()
            answered = answer.status == "answered"
    return 0 if many or answered else 1


def _print_json(assistant: Assistant, questions: list[str], many: bool) -> int:
    from sqlft.cli.document import answer_document, print_document
    from sqlft.record import record

    def document(question: str) -> dict[str, Any]:
        try:
            return answer_document(_answered(assistant, question))
        except InputError as error:
            if not many:
                raise
            return {"question": question, "status": "input_error", "error": _as_dict(error)}

    documents = [document(question) for question in questions]
    if many:
        print_document({"answers": documents, "record": record().as_dict()})
        return 0
    print_document({**documents[0], "record": record().as_dict()})
    return 0 if documents[0]["status"] == "answered" else 1


def _as_dict(error: SqlftError) -> dict[str, Any]:
    return {"kind": "input_error", "message": error.message, "hint": error.hint}


def _print_sql(assistant: Assistant, questions: list[str], many: bool) -> int:
    for question in questions:
        with _line_of(many):
            print(assistant.generate(question))
    return 0


@contextmanager
def _line_of(many: bool) -> Iterator[None]:
    """Of many questions, one that cannot be asked gets its line and the next one follows."""
    try:
        yield
    except SqlftError as error:
        if not many:
            raise

        print(f"sqlft: {error.message}", file=sys.stderr)
