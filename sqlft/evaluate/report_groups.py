"""What became of the questions and where predictors are strong: outcomes, and rates by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlft.evaluate.interval import wilson
from sqlft.evaluate.rate import Rate
from sqlft.evaluate.words import OUTCOME_GROUPS, Row, grouped_outcomes, rate_words, share_words
from sqlft.page import Beside, Dot, Figure, Fold, Grid, Section, Tinted, dots, stacks

_COLOURS = dict(
    zip(
        OUTCOME_GROUPS,
        (
            "#2f9e62",
            "#d9a521",
            "#c9c04a",
            "#c0352b",
            "#8f2d56",
            "#7a6fb0",
            "#3b82c4",
            "#7fb3d9",
            "#8a8f98",
            "#c4c8cd",
        ),
        strict=True,
    )
)
_PLOTTED = 4
"""Predictors in one plot."""

_GROUP_PLOTS = (
    ("by_hardness", "hardness"),
    ("by_database", "database"),
    ("by_category", "category"),
)
_MOST_GROUPS = 12
_LEAST_QUESTIONS = 4
"""A plotted group's: of fewer, the interval says next to nothing."""


def outcome_section(results: Row) -> Section:
    """Each predictor's outcomes as one bar, and the rates that are read from them."""
    drawn = stacks(
        {row["name"]: grouped_outcomes(row["outcomes"]) for row in results["predictors"]},
        colours=_COLOURS,
        unit="questions",
    )
    names = [
        name
        for group in OUTCOME_GROUPS.values()
        for name in group
        if any(row["outcomes"].get(name) for row in results["predictors"])
    ]
    counts = Grid(
        columns=("outcome", *(row["name"] for row in results["predictors"])),
        rows=[
            (
                name.replace("_", " "),
                *(row["outcomes"].get(name, 0) for row in results["predictors"]),
            )
            for name in names
        ],
    )
    rates = Grid(
        columns=(
            "predictor",
            "valid",
            "runs",
            "prose around the SQL",
            "refusals that were right",
            "unanswerable refused",
        ),
        rows=[
            (
                row["name"],
                *(
                    rate_words(row[key])
                    for key in ("valid", "runs", "prose", "refusal_precision", "refusal_recall")
                ),
            )
            for row in results["predictors"]
        ],
    )
    return Section(
        heading="What became of the questions",
        figures=(Figure(svg=drawn, caption="Outcomes, grouped."),),
        grids=(rates,),
        blocks=(Fold(title="Every outcome", blocks=(counts,)),),
    )


def group_section(results: Row) -> Section:
    """Accuracy by hardness, database and category as plots, and all groups in figures."""
    chosen = _chosen(results)
    plots = [
        (Figure(svg=_dots(chosen, key, names), caption=f"Execution accuracy by {what}."),)
        for key, what in _GROUP_PLOTS
        if len(names := _plotted(chosen, key)) > 1
    ]
    blocks: list[object] = [Beside(columns=tuple(plots))] if plots else []
    for key, what in (*_GROUP_PLOTS, ("by_tag", "tag"), ("by_feature", "SQL feature")):
        names = list(dict.fromkeys(name for row in results["predictors"] for name in row[key]))
        if names:
            blocks.append(Fold(title=f"By {what}, in figures", blocks=(_by(results, key, names),)))
    return Section(heading="Where", blocks=blocks)


def _chosen(results: Row) -> list[Row]:
    """The predictors that plots show: the best, tuned ones before others."""
    rows = sorted(
        results["predictors"],
        key=lambda row: (not row["tuned"], -row["headline"]["hits"]),
    )
    return rows[:_PLOTTED]


def _plotted(rows: Sequence[Row], key: str) -> list[str]:
    """The groups with the most questions, in their order."""
    counts = {name: rate["total"] for row in rows for name, rate in row[key].items()}
    most = sorted(counts, key=lambda name: -counts[name])[:_MOST_GROUPS]
    return [name for name in counts if name in most and counts[name] >= _LEAST_QUESTIONS]


def _dots(rows: Sequence[Row], key: str, names: Sequence[str]) -> Any:
    found = []
    for name in names:
        for row in (row for row in rows if name in row[key]):
            rate = Rate(hits=row[key][name]["hits"], total=row[key][name]["total"])
            bounds = wilson(rate)
            found.append(
                Dot(
                    label=f"{name} ({rate.total})",
                    series=row["name"],
                    value=rate.share,
                    low=bounds.low,
                    high=bounds.high,
                )
            )
    return dots(found, unit="execution accuracy", bounded=(0, 1))


def _by(results: Row, key: str, names: Sequence[str]) -> Grid:
    return Grid(
        columns=("", *(row["name"] for row in results["predictors"])),
        rows=[
            (
                name,
                *(
                    tinted(row[key][name]) if name in row[key] else ""
                    for row in results["predictors"]
                ),
            )
            for name in names
        ],
    )


def tinted(rate: Row) -> Tinted:
    """A rate as a cell whose ground shows it."""
    shown = f"{share_words(rate)} ({rate['hits']}/{rate['total']})" if rate["total"] else ""
    return Tinted(share=rate["rate"], shown=shown)
