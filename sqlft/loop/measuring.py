"""The adapter beside prompting alone, on questions that were not taught."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlft.config import Decoding, ModelChoice, Progress
from sqlft.config.evaluation import Asking, Evaluation
from sqlft.evaluate import Predictor
from sqlft.evaluate.evaluation import configured, evaluate
from sqlft.evaluate.generators import generators
from sqlft.loop.adaptation import Plan
from sqlft.loop.own_pairs import TEST
from sqlft.model.adapters import NO_ADAPTER

BASELINES = ("bare", "few-shot:bm25", "rag")
ADAPTER, SHIPPED, BEFORE = "adapter", "as asked", "before"


def measured_sides(plan: Plan) -> tuple[Predictor, ...]:
    """Who is asked: the base with each prompting strategy, the adapter that training went on from,
    the new one on equal terms, and the new one as ``sqlft ask`` has it."""
    options = plan.options
    base = ModelChoice(model=options.model, adapter=NO_ADAPTER, device=options.device)
    equal = Decoding(constrained=False)
    found = [
        Predictor(name=name, choice=base, decoding=equal, asking=Asking(strategy=name))
        for name in BASELINES
    ]

    def tuned(name: str, adapter: Path, decoding: Decoding) -> Predictor:
        choice = replace(base, adapter=str(adapter))
        return Predictor(name=name, choice=choice, decoding=decoding, asking=Asking(strategy="rag"))

    if plan.start is not None:
        found.append(tuned(BEFORE, plan.start, equal))
    found.append(tuned(ADAPTER, plan.folder.adapter, equal))
    found.append(tuned(SHIPPED, plan.folder.adapter, Decoding()))
    return tuple(found)


def measure(plan: Plan, *, progress: Progress | None = None) -> None:
    """Writes the evaluation's folder, or goes on with it.

    The user's own questions of the split ``test`` are asked where there are any, else made ones:
    of shapes that none of the taught ones has.

    Raises:
        InputError: a dataset cannot be read.
        ModelError: a model cannot be loaded.
    """
    folder, sides = plan.folder, measured_sides(plan)
    options = Evaluation(
        split=TEST,
        sample=plan.options.questions,
        sample_seed=plan.options.seed,
        rule="strict",
        pool=str(folder.parts / "train"),
        in_domain=True,
    )
    config = configured([asked_dataset(plan)], sides, options)
    evaluate(config, folder.evaluation, generators(sides, progress), progress=progress)


def asked_dataset(plan: Plan) -> Path:
    """The dataset whose questions are asked."""
    own = plan.folder.checked / "own-test"
    return own if own.is_dir() else plan.folder.parts / TEST
