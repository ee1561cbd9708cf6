"""One training from recipe to adapter."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import TrainingArguments

from sqlft.config import ModelChoice, Progress, Recipe
from sqlft.model import LoadedModel, load_model
from sqlft.model.device import chosen_device
from sqlft.model.quiet import quiet
from sqlft.model.tokenizer import load_config, load_tokenizer
from sqlft.page import write_page
from sqlft.prompt import Layout, layout
from sqlft.train.augment import augmented
from sqlft.train.callbacks import At, Ender, Keeper, Load, Sealer
from sqlft.train.card import card, card_text
from sqlft.train.checkpoints import newest, step_of
from sqlft.train.course import Course, Taught, Vary
from sqlft.train.curves import curves_page
from sqlft.train.estimate import Estimate, estimate
from sqlft.train.exercise import Exercise
from sqlft.train.faults import told_plainly
from sqlft.train.history import History, Look, read_history, write_history
from sqlft.train.hook import Hook
from sqlft.train.material import Material, material
from sqlft.train.plan import Batch, Share, plan
from sqlft.train.result import save_result
from sqlft.train.run_folder import (
    RunFolder,
    is_first_process,
    new_run,
    runs_folder,
    write_json,
)
from sqlft.train.supervised import SupervisedTrainer, mean_loss
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


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Everything that is known of a training before its weights are loaded."""

    recipe: Recipe
    tokenizer: Any
    layout: Layout
    material: Material
    batches: tuple[Batch, ...]
    max_tokens: int
    """Of one example: the recipe's, or the model's context where that is shorter."""
    estimate: Estimate


def prepared(recipe: Recipe, *, progress: Progress | None = None) -> Prepared:
    """The recipe's data, packed, and what it will take.

    Raises:
        InputError: the data cannot be read or taught, or there is no such base or layout.
        ModelError: the base cannot be fetched or read.
    """
    chosen = layout(recipe.layout)
    tokenizer = load_tokenizer(recipe.base, progress=progress)
    config = load_config(recipe.base, progress=progress)
    context = getattr(config.get_text_config(), "max_position_embeddings", None)
    max_tokens = min(recipe.packing.max_tokens, context or recipe.packing.max_tokens)
    found = material(recipe, tokenizer, max_tokens=max_tokens, progress=progress)
    batches = plan(
        found.what.lessons,
        found.shares,
        recipe.packing,
        epochs=recipe.optimiser.epochs,
        seed=recipe.seed,
    )
    tokens, answers = _largest(found.what, batches)
    weight_bytes = 2 if recipe.dtype == "auto" else WARM_BYTES[recipe.dtype]
    return Prepared(
        recipe=recipe,
        tokenizer=tokenizer,
        layout=chosen,
        material=found,
        batches=batches,
        max_tokens=max_tokens,
        estimate=estimate(
            recipe, config, weight_bytes=weight_bytes, tokens=tokens, answers=answers
        ),
    )


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
    arguments = _arguments(recipe, device, folder, len(ready.batches))
    loaded = _loaded(recipe, device, progress)
    model = made_trainable(loaded.model, recipe, loaded.tokenizer)
    start, history = _where(folder)
    course = _course(ready, ready.material.what, _read(ready, arguments), vary=_vary(ready))
    keeper = Keeper(folder.steps, history, _loads(ready, arguments), told=told)
    looking = _Looking(ready, folder, hook, keeper, arguments)
    ender = Ender(
        keeper,
        max_minutes=recipe.optimiser.max_minutes,
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
            time_used=ender.time_used if recipe.optimiser.max_minutes else None,
            callbacks=[keeper, ender, Sealer(folder.checkpoints, recipe.run.keep)],
        )
        _without_chatter(trainer)
        if start is None and looking.wanted:
            trainer.evaluate()
        trainer.train(resume_from_checkpoint=None if start is None else str(start))
        if looking.wanted and not _looked_at(keeper, trainer.state.global_step):
            trainer.evaluate()
    return _finished(ready, folder, loaded, trainer, keeper, hook, ender.why)


def _finished(
    ready: Prepared,
    folder: RunFolder,
    loaded: LoadedModel,
    trainer: SupervisedTrainer,
    keeper: Keeper,
    hook: Hook | None,
    ended: str | None,
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


def _others_run(recipe: Recipe) -> RunFolder:
    """The folder that the first process makes."""
    folder = RunFolder(path=runs_folder() / f"{recipe.run.name or 'run'}.partial")
    deadline = time.monotonic() + 600
    while not folder.recipe.is_file() and time.monotonic() < deadline:
        time.sleep(0.1)
    return folder


def _loaded(recipe: Recipe, device: str, progress: Progress | None) -> LoadedModel:
    choice = ModelChoice(
        model=recipe.base, layout=recipe.layout, device=device, quantize=recipe.quantize
    )
    return load_model(choice, dtype=recipe.dtype, progress=progress)


def _arguments(recipe: Recipe, device: str, folder: RunFolder, batches: int) -> TrainingArguments:
    """The recipe in the Trainer's words."""
    of, every = recipe.optimiser, recipe.run.checkpoint_steps
    several = int(os.environ.get("WORLD_SIZE", "1")) > 1
    paged = of.name.startswith("paged") and device != "cuda"
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder.path / "tensorboard")
    with quiet():
        made = TrainingArguments(
            output_dir=str(folder.checkpoints),
            use_cpu=device == "cpu",
            seed=recipe.seed,
            num_train_epochs=1,  # the course holds all epochs
            per_device_train_batch_size=1,  # an item of the course is a batch
            gradient_accumulation_steps=recipe.packing.accumulate,
            learning_rate=of.learning_rate,
            lr_scheduler_type=of.schedule,
            weight_decay=of.weight_decay,
            max_grad_norm=of.max_grad_norm,
            optim="adamw_torch" if paged else of.name,
            neftune_noise_alpha=of.neftune_alpha or None,
            gradient_checkpointing=of.gradient_checkpointing,
            gradient_checkpointing_kwargs={"use_reentrant": False},
            logging_steps=1,
            logging_nan_inf_filter=False,
            save_strategy="steps" if every else "no",
            save_steps=every or 1,
            report_to=["tensorboard"] if recipe.run.tensorboard else [],
            disable_tqdm=True,
            remove_unused_columns=False,
            dataloader_pin_memory=device == "cuda",
            # A GPU is faster than one process can change schemas and tokenise them.
            dataloader_num_workers=min(12, (os.cpu_count() or 1) - 1) if device == "cuda" else 0,
            ddp_find_unused_parameters=False,
            ddp_backend="gloo" if device == "cpu" and several else None,
        )
    total = _steps(batches, made)
    made.max_steps = min(total, of.max_steps or total)  # a Trainer would read the course again
    made.warmup_steps = round(made.max_steps * of.warmup_ratio)
    if recipe.validation.data is not None or recipe.general.data is not None:
        made.eval_strategy = type(made.eval_strategy)("steps")
        made.eval_steps = recipe.validation.every_steps or max(1, round(total / of.epochs))
    return made


