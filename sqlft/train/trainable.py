"""A model made ready to be trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import linear

from sqlft.config.recipe import ALL_LINEAR, Lora, Recipe
from sqlft.model.adapter import adapter_folder, check_fingerprint, with_adapter
from sqlft.model.over import add_sum
from sqlft.model.quiet import quiet
from sqlft.train.shared_prefix import with_shared_prefix_attention

LEARNT = "default"
"""What PEFT calls the adapter that learns: under this name it is saved as a folder's own."""
LOWER = "lower"
"""What PEFT calls the adapter that stays as it is under the one that learns."""
_TOGETHER = "together"


class _CastingLinear(torch.nn.Linear):
    """A linear layer that computes in its input's type, whatever its weights are kept in."""

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        bias = None if self.bias is None else self.bias.to(input.dtype)
        return linear(input, self.weight.to(input.dtype), bias)


def with_lora(base: Any, lora: Lora) -> Any:
    """The base model with a new LoRA adapter, the only thing of it that learns.

    The adapter is kept in fp32, where small steps are not rounded away, and computes in the base's
    type: PEFT would cast every layer's input to fp32 instead, which on a CPU takes longer than the
    layer itself.
    """
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=lora.rank,
        lora_alpha=lora.alpha,  # type: ignore[arg-type]  # PEFT takes a float, and says int
        lora_dropout=lora.dropout,
        use_rslora=lora.rslora,
        target_modules=ALL_LINEAR if lora.target == (ALL_LINEAR,) else list(lora.target),
    )
    with quiet():  # PEFT asks transformers under names that are going out of use
        return casting(get_peft_model(base, config, autocast_adapter_dtype=True))


def casting(model: Any) -> Any:
    """The PEFT model, its LoRA layers computing in the type of what they are given."""
    from peft.tuners.lora import LoraLayer

    for layer in model.modules():
        if not isinstance(layer, LoraLayer):
            continue
        layer.cast_input_dtype_enabled = False
        for part in (*layer.lora_A.values(), *layer.lora_B.values()):
            if type(part) is torch.nn.Linear:
                part.__class__ = _CastingLinear
    return model


def made_trainable(base: Any, recipe: Recipe, tokenizer: Any) -> Any:
    """The base as the recipe trains it: whole, with a new adapter, or with one to go on from.

    On a CPU it attends to packs in the way that skips what is not seen.

    Raises:
        InputError: the adapter to go on from, or to learn over, is not there.
        ModelError: it does not fit the base, or was taught other prompts.
    """
    base = with_shared_prefix_attention(base)
    if recipe.method == "full":
        return base.train().requires_grad_(True)
    if recipe.init_adapter is not None:
        folder = adapter_folder(recipe.init_adapter)
        check_fingerprint(folder, recipe.layout, tokenizer)
        with quiet():
            return casting(with_adapter(base, folder, trainable=True))
    torch.manual_seed(recipe.seed)  # what LoRA's first matrices are drawn from
    model = with_lora(base, recipe.lora)
    if recipe.over_adapter is None:
        return model
    folder = adapter_folder(recipe.over_adapter)
    check_fingerprint(folder, recipe.layout, tokenizer)
    return _laid_over(model, folder)


def _laid_over(model: Any, folder: Path) -> Any:
    """The model with the folder's adapter under the one that learns, which alone is saved.

    What stays as it is is kept in the base's type, as it is when answers are written.
    """
    with quiet():
        model = casting(with_adapter(model, folder, key=LOWER))
    for module in model.modules():
        if LOWER in getattr(module, "lora_dropout", ()):
            module.lora_dropout[LOWER] = torch.nn.Identity()
    # Checkpoints, too: the Trainer takes up but one of several adapters that it finds in one.
    model.save_pretrained = partial(model.save_pretrained, selected_adapters=[LEARNT])
    return _with_both_active(model)


def _with_both_active(model: Any) -> Any:
    model.set_adapter(LEARNT)
    model.base_model.set_adapter([LEARNT, LOWER])
    model.set_requires_grad(LOWER, False)
    return model


@contextmanager
def as_one(model: Any) -> Iterator[str | None]:
    """Within it, all that is added to the base is one adapter, of this key in PEFT; none: there is
    no adapter."""
    if LOWER not in getattr(model, "peft_config", ()):
        yield model.active_adapter if hasattr(model, "peft_config") else None
        return
    with quiet():
        add_sum(model, (LEARNT, LOWER), _TOGETHER)
    casting(model)
    try:
        yield _TOGETHER
    finally:
        _with_both_active(model).delete_adapter(_TOGETHER)
        _with_both_active(model)
