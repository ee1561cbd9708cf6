"""`sqlft check` and `sqlft run`: SQL that a person or a program wrote."""

from __future__ import annotations

import sys
from typing import Any

import click

from sqlft.cli.options import options_of, taken
from sqlft.cli.progress import shown_progress
from sqlft.config import Limits
from sqlft.errors import printable


@click.command(no_args_is_help=True)
@click.argument("database")
@click.argument("sql")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(database: str, sql: str, as_json: bool) -> int:
    """Say whether SQL is a plain read that fits DATABASE. Exit 1 when it is refused.

    With `-` as SQL, it is read from standard input.

    \b
    sqlft check retail "SELECT count(*) FROM stores"
    """
    from sqlft.cli.document import print_document, verdict_document
    from sqlft.schema import notes_path, open_database, read_schema
    from sqlft.sql import check_sql

    with shown_progress() as progress:
        place = open_database(database, progress=progress)
        schema = read_schema(place, notes=notes_path(place))
    verdict = check_sql(_text(sql), schema, dialect=_dialect(place.kind))
    if as_json:
        print_document(verdict_document(verdict))
        return 0 if verdict.ok else 1
    for problem in verdict.problems:
        print(f"{problem.kind}: {printable(problem.message)}")
        if problem.hint:
            print(f"  hint: {printable(problem.hint)}")
    if verdict.ok:
        print(f"passed: a plain read of {', '.join(map(printable, verdict.tables)) or 'no table'}")
    return 0 if verdict.ok else 1


@click.command(no_args_is_help=True)
@click.argument("database")
@click.argument("sql")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@options_of(Limits)
def run(database: str, sql: str, as_json: bool, **values: Any) -> int:
    """Run one read-only query on DATABASE and print its rows.

    With `-` as SQL, it is read from standard input.

    \b
    sqlft run retail "SELECT count(*) FROM stores"
    """
    from sqlft.cli.document import print_document, rows_document
    from sqlft.cli.show import show_rows
    from sqlft.execute import run_query
    from sqlft.schema import open_database

    limits = taken(Limits, values)
    with shown_progress() as progress:
        place = open_database(database, progress=progress)
        if progress:
            progress("running …", None)
        result = run_query(_text(sql), place, limits)
    if as_json:
        document = rows_document(result.table, truncated=result.truncated)
        print_document({**document, "seconds": round(result.seconds, 6)})
    else:
        show_rows(result.table, truncated=result.truncated)
    return 0


def _text(sql: str) -> str:
    if sql != "-":
        return sql
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def _dialect(kind: str) -> str:
    return "sqlite" if kind == "sqlite" else "duckdb"
