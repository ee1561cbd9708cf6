"""A recipe in the words of transformers' Trainer."""

from __future__ import annotations

import os

from transformers import TrainingArguments

from sqlft.config import Recipe
from sqlft.model.quiet import quiet
from sqlft.train.run_folder import RunFolder


def trainer_arguments(
    recipe: Recipe, device: str, folder: RunFolder, batches: int
) -> TrainingArguments:
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
