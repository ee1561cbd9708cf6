"""The loss on answers, with logits only where it is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch

from sqlft.train.batch import visible
from sqlft.train.shared_prefix import knows_shapes


def answer_loss(model: Any, batch: Mapping[str, Any]) -> torch.Tensor:
    """The sum over all answer tokens of their negative log-probability, in nats.

    Args:
        model: a causal LM of transformers, bare or with PEFT or a distributed wrapper around it.
        batch: as ``sqlft.train.batch.tensors`` makes it.
    """
    with _logits_at(model, batch["targets_at"]):
        read = model(
            input_ids=batch["input_ids"],
            position_ids=batch["position_ids"],
            use_cache=False,
            **_visible(model, batch),
        )
    return torch.nn.functional.cross_entropy(
        read.logits[0].float(), batch["shift_labels"], reduction="sum"
    )


@contextmanager
def _logits_at(model: Any, places: torch.Tensor) -> Iterator[None]:
    """Within, the model's logits are (1, n, vocabulary): at n places of (rows * length) only.

    Of an embedded model's tokens a tenth are answers, and logits over 49,152 tokens cost as much as
    five of its layers. What a model does to its logits, such as scaling, stays its own affair.
    """

    def chosen(_: Any, given: tuple[torch.Tensor, ...]) -> tuple[torch.Tensor, ...]:
        hidden, *others = given
        return (hidden.flatten(0, 1)[places][None], *others)

    inner = getattr(model, "module", model)
    handle = inner.get_output_embeddings().register_forward_pre_hook(chosen)
    try:
        yield
    finally:
        handle.remove()


def _visible(model: Any, batch: Mapping[str, Any]) -> dict[str, Any]:
    """What sees what, as the model's attention takes it."""
    mask = visible(batch["segments"])
    inner = getattr(model, "module", model)
    if knows_shapes(inner):
        return {"attention_mask": mask, "row_shapes": batch["row_shapes"]}
    if getattr(inner.config, "_attn_implementation", None) == "sdpa":
        return {"attention_mask": mask}
    added = torch.zeros(mask.shape, dtype=torch.float32, device=mask.device)
    return {"attention_mask": added.masked_fill_(~mask, torch.finfo(torch.float32).min)}
