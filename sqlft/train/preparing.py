"""What is known of a training before its weights are loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlft.config import Progress, Recipe
from sqlft.model.adapter import adapter_folder
from sqlft.model.over import as_lower, check_stands_alone
from sqlft.model.tokenizer import load_config, load_tokenizer
from sqlft.prompt import Layout, layout
from sqlft.train.augment import augmented
from sqlft.train.course import Course, Taught, Vary
from sqlft.train.estimate import Estimate, estimate
from sqlft.train.exercise import Exercise
from sqlft.train.material import Material, material
from sqlft.train.plan import Batch, plan

WARM_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}


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
        InputError: the data cannot be read or taught, or there is no such base, adapter or layout.
        ModelError: the base cannot be fetched or read, or nothing can be built on the adapter.
    """
    chosen = layout(recipe.layout)
    if recipe.init_adapter is not None:
        check_stands_alone(adapter_folder(recipe.init_adapter))
    if recipe.over_adapter is not None:
        as_lower(adapter_folder(recipe.over_adapter))
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
        needs=lambda number: found.what.exercises[number].needed_tables,
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


def _largest(what: Taught, batches: Sequence[Batch]) -> tuple[int, int]:
    """Tokens, with padding, and answer tokens of the batch that has the most."""

    def length(pack: Sequence[int]) -> int:
        first = what.lessons[pack[0]].prefix
        return len(first) + sum(what.lessons[n].tokens - len(first) for n in pack)

    def size(batch: Batch) -> tuple[int, int]:
        answers = sum(len(what.lessons[n].answer) for pack in batch for n in pack)
        return len(batch) * max(map(length, batch)), answers

    return max(map(size, batches))


def course_of(
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


def variation(ready: Prepared) -> Vary | None:
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
