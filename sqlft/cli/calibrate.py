"""`sqlft adapter calibrate`: an evaluation's answers become an adapter's confidence."""

from __future__ import annotations

from pathlib import Path

import click

from sqlft.cli.progress import shown_progress


@click.command(no_args_is_help=True)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--predictor", help="The predictor; default: the only one with an adapter.")
@click.option("--rule", help="The comparison rule that says what is right; default: the run's.")
def calibrate(run: Path, predictor: str | None, rule: str | None) -> None:
    """Fit an adapter's confidence on an evaluation RUN.

    It is written into the adapter's folder as confidence.json, for the number of candidates that
    the run asked for, and shown by `sqlft ask` from then on. Fit it on questions that nothing was
    trained on, and that no result is reported on.

    \b
    sqlft eval data/shop --predictors adapter:runs/shop --candidates 5 --split choose --out tried
    sqlft adapter calibrate tried
    """
    from sqlft.evaluate.calibrating import calibrate as fit
    from sqlft.evaluate.run_folder import opened_run

    with shown_progress() as progress:
        found, path = fit(opened_run(run), predictor, rule=rule, progress=progress)
    print(f"Fitted    on {found.answers:,} answers; written to {path}")
    print(f"Error     {found.error:.3f} expected calibration error, five-fold cross-validated")
    print("Confidence  right")
    for one in found.bins:
        print(f"{one.confidence:10.2f}  {one.hits / one.total:.2f} ({one.hits} of {one.total})")
