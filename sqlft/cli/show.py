"""Answers and rows as text for a terminal."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from sqlft.errors import printable

if TYPE_CHECKING:
    import pyarrow
    from rich.console import Console

    from sqlft.ask import Answer

MAX_CELL_CHARACTERS = 60
PIPE_WIDTH = 160  # columns, where standard output is no terminal


def printable_lines(text: str) -> str:
    """The text with control characters written out, its lines kept."""
    return "\n".join(printable(line) for line in text.split("\n"))


def cell(value: object) -> str:
    """One value as people read it: NULL for none, long text cut with an ellipsis.

    >>> cell(None), cell(1234567), cell(0.1), cell(True)
    ('NULL', '1234567', '0.1', 'true')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, bytes):
        return f"\\x{value[:30].hex()}"
    return printable(str(value), at_most=MAX_CELL_CHARACTERS)


def _console() -> Console:
    from rich.console import Console

    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(width=width or shutil.get_terminal_size().columns, highlight=False)


def show_rows(rows: pyarrow.Table, *, truncated: bool) -> None:
    """Prints the rows as a table, with their number below."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    numeric = [_is_number(field.type) for field in rows.schema]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for name, right in zip(rows.column_names, numeric, strict=True):
        table.add_column(Text(printable(name)), justify="right" if right else "left")
    columns = [column.to_pylist() for column in rows.columns]
    for values in zip(*columns, strict=True):
        table.add_row(*(Text(cell(v), style="dim" if v is None else "") for v in values))
    console = _console()
    console.print(table)
    more = f" (more exist; the first {rows.num_rows:,} are shown)" if truncated else ""
    console.print(f"{rows.num_rows:,} row{'' if rows.num_rows == 1 else 's'}{more}")


def _is_number(kind: pyarrow.DataType) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def show_sql(sql: str) -> None:
    """Prints a query, highlighted on a terminal."""
    from rich.padding import Padding
    from rich.syntax import Syntax

    code = Syntax(printable_lines(sql), "sql", background_color="default", word_wrap=True)
    _console().print(Padding(code, (0, 2)) if sys.stdout.isatty() else printable_lines(sql))


def show_answer(answer: Answer) -> None:
    """Prints an answer: question, SQL, verdict, rows, and the seconds of every stage."""
    print(f"Question  {printable(answer.question)}")
    if answer.display_sql is not None:
        print("SQL")
        show_sql(answer.display_sql)
    elif answer.refusal is None:
        print(f"Reply     {printable(answer.candidates[0].reply)[:300]}")
    print(f"Check     {verdict_line(answer)}")
    if answer.rows is not None:
        show_rows(answer.rows, truncated=answer.truncated)
    print(f"Seconds   {' · '.join(f'{name} {s:.2f}' for name, s in answer.seconds.items())}")
    adapter = f" with {printable(answer.adapter)}" if answer.adapter else ""
    print(f"Model     {printable(answer.model)}{adapter}")


def verdict_line(answer: Answer) -> str:
    """One line that says whether the SQL passed, and if not, why."""
    if answer.refusal is not None:
        return f"refused: {printable(answer.refusal)}"
    if answer.verdict is None:
        return answer.error.message if answer.error else "no SQL: the reply holds no query"
    if answer.verdict.ok:
        used = ", ".join(answer.verdict.tables)
        passed = f"passed: a plain read of {printable(used)}" if used else "passed: a plain read"
        failed = f"; failed when run: {printable(answer.error.message)}" if answer.error else ""
        return passed + failed
    lines = []
    for problem in answer.verdict.problems:
        hint = f" ({printable(problem.hint)})" if problem.hint else ""
        lines.append(f"{problem.kind}: {printable(problem.message)}{hint}")
    return "refused: " + "\n          ".join(lines)
