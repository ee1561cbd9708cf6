"""How much memory a training needs, before it is tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlft.config import Recipe
from sqlft.config.recipe import ALL_LINEAR

_MIB = 2**20
_NF4_BYTES = 0.5 + 1 / 64 + 1 / 1024
"""A weight's half byte, and its block's scale, quantised itself (QLoRA's double quantisation)."""
_ADAM_BYTES = 8
_ACTIVATIONS = 16
"""Values of hidden size that a layer keeps of a token for the backward pass, beside its MLP's."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """MiB by what they hold. Rough: kernels' workspaces and the allocator's slack are not in it."""

    weights_mib: float
    learning_mib: float
    """Trained weights in fp32, their gradients and the optimiser's state."""
    activations_mib: float
    logits_mib: float

    @property
    def total_mib(self) -> float:
        """All together."""
        return self.weights_mib + self.learning_mib + self.activations_mib + self.logits_mib

    def __str__(self) -> str:
        parts = {
            "weights": self.weights_mib,
            "what learns": self.learning_mib,
            "activations": self.activations_mib,
            "logits": self.logits_mib,
        }
        shown = ", ".join(f"{name} {mib:,.0f}" for name, mib in parts.items())
        return f"about {self.total_mib:,.0f} MiB ({shown})"


def estimate(
    recipe: Recipe, config: Any, *, weight_bytes: int, tokens: int, answers: int
) -> Estimate:
    """The memory of one step at its largest.

    Args:
        config: the base's, of transformers.
        weight_bytes: of one weight that is not quantised: 2 in bfloat16, 4 in float32.
        tokens: of the largest batch, padding included.
        answers: answer tokens in it, where logits are computed.
    """
    linear, adapter, others = counted(config, recipe)
    quantized = recipe.quantize == "nf4"
    weights = linear * (_NF4_BYTES if quantized else weight_bytes) + others * weight_bytes
    if recipe.method == "full":
        learning = (linear + others) * (4 + _ADAM_BYTES)  # the weights themselves are counted
        weights = (linear + others) * 4
    else:
        learning = adapter * (4 + 4 + _ADAM_BYTES)
    text = config.get_text_config()
    layer = _ACTIVATIONS * text.hidden_size + 4 * text.intermediate_size
    layers = text.num_hidden_layers
    kept = layers * text.hidden_size + layer
    if not recipe.optimiser.gradient_checkpointing:
        kept = layers * layer
    return Estimate(
        weights_mib=weights / _MIB,
        learning_mib=learning / _MIB,
        activations_mib=tokens * kept * weight_bytes / _MIB,
        logits_mib=answers * text.vocab_size * (weight_bytes + 4 + 4) / _MIB,
    )


def counted(config: Any, recipe: Recipe) -> tuple[int, int, int]:
    """Weights of linear layers but the last, of the adapter, and of everything else.

    The model is laid out without its weights.
    """
    import torch
    from transformers import AutoModelForCausalLM

    with torch.device("meta"):
        auto: Any = AutoModelForCausalLM
        model = auto.from_config(config)
    head = model.get_output_embeddings()
    linear = adapter = 0
    for name, module in model.named_modules():
        if not isinstance(module, torch.nn.Linear) or module is head:
            continue
        linear += module.weight.numel()
        targets = recipe.lora.target
        if targets == (ALL_LINEAR,) or name.rpartition(".")[2] in targets:
            adapter += recipe.lora.rank * (module.in_features + module.out_features)
    every = sum(parameter.numel() for parameter in model.parameters())
    return linear, adapter if recipe.method == "lora" else 0, every - linear
