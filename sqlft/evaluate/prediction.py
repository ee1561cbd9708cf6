"""What a predictor said to each question: files of SQL, one a line, or JSON lines with ids."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlft.errors import InputError, SqlError
from sqlft.evaluate.question import Question

_KEYS = ("id", "sql", "refused", "error")


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a predictor said to one question: SQL, a refusal, an error, or none of these."""

    sql: str | None = None
    refused: bool = False
    error: str | None = None
    """Why the predictor itself failed."""
    failure: SqlError | None = None
    """Why the corridor did not run the SQL, or what went wrong when it did: it stays a failure,
    whatever a scorer would make of the SQL."""
    confidence: float | None = None
    """0 to 1, where the predictor tells."""
    signals: tuple[float, ...] | None = None
    """What a confidence can be fitted on, where the corridor answered with SQL."""


def read_predictions(path: Path, questions: Sequence[Question]) -> tuple[Prediction, ...]:
    """One prediction for each question, in the questions' order.

    In a ``.jsonl`` file each line is ``{"id": ..., "sql": ...}``; ``sql`` may be null,
    ``"refused": true`` is a refusal, and ``"error": "..."`` says that the model failed. In any
    other file each line is the SQL to the question in the same place, empty where there is none;
    a tab and the database's name may follow.

    Raises:
        InputError: the file cannot be read, or is not about exactly these questions.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8", hint="save the file as UTF-8") from None
    if path.suffix == ".jsonl":
        return _by_id(path, text, questions)
    return _by_line(path, text, questions)


def _by_line(path: Path, text: str, questions: Sequence[Question]) -> tuple[Prediction, ...]:
    lines = text.split("\n")
    if not lines[-1].strip():
        lines.pop()
    if len(lines) != len(questions):
        raise InputError(
            f"{path} has {len(lines):,} lines for {len(questions):,} questions",
            hint="one SQL a line in the questions' order, or a .jsonl file with ids",
        )
    databases = {question.example.database for question in questions}
    return tuple(
        _line_of(line, question, databases, f"{path}, line {number}")
        for number, (line, question) in enumerate(zip(lines, questions, strict=True), 1)
    )


def _line_of(line: str, question: Question, databases: set[str], where: str) -> Prediction:
    sql, tab, database = line.rpartition("\t")
    database = database.strip()
    if not tab or database not in databases:
        sql = line  # a tab inside the SQL
    elif database != question.example.database:
        raise InputError(
            f"{where} is about {database}, but the question there is about "
            f"{question.example.database}",
            hint="is the file in the order of the questions?",
        )
    return Prediction(sql=sql.strip() or None)


def _by_id(path: Path, text: str, questions: Sequence[Question]) -> tuple[Prediction, ...]:
    wanted = {question.example.id for question in questions}
    found: dict[str, Prediction] = {}
    for where, said in _objects(path, text):
        key = said.get("id")
        if not isinstance(key, str) or key not in wanted:
            raise InputError(f"{where}: the dataset has no question with the id {key!r}")
        if key in found:
            raise InputError(f"{where}: the id {key!r} stands on an earlier line, too")
        found[key] = _prediction(said, where)
    missing = [question.example.id for question in questions if question.example.id not in found]
    if missing:
        raise InputError(
            f"{path} says nothing to {len(missing):,} of {len(questions):,} questions, "
            f"such as {missing[0]}",
            hint='write {"id": ..., "sql": null} where there is no answer',
        )
    return tuple(found[question.example.id] for question in questions)


def _objects(path: Path, text: str) -> Iterator[tuple[str, dict[str, object]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            raise InputError(f"{where}: not JSON") from None
        if not isinstance(said, dict):
            raise InputError(f"{where}: not a JSON object")
        yield where, said


def _prediction(said: dict[str, object], where: str) -> Prediction:
    odd = next((key for key in said if key not in _KEYS), None)
    if odd is not None:
        raise InputError(f"{where}: unknown key {odd!r}", hint=f"known keys: {', '.join(_KEYS)}")
    sql, refused, error = said.get("sql"), said.get("refused", False), said.get("error")
    if not isinstance(sql, str | None) or not isinstance(error, str | None):
        raise InputError(f"{where}: sql and error must be a text or null")
    if not isinstance(refused, bool):
        raise InputError(f"{where}: refused must be true or false")
    return Prediction(sql=sql, refused=refused, error=error)
