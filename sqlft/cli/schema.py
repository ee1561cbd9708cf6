"""`sqlft schema`: what a database contains, and the schemas that come with sqlft."""

from __future__ import annotations

from pathlib import Path

import click

from sqlft.cli.progress import shown_progress


@click.group()
def schema() -> None:
    """Show what a database contains; list and build the bundled ones."""


@schema.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_schemas(as_json: bool) -> int:
    """List the bundled schemas.

    \b
    sqlft schema list
    """
    from sqlft.cli.document import print_document
    from sqlft.schema import bundled_names

    names = bundled_names()
    if as_json:
        print_document({"schemas": list(names)})
    else:
        print("\n".join(names))
    return 0


@schema.command("show", no_args_is_help=True)
@click.argument("database")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--notes", type=click.Path(path_type=Path), help="A notes.toml for this database.")
def show_schema(database: str, as_json: bool, notes: Path | None) -> int:
    """Show DATABASE's tables, columns, keys, notes and row counts.

    \b
    sqlft schema show retail
    """
    from sqlft.cli.document import print_document
    from sqlft.schema import as_dict, describe, notes_path, open_database, read_schema

    with shown_progress() as progress:
        place = open_database(database, progress=progress)
        found = read_schema(place, notes=notes or notes_path(place))
    if as_json:
        print_document(as_dict(found))
    else:
        print(describe(found))
    return 0


@schema.command("build", no_args_is_help=True)
@click.argument("name")
@click.option("--force", is_flag=True, help="Build it again even if it is there.")
def build(name: str, force: bool) -> int:
    """Build the bundled schema NAME as a DuckDB file and print where it lies.

    \b
    sqlft schema build retail
    """
    from sqlft.schema import build_bundled

    with shown_progress() as progress:
        path = build_bundled(name, force=force, progress=progress)
    print(path)
    return 0
