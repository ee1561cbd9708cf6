"""`report.html`: one page on whose first screen a person decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlft.evaluate.miss_blocks import miss_section
from sqlft.evaluate.misses import Miss
from sqlft.evaluate.report_groups import group_section, outcome_section, tinted
from sqlft.evaluate.words import (
    Row,
    best_tuned,
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
from sqlft.page import (
    Difference,
    Figure,
    Fold,
    Grid,
    Section,
    Span,
    Tinted,
    Verdict,
    lines,
    page,
)


def report_page(results: Mapping[str, Any], missed: Sequence[Miss]) -> str:
    """The page's HTML: verdict and headline table, then what stands behind them."""
    said, tone = verdict(results)
    sections = [
        _headline(results),
        *_at_their_best(results),
        *_differences(results),
        _rules(results),
        outcome_section(results),
        group_section(results),
        *_confidence(results),
        *_costs(results),
        *miss_section(results, missed),
        _provenance(results),
    ]
    return page(
        title_of(results),
        sections,
        verdict=Verdict(said=said, because=tuple(reasons(results)), tone=tone),
    )


def title_of(results: Row) -> str:
    """What the report is about."""
    names = ", ".join(path.rstrip("/").rpartition("/")[2] for path in results["datasets"])
    return f"Evaluation on {names}: {results['questions']:,} questions"


def _headline(results: Row) -> Section:
    equal = [row for row in results["predictors"] if not row["unequal"]]
    common = results["common_settings"]
    text = (
        f"Execution accuracy, rule {results['rule']}, with 95 % intervals "
        f"({equal[0]['headline']['method']}). The same schema text ({common['schema_text']}), "
        f"budget, decoding ({_decoding_words(common)}) and extraction for all.",
    )
    return Section(heading="On equal terms", text=text, grids=(_table(results, equal),))


def _decoding_words(common: Row) -> str:
    how = "greedy" if common["beams"] == 1 else f"{common['beams']} beams"
    if common["temperature"]:
        how = f"temperature {common['temperature']}"
    several = "" if common["candidates"] == 1 else f", {common['candidates']} candidates"
    held = ", constrained to the schema" if common["constrained"] else ""
    return f"{how}{several}{held}, at most {common['max_output_tokens']} tokens"


def _at_their_best(results: Row) -> list[Section]:
    other = [row for row in results["predictors"] if row["unequal"]]
    if not other:
        return []
    text = ("Predictors with settings of their own; they are not on equal terms with those above.",)
    return [
        Section(heading="Each at its best", text=text, grids=(_table(results, other, own=True),))
    ]


def _table(results: Row, rows: Sequence[Row], *, own: bool = False) -> Grid:
    tuned = best_tuned(results)
    against = {pair["first"]: pair for pair in results["paired"]}
    columns = ["predictor", "execution accuracy", f"against {results['best_baseline']}"]
    columns += ["valid", "runs", "prompt tokens", "tokens written", "seconds"]
    if own:
        columns.append("settings")
    found: list[tuple[object, ...]] = []
    for row in rows:
        usage, rate = row["usage"], row["headline"]
        pair = against.get(row["name"])
        cells: list[object] = [
            row["name"],
            Span(
                share=rate["rate"],
                low=rate["low"],
                high=rate["high"],
                shown=rate_words(rate),
                tone="good" if row["name"] == tuned else "plain",
            ),
            "" if pair is None else _difference(pair),
            _number(share_words(row["valid"])),
            _number(share_words(row["runs"])),
            _number(number_words(usage["prompt_tokens_mean"])),
            _number(number_words(usage["output_tokens_mean"])),
            _number(number_words(usage["seconds_mean"])),
        ]
        found.append((*cells, settings_words(row["unequal"])) if own else tuple(cells))
    return Grid(columns=tuple(columns), rows=found)


def _number(text: str) -> Tinted:
    """A figure that stands to the right, as the others of its column do."""
    return Tinted(share=None, shown=text)


def _difference(pair: Row) -> Difference:
    return Difference(
        value=pair["difference"],
        low=pair["low"],
        high=pair["high"],
        shown=f"{100 * pair['difference']:+.1f}",
    )


def _differences(results: Row) -> list[Section]:
    if not results["paired"]:
        return []
    rows = [
        (
            pair["first"],
            points_words(pair),
            len(pair["gained"]),
            len(pair["lost"]),
            p_words(pair["p_value"]),
        )
        for pair in results["paired"]
    ]
    method = results["paired"][0]["method"]
    grid = Grid(columns=("predictor", "difference", "gained", "lost", "McNemar"), rows=rows)
    text = (
        f"Paired on the same questions against {results['best_baseline']}, the best prompting; "
        f"95 % intervals ({method}).",
    )
    return [Section(heading="Differences", text=text, grids=(grid,))]


