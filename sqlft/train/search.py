"""A search for a recipe's numbers: many trainings, the worse ones cut short, the best confirmed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlft.config import ModelChoice, Progress, Recipe, home
from sqlft.errors import InputError, ModelError
from sqlft.examples import dataset
from sqlft.model import load_model
from sqlft.prompt import layout
from sqlft.train.callbacks import At
from sqlft.train.course import Course, taught
from sqlft.train.exercise import exercises
from sqlft.train.history import Look
from sqlft.train.hook import Hook
from sqlft.train.material import sampled
from sqlft.train.plan import Share, plan
from sqlft.train.run_folder import runs_folder
from sqlft.train.supervised import mean_loss
from sqlft.train.training import train

if TYPE_CHECKING:
    import optuna

T = TypeVar("T")
HookOf = Callable[[Recipe], Hook | None]

RANKS = (4, 8, 16, 32, 64)
PACKS = (4, 8, 16, 32)
LEAST_TRIALS = 4
"""Trials before the first is cut short: what is normal must be known."""


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """One recipe on questions that the search did not see."""

    name: str
    """``winner``, or ``recipe`` for the numbers that the search began with."""
    values: dict[str, float | int]
    loss: float
    hits: int | None = None
    total: int | None = None


@dataclass(frozen=True, kw_only=True)
class Searched:
    """What a search found."""

    folder: Path
    trials: int
    pruned: int
    confirmed: tuple[Confirmed, ...]
    """The winner, and the recipe as it was; one alone where the recipe itself won."""
    adapter: Path
    """The winner's."""


def searches_folder() -> Path:
    """Where searches lie."""
    return home() / "runs" / "tune"


def search(
    recipe: Recipe,
    *,
    trials: int,
    hook_of: HookOf = lambda recipe: None,
    confirming_hook_of: HookOf = lambda recipe: None,
    told: Callable[[int, At], None] | None = None,
    progress: Progress | None = None,
) -> Searched:
    """Trains the recipe with other numbers, so many times in all, and confirms the best.

    Learning rate, rank, alpha, dropout, epochs and questions a prefix are searched; the first
    trial has the recipe's own. Trials are kept in an SQLite file: an interrupted search of that
    name goes on. A trial whose looks are worse than the median of earlier ones is cut short.

    Args:
        hook_of, confirming_hook_of: measure execution accuracy on the validation sample, and on
            questions outside it.
        told: the trial's number, and where its training stands.

    Raises:
        InputError: the recipe has no validation set, or one that is too small to confirm with.
        ModelError: optuna is not installed, or as ``train``.
    """
    if recipe.validation.data is None or recipe.method != "lora":
        raise InputError("a search needs validation.data, and a recipe of method lora")
    confirming = confirming_of(_read(recipe), recipe.validation.examples)
    if not confirming:
        raise InputError(
            "the validation sample is the whole dataset: nothing is left to confirm with",
            hint="lower validation.examples",
        )
    name = recipe.run.name or "search"
    folder = searches_folder() / name
    folder.mkdir(parents=True, exist_ok=True)
    study = _study(folder, recipe)
    while (number := _finished(study)) < trials:
        _Trial(recipe, hook_of, told, progress, study).run(number)
    best = study.best_trial
    forms = {"winner": best, "recipe": study.trials[0]}
    if best.number == 0 or study.trials[0].value is None:
        del forms["recipe"]
    found = tuple(
        _confirmed(form, recipe, trial, confirming, confirming_hook_of)
        for form, trial in forms.items()
    )
    return Searched(
        folder=folder,
        trials=len(study.trials),
        pruned=sum(trial.state.name == "PRUNED" for trial in study.trials),
        confirmed=found,
        adapter=Path(best.user_attrs["adapter"]),
    )


def confirming_of(items: Sequence[T], examples: int) -> list[T]:
    """A sample as large of what the validation sample leaves.

    >>> seen = sampled("abcdef", "validation", 3)
    >>> set(confirming_of("abcdef", 3)) == set("abcdef") - set(seen)
    True
    """
    seen = {id(item) for item in sampled(items, "validation", examples)}
    rest = [item for item in items if id(item) not in seen]
    return sampled(rest, "confirm", examples)


def suggested(recipe: Recipe, trial: Any) -> Recipe:
    """The recipe with the numbers that an Optuna trial suggests.

    The learning rate is searched within a factor of four, epochs within two.
    """
    of, lora, packing = recipe.optimiser, recipe.lora, recipe.packing
    rate, epochs = of.learning_rate, of.epochs
    rank = trial.suggest_categorical("rank", sorted({*RANKS, lora.rank}))
    ratio = trial.suggest_categorical("alpha_ratio", sorted({1.0, 2.0, lora.alpha / lora.rank}))
    pack = trial.suggest_categorical(
        "questions_per_prefix", sorted({*PACKS, packing.questions_per_prefix})
    )
    return replace(
        recipe,
        lora=replace(
            lora,
            rank=rank,
            alpha=ratio * rank,
            dropout=trial.suggest_float("dropout", 0.0, max(0.1, lora.dropout)),
        ),
        optimiser=replace(
            of,
            learning_rate=trial.suggest_float("learning_rate", rate / 4, rate * 4, log=True),
            epochs=trial.suggest_float("epochs", epochs / 2, epochs * 2),
        ),
        packing=replace(packing, questions_per_prefix=pack),
    )


