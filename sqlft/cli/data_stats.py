"""`sqlft data stats`: what a dataset is made of."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlft.cli.progress import shown_progress
from sqlft.config import DEFAULT_MODEL, Progress
from sqlft.errors import printable

if TYPE_CHECKING:
    from sqlft.data.lengths import Meter
    from sqlft.data.stats import Stats
    from sqlft.page import Grid


@click.command("stats", no_args_is_help=True)
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--html", type=click.Path(path_type=Path), help="Write a page with plots here, too.")
@click.option(
    "--tokenizer",
    help=f"A model to count tokens with; default: {DEFAULT_MODEL}, if it is installed.",
)
@click.option("--layout", default="sqlft", show_default=True, help="The prompt layout measured.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def stats_data(
    dataset: Path, html: Path | None, tokenizer: str | None, layout: str, as_json: bool
) -> int:
    """Show how hard the queries of DATASET are, what SQL they use, and how long examples are.

    \b
    sqlft data stats data/retail --html retail.html
    """
    from sqlft.cli.document import print_document
    from sqlft.data.stats import stats_of, stats_page
    from sqlft.examples import dataset as dataset_at
    from sqlft.page import write_page

    with shown_progress() as progress:
        meter = _meter(tokenizer, layout, progress)
        found = stats_of(dataset_at(dataset), meter=meter, progress=progress)
    if html is not None:
        write_page(html, stats_page(found))
    if as_json:
        print_document(_document(found))
    else:
        _show(found)
    return 0


def _meter(name: str | None, layout: str, progress: Progress | None) -> Meter | None:
    from sqlft.data.lengths import meter
    from sqlft.model import known_model

    if name is None and not known_model(DEFAULT_MODEL).installed:
        return None
    return meter(name or DEFAULT_MODEL, layout_name=layout, progress=progress)


def _document(stats: Stats) -> dict[str, Any]:
    """The statistics with quantiles instead of every single length."""
    from sqlft.data.stats import quantile

    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "longest": 1.0}
    lengths = {
        name: {label: quantile(values, share) for label, share in shares.items()}
        for name, values in stats.lengths.items()
    }
    return {**asdict(stats), "lengths": lengths}


def _show(stats: Stats) -> None:
    from sqlft.data.stats import tables

    for title, grid in tables(stats):
        print(title)
        _show_grid(grid)
    if stats.not_measured is not None:
        print(f"not measured: {printable(stats.not_measured)}")


def _show_grid(grid: Grid) -> None:
    rows = [tuple(map(_cell, row)) for row in (grid.columns, *grid.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first = row[0].ljust(widths[0])
        print(
            "  "
            + "  ".join([first, *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))])
        )
    print()


def _cell(value: object) -> str:
    from sqlft.page.render import shown

    return printable(shown(value))
