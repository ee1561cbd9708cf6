"""`sqlft data check`: a linter for examples."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlft.cli.options import options_of, taken
from sqlft.cli.progress import shown_progress
from sqlft.config import Limits
from sqlft.errors import printable

if TYPE_CHECKING:
    from sqlft.data.check import Report
    from sqlft.examples import Dataset


@click.command("check", no_args_is_help=True)
@click.argument("datasets", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--against",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A dataset that these must share nothing with; may be given again.",
)
@click.option("--tokenizer", help="A model whose context prompts must fit: a name, id or folder.")
@click.option("--context", type=click.IntRange(min=1), help="Tokens of context; default: its own.")
@click.option("--layout", default="sqlft", show_default=True, help="The prompt layout measured.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Golds run at once."
)
@options_of(Limits)
def check_data(
    datasets: tuple[Path, ...],
    against: tuple[Path, ...],
    tokenizer: str | None,
    context: int | None,
    layout: str,
    as_json: bool,
    jobs: int,
    **values: Any,
) -> int:
    """Look for what is wrong with the examples of DATASETS. Exit 1 when any is an error.

    Each is a dataset's folder, a .jsonl file of examples, or a folder of datasets. A dataset
    called `demo` beside them is what the product shows first: nothing of it may be in the others.

    \b
    sqlft data check data/
    """
    from sqlft.cli.document import print_document
    from sqlft.data.check import check_datasets
    from sqlft.data.lengths import context_of, meter

    limits = taken(Limits, values)
    with shown_progress() as progress:
        measured = meter(tokenizer, layout_name=layout, progress=progress) if tokenizer else None
        report = check_datasets(
            _all(datasets),
            against=_all(against),
            demo=_demo(datasets),
            meter=measured,
            context_tokens=context_of(measured, context) if measured is not None else None,
            limits=limits,
            jobs=jobs,
            progress=progress,
        )
    if as_json:
        print_document({**asdict(report), "errors": report.errors})
    else:
        _show(report)
    return 1 if report.errors else 0


def _all(paths: tuple[Path, ...]) -> list[Dataset]:
    from sqlft.data.places import datasets_at

    return [found for path in paths for found in datasets_at(path)]


def _demo(paths: tuple[Path, ...]) -> list[Dataset]:
    """The demo's datasets inside or beside the paths."""
    from sqlft.data.places import demo_beside

    found = {d.examples_path.resolve(): d for path in paths for d in demo_beside(path)}
    return list(found.values())


def _show(report: Report) -> None:
    for found in report.findings:
        where = printable(found.id or found.dataset)
        print(f"{found.severity}: {where}: {found.rule}: {printable(found.message)}")
    for line in report.not_checked:
        print(f"not checked: {printable(line)}")
    warnings = len(report.findings) - report.errors
    print(
        f"{report.examples:,} examples, {report.golds:,} golds: "
        f"{_number(report.errors, 'error')}, {_number(warnings, 'warning')}"
    )


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
