"""One adapter in the forms that it is served in, on the same questions."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from sqlft.config import ModelChoice, Progress
from sqlft.evaluate import Judgement, Prediction, Question, rules_with, score
from sqlft.loop.answering import predictions
from sqlft.model import LoadedModel, load_model

BASE, ADAPTER, MERGED, NF4 = "base", "adapter", "merged", "4-bit"


def judged_variants(
    base: str,
    adapter: Path,
    layout_name: str,
    questions: Sequence[Question],
    *,
    rule: str,
    progress: Progress | None = None,
) -> dict[str, tuple[Judgement, ...]]:
    """The judgements of the base alone, with the adapter, merged, and over 4-bit weights.

    One is in memory at a time. Without bitsandbytes there is no 4-bit form.

    Args:
        base: the adapter's base model.
        layout_name: the layout that all are asked in.
    """
    said: dict[str, tuple[Prediction, ...]] = {}
    for name, loaded in _variants(base, adapter, layout_name, progress):
        said[name] = _said(loaded, questions, name, progress)
        del loaded
        gc.collect()
    return score(questions, said, rules_with(), rule, progress=progress)


def _variants(
    base: str, adapter: Path, layout_name: str, progress: Progress | None
) -> Iterator[tuple[str, LoadedModel]]:
    from sqlft.model.merge import merged

    def loaded(adapter_path: str, quantize: str = "none") -> LoadedModel:
        choice = ModelChoice(
            model=base, adapter=adapter_path, layout=layout_name, quantize=quantize
        )
        return load_model(choice, progress=progress)

    yield BASE, loaded("none")
    yield ADAPTER, loaded(str(adapter))
    yield MERGED, merged(loaded(str(adapter)))
    if find_spec("bitsandbytes") is not None:
        yield NF4, loaded(str(adapter), "nf4")


def _said(
    loaded: LoadedModel, questions: Sequence[Question], name: str, progress: Progress | None
) -> tuple[Prediction, ...]:
    from sqlft.generate import LocalGenerator

    def told(message: str, share: float | None) -> None:
        if progress is not None:
            progress(f"{name}: {message}", share)

    return predictions(questions, LocalGenerator(loaded), progress=told)


def differing(judged: dict[str, tuple[Judgement, ...]], rule: str) -> tuple[str, ...]:
    """The ids of questions whose outcome the adapter's forms do not agree on."""
    forms = [judged[name] for name in judged if name != BASE]
    found = []
    for same in zip(*forms, strict=True):
        if len({one.matches.get(rule) for one in same}) > 1:
            found.append(same[0].question.example.id)
    return tuple(found)
