"""Which questions of which datasets are asked: the same for every predictor of a run."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from sqlft.data.places import DEMO, datasets_at
from sqlft.errors import InputError
from sqlft.evaluate.question import Engine, Question, read_questions
from sqlft.examples import Dataset

TEST = "test"
ALL = "all"


def datasets_of(paths: Sequence[Path]) -> tuple[Dataset, ...]:
    """The datasets at the paths; of a folder of several, all but the demo's few questions.

    Raises:
        InputError: there is none, or one is damaged.
    """
    found = [
        described
        for path in paths
        for described in datasets_at(path)
        if described.name != DEMO or described.examples_path.parent == path
    ]
    if not found:
        raise InputError("no dataset is named")
    return tuple(found)


def selected(
    questions: Sequence[Question], *, split: str | None, sample: int | None, seed: int
) -> tuple[Question, ...]:
    """The questions of one dataset that are asked, in their order.

    Args:
        split: the split's name, or ``all``; none: ``test`` where any question has that split, so
            that nothing is measured on what was trained on.
        sample: so many, drawn with the seed: fewer are a part of more.

    Raises:
        InputError: no question has that split.
    """
    named = {question.example.split for question in questions}
    wanted = split or (TEST if TEST in named else ALL)
    kept = [one for one in questions if wanted == ALL or one.example.split == wanted]
    if not kept:
        raise InputError(
            f"no question is of the split {wanted}",
            hint=f"there are: {', '.join(sorted(filter(None, named))) or 'none named'}",
        )
    if sample is None or sample >= len(kept):
        return tuple(kept)
    order = list(range(len(kept)))
    random.Random(seed).shuffle(order)
    return tuple(kept[place] for place in sorted(order[:sample]))


def questions_of(
    paths: Sequence[Path],
    *,
    files: Sequence[str] = (),
    engine: Engine | None = None,
    split: str | None = None,
    sample: int | None = None,
    seed: int = 0,
) -> tuple[Question, ...]:
    """The questions that are asked; the sample is drawn of each dataset by itself.

    Raises:
        InputError: a dataset cannot be read, has no such split, or two share an id.
    """
    found: list[Question] = []
    for path in paths:
        in_spider_layout = path.is_dir() and (path / "database").is_dir()
        places = [path] if in_spider_layout else [_place(one) for one in datasets_of([path])]
        for place in places:
            whole = read_questions(place, files=files, engine=engine)
            found += selected(whole, split=split, sample=sample, seed=seed)
    ids = [question.example.id for question in found]
    if len(set(ids)) < len(ids):
        twice = next(one for one in ids if ids.count(one) > 1)
        raise InputError(f"two of the datasets have a question with the id {twice!r}")
    return tuple(found)


def _place(described: Dataset) -> Path:
    path = described.examples_path
    return path.parent if path.name == "examples.jsonl" else path
