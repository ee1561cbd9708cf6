"""`sqlft model`: the models that sqlft knows by name."""

from __future__ import annotations

import click

from sqlft.cli.progress import shown_progress
from sqlft.config import DEFAULT_MODEL


@click.group()
def model() -> None:
    """List and fetch the models that sqlft knows by name."""


@model.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_models(as_json: bool) -> int:
    """List known models and whether each is here.

    \b
    sqlft model list
    """
    from sqlft.cli.document import print_document
    from sqlft.model import known_models

    found = known_models()
    if as_json:
        print_document({"models": [entry.as_dict() for entry in found]})
        return 0
    for entry in found:
        state = "here" if entry.installed else "not fetched yet"
        print(f"{entry.name}  {entry.parameters:,} parameters  {entry.licence}  {state}")
    return 0


@model.command("fetch")
@click.argument("name", default=DEFAULT_MODEL)
@click.option("--force", is_flag=True, help="Fetch it again even if it is there.")
def fetch_model(name: str, force: bool) -> int:
    """Fetch the model NAME, convert it, and print where it lies.

    \b
    sqlft model fetch smollm2-135m
    """
    from sqlft.model import fetch

    with shown_progress() as progress:
        path = fetch(name, force=force, progress=progress)
    print(path)
    return 0
