"""A Llama's step without the framework around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from sqlft.generate.shared_attention import LEAST_SHARED, barred, can_share, shared_attention
from sqlft.generate.slots import Block, Slots


@dataclass(frozen=True, kw_only=True)
class Product:
    """Several linear maps of one input as one matrix, with what an adapter adds to their outputs.

    ``down`` (ranks, inputs) and ``up`` (ranks, outputs) are the adapter's, its scale in ``up``.
    """

    weight: torch.Tensor
    down: torch.Tensor | None = None
    up: torch.Tensor | None = None

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        made = functional.linear(x, self.weight)
        if self.down is None or self.up is None:
            return made
        return made + functional.linear(x, self.down) @ self.up


@dataclass(frozen=True, kw_only=True)
class _Layer:
    attention_norm: torch.Tensor
    qkv: Product
    out: Product
    mlp_norm: torch.Tensor
    gate_up: Product
    down: Product


@dataclass(frozen=True, kw_only=True)
class _At:
    """A layer's number, and what is the same for all layers of a block."""

    number: int
    turn: tuple[torch.Tensor, torch.Tensor]
    """Cosines and sines of the real tokens' positions, (tokens, 1, width)."""
    mask: torch.Tensor
    """The block's, for the heads that share a key."""
    real: torch.Tensor
    """(tokens,): the places of real tokens among rows * length."""
    block: Block


class Llama:
    """Reads blocks of tokens with a Llama's own weights: the same sums as transformers', in fewer
    and larger products.

    Queries, keys and values are one product here, gate and up another, and so are an adapter's
    parts of each; heads that share keys are read together, so that keys are not repeated; and keys
    and values are put where they stay instead of being joined anew in each step. A step of the
    embedded model over 8 rows of 400 tokens took about half of what transformers' modules take.

    Tried and left: int8 weights. With activations made int8, too, single products of the embedded
    model over 5 rows were about 2.5 times as quick as in bf16, but answers change; under bf16
    activations they were slower from 5 rows on.
    """

    def __init__(self, model: Any, adapter: str | None) -> None:
        causal = bare(model)
        config = causal.config
        self._decoder, self._eps = causal.model, config.rms_norm_eps
        self._heads, self._kv_heads = config.num_attention_heads, config.num_key_value_heads
        self._head = causal.lm_head.weight
        self._layers = [_layer(one, adapter) for one in causal.model.layers]

    @staticmethod
    def reads(model: Any, adapter: str | None) -> bool:
        """Whether the model is a Llama of plain weights, and the adapter a plain LoRA."""
        causal = bare(model)
        config = causal.config
        if config.model_type != "llama" or config.hidden_act != "silu":
            return False
        inner = [causal.lm_head, causal.model.embed_tokens]
        for one in causal.model.layers:
            inner += [*_attention(one), one.self_attn.o_proj, *_mlp(one), one.mlp.down_proj]
        return all(_is_plain(module, adapter) for module in inner) and _is_plain_linear(inner[0])

    def hidden(self, block: Block, slots: Slots) -> torch.Tensor:
        """What the last layer makes of each token, (rows, length, width); zeros for pads.

        Pads are no part of any product: where a grammar forces long runs upon a few rows, three of
        four places are pads.
        """
        rows, length = block.ids.shape
        real = block.real.flatten().nonzero()[:, 0]
        x = self._decoder.embed_tokens(block.ids.flatten()[real])
        cos, sin = self._decoder.rotary_emb(x, position_ids=block.positions.flatten()[real][None])
        turn = (cos[0, :, None], sin[0, :, None])
        group = self._heads // self._kv_heads
        mask = block.mask.repeat(1, 1, group, 1) if length > 1 else block.mask
        if can_share(x.device):
            mask = barred(mask, x.dtype)  # else PyTorch makes it anew in every layer
        for number, layer in enumerate(self._layers):
            normed = self._norm(x, layer.attention_norm)
            at = _At(number=number, turn=turn, mask=mask, real=real, block=block)
            x = x + layer.out(self._attend(layer.qkv(normed), at, slots))
            gate, up = layer.gate_up(self._norm(x, layer.mlp_norm)).chunk(2, dim=-1)
            x = x + layer.down(functional.silu(gate) * up)
        made = _spread(self._norm(x, self._decoder.norm.weight), real, rows * length)
        return made.view(rows, length, -1)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """(tokens, vocabulary) of what the last layer made of some tokens, (tokens, width)."""
        return functional.linear(hidden, self._head)

    def _attend(self, qkv: torch.Tensor, at: _At, slots: Slots) -> torch.Tensor:
        """(tokens, width) of the real tokens' queries, keys and values, (tokens, ...)."""
        block = at.block
        rows, length = block.ids.shape
        heads, kv_heads = self._heads, self._kv_heads
        split = qkv.view(len(qkv), heads + 2 * kv_heads, -1)
        turned = _turned(split[:, : heads + kv_heads], at.turn)
        keys, values = slots.put_real(
            at.number, turned[:, heads:], split[:, heads + kv_heads :], block, at.real
        )
        # (rows, KV heads, heads that share it x length, width)
        group = heads // kv_heads
        queries = _spread(turned[:, :heads], at.real, rows * length)
        queries = queries.view(rows, length, kv_heads, group, -1)
        queries = queries.permute(0, 2, 3, 1, 4).flatten(2, 3)
        if block.shared >= LEAST_SHARED and can_share(queries.device):
            found = shared_attention(queries, keys, values, at.mask, block.shared)
        else:
            found = functional.scaled_dot_product_attention(
                queries, keys, values, attn_mask=at.mask
            )
        found = found.view(rows, kv_heads, group, length, -1).permute(0, 3, 1, 2, 4)
        return found.flatten(2).flatten(0, 1)[at.real]

    def _norm(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self._eps)
        return weight * wide.to(x.dtype)


