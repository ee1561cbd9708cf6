"""`sqlft data split`: a dataset in named parts."""

from __future__ import annotations

from pathlib import Path

import click

from sqlft.cli.progress import shown_progress


@click.command("split", no_args_is_help=True)
@click.argument("dataset", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--by",
    type=click.Choice(["database", "skeleton", "random"]),
    default="database",
    show_default=True,
    help="What no two parts share: a database, the shape of a query, or just an example.",
)
@click.option(
    "--parts",
    default="train=0.8,test=0.2",
    show_default=True,
    help="Names with a share, a number of databases (skeletons, examples), or `rest`.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the draw.")
@click.option(
    "--named",
    type=click.Path(path_type=Path),
    help="A TOML file that names the databases of each part; then nothing is drawn.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
def split_data(
    context: click.Context,
    dataset: Path,
    out: Path,
    by: str,
    parts: str,
    seed: int,
    named: Path | None,
    as_json: bool,
) -> int:
    """Split DATASET into named parts: folders of OUT, which share its databases.

    \b
    sqlft data split spider spider-parts --parts train=rest,choose=20,report=20
    sqlft data split spider spider-parts --named data/spider-split.toml
    """
    from sqlft.cli.document import print_document
    from sqlft.data.named_split import read_named_split
    from sqlft.data.parts import parse_parts
    from sqlft.data.split import BY, split_as_named, split_dataset
    from sqlft.examples import dataset as dataset_at

    if named is not None:
        _refuse_draw(context)
    chosen = next(known for known in BY if known == by)
    with shown_progress() as progress:
        if progress:
            progress(f"splitting {dataset}", None)
        source = dataset_at(dataset)
        if named is not None:
            counts = split_as_named(source, out, read_named_split(named))
        else:
            counts = split_dataset(source, out, parts=parse_parts(parts), by=chosen, seed=seed)
    if as_json:
        print_document({"out": str(out), "examples": counts})
    else:
        for name, count in counts.items():
            print(f"{out / name}  {count:,} examples")
    return 0


def _refuse_draw(context: click.Context) -> None:
    unsaid = click.core.ParameterSource.DEFAULT
    for name in ("by", "parts", "seed"):
        if context.get_parameter_source(name) is not unsaid:
            raise click.UsageError(f"--{name} is for a draw; --named says who goes where")
