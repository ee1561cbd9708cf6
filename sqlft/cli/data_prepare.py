"""`sqlft data prepare`: other layouts become a dataset folder whose golds are proven."""

from __future__ import annotations

from pathlib import Path

import click

from sqlft.cli.progress import shown_progress

_LAYOUTS = ("spider", "bird", "csv", "jsonl")


@click.command(no_args_is_help=True)
@click.argument("layout", type=click.Choice(_LAYOUTS))
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--files", help="spider, bird: the question files to read, separated by commas.")
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    help="csv, jsonl: the database file that every question is about.",
)
@click.option("--name", help="The dataset's name; default: the source's.")
@click.option("--licence", help="The licence of the examples, for the manifest.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes; default: one for each core.")
def prepare(
    layout: str,
    source: Path,
    out: Path,
    files: str | None,
    database: Path | None,
    name: str | None,
    licence: str | None,
    jobs: int | None,
) -> int:
    """Make the dataset folder OUT from SOURCE, and prove each gold by running it.

    SOURCE is a folder in Spider's or BIRD's layout, or a CSV or JSON lines file with a question and
    its sql on each line. SQLite databases become DuckDB files; a gold query is translated, run on
    both, and kept only if the rows agree. What is dropped stands in OUT/dropped.jsonl.

    \b
    sqlft data prepare spider spider/ prepared/ --files train_spider.json,train_others.json
    sqlft data prepare csv pairs.csv prepared/ --database shop.sqlite
    """
    from sqlft.data import prepare as prepare_source
    from sqlft.data import source_of

    named = tuple(part.strip() for part in (files or "").split(",") if part.strip())
    if layout in ("csv", "jsonl") and named:
        raise click.UsageError("--files is for spider and bird")
    if layout in ("spider", "bird") and database is not None:
        raise click.UsageError("--database is for csv and jsonl")
    found = source_of(layout, source, files=named, database=database)
    with shown_progress() as progress:
        made = prepare_source(found, out, name=name, licence=licence, jobs=jobs, progress=progress)
    width = max(map(len, made.counts))
    for what, count in made.counts.items():
        click.echo(f"{what:<{width}}  {count:,}")
    click.echo(f"written: {made.path}")
    return 0
