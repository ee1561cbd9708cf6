"""One training from recipe to adapter."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from transformers import TrainingArguments

from sqlft.config import ModelChoice, Progress, Recipe
from sqlft.errors import InputError
from sqlft.model import LoadedModel, load_model
from sqlft.model.adapter import adapter_folder
from sqlft.model.device import chosen_device
from sqlft.model.over import Over, as_lower
from sqlft.model.quiet import quiet
from sqlft.page import write_page
from sqlft.train.arguments import trainer_arguments
from sqlft.train.callbacks import At, Ender, Keeper, Load, Sealer
from sqlft.train.card import card, card_text
from sqlft.train.checkpoints import newest, step_of
from sqlft.train.curves import curves_page
from sqlft.train.faults import told_plainly
from sqlft.train.history import History, Look, read_history, write_history
from sqlft.train.hook import Hook
from sqlft.train.looking import Looking
from sqlft.train.plan import Batch
from sqlft.train.preparing import Prepared, course_of, prepared, variation
from sqlft.train.result import save_result
from sqlft.train.run_folder import (
    RunFolder,
    is_first_process,
    new_run,
    runs_folder,
    write_json,
)
from sqlft.train.supervised import SupervisedTrainer
from sqlft.train.trainable import made_trainable

WARM_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A training that is done."""

    folder: Path
    adapter: Path
    """The adapter's folder; of full tuning, the model's."""
    history: History
    chosen: Look | None
    """What was found of the weights that are kept."""
    ended: str | None
    """Why before its last step; none where it went on to there."""


def train(
    recipe: Recipe,
    *,
    resumed: RunFolder | None = None,
    hook: Hook | None = None,
    told: Callable[[At], None] | None = None,
    progress: Progress | None = None,
) -> Trained:
    """The recipe's training, from its beginning or from where it was interrupted.

    On a CPU the result of a resumed run equals, to the byte, that of one never interrupted.

    Args:
        resumed: the folder of an unfinished run with this recipe.
        hook: measures execution accuracy; needed where the recipe asks for it.
        told: where the training stands, after each step and look.

    Raises:
        InputError: the recipe, its data or the run's folder cannot be used; a loss is no number.
        ModelError: the base cannot be loaded, or memory or the disk is exhausted.
    """
    ready = prepared(recipe, progress=progress)
    device = chosen_device(recipe.device)
    folder = resumed or (new_run(recipe) if is_first_process() else _others_run(recipe))
    lock = folder.lock() if is_first_process() else None
    try:
        with told_plainly(folder.path, ready.estimate):
            return _trained(ready, device, folder, hook, told, progress)
    finally:
        if lock is not None:
            lock.release()


def _trained(
    ready: Prepared,
    device: str,
    folder: RunFolder,
    hook: Hook | None,
    told: Callable[[At], None] | None,
    progress: Progress | None,
) -> Trained:
    recipe = ready.recipe
    arguments = trainer_arguments(recipe, device, folder, len(ready.batches))
    over = _over(recipe, folder)
    loaded = _loaded(recipe, device, progress)
    model = made_trainable(loaded.model, recipe, loaded.tokenizer)
    start, history = _where(folder)
    course = course_of(ready, ready.material.what, _read(ready, arguments), vary=variation(ready))
    most = recipe.optimiser.max_minutes
    keeper = Keeper(folder.steps, history, _loads(ready, arguments), max_minutes=most, told=told)
    looking = Looking(ready, folder, hook, keeper, arguments)
    ender = Ender(
        keeper,
        max_minutes=most,
        patience=recipe.validation.patience,
        best_by=recipe.validation.best_by,
    )
    torch.manual_seed(recipe.seed)
    with quiet():
        trainer = SupervisedTrainer(
            model,
            arguments,
            course,
            look=looking if looking.wanted else None,
            time_used=ender.time_used if most else None,
            callbacks=[keeper, ender, Sealer(folder.checkpoints, recipe.run.keep)],
        )
        _without_chatter(trainer)
        if start is None and looking.wanted:
            trainer.evaluate()
        trainer.train(resume_from_checkpoint=None if start is None else str(start))
        if looking.wanted and not _looked_at(keeper, trainer.state.global_step):
            trainer.evaluate()
    return _finished(ready, folder, loaded, trainer, keeper, hook, ender.why, over)


