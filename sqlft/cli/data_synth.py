"""`sqlft data synth`: pairs made from a schema and its rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlft.cli.progress import shown_progress

if TYPE_CHECKING:
    from sqlft.data.synth import Synthesised


@click.command("synth", no_args_is_help=True)
@click.argument("databases", nargs=-1, required=True, metavar="DATABASE...")
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--n", "pairs", default=1000, show_default=True, type=click.IntRange(1),
              help="Pairs to make, over all databases together.")  # fmt: skip
@click.option("--seed", default=7, show_default=True, help="The same seed gives the same bytes.")
@click.option("--wordings", default=1, show_default=True, type=click.IntRange(1, 20),
              help="Questions a query, at most.")  # fmt: skip
@click.option("--unanswerable", default=0.06, show_default=True, type=click.FloatRange(0, 0.5),
              help="Share of questions that the schema cannot answer.")  # fmt: skip
@click.option("--like", type=click.Path(path_type=Path),
              help="A dataset whose training queries set the mix of SQL features.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes; default: one for each core.")
def synth(
    databases: tuple[str, ...],
    out: Path,
    pairs: int,
    seed: int,
    wordings: int,
    unanswerable: float,
    like: Path | None,
    jobs: int | None,
) -> int:
    """Make the dataset folder OUT: questions over the schema, with queries that were run.

    DATABASE is a bundled schema's name, a DuckDB file, or a folder of such files. Names, notes,
    keys and values of the database are all that is needed; private columns give no values. An
    interrupted run goes on where it was when it is run again.

    \b
    sqlft data synth retail retail-pairs/ --n 5000
    """
    from sqlft.data.synth import Wanted, mix_of, subjects_of, synthesise
    from sqlft.examples import dataset

    mix = mix_of(dataset(like).examples()) if like is not None else None
    wanted = Wanted(
        pairs=pairs, seed=seed, wordings=wordings, unanswerable_rate=unanswerable, mix=mix
    )
    with shown_progress() as progress:
        subjects = subjects_of(databases, progress=progress)
        made = synthesise(subjects, out, wanted, jobs=jobs, progress=progress)
    _show(made, pairs)
    return 0


def _show(made: Synthesised, wanted: int) -> None:
    short = f" (of {wanted:,} wanted: there was no more to ask)" if made.pairs < wanted else ""
    click.echo(f"pairs         {made.pairs:,}{short}")
    click.echo(f"queries       {made.queries:,}")
    click.echo(f"unanswerable  {made.unanswerable:,}")
    for name in ("tables", "columns", "foreign_keys"):
        used, there = getattr(made.coverage, name)
        label = name.replace("_", " ")
        click.echo(f"{label:<13} {used:,} of {there:,} used")
    click.echo("SQL feature            aimed  reached")
    for feature, (aimed, reached) in made.mix.items():
        click.echo(f"  {feature:<20} {aimed:>6.1%}  {reached:>6.1%}")
    dropped = ", ".join(f"{reason} {count:,}" for reason, count in made.dropped.items())
    click.echo(f"dropped: {dropped or 'nothing'}")
    click.echo(f"written: {made.path}")