def _own(recipe: Recipe) -> dict[str, float | int]:
    """The recipe's numbers in the search's names."""
    return {
        "rank": recipe.lora.rank,
        "alpha_ratio": recipe.lora.alpha / recipe.lora.rank,
        "questions_per_prefix": recipe.packing.questions_per_prefix,
        "dropout": recipe.lora.dropout,
        "learning_rate": recipe.optimiser.learning_rate,
        "epochs": recipe.optimiser.epochs,
    }


def _study(folder: Path, recipe: Recipe) -> optuna.Study:
    try:
        import optuna
    except ImportError:
        raise ModelError("a search needs optuna", hint="pip install 'sqlft[tune]'") from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(
        storage=f"sqlite:///{folder / 'study.sqlite'}",
        study_name=folder.name,
        load_if_exists=True,
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=recipe.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=LEAST_TRIALS),
    )
    for trial in study.get_trials(deepcopy=False, states=[optuna.trial.TrialState.RUNNING]):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)  # it was killed
    if not study.trials:
        study.enqueue_trial(_own(recipe))
    return study


def _finished(study: optuna.Study) -> int:
    return sum(trial.state.name in ("COMPLETE", "PRUNED") for trial in study.trials)


class _Trial:
    """One training of a search."""

    def __init__(
        self,
        recipe: Recipe,
        hook_of: HookOf,
        told: Callable[[int, At], None] | None,
        progress: Progress | None,
        study: optuna.Study,
    ) -> None:
        self._recipe, self._hook_of = recipe, hook_of
        self._told, self._progress, self._study = told, progress, study

    def run(self, number: int) -> None:
        """Trains, and tells the study what came of it; an error leaves it to be tried again."""
        import optuna

        trial = self._study.ask()
        chosen = suggested(self._recipe, trial)
        name = f"{self._study.study_name}-{trial.number:03}"
        chosen = replace(chosen, run=replace(chosen.run, name=name))
        for leftover in (runs_folder() / name, runs_folder() / f"{name}.partial"):
            shutil.rmtree(leftover, ignore_errors=True)
        best_by = chosen.validation.best_by

        def told(at: At) -> None:
            if self._told is not None:
                self._told(number, at)
            if at.look is not None and at.step < at.steps:
                trial.report(at.look.value(best_by), at.step)
                if trial.should_prune():
                    raise optuna.TrialPruned

        try:
            made = train(chosen, hook=self._hook_of(chosen), told=told, progress=self._progress)
        except optuna.TrialPruned:
            shutil.rmtree(runs_folder() / f"{name}.partial", ignore_errors=True)
            self._study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            return
        found: Look = made.chosen or Look(step=0)
        trial.set_user_attr("adapter", str(made.adapter))
        self._study.tell(trial, found.value(best_by))


def _read(recipe: Recipe) -> list[Any]:
    of = recipe.validation
    every = dataset(Path(of.data or "")).examples()
    return [example for example in every if of.split in (None, example.split)]


def _confirmed(
    form: str, recipe: Recipe, trial: Any, confirming: Sequence[Any], hook_of: HookOf
) -> Confirmed:
    """The trial's adapter on questions that no trial was judged by."""
    choice = ModelChoice(
        model=recipe.base,
        adapter=trial.user_attrs["adapter"],
        layout=recipe.layout,
        device=recipe.device,
        quantize=recipe.quantize,
    )
    loaded = load_model(choice, dtype=recipe.dtype)
    described = dataset(Path(recipe.validation.data or ""))
    asked = list(exercises(described, ids={example.id for example in confirming}))
    found = taught(
        asked, layout(recipe.layout), loaded.tokenizer, max_tokens=recipe.packing.max_tokens
    )
    share = Share(numbers=range(len(found.lessons)), weight=1.0)
    course = Course(
        found,
        plan(found.lessons, [share], recipe.packing, epochs=1, seed=0),
        layout=layout(recipe.layout),
        tokenizer=loaded.tokenizer,
        max_tokens=recipe.packing.max_tokens,
        seed=0,
    )
    hook = hook_of(recipe)
    rate = None if hook is None else hook.measure(loaded.model, loaded.tokenizer, 0)
    return Confirmed(
        name=form,
        values=dict(trial.params),
        loss=mean_loss(loaded.model, course),
        hits=None if rate is None else rate.hits,
        total=None if rate is None else rate.total,
    )
