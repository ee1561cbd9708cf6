"""`report.md`: the same figures as text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlft.evaluate.report_page import title_of
from sqlft.evaluate.words import (
    Row,
    bounds_words,
    break_even_words,
    calibration_words,
    number_words,
    p_words,
    points_words,
    rate_words,
    reasons,
    settings_words,
    share_words,
    verdict,
)


def report_text(results: Mapping[str, Any]) -> str:
    """The report in Markdown: verdict, tables, and the command it was made with."""
    said, _ = verdict(results)
    rows = results["predictors"]
    equal = [row for row in rows if not row["unequal"]]
    other = [row for row in rows if row["unequal"]]
    rules = list(rows[0]["accuracy"])
    parts = [
        f"# {title_of(results)}",
        f"**{_plain(said)}**",
        *map(_plain, reasons(results)),
        f"## On equal terms: execution accuracy, rule {results['rule']}",
        _headline(equal),
    ]
    if other:
        parts += ["## Each at its best", _headline(other, own=True)]
    if results["paired"]:
        parts += [
            f"## Against {_plain(str(results['best_baseline']))}, paired",
            _table(
                ("predictor", "difference", "gained", "lost", "exact McNemar"),
                (
                    (
                        pair["first"],
                        points_words(pair),
                        len(pair["gained"]),
                        len(pair["lost"]),
                        p_words(pair["p_value"]),
                    )
                    for pair in results["paired"]
                ),
            ),
        ]
    parts += [
        "## By rule",
        _table(
            ("predictor", *rules),
            ((row["name"], *(share_words(row["accuracy"][r]) for r in rules)) for row in rows),
        ),
        "## Outcomes",
        _outcomes(rows),
    ]
    for key, what in (("by_database", "database"), ("by_hardness", "hardness")):
        names = list(dict.fromkeys(name for row in rows for name in row[key]))
        parts += [
            f"## By {what}",
            _table(
                (what, *(row["name"] for row in rows)),
                (
                    (name, *(rate_words(r[key][name]) if name in r[key] else "" for r in rows))
                    for name in names
                ),
            ),
        ]
    sure = [row for row in rows if row["calibration"]]
    if sure:
        parts.append("## Confidence")
    for row in sure:
        parts += [_plain(calibration_words(row)), _reliability(row)]
    if results["break_even"]:
        parts += ["## Costs", *(_plain(break_even_words(one)) for one in results["break_even"])]
    commands = [
        f"    {' '.join(one['command'])}\n\nCommit {one['commit']}, {one['machine']}."
        for one in (*results["written"], results["scored"])
    ]
    parts += ["## Commands", *dict.fromkeys(commands)]
    return "\n\n".join(parts) + "\n"


def _headline(rows: Sequence[Row], *, own: bool = False) -> str:
    columns = ["predictor", "right", "95 % interval", "valid", "runs", "prompt tokens"]
    columns += ["tokens written", "seconds", *(["settings"] if own else [])]
    return _table(
        columns,
        (
            (
                row["name"],
                rate_words(row["headline"]),
                bounds_words(row["headline"]),
                share_words(row["valid"]),
                share_words(row["runs"]),
                number_words(row["usage"]["prompt_tokens_mean"]),
                number_words(row["usage"]["output_tokens_mean"]),
                number_words(row["usage"]["seconds_mean"]),
                *([settings_words(row["unequal"])] if own else []),
            )
            for row in rows
        ),
    )


def _reliability(row: Row) -> str:
    rows = (
        (number_words(b["confidence"]), number_words(b["hits"] / b["total"]), b["total"])
        for b in row["calibration"]["bins"]
    )
    return _table(("confidence told", "share right", "answers"), rows)


def _outcomes(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row["outcomes"]))
    return _table(
        ("outcome", *(row["name"] for row in rows)),
        (
            (name.replace("_", " "), *(row["outcomes"].get(name, 0) for row in rows))
            for name in names
        ),
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(_plain(str(cell)) for cell in line) + " |" for line in lines)


def _plain(text: str) -> str:
    """A text that Markdown shows as it stands, in a table's cell too."""
    for mark in ("\\", "|", "*", "_", "`", "<", "[", "#"):
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
