"""`sqlft score`: a file of SQL against a dataset's golds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlft.cli.progress import shown_progress
from sqlft.errors import printable

if TYPE_CHECKING:
    from sqlft.evaluate import Interval, Judgement, Paired, Rate, Summary

_RULES = ("spider", "bird", "sql-eval", "strict")


@click.command(no_args_is_help=True)
@click.argument("predictions", type=click.Path(path_type=Path))
@click.argument("dataset", required=False, type=click.Path(path_type=Path))
@click.option(
    "--rule", type=click.Choice(_RULES), help="The headline rule; default: by the layout."
)
@click.option(
    "--engine",
    type=click.Choice(("duckdb", "sqlite")),
    help="What the databases must be; default: what they are.",
)
@click.option("--files", help="Question files of a folder in Spider's layout, by commas.")
@click.option("--keep-distinct", is_flag=True, help="The spider rule leaves DISTINCT in place.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    help="Another file of predictions: what did these gain over it, and lose?",
)
@click.option("--timeout", type=click.FloatRange(0.01, 3600), help="Seconds a query may run.")
@click.option("--max-rows", type=click.IntRange(min=1), help="Rows a result may have.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def score(
    predictions: Path,
    dataset: Path | None,
    rule: str | None,
    engine: Any,
    files: str | None,
    keep_distinct: bool,
    against: Path | None,
    timeout: float | None,
    max_rows: int | None,
    as_json: bool,
) -> int:
    """Say how many PREDICTIONS are right, by running them.

    PREDICTIONS holds one SQL a line, in the questions' order (a tab and the database's name may
    follow), or is a .jsonl file of {"id": ..., "sql": ...}. DATASET is a dataset's folder, a .jsonl
    file of examples, or a folder in Spider's layout, which is scored on its SQLite files: every
    .sqlite file beside a question's own must agree, too.

    PREDICTIONS may also be the folder of a `sqlft eval` run: its replies are read and scored anew,
    without asking any model, and its report is written again. DATASET says where the questions are
    now, where that has changed.

    \b
    sqlft score predicted.sql spider/ --files dev.json
    sqlft score predicted.jsonl data/retail --json
    sqlft score runs/shop --rule bird
    """
    if (predictions / "config.json").is_file():
        given = (engine, files, against, timeout, max_rows)
        if keep_distinct or any(value is not None for value in given):
            raise click.UsageError("of a run's folder only --rule and --json can be set")
        return _score_run(predictions, dataset, rule, as_json)
    if dataset is None:
        raise click.UsageError("Missing argument 'DATASET'.")
    return _score_file(
        predictions,
        dataset,
        rule,
        engine,
        files,
        keep_distinct,
        against,
        timeout,
        max_rows,
        as_json,
    )


def _score_run(folder: Path, dataset: Path | None, rule: str | None, as_json: bool) -> int:
    from sqlft.cli.document import print_document
    from sqlft.cli.show_results import show_results
    from sqlft.evaluate.evaluation import score_run
    from sqlft.evaluate.run_folder import opened_run

    with shown_progress() as progress:
        results = score_run(
            opened_run(folder),
            datasets=None if dataset is None else [dataset],
            rule=rule,
            progress=progress,
        )
    if as_json:
        print_document(results)
    else:
        show_results(results)
    return 0


def _score_file(
    predictions: Path,
    dataset: Path,
    rule: str | None,
    engine: Any,
    files: str | None,
    keep_distinct: bool,
    against: Path | None,
    timeout: float | None,
    max_rows: int | None,
    as_json: bool,
) -> int:
    from sqlft.cli.document import print_document
    from sqlft.evaluate import (
        RunLimits,
        difference,
        read_predictions,
        read_questions,
        rules_with,
        summary_of,
    )
    from sqlft.evaluate import score as score_all

    named = [part.strip() for part in (files or "").split(",") if part.strip()]
    limits = RunLimits()
    if timeout is not None:
        limits = replace(limits, timeout_s=timeout)
    if max_rows is not None:
        limits = replace(limits, max_rows=max_rows)
    questions = read_questions(dataset, files=named, engine=engine)
    headline = rule or ("spider" if (dataset / "database").is_dir() else "strict")
    paths = {"these": predictions} | ({"against": against} if against is not None else {})
    predictors = {name: read_predictions(path, questions) for name, path in paths.items()}
    with shown_progress() as progress:
        judged = score_all(
            questions,
            predictors,
            rules_with(keep_distinct=keep_distinct),
            headline,
            limits=limits,
            progress=progress,
        )
    summary = summary_of(judged["these"], headline)
    flips = difference(judged["these"], judged["against"], headline) if against else None
    if as_json:
        print_document(_document(summary, judged["these"], flips))
    else:
        _show(summary, flips)
    return 0


def _document(
    summary: Summary, judged: Sequence[Judgement], flips: Paired | None
) -> dict[str, Any]:
    groups = ("by_database", "by_hardness", "by_category", "by_tag", "by_feature")
    return {
        "rule": summary.headline,
        "questions": summary.questions,
        "accuracy": {
            rule: {**_rate(rate), **asdict(summary.intervals[rule])}
            for rule, rate in summary.accuracy.items()
        },
        "valid": _rate(summary.valid),
        "runs": _rate(summary.runs),
        "refusal_precision": _rate(summary.refusal_precision),
        "refusal_recall": _rate(summary.refusal_recall),
        "outcomes": dict(summary.outcomes),
        **{
            group: {name: _rate(rate) for name, rate in getattr(summary, group).items()}
            for group in groups
        },
        "against": None if flips is None else asdict(flips),
        "verdicts": [
            {
                "id": one.question.example.id,
                "database": one.question.example.database,
                "outcome": one.outcome,
                "rules": dict(one.matches),
                "valid": one.valid,
                "runs": one.runs,
                "message": one.message,
            }
            for one in judged
        ],
    }


def _rate(rate: Rate) -> dict[str, Any]:
    share = rate.share if rate.total else None
    return {"hits": rate.hits, "total": rate.total, "rate": share}


def _show(summary: Summary, flips: Paired | None) -> None:
    headline = summary.headline
    interval = summary.intervals[headline]
    print(f"execution accuracy, rule {headline}: {_shown(summary.accuracy[headline], interval)}")
    print(f"intervals: 95 %, {interval.method}\n")
    print("by rule")
    for name, rate in summary.accuracy.items():
        print(f"  {name:<10} {_shown(rate, summary.intervals[name])}")
    print("of the same questions")
    print(f"  {'valid':<10} {_shown(summary.valid)}\n  {'runs':<10} {_shown(summary.runs)}")
    if summary.refusal_precision.total or summary.refusal_recall.total:
        print("refusals")
        print(f"  {'precision':<10} {_shown(summary.refusal_precision)}")
        print(f"  {'recall':<10} {_shown(summary.refusal_recall)}")
    print(f"outcomes of {summary.questions:,} questions")
    for outcome, count in summary.outcomes.items():
        print(f"  {outcome:<22} {count:>6,}")
    _show_groups("by hardness", summary.by_hardness)
    _show_groups("by category", summary.by_category)
    _show_groups("by database", summary.by_database)
    if flips is not None:
        _show_flips(flips)


def _shown(rate: Rate, interval: Interval | None = None) -> str:
    if not rate.total:
        return "none"
    bounds = "" if interval is None else f"  [{interval.low:.1%}, {interval.high:.1%}]"
    return f"{rate.share:>6.1%} ({rate.hits:,} of {rate.total:,}){bounds}"


def _show_groups(title: str, rates: Mapping[str, Rate]) -> None:
    if not rates:
        return
    width = max(len(printable(name)) for name in rates)
    print(title)
    for name, rate in rates.items():
        print(f"  {printable(name):<{width}}  {_shown(rate)}")


def _show_flips(flips: Paired) -> None:
    low, high = flips.interval.low, flips.interval.high
    print(
        f"against the other: {flips.difference:+.1%} [{low:+.1%}, {high:+.1%}], "
        f"{flips.interval.method}; McNemar p = {flips.p_value:.3g}"
    )
    for what, ids in (("gained", flips.gained), ("lost", flips.lost)):
        print(f"  {what} {len(ids):,}: {', '.join(map(printable, ids))}")