def _finished(
    ready: Prepared,
    folder: RunFolder,
    loaded: LoadedModel,
    trainer: SupervisedTrainer,
    keeper: Keeper,
    hook: Hook | None,
    ended: str | None,
    over: Over | None,
) -> Trained:
    """Keeps the best weights with their card, and gives the folder its name."""
    recipe = ready.recipe
    history = History(steps=tuple(keeper.steps), looks=tuple(keeper.looks))
    chosen = history.looks[-1] if history.looks else None
    if ready.material.validation is not None:
        chosen = history.best(recipe.validation.best_by)
    done = folder.path.with_name(folder.name)
    if not trainer.is_world_process_zero():
        return _result(done, history, chosen, ended)
    shutil.rmtree(folder.result, ignore_errors=True)
    if folder.best.is_dir():
        shutil.copytree(folder.best, folder.result)
    else:
        save_result(trainer.accelerator.unwrap_model(trainer.model), folder.result, recipe)
    if recipe.method == "full":
        ready.tokenizer.save_pretrained(folder.result)
    made = card(
        recipe,
        ready.material,
        history,
        tokenizer=ready.tokenizer,
        base_digest=loaded.digest,
        over=over,
        chosen=chosen,
        hook=hook,
    )
    write_json(folder.result / "card.json", made)
    (folder.result / "card.md").write_text(card_text(made, folder.name), encoding="utf-8")
    write_page(folder.page, curves_page(folder.name, recipe, ready.material, history))
    return _result(folder.finish(), history, chosen, ended)


def _result(done: Path, history: History, chosen: Look | None, ended: str | None) -> Trained:
    return Trained(
        folder=done, adapter=done / "adapter", history=history, chosen=chosen, ended=ended
    )


def _read(ready: Prepared, arguments: TrainingArguments) -> tuple[Batch, ...]:
    """The batches that are read: with more, a run resumed at its end would take a step too many."""
    each = arguments.world_size * arguments.gradient_accumulation_steps
    return ready.batches[: arguments.max_steps * each]


def _loads(ready: Prepared, arguments: TrainingArguments) -> list[Load]:
    """What each step reads."""
    size = arguments.world_size * arguments.gradient_accumulation_steps
    lessons = ready.material.what.lessons
    found = []
    for start in range(0, len(ready.batches), size):
        packs = [pack for batch in ready.batches[start : start + size] for pack in batch]
        own = sum(lessons[n].tokens - len(lessons[n].prefix) for pack in packs for n in pack)
        shared = sum(len(lessons[pack[0]].prefix) for pack in packs)
        found.append(Load(tokens=own + shared, examples=sum(map(len, packs))))
    return found


def _others_run(recipe: Recipe) -> RunFolder:
    """The folder that the first process makes."""
    folder = RunFolder(path=runs_folder() / f"{recipe.run.name or 'run'}.partial")
    deadline = time.monotonic() + 600
    while not folder.recipe.is_file() and time.monotonic() < deadline:
        time.sleep(0.1)
    return folder


def _over(recipe: Recipe, folder: RunFolder) -> Over | None:
    """The adapter that is learnt over: the very same as when the run began.

    Raises:
        InputError: it is not there, or has changed since.
        ModelError: nothing can be learnt over it.
    """
    if recipe.over_adapter is None:
        return None
    found = as_lower(adapter_folder(recipe.over_adapter))
    if folder.over.is_file():
        began = Over(**json.loads(folder.over.read_text(encoding="utf-8")))
        if began.sha256 != found.sha256:
            raise InputError(
                f"the adapter {recipe.over_adapter} is not the one that this run began with, "
                f"{began}",
                hint="put that one back, or begin anew",
            )
    elif is_first_process():
        write_json(folder.over, asdict(found))
    return found


def _loaded(recipe: Recipe, device: str, progress: Progress | None) -> LoadedModel:
    choice = ModelChoice(
        model=recipe.base, layout=recipe.layout, device=device, quantize=recipe.quantize
    )
    return load_model(choice, dtype=recipe.dtype, progress=progress)


def _where(folder: RunFolder) -> tuple[Path | None, History]:
    """The checkpoint to go on from, and what had happened until then."""
    found, damaged = newest(folder.checkpoints)
    if is_first_process():
        for path in damaged:
            shutil.rmtree(path, ignore_errors=True)
        history = read_history(folder.steps).until(-1 if found is None else step_of(found))
        write_history(folder.steps, history)
        return found, history
    return found, read_history(folder.steps).until(-1 if found is None else step_of(found))


def _looked_at(keeper: Keeper, step: int) -> bool:
    return any(look.step == step for look in keeper.looks)


def _without_chatter(trainer: SupervisedTrainer) -> None:
    """The Trainer's own lines on standard output: the keeper tells what there is to tell."""
    from transformers import PrinterCallback

    trainer.remove_callback(PrinterCallback)
