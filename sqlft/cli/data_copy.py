"""`sqlft data copy`: a server's tables as a file that can be asked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlft.cli.progress import shown_progress
from sqlft.errors import InputError, printable

if TYPE_CHECKING:
    from sqlft.data.server_to_duckdb import ServerCopy

_VARIABLE = "SQLFT_DATABASE_"


@click.command("copy", no_args_is_help=True)
@click.argument("server")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--table", "tables", multiple=True, help="Copy this table; default: all, no views.")
@click.option(
    "--max-rows", default=100_000, show_default=True, help="The first rows of each table."
)
def copy_data(server: str, out: Path, tables: tuple[str, ...], max_rows: int) -> int:
    """Copy tables of SERVER into the DuckDB file OUT, which can then be asked.

    SERVER is a SQLAlchemy URL, or the NAME of an environment variable SQLFT_DATABASE_NAME that
    holds one, so that no password stands on the command line. The server is only read.

    \b
    sqlft data copy shop shop.duckdb --table customers --table sales.orders
    """
    from sqlft.data.server_to_duckdb import copy_server
    from sqlft.database import locate

    database = locate(_url(server))
    if database.kind != "url":
        raise InputError(f"{server} is a file", hint=f"ask it: sqlft ask {server} '...'")
    with shown_progress() as progress:
        made = copy_server(
            database, out, tables=tables or None, rows_at_most=max_rows, progress=progress
        )
    _show(made)
    return 0


def _url(server: str) -> str:
    if "://" in server:
        return server
    variable = f"{_VARIABLE}{server.upper()}"
    url = os.environ.get(variable)
    if not url:
        raise InputError(
            f"{server!r} is no URL, and {variable} is not set",
            hint="give postgresql+psycopg://user:password@host/database, or set the variable to it",
        )
    return url


def _show(made: ServerCopy) -> None:
    for table in made.tables:
        called = "" if table.name == table.source else f", called {table.name}"
        if table.left_out is not None:
            said = f"not copied: {table.left_out}"
        elif table.is_whole:
            said = f"{table.rows:,} rows{called}"
        else:
            said = f"the first {table.rows:,} rows only{called}"
        print(printable(f"{table.source}: {said}"))
    print(f"{made.path}: read from {printable(made.source)} at {made.taken_at}")
