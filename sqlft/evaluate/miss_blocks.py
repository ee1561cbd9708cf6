"""The misses of a report, one to open for each question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlft.evaluate.misses import MOST, RIGHT, Miss, Wrong
from sqlft.evaluate.sides import Side
from sqlft.evaluate.words import best_tuned
from sqlft.page import Badge, Beside, Choice, Code, Fold, Grid, Marked, Section
from sqlft.sql import display


def miss_section(results: Mapping[str, Any], missed: Sequence[Miss]) -> list[Section]:
    """The questions that someone missed, with filters; nothing where there is none."""
    if not missed:
        return []
    names = [row["name"] for row in results["predictors"]]
    tuned, best = best_tuned(results), results["best_baseline"]
    groups = [("all", f"all ({len(missed)})")]
    for place, name in enumerate(names):
        count = sum(miss.outcomes[name] not in RIGHT for miss in missed)
        groups.append((f"m{place}", f"missed by {name} ({count})"))
    if tuned is not None and best is not None:
        for key, what in (("gained", "gained"), ("lost", "lost")):
            count = sum(_flip(miss, tuned, best) == key for miss in missed)
            groups.append((key, f"{what} by {tuned} over {best} ({count})"))
    text = [
        "Open a question to see its gold query, what was said, and both results; columns and rows "
        "that only one side has are marked."
    ]
    total = sum(
        any(one["outcome"] not in RIGHT for one in answer["said"].values())
        for answer in results["answers"]
    )
    if total > len(missed):
        text.append(
            f"The first {MOST} of {total:,} are here; all are in the run's folder, in predictions."
        )
    folds = [_fold(miss, names, tuned, best) for miss in missed]
    return [
        Section(
            heading="Misses",
            text=tuple(text),
            blocks=(Choice(name="show", groups=tuple(groups)), *folds),
        )
    ]


def _flip(miss: Miss, tuned: str, best: str) -> str | None:
    now, was = miss.outcomes[tuned] in RIGHT, miss.outcomes[best] in RIGHT
    return None if now == was else "gained" if now else "lost"


def _fold(miss: Miss, names: Sequence[str], tuned: str | None, best: str | None) -> Fold:
    groups = [f"m{place}" for place, name in enumerate(names) if miss.outcomes[name] not in RIGHT]
    if tuned is not None and best is not None:
        groups += filter(None, (_flip(miss, tuned, best),))
    gold = "\n\n-- or\n".join(map(display, miss.gold)) or "(the schema cannot answer)"
    return Fold(
        title=f"{miss.id} · {miss.question}",
        badges=tuple(
            Badge(
                text=f"{name}: {miss.outcomes[name].replace('_', ' ')}",
                tone="good" if miss.outcomes[name] in RIGHT else "bad",
            )
            for name in names[:6]
        ),
        groups=tuple(groups),
        blocks=(Code(text=gold, title="gold"), *(_wrong(one) for one in miss.wrong)),
    )


def _wrong(one: Wrong) -> Beside:
    title = f"{', '.join(one.by)}: {one.outcome.replace('_', ' ')}"
    said = "(no SQL)" if one.sql is None else display(one.sql)
    query: list[object] = [Code(text=said, title=title)]
    if one.message:
        query.append(one.message)
    if one.gold_side is None or one.side is None:
        return Beside(columns=(query,))
    both = Beside(columns=([_grid(one.gold_side, "gold")], [_grid(one.side, "predicted")]))
    return Beside(columns=(query, [both]))


def _grid(side: Side, title: str) -> object:
    if side.error is not None:
        return f"{title}: {side.error}"
    more = "more than " if side.truncated else ""
    size = f"{_count(side.total_rows, 'row')}, {_count(side.total_columns, 'column')}"
    caption = f"{title}: {more}{size}"
    columns = [
        Marked(text=name) if odd else name
        for name, odd in zip(side.columns, side.odd_columns, strict=True)
    ]
    rows = [
        tuple(
            Marked(text=value) if odd_row or odd_column else value
            for value, odd_column in zip(row, side.odd_columns, strict=True)
        )
        for row, odd_row in zip(side.rows, side.odd_rows, strict=True)
    ]
    return Grid(columns=tuple(columns), rows=rows, caption=caption)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