def bare(model: Any) -> Any:
    """The causal LM itself, whatever adapters are around its layers."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def _spread(of: torch.Tensor, real: torch.Tensor, places: int) -> torch.Tensor:
    """(tokens, ...) at their places of (places, ...); the others are zero."""
    if len(of) == places:
        return of
    return of.new_zeros((places, *of.shape[1:])).index_copy_(0, real, of)


def _turned(x: torch.Tensor, turn: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """Rotary positions as Llama has them: the two halves of each head make the turned pairs."""
    first, second = x.chunk(2, dim=-1)
    return x * turn[0] + torch.cat((-second, first), dim=-1) * turn[1]


def _attention(layer: Any) -> list[Any]:
    return [layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj]


def _mlp(layer: Any) -> list[Any]:
    return [layer.mlp.gate_proj, layer.mlp.up_proj]


def _layer(layer: Any, adapter: str | None) -> _Layer:
    return _Layer(
        attention_norm=layer.input_layernorm.weight,
        qkv=_product(_attention(layer), adapter),
        out=_product([layer.self_attn.o_proj], adapter),
        mlp_norm=layer.post_attention_layernorm.weight,
        gate_up=_product(_mlp(layer), adapter),
        down=_product([layer.mlp.down_proj], adapter),
    )


def _is_plain_linear(module: Any) -> bool:
    return type(module) is torch.nn.Linear and module.bias is None


def _is_plain(module: Any, adapter: str | None) -> bool:
    """A linear map without bias or an embedding, and around it nothing but a plain LoRA."""
    if _is_plain_linear(module) or type(module) is torch.nn.Embedding:
        return True
    if not hasattr(module, "lora_A") or not _is_plain_linear(module.base_layer):
        return False
    odd = adapter in module.lora_variant or module.lora_bias.get(adapter, False)
    return not module.merged and not odd


def _product(modules: Sequence[Any], adapter: str | None) -> Product:
    bases = [getattr(module, "base_layer", module) for module in modules]
    weight = _joined([base.weight for base in bases])
    adds = [_lora(module, adapter) for module in modules]
    if all(add is None for add in adds):
        return Product(weight=weight)
    ends = [0]
    for base in bases:
        ends.append(ends[-1] + base.weight.shape[0])
    downs = [add[0] for add in adds if add is not None]
    up = weight.new_zeros((sum(map(len, downs)), ends[-1]))
    row = 0
    for place, add in enumerate(adds):
        if add is not None:
            up[row : row + len(add[0]), ends[place] : ends[place + 1]] = add[1]
            row += len(add[0])
    return Product(weight=weight, down=torch.cat(downs).to(weight.dtype), up=up)


def _lora(module: Any, adapter: str | None) -> tuple[torch.Tensor, torch.Tensor] | None:
    """What the adapter adds to a map: (rank, inputs), and (rank, outputs) with its scale."""
    if adapter is None or adapter not in getattr(module, "lora_A", ()):
        return None
    down, up = module.lora_A[adapter].weight, module.lora_B[adapter].weight
    return down.detach(), (up.detach() * module.scaling[adapter]).T


def _joined(weights: Sequence[torch.nn.Parameter]) -> torch.Tensor:
    """The matrices below one another; the given ones become views of it, so that nothing is held
    twice."""
    if len(weights) == 1:
        return weights[0].detach()
    first = weights[0].detach()
    rows = sum(len(weight) for weight in weights)
    if _lie_in_line(weights):
        return first.as_strided((rows, first.shape[1]), first.stride())
    joined = torch.cat([weight.detach() for weight in weights])
    if not any(weight.requires_grad for weight in weights):  # what is trained stays put
        parts = torch.split(joined, [len(weight) for weight in weights])
        for weight, part in zip(weights, parts, strict=True):
            weight.data = part
    return joined


def _lie_in_line(weights: Sequence[torch.Tensor]) -> bool:
    address = weights[0].data_ptr()
    for weight in weights:
        same = weight.untyped_storage().data_ptr() == weights[0].untyped_storage().data_ptr()
        if not same or weight.data_ptr() != address or not weight.is_contiguous():
            return False
        address += weight.nbytes
    return True
