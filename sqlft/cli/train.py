"""`sqlft train`: a recipe becomes an adapter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlft.cli.progress import shown_progress
from sqlft.errors import printable

if TYPE_CHECKING:
    from sqlft.config import Recipe
    from sqlft.train.hook import Hook
    from sqlft.train.preparing import Prepared
    from sqlft.train.training import Trained

_BAR = 40


@click.command(no_args_is_help=True, short_help="Train an adapter after RECIPE.")
@click.argument("recipe", required=False)
@click.option(
    "--data",
    "data_paths",
    multiple=True,
    help="A dataset to teach, in place of the recipe's; may be given again.",
)
@click.option("--validation", help="A dataset to validate with: short for validation.data.")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change the recipe, such as lora.rank=32; may be given again.",
)
@click.option("--resume", metavar="RUN", help="Go on with an unfinished run, by its name or path.")
@click.option("--list", "list_them", is_flag=True, help="List the recipes that come with sqlft.")
@click.option("--dry-run", is_flag=True, help="Show what would be taught, and train nothing.")
def train(
    recipe: str | None,
    data_paths: tuple[str, ...],
    validation: str | None,
    changes: tuple[str, ...],
    resume: str | None,
    list_them: bool,
    dry_run: bool,
) -> int:
    """Train an adapter after RECIPE: one that comes with sqlft, or a .toml file.

    The result is a PEFT folder with a card, in SQLFT_HOME/runs/train/NAME/adapter. The same command
    runs in several processes under `accelerate launch`.

    \b
    sqlft train smollm2-135m-lora --data shop/ --set run.name=shop
    sqlft train --resume shop
    sqlft train --list
    """
    from sqlft.config.recipe_file import read_recipe
    from sqlft.model.quiet import quiet
    from sqlft.train.run_folder import unfinished_run

    if list_them:
        for name, says in list_recipes():
            print(f"{name:<20} {says}")
        return 0
    if (recipe is None) == (resume is None):
        raise click.UsageError("give either a RECIPE or --resume RUN")
    folder = None
    if resume is not None:
        if changes or data_paths or validation:
            raise click.UsageError("a run goes on as it began: --resume takes no changes")
        folder, resolved = unfinished_run(resume)
    else:
        quick = quick_changes(data_paths, validation)
        resolved = read_recipe(str(recipe), changes=[*quick, *changes])
    with quiet():
        from sqlft.train import preparing, training
    if dry_run:
        with shown_progress() as progress:
            ready = preparing.prepared(resolved, progress=progress)
        show_plan(ready)
        return 0
    from sqlft.cli.train_progress import shown_training

    with shown_training() as (told, progress):
        made = training.train(
            resolved,
            resumed=folder,
            hook=_hook(resolved),
            told=told,
            progress=progress,
        )
    _show(made, resolved)
    return 0


def _hook(recipe: Recipe) -> Hook | None:
    if not recipe.validation.execution:
        return None
    from sqlft.loop import execution_hook

    return execution_hook(recipe)


def quick_changes(data_paths: tuple[str, ...], validation: str | None) -> list[str]:
    """What --data and --validation change in a recipe.

    >>> quick_changes(("shop",), None)
    ['data=[{ path = "shop" }]']
    """
    data = [f"data={_toml(data_paths)}"] if data_paths else []
    return data + ([f"validation.data={validation}"] if validation else [])


def _toml(paths: tuple[str, ...]) -> str:
    import json

    return "[" + ", ".join(f"{{ path = {json.dumps(path)} }}" for path in paths) + "]"


def _show(made: Trained, recipe: Recipe) -> None:
    """What came of it."""
    from sqlft.train.run_folder import is_first_process

    if not is_first_process():
        return
    history = made.history
    examples = sum(step.examples for step in history.steps)
    minutes = history.seconds / 60
    print(f"{len(history.steps):,} steps, {examples:,} examples in {minutes:,.1f} minutes")
    if made.ended is not None:
        print(f"ended early: {made.ended}")
    chosen = made.chosen
    if chosen is not None and chosen.loss is not None:
        print(f"validation loss {chosen.loss:.4f}, at step {chosen.step:,}")
    if chosen is not None and chosen.accuracy is not None:
        print(f"execution accuracy {chosen.accuracy:.1%} ({chosen.hits} of {chosen.total})")
    print(f"curves   {made.folder / 'curves.html'}")
    print(f"{'adapter' if recipe.method == 'lora' else 'model'}  {made.adapter}")


def show_plan(ready: Prepared) -> None:
    """Prints what would be taught: counts, lengths, memory, and one example."""
    from sqlft.train.preview import marked, token_counts

    material = ready.material
    taught = len(material.what.lessons)
    for facts in material.datasets:
        split = f" ({facts.split})" if facts.split else ""
        where = f"{facts.role:<10} {printable(facts.name)}{split}"
        print(f"{where}: {facts.examples:,} examples, weight {facts.weight:g}")
    print(f"taught     {taught:,} examples of {len(material.schemas):,} schemas")
    for reason, count in material.dropped.items():
        print(f"left out   {count:,} {reason}")
    if material.nearly:
        print(f"leaks      {material.nearly:,} validation questions are nearly taught ones")
    epochs = ready.recipe.optimiser.epochs
    print(f"batches    {len(ready.batches):,} in {epochs:g} epochs")
    print(f"memory     {ready.estimate}")
    print("tokens of an example")
    rows = token_counts(material.what.lessons)
    most = max(count for _, _, count in rows)
    for low, high, count in rows:
        bar = "#" * round(_BAR * count / most)
        print(f"  {low:>6,.0f} to {high:>6,.0f}  {count:>7,}  {bar}")
    print("one example; what the loss is taken on stands between >>> and <<<")
    for line in marked(material.what.lessons[0], ready.tokenizer).split("\n"):
        print(f"  {printable(line)}")


def list_recipes() -> tuple[tuple[str, str], ...]:
    """The recipes that come with sqlft, each with the first line that it says of itself."""
    from sqlft.config.recipe_file import recipe_names, recipes_folder

    found = []
    for name in recipe_names():
        first = Path(recipes_folder() / f"{name}.toml").read_text(encoding="utf-8").split("\n")[0]
        found.append((name, first.lstrip("# ")))
    return tuple(found)