def _rules(results: Row) -> Section:
    rules = list(results["predictors"][0]["accuracy"])
    grid = Grid(
        columns=("predictor", *rules),
        rows=[
            (row["name"], *(tinted(row["accuracy"][rule]) for rule in rules))
            for row in results["predictors"]
        ],
    )
    text = (
        "The same predictions under four rules of comparison: a published figure means little "
        "without its rule.",
    )
    return Section(heading="By rule", text=text, grids=(grid,))


def _confidence(results: Row) -> list[Section]:
    curves = {
        row["name"]: [(point["coverage"], point["accuracy"]) for point in row["risk_coverage"]]
        for row in results["predictors"]
        if row["risk_coverage"]
    }
    if not curves:
        return []
    svg = lines(curves, x="share of questions answered", y="accuracy of those", bounded=(0, 1))
    caption = "What accuracy would be if only the most confident answers were given."
    sure = [row for row in results["predictors"] if row["calibration"]]
    return [
        Section(
            heading="Confidence",
            text=tuple(map(calibration_words, sure)),
            figures=(Figure(svg=svg, caption=caption), _reliability(sure)),
        )
    ]


def _reliability(sure: Sequence[Row]) -> Figure:
    found = {
        row["name"]: [
            (one["confidence"], one["hits"] / one["total"]) for one in row["calibration"]["bins"]
        ]
        for row in sure
    }
    svg = lines(found, x="confidence told", y="share right", bounded=(0, 1))
    return Figure(
        svg=svg, caption="Answers in ten groups of like confidence, and how many are right."
    )


def _costs(results: Row) -> list[Section]:
    priced = [row for row in results["predictors"] if row["usage"]["cost"] is not None]
    if not priced:
        return []
    grid = Grid(
        columns=("predictor", "cost of this run", "cost of 1,000 questions", "cost of tuning"),
        rows=[
            (
                row["name"],
                _number(number_words(row["usage"]["cost"])),
                _number(number_words(1000 * row["usage"]["cost_per_question"])),
                _number(number_words(row["usage"]["tuning_price"])),
            )
            for row in priced
        ],
    )
    grids = [grid]
    if results["break_even"]:
        rows = [
            (
                one["tuned"],
                one["baseline"],
                _number(number_words(1000 * one["saved_per_question"])),
                _number("never" if one["questions"] is None else f"{one['questions']:,.0f}"),
            )
            for one in results["break_even"]
        ]
        columns = ("tuned", "baseline", "saved on 1,000 questions", "cheaper after questions")
        grids.append(Grid(columns=columns, rows=rows))
    return [Section(heading="Costs", grids=tuple(grids))]


def _provenance(results: Row) -> Section:
    facts: list[tuple[object, ...]] = []
    sittings = [*(("written", one) for one in results["written"]), ("scored", results["scored"])]
    for what, record in sittings:
        packages = ", ".join(f"{name} {version}" for name, version in record["packages"].items())
        facts += [
            (f"{what} by", " ".join(record["command"])),
            ("at commit", f"{record['commit']}{', with changes' if record['dirty'] else ''}"),
            ("on", f"{record['machine']}, {record['cpu_count']} CPUs, Python {record['python']}"),
            ("with", packages),
        ]
    facts += [
        *((f"data {path}", digest) for path, digest in results["datasets"].items()),
        ("split", results["split"] or "test where there is one"),
        ("sample", f"{results['sample'] or 'all'}, seed {results['sample_seed']}"),
    ]
    models = Grid(
        columns=(
            "predictor",
            "model",
            "adapter",
            "layout",
            "prompts",
            "strategy",
            "written together",
        ),
        rows=[
            (
                row["name"],
                row["model"],
                row["adapter"] or "",
                row["layout"],
                row["prompt_fingerprint"],
                row["strategy"],
                row["usage"]["written_together"],
            )
            for row in results["predictors"]
        ],
    )
    note = (
        "Seconds are of writing, on average over a question; of prompts written together, each has "
        "an equal share."
    )
    return Section(
        heading="How this was measured",
        text=(note,),
        grids=(models,),
        blocks=(
            Fold(title="Circumstances", blocks=(Grid(columns=("what", "value"), rows=facts),)),
        ),
    )