def _steps(batches: int, arguments: TrainingArguments) -> int:
    """Steps of the optimiser that the batches make, with every process of the run."""
    each: int = -(-batches // arguments.world_size)
    return -(-each // arguments.gradient_accumulation_steps)


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


def _largest(what: Taught, batches: Sequence[Batch]) -> tuple[int, int]:
    """Tokens, with padding, and answer tokens of the batch that has the most."""

    def length(pack: Sequence[int]) -> int:
        first = what.lessons[pack[0]].prefix
        return len(first) + sum(what.lessons[n].tokens - len(first) for n in pack)

    def size(batch: Batch) -> tuple[int, int]:
        answers = sum(len(what.lessons[n].answer) for pack in batch for n in pack)
        return len(batch) * max(map(length, batch)), answers

    return max(map(size, batches))


def _course(
    ready: Prepared, what: Taught, batches: Sequence[Batch], *, vary: Vary | None = None
) -> Course:
    return Course(
        what,
        batches,
        layout=ready.layout,
        tokenizer=ready.tokenizer,
        max_tokens=ready.max_tokens,
        seed=ready.recipe.seed,
        vary=vary,
    )


def _vary(ready: Prepared) -> Vary | None:
    """How packs are changed; none where every rate is zero."""
    mix = ready.recipe.mix
    if not any(vars(mix).values()):
        return None
    schemas = ready.material.schemas
    for one in ready.material.what.exercises:
        _ = one.needed  # here once, not again in every process that makes batches

    def vary(pack: Sequence[Exercise], rng: Any) -> Sequence[Exercise]:
        return augmented(pack, mix, rng, others=[s for s in schemas if s is not pack[0].schema])

    return vary


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


class _Looking:
    """What validation finds, kept in the history; the best weights are kept on the disk."""

    def __init__(
        self,
        ready: Prepared,
        folder: RunFolder,
        hook: Hook | None,
        keeper: Keeper,
        arguments: TrainingArguments,
    ) -> None:
        self._ready = ready
        self._folder = folder
        self._hook = hook if ready.recipe.validation.execution else None
        self._keeper = keeper
        self._arguments = arguments
        self._validation = self._read(ready.material.validation)
        self._general = self._read(ready.material.general)

    @property
    def wanted(self) -> bool:
        """There is something to look at."""
        return self._validation is not None or self._general is not None

    def _read(self, what: Taught | None) -> Course | None:
        if what is None or not what.lessons:
            return None
        share = Share(numbers=range(len(what.lessons)), weight=1.0)
        batches = plan(what.lessons, [share], self._ready.recipe.packing, epochs=1, seed=0)
        return _course(self._ready, what, batches)

    def __call__(self, model: Any, step: int) -> dict[str, float]:
        began = time.monotonic()
        state = torch.random.get_rng_state()
        found = self._look(model, step)
        torch.random.set_rng_state(state)
        look = replace(found, seconds=time.monotonic() - began)
        if self._arguments.process_index == 0:
            self._keep(model, look)
        values = {
            "eval_loss": look.loss,
            "eval_accuracy": look.accuracy,
            "eval_general_loss": look.general_loss,
        }
        return {name: value for name, value in values.items() if value is not None}

    def _look(self, model: Any, step: int) -> Look:
        loss = None if self._validation is None else mean_loss(model, self._validation)
        general = None if self._general is None else mean_loss(model, self._general)
        if self._hook is None or step == 0:  # a base that was not taught the layout says nothing
            return Look(step=step, loss=loss, general_loss=general)
        rate = self._hook.measure(model, self._ready.tokenizer, step)
        return Look(step=step, loss=loss, general_loss=general, hits=rate.hits, total=rate.total)

    def _keep(self, model: Any, look: Look) -> None:
        best_by = self._ready.recipe.validation.best_by
        before = History(looks=tuple(self._keeper.looks)).best(best_by)
        self._keeper.looked(look, self._arguments.max_steps)
        is_best = before is None or look.value(best_by) > before.value(best_by)
        if look.step > 0 and is_best and self._validation is not None:
            save_result(model, self._folder.best, self._ready.recipe)
        history = History(steps=tuple(self._keeper.steps), looks=tuple(self._keeper.looks))
        if history.steps:
            html = curves_page(self._folder.name, self._ready.recipe, self._ready.material, history)
            write_page(self._folder.page, html)
