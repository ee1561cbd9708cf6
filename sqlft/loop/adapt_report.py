"""What an adaptation was and what came of it, on one page of Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlft.evaluate.run_folder import REPORT_PAGE, RESULTS, read_json
from sqlft.evaluate.words import bounds_words, rate_words
from sqlft.examples import dataset
from sqlft.loop.adaptation import Plan
from sqlft.loop.measuring import ADAPTER, BEFORE, SHIPPED, asked_dataset
from sqlft.loop.outcome import outcome

_SIDES = {
    "bare": "the base, asked plainly",
    "few-shot:bm25": "the base, shown the most like of the taught pairs",
    "rag": "the base, shown matched values and terms",
    BEFORE: "the adapter that training went on from",
    ADAPTER: "the new adapter, on equal terms",
    SHIPPED: "the new adapter, as `sqlft ask` has it",
}


def report_text(plan: Plan, took: Mapping[str, float]) -> str:
    """The page.

    Args:
        took: seconds of each stage, in all sittings.
    """
    folder = plan.folder
    results: dict[str, Any] = read_json(folder.evaluation / RESULTS)
    made = read_json(folder.synthetic / "synthesis.json")
    card = read_json(folder.adapter / "card.json")
    found = outcome(results)
    lines = [
        f"# {plan.name}: an adapter for {plan.subject.place.shown}",
        "",
        f"**{found}**",
        "",
        *(f"- {rival}" for rival in found.rivals),
        "",
        f"Asked were {results['questions']:,} questions {_asked(plan)}",
        "",
        "| who | right | 95 % interval |",
        "|---|---|---|",
        *(
            f"| {_SIDES[row['name']]} | {rate_words(row['headline'])} "
            f"| {bounds_words(row['headline'])} |"
            for row in results["predictors"]
        ),
        "",
        "## What was taught",
        "",
        f"- {made['pairs']:,} pairs were made over the schema, {made['queries']:,} queries that "
        f"were run, {made['unanswerable']:,} questions that it cannot answer.",
        *(
            f"- {data['role']}: {data['name']}, {data['examples']:,} examples, "
            f"weight {data['weight']:g}"
            for data in card["data"]
        ),
        f"- {card['training']['examples']:,} readings in {card['training']['steps']:,} steps, "
        f"{card['training']['seconds'] / 60:,.1f} minutes; base `{card['base']}`.",
        *(f"- not taught: {count:,} {reason}" for reason, count in card["dropped"].items()),
        "",
        "## What it took",
        "",
        *(f"- {name}: {seconds / 60:,.1f} minutes" for name, seconds in took.items()),
        "",
        "## Where it lies",
        "",
        f"- adapter: {plan.installed if found.is_taken else folder.adapter}",
        f"- every question with what each side said: {folder.evaluation / REPORT_PAGE}",
        f"- learning curves: {folder.training / 'curves.html'}",
        f"- pairs: {folder.synthetic}",
    ]
    return "\n".join(lines) + "\n"


def _asked(plan: Plan) -> str:
    """What kind of questions the figures are about."""
    asked = dataset(asked_dataset(plan))
    if asked.examples_path.parent.name == "own-test":
        return "of your own that were not taught."
    shapes = "by skeleton" in (asked.split or "")
    unlike = ", whose queries have shapes that no taught one has" if shapes else ""
    return (
        f"that were made as the taught ones were{unlike}. People ask otherwise: with questions of "
        "your own (`--examples`, split `test`) the figures would say more."
    )
