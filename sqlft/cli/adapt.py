"""`sqlft adapt`: a database gets an adapter of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from sqlft.cli.options import options_of, taken
from sqlft.cli.progress import shown_progress
from sqlft.config.adaptation import Adaptation
from sqlft.errors import printable

if TYPE_CHECKING:
    from sqlft.loop.adapt import Done, Stage
    from sqlft.loop.adaptation import Plan
    from sqlft.loop.promise import Promise


@click.command(no_args_is_help=True, short_help="Make an adapter for DATABASE, from nothing else.")
@click.argument("database")
@click.option("--name", help="Of the adapter and its folder; default: the database's.")
@click.option("--resume", is_flag=True, help="Go on with what was interrupted.")
@options_of(Adaptation)
def adapt(database: str, name: str | None, resume: bool, **values: Any) -> int:
    """Make an adapter for DATABASE: from its schema and rows, without an example of yours.

    DATABASE is a bundled schema's name or a DuckDB file. Questions with queries are made over it
    and proven by running them; the base is trained on them for --minutes, and measured beside
    prompting alone. What will be done and how long it takes is said before it begins. Everything
    lies in SQLFT_HOME/runs/adapt/NAME; `sqlft ask` then takes the adapter by itself, unless it
    answers less than the one that it began from.

    \b
    sqlft adapt shop.duckdb --minutes 30
    sqlft adapt shop.duckdb --examples pairs.csv
    sqlft adapt shop.duckdb --resume
    """
    if resume:
        _refuse_changes(click.get_current_context())
    from sqlft.loop import adapt as adapting
    from sqlft.loop.adaptation import planned, resumed
    from sqlft.loop.promise import promise

    with shown_progress() as progress:
        if resume:
            plan = resumed(database, name=name, progress=progress)
        else:
            plan = planned(database, taken(Adaptation, values), name=name, progress=progress)
        expected = None if resume else promise(plan, progress=progress)
    _say_plan(plan, expected)
    with adapting.begun(plan) as stages:
        for stage in stages:
            _show(_done(plan, stage))
    print((plan.folder.report).read_text(encoding="utf-8").split("\n## ")[0])
    print(adapting.asked_with(plan))
    return 0


def _done(plan: Plan, stage: Stage) -> Done:
    from sqlft.loop.adapt import run_stage

    if stage.name == "train":
        from sqlft.cli.train_progress import shown_training

        with shown_training() as (told, progress):
            return run_stage(plan, stage, told=told, progress=progress)
    with shown_progress() as progress:
        return run_stage(plan, stage, progress=progress)


def _show(done: Done) -> None:
    from sqlft.cli.train_progress import clock

    print(f"{done.name:<8} {clock(done.seconds):>7}  {printable(done.said)}", flush=True)


def _say_plan(plan: Plan, expected: Promise | None) -> None:
    """What will be done, and how long it takes."""
    from sqlft.loop.measuring import measured_sides

    options = plan.options
    start = "from its bare weights" if plan.start is None else f"on from {plan.start.name}"
    own = f", and {len(plan.own):,} of your own" if plan.own else ""
    sides = len(measured_sides(plan))
    print(f"an adapter {plan.name} for {printable(plan.subject.place.shown)}")
    rows = [
        (f"make, run and check {options.wanted_pairs:,} pairs{own}", "pairs_s", "about"),
        (f"train {options.model} {start}", "training_s", "at most about"),
        (f"ask {options.questions:,} questions of {sides} sides", "asking_s", "at most about"),
    ]
    for says, key, how in rows:
        time = "" if expected is None else f": {how} {_minutes(getattr(expected, key))}"
        print(f"  {printable(says)}{time}")
    if expected is None:
        print("  going on where it was interrupted")
    else:
        print(f"  together {_minutes(expected.total_s)}; interrupted, it goes on with --resume")
    print(f"  all of it in {plan.folder.path}", flush=True)


def _minutes(seconds: float) -> str:
    """Minutes as one promises them.

    >>> _minutes(20), _minutes(70), _minutes(4000)
    ('1 minute', '2 minutes', '67 minutes')
    """
    whole = max(1, -(-round(seconds) // 60))
    return f"{whole:,} minute{'' if whole == 1 else 's'}"


def _refuse_changes(context: click.Context) -> None:
    for parameter in context.command.params:
        given = context.get_parameter_source(parameter.name or "")
        named = parameter.name not in ("database", "name", "resume")
        if named and given is ParameterSource.COMMANDLINE:
            raise click.UsageError("an adaptation goes on as it began: --resume takes no changes")
