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
    """Say whether SQL is a plain read that fits DATABASE.

    Exit code 1 when it is refused. With `-` as SQL, it is read from standard input.

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
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV: values in full, NULL empty.")
@options_of(Limits)
def run(database: str, sql: str, as_json: bool, as_csv: bool, **values: Any) -> int:
    """Run one read-only query on DATABASE and print its rows.

    With `-` as SQL, it is read from standard input. A terminal gets a table, anything else
    tab-separated lines with every value in full.

    \b
    sqlft run retail "SELECT count(*) FROM stores"
    sqlft run retail "SELECT * FROM stores" --csv > stores.csv
    """
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    from sqlft.cli.document import print_document, rows_document
    from sqlft.cli.rows import print_csv, show_rows
    from sqlft.execute import run_query
    from sqlft.schema import open_database

    text, limits = _text(sql), taken(Limits, values)
    with shown_progress() as progress:
        place = open_database(database, progress=progress)
        if progress:
            progress("running …", None)
        result = run_query(text, place, limits)
    table, truncated = result.table, result.truncated
    if as_json:
        asked = {"database": place.name, "sql": text, "row_count": table.num_rows}
        rows = rows_document(table, truncated=truncated)
        print_document({**asked, **rows, "seconds": round(result.seconds, 6)})
    elif as_csv:
        print_csv(table)
        if truncated:
            print(f"sqlft: only the first {table.num_rows:,} rows; more exist", file=sys.stderr)
    else:
        show_rows(table, truncated=truncated)
    return 0


def _text(sql: str) -> str:
    if sql != "-":
        return sql
    return sys.stdin.buffer.read().decode("utf-8", errors="replace")


def _dialect(kind: str) -> str:
    return "sqlite" if kind == "sqlite" else "duckdb"
