"""The training of an adaptation: as much as its minutes hold, at the pace of this machine."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlft.config import Progress, Recipe, read_recipe
from sqlft.config.recipe import Source
from sqlft.examples import dataset
from sqlft.loop.adaptation import LAYOUT, Plan
from sqlft.model.quiet import quiet

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlft.train.callbacks import At

RECIPE = "smollm2-135m-lora"
_TOGETHER, _ALIKE, _DROPPED, _SHUFFLED = 24, 0.8, 0.6, 0.5
"""Questions that share a reading of the schema; the examples of them that need the same tables; the
packs that lose what they do not need, which is quicker to read; those whose tables are in another
order: what is taught is to read the schema."""
_TRIED_STEPS, TRIED_MINUTES = 3, 0.2
"""The trial ends with the first step after so long."""
_MOST_EPOCHS = 4.0
_OWN_SHARE, _OWN_MOST = 0.25, 5.0
"""Pairs of the user's own are a fifth of what is read, if they need not be read more than so
often in an epoch."""
_PLANNED = 4.0
"""Steps that are planned, of those that the minutes hold at the pace of the trial: a machine that
gets quicker fills them, too. Time ends the training, and with it the learning rate comes to its
end."""
_ON_FROM_RATE = 5e-4
"""The learning rate of what goes on from an adapter: with 1.5e-3, 14 steps over `clinic` left the
loss of other pairs at 0.234, where it had been 0.229; with this it was 0.202 after 13."""
_CHECKPOINT_S = 120.0
LOOKS, _LOOKED_AT = 3, 32
"""Looks, the one before training included, at so many examples: two packs."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """What one step takes, and what it reads."""

    step_s: float
    step_examples: float

    def steps_in(self, minutes: float) -> int:
        """Steps that the minutes hold.

        >>> Pace(step_s=2.0, step_examples=16).steps_in(10)
        300
        """
        return max(1, int(minutes * 60 / self.step_s))


def teach(
    plan: Plan, *, told: Callable[[At], None] | None = None, progress: Progress | None = None
) -> None:
    """Trains, or goes on with the training that was interrupted.

    Raises:
        InputError: nothing can be taught, or the folder cannot be used.
        ModelError: the base cannot be loaded, or memory is exhausted.
    """
    with quiet():
        from sqlft.train import training
    from sqlft.train.run_folder import RunFolder, begun_run, unfinished_run

    partial = plan.folder.training.with_name("training.partial")
    if RunFolder(path=partial).recipe.is_file():
        folder, recipe = unfinished_run(str(partial))
    else:
        shutil.rmtree(partial, ignore_errors=True)
        recipe = _recipe(plan, _pace(plan, progress))
        folder = begun_run(partial, recipe)
    training.train(recipe, resumed=folder, told=told, progress=progress)


def _pace(plan: Plan, progress: Progress | None) -> Pace:
    """The pace of a few steps of the same kind, whose outcome is thrown away."""
    from sqlft.train import training
    from sqlft.train.run_folder import begun_run

    place = plan.folder.path / "pace"
    shutil.rmtree(place, ignore_errors=True)
    common = _common(plan)
    recipe = replace(
        common,
        data=(Source(path=str(plan.folder.parts / "test")),),  # small, and nothing of it stays
        optimiser=replace(common.optimiser, max_steps=_TRIED_STEPS, max_minutes=TRIED_MINUTES),
        run=replace(common.run, name="steps", checkpoint_steps=0),
    )
    done = training.train(
        recipe, resumed=begun_run(place / "steps.partial", recipe), progress=progress
    )
    shutil.rmtree(place, ignore_errors=True)
    steps = done.history.steps
    warm = steps[1:] or steps  # the first one is slower
    began_s = steps[0].seconds if len(steps) > 1 else 0.0
    return Pace(
        step_s=max(1e-3, (steps[-1].seconds - began_s) / len(warm)),
        step_examples=sum(step.examples for step in warm) / len(warm),
    )


def _common(plan: Plan) -> Recipe:
    """What does not depend on the pace."""
    recipe = read_recipe(RECIPE)
    room = max(recipe.packing.tokens_per_row, plan.schema_tokens + recipe.packing.tokens_per_row)
    packing = replace(
        recipe.packing,
        questions_per_prefix=_TOGETHER,
        alike_rate=_ALIKE,
        tokens_per_row=room,
        tokens_per_step=room,
        max_tokens=room,
    )
    begun = plan.start is not None
    rate = _ON_FROM_RATE if begun else recipe.optimiser.learning_rate
    return replace(
        recipe,
        base=plan.options.model,
        device=plan.options.device,
        layout=LAYOUT,
        seed=plan.options.seed,
        init_adapter=str(plan.start) if begun else None,
        optimiser=replace(recipe.optimiser, learning_rate=rate),
        packing=packing,
        mix=replace(recipe.mix, drop_rate=_DROPPED, shuffle_rate=_SHUFFLED),
    )


def _recipe(plan: Plan, pace: Pace) -> Recipe:
    """The recipe that fills the minutes and more: a part of the pairs, or several readings."""
    common, folder = _common(plan), plan.folder
    steps = pace.steps_in(plan.options.minutes)
    made, own = _count(folder.parts / "train"), _count(folder.checked / "own")
    own_weight = min(_OWN_MOST, max(1.0, _OWN_SHARE * made / own)) if own else 0.0
    readings = _PLANNED * steps * pace.step_examples
    left = max(1.0, readings - own_weight * own)
    sources = [Source(path=str(folder.parts / "train"), weight=min(1.0, left / made))]
    if own:
        sources.append(Source(path=str(folder.checked / "own"), weight=own_weight))
    epochs = min(_MOST_EPOCHS, max(1.0, readings / (made + own_weight * own)))
    optimiser = replace(common.optimiser, epochs=round(epochs, 3), max_minutes=plan.options.minutes)
    every = max(1, -(-steps // (LOOKS - 1)))
    validation = replace(
        common.validation,
        data=str(folder.parts / "choose"),
        examples=_LOOKED_AT,
        every_steps=every,
    )
    run = replace(
        common.run,
        name=plan.name,
        checkpoint_steps=max(1, round(_CHECKPOINT_S / pace.step_s)),
    )
    return replace(common, data=tuple(sources), optimiser=optimiser, validation=validation, run=run)


def _count(path: Path) -> int:
    return sum(1 for _ in dataset(path).examples()) if path.is_dir() else 0
