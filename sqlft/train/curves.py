"""The learning curves of a run as one page."""

from __future__ import annotations

from itertools import pairwise

from sqlft.config import Recipe
from sqlft.page import Figure, Grid, Section, lines, page
from sqlft.train.history import History, Look, Step
from sqlft.train.material import Material


def curves_page(name: str, recipe: Recipe, material: Material, history: History) -> str:
    """The page's HTML: loss, accuracy, learning rate and pace, and what they were measured on."""
    steps, looks = history.steps, history.looks
    losses = {"training": [(s.step, s.loss) for s in steps]}
    for label, key in (("validation", "loss"), ("general set", "general_loss")):
        points = [(k.step, getattr(k, key)) for k in looks if getattr(k, key) is not None]
        if points:
            losses[label] = points
    figures = [
        Figure(
            svg=lines(losses, x="step", y="nats an answer token"),
            caption="Loss on the answers.",
        )
    ]
    accuracy = [(k.step, 100 * k.accuracy) for k in looks if k.accuracy is not None]
    if accuracy:
        svg = lines({"accuracy": accuracy}, x="step", y="% of answers right", bounded=(0, 100))
        figures.append(Figure(svg=svg, caption="Execution accuracy on the validation sample."))
    rates = {"learning rate": [(s.step, s.learning_rate) for s in steps]}
    pace = {"pace": paces(steps)}
    figures += [
        Figure(svg=lines(rates, x="step", y="learning rate"), caption="Learning rate."),
        Figure(svg=lines(pace, x="step", y="tokens a second"), caption="Pace, padding aside."),
    ]
    return page(
        f"Training {name}",
        [
            Section(heading="Curves", figures=tuple(figures)),
            Section(heading="Looks", grids=(_looks(looks),)) if looks else _no_look(),
            Section(heading="Data", grids=(_data(material),), text=(_dropped(material),)),
            Section(heading="Recipe", grids=(_recipe(recipe),)),
        ],
    )


def _no_look() -> Section:
    return Section(heading="Looks", text=("No validation set was named.",))


def paces(steps: tuple[Step, ...]) -> list[tuple[float, float]]:
    """Tokens a second of each step; the first one's time is not known apart from the start's."""
    return [
        (now.step, now.tokens / (now.seconds - before.seconds))
        for before, now in pairwise(steps)
        if now.seconds > before.seconds
    ]


def _looks(looks: tuple[Look, ...]) -> Grid:
    columns = ("step", "validation loss", "right", "asked", "general loss", "seconds")
    rows = [(k.step, k.loss, k.hits, k.total, k.general_loss, round(k.seconds, 1)) for k in looks]
    return Grid(columns=columns, rows=rows)


def _data(material: Material) -> Grid:
    columns = ("role", "dataset", "split", "examples", "weight", "licence")
    rows = [
        (d.role, d.name, d.split, d.examples, d.weight, d.licence or "not stated")
        for d in material.datasets
    ]
    return Grid(columns=columns, rows=rows)


def _dropped(material: Material) -> str:
    found = ", ".join(f"{count:,} {reason}" for reason, count in material.dropped.items())
    return f"Not taught: {found or 'none'}."


def _recipe(recipe: Recipe) -> Grid:
    from sqlft.config.recipe_file import as_document

    rows: list[tuple[str | int | float | None, ...]] = []
    for key, value in as_document(recipe).items():
        if isinstance(value, dict):
            rows += [(f"{key}.{inner}", str(each)) for inner, each in value.items()]
        elif key != "data":
            rows.append((key, str(value)))
    return Grid(columns=("option", "value"), rows=rows)
