"""`sqlft tune`: a search for a recipe's best numbers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlft.train.callbacks import At
    from sqlft.train.search import Searched


@click.command(no_args_is_help=True, short_help="Search the best numbers for RECIPE.")
@click.argument("recipe")
@click.option("--trials", type=click.IntRange(1, 10_000), default=20, show_default=True,
              help="Trainings in all, those of an interrupted search included.")  # fmt: skip
@click.option("--data", "data_paths", multiple=True, help="A dataset to teach; may be given again.")
@click.option("--validation", help="A dataset to validate with: short for validation.data.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE",
              help="Change the recipe, such as lora.rank=32; may be given again.")  # fmt: skip
def tune(
    recipe: str,
    trials: int,
    data_paths: tuple[str, ...],
    validation: str | None,
    changes: tuple[str, ...],
) -> int:
    """Search learning rate, rank, alpha, dropout, epochs and pack size of RECIPE.

    Trials are kept in SQLFT_HOME/runs/tune/NAME: the same command goes on where it was interrupted.
    The winner is confirmed on validation questions that the search did not see.

    \b
    sqlft tune smollm2-135m-lora --data shop/ --validation shop-dev/ --set validation.examples=100
    """
    from sqlft.cli.train import quick_changes
    from sqlft.config.recipe_file import read_recipe
    from sqlft.model.quiet import quiet

    resolved = read_recipe(recipe, changes=[*quick_changes(data_paths, validation), *changes])
    with quiet():
        from sqlft.loop import execution_hook
        from sqlft.train.search import search

    found = search(
        resolved,
        trials=trials,
        hook_of=execution_hook,
        confirming_hook_of=lambda chosen: execution_hook(chosen, confirming=True),
        told=_told,
    )
    _show(found)
    return 0


def _told(number: int, at: At) -> None:
    from sqlft.cli.train_progress import line_of

    if at.look is not None:
        print(f"trial {number + 1}: {line_of(at)}", file=sys.stderr, flush=True)


def _show(found: Searched) -> None:
    print(f"{found.trials} trials, {found.pruned} of them cut short")
    print("on questions that the search did not see:")
    for one in found.confirmed:
        right = "" if one.total is None else f", {one.hits} of {one.total} right"
        print(f"  {one.name:<7} loss {one.loss:.4f}{right}")
    winner = found.confirmed[0]
    for name, value in winner.values.items():
        print(f"  {name} = {value:g}")
    if len(found.confirmed) == 1:
        print("the recipe's own numbers did best")
    print(f"adapter  {found.adapter}")
