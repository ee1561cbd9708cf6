"""`sqlft compare`: what one run gained and lost against another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sqlft.errors import printable


@click.command(
    "compare", no_args_is_help=True, short_help="List what RUN_B gained and lost against RUN_A."
)
@click.argument("run_a", type=click.Path(path_type=Path))
@click.argument("run_b", type=click.Path(path_type=Path))
@click.option("--predictor", help="Only this predictor; default: all that both runs have.")
@click.option("--as", "other", help="What the predictor is called in RUN_B, if otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def compare_runs(
    run_a: Path, run_b: Path, predictor: str | None, other: str | None, as_json: bool
) -> int:
    """List the questions that RUN_B answers rightly and RUN_A does not, and the other way round.

    Both are folders of `sqlft eval`, and are compared on the questions that both asked.

    \b
    sqlft compare runs/monday runs/tuesday
    sqlft compare runs/base runs/tuned --predictor rag --as adapter:runs/shop
    """
    from sqlft.cli.document import print_document
    from sqlft.evaluate.comparing import compared

    found = compared(run_a, run_b, predictor=predictor, other=other)
    if as_json:
        print_document(found)
    else:
        _show(found)
    return 0


def _show(found: dict[str, Any]) -> None:
    for pair in found["pairs"]:
        name = printable(pair["first"])
        if pair["second"] != pair["first"]:
            name = f"{name} (now {printable(pair['second'])})"
        print(
            f"{name}: {pair['rate_before']:.1%} to {pair['rate_after']:.1%} of "
            f"{pair['total']:,} questions, rule {found['rule']}"
        )
        print(
            f"  difference {pair['difference']:+.1%} [{pair['low']:+.1%}, {pair['high']:+.1%}], "
            f"McNemar p = {pair['p_value']:.3g}"
        )
        for what in ("gained", "lost"):
            print(f"  {what} {len(pair[what]):,}")
            for flip in pair[what]:
                print(f"    {printable(flip['id'])}: {printable(flip['question'])}")
                print(f"      {flip['outcome_before']} -> {flip['outcome_after']}")
    if found["only_in_a"] or found["only_in_b"]:
        print(
            f"not compared: {found['only_in_a']:,} questions of the first run alone, "
            f"{found['only_in_b']:,} of the second"
        )
