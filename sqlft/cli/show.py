"""Answers as text for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlft.cli.rows import show_rows
from sqlft.errors import printable

if TYPE_CHECKING:
    from sqlft.ask import Answer
    from sqlft.errors import SqlftError
    from sqlft.sql import Verdict

MAX_REPLY_CHARACTERS = 1000
MAX_REPLY_LINES = 20
SHORTEST_SHOWN_S = 0.005  # less reads 0.00


def printable_lines(text: str) -> str:
    """The text with control characters written out, its lines kept."""
    return "\n".join(printable(line) for line in text.split("\n"))


def show_sql(sql: str) -> None:
    """Prints a query, highlighted on a terminal."""
    if not sys.stdout.isatty():
        print(printable_lines(sql))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.syntax import Syntax

    code = Syntax(printable_lines(sql), "sql", background_color="default", word_wrap=True)
    Console(highlight=False).print(Padding(code, (0, 2)))


def show_answer(answer: Answer) -> None:
    """Prints an answer: question, SQL, verdict, rows, and the seconds of every stage."""
    print(f"Question  {printable(answer.question)}")
    if answer.display_sql is not None:
        print("SQL")
        show_sql(answer.display_sql)
    elif answer.refusal is None:
        print("Reply")
        print(reply_block(answer.candidates[0].reply))
    for line in outcome_lines(answer):
        print(line)
    if answer.rows is not None:
        show_rows(answer.rows, truncated=answer.truncated)
    for line in certainty_lines(answer):
        print(line)
    print(f"Seconds   {seconds_line(answer.seconds)}")
    adapter = f" with {printable(answer.adapter)}" if answer.adapter else ""
    print(f"Model     {printable(answer.model)}{adapter}")


def certainty_lines(answer: Answer) -> list[str]:
    """How sure the answer is, as far as known, what speaks against it, and how many drawn
    candidates say the same."""
    lines = [] if answer.confidence is None else [f"Sure      {answer.confidence:.0%}"]
    lines += [f"Doubt     it {printable(doubt)}" for doubt in answer.doubts]
    several, votes = len(answer.candidates), answer.candidates[0].votes
    if several > 1 and votes is not None:
        lines.append(f"Agree     {votes} of {several} candidates")
    return lines


def reply_block(reply: str) -> str:
    """A reply without SQL as indented lines, an ellipsis where it is cut.

    >>> reply_block("I do not\\nknow.")
    '  I do not\\n  know.'
    """
    text = reply.strip()
    lines = text[:MAX_REPLY_CHARACTERS].splitlines()
    cut = len(text) > MAX_REPLY_CHARACTERS or len(lines) > MAX_REPLY_LINES
    shown = "\n".join(f"  {printable(line)}" for line in lines[:MAX_REPLY_LINES]) or "  (empty)"
    return f"{shown} …" if cut else shown


def seconds_line(seconds: Mapping[str, float]) -> str:
    """The total and the stages that took time.

    >>> seconds_line({"schema": 0.001, "generate": 1.5})
    'total 1.50 · generate 1.50'
    """
    stages = [f"{name} {s:.2f}" for name, s in seconds.items() if s >= SHORTEST_SHOWN_S]
    return " · ".join([f"total {sum(seconds.values()):.2f}", *stages])


def outcome_lines(answer: Answer) -> list[str]:
    """Whether the SQL passed the check and ran, and if not, why, each hint on its own line."""
    if answer.refusal is not None:
        said = printable(answer.refusal)
        if answer.sql is None:
            return [f"Check     refused: {said}"]
        return [f"Run       left out: {said}", _hint("--least-confidence 0 runs it all the same")]
    if answer.verdict is None:
        if answer.error is None:
            return ["Check     no SQL: the reply holds no query"]
        return _error_lines("Check     ", answer.error)
    if not answer.verdict.ok:
        return _problem_lines(answer.verdict)
    used = ", ".join(map(printable, answer.verdict.tables))
    passed = f"Check     passed: a plain read{f' of {used}' if used else ''}"
    changed = [f"Chosen    because {answer.passed_over}"] if answer.passed_over else []
    changed += [f"Mended    {answer.mended}"] if answer.mended else []
    failed = _error_lines("Run       failed: ", answer.error) if answer.error else []
    return [passed, *changed, *failed]


def _error_lines(head: str, error: SqlftError) -> list[str]:
    return [head + error.message, *([_hint(error.hint)] if error.hint else [])]


def _problem_lines(verdict: Verdict) -> list[str]:
    lines: list[str] = []
    for problem in verdict.problems:
        head = "          " if lines else "Check     refused: "
        lines.append(f"{head}{problem.kind}: {printable(problem.message)}")
        if problem.hint:
            lines.append(_hint(printable(problem.hint)))
    return lines


def _hint(text: str) -> str:
    return f"          hint: {text}"
