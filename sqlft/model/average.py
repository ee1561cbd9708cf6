"""Several adapters of one base as one: the mean of what they add to its weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from sqlft.errors import InputError, ModelError
from sqlft.model.adapter import CARD, adapter_folder, card_of
from sqlft.model.folder import written_in
from sqlft.model.over import Over, as_lower
from sqlft.record import record

if TYPE_CHECKING:
    import torch

_WEIGHTS = "adapter_model.safetensors"
_CONFIG = "adapter_config.json"
_DOWN, _UP = ".lora_A.", ".lora_B."
_OF_ONE = ("recipe", "over")
"""What a card says of one training alone."""
_TAUGHT = ("data", "taught_before")
_COUNTS = ("steps", "examples", "tokens", "seconds")
_MOST = 1e15
_SAME = ("base", "layout", "prompt_fingerprint")


@dataclass(frozen=True, kw_only=True)
class Average:
    """An adapter that is the mean of others."""

    folder: Path
    lost_share: float
    """Of the mean's squares, what its rank leaves out; the mean over all layers."""


def average(names: Sequence[str], out: Path, *, rank: int) -> Average:
    """The mean of several adapters, in ``out``, which appears whole or not at all.

    Weights that were tuned from one base lie close enough for their mean to be right more often
    than each of them ("model soups", Wortsman et al. 2022). The sum of low-rank products has the
    sum of their ranks; of it the ``rank`` largest singular directions are kept, which is the best
    that a matrix of that rank can be (Eckart and Young 1936).

    Args:
        names: folders or known adapters' names, two at least.

    Raises:
        InputError: something has the name of ``out``, or they cannot be put together.
        ModelError: one of them is damaged, or is more than a plain LoRA.
    """
    if len(names) < 2:
        raise InputError("the mean of one adapter is that adapter", hint="name two or more")
    if out.exists():
        raise InputError(f"{out} is there already", hint="give a folder that is not")
    folders = [adapter_folder(name) for name in names]
    named = [as_lower(folder) for folder in folders]
    cards = [card_of(folder) for folder in folders]
    odd = next((key for key in _SAME if len({str(card.get(key)) for card in cards}) > 1), None)
    if odd is not None:
        raise InputError(f"these adapters differ in their {odd.replace('_', ' ')}")
    weights, lost = _mean([_read(folder) for folder in folders], rank)
    with written_in(out.parent, hint="give a folder OUT where you can write"):
        partial = out.with_name(f"{out.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        try:
            partial.mkdir(parents=True)
            _write(partial, weights, _config(folders[0], rank))
            _write_json(partial / CARD, _card(named, cards, rank=rank, lost=lost))
            partial.rename(out)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return Average(folder=out, lost_share=lost)


@dataclass(frozen=True, kw_only=True)
class _Weights:
    """An adapter's matrices by name, and what their product is multiplied by."""

    by_name: Mapping[str, torch.Tensor]
    scale: float


def _read(folder: Path) -> _Weights:
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    config = _json(folder / _CONFIG)
    if config.get("rank_pattern") or config.get("alpha_pattern"):
        raise ModelError(f"the adapter {folder} has ranks of its own for some layers")
    rank, alpha = config.get("r"), config.get("lora_alpha")
    if not (_is_number(rank) and _is_number(alpha) and isinstance(rank, int) and rank > 0):
        raise ModelError(f"{folder / _CONFIG} does not say its r and lora_alpha as numbers")
    try:
        by_name = load_file(folder / _WEIGHTS)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"the adapter {folder} is damaged: {error}") from error
    wrong = _wrong_with(by_name, rank)
    if wrong is not None:
        raise ModelError(f"the adapter {folder} is damaged: {wrong}")
    return _Weights(
        by_name=by_name, scale=alpha / (rank**0.5 if config.get("use_rslora") else rank)
    )


def _wrong_with(by_name: Mapping[str, torch.Tensor], rank: int) -> str | None:
    """What of the weights is not two finite matrices of that rank a layer; none: nothing."""
    for name, matrix in by_name.items():
        other = name.replace(_DOWN, _UP) if _DOWN in name else name.replace(_UP, _DOWN)
        if other == name:
            return f"{name} is no part of a plain LoRA"
        if other not in by_name:
            return f"it has {name} without {other}"
        if matrix.dim() != 2 or matrix.shape[0 if _DOWN in name else 1] != rank:
            return f"{name} is not a matrix of rank {rank}"
        if not (matrix.is_floating_point() and matrix.float().isfinite().all()):
            return f"{name} holds numbers that are not finite"
    return None if by_name else "it has no weights"


def _is_number(value: Any) -> TypeGuard[float]:
    """Whether it is one, and of a size that something was counted or scaled by."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return plain and abs(value) < _MOST


def _mean(adapters: Sequence[_Weights], rank: int) -> tuple[dict[str, torch.Tensor], float]:
    """The mean's matrices, their scale one, and the share of its squares that is left out."""
    if len({tuple(sorted(one.by_name)) for one in adapters}) > 1:
        raise InputError("these adapters are for different layers")
    found: dict[str, torch.Tensor] = {}
    lost = []
    for name in sorted(adapters[0].by_name):
        if _DOWN not in name:
            continue
        other = name.replace(_DOWN, _UP)
        downs = [one.by_name[name] for one in adapters]
        ups = [one.by_name[other] for one in adapters]
        if len({(down.shape[1], up.shape[0]) for down, up in zip(downs, ups, strict=True)}) > 1:
            raise InputError("these adapters are for layers of different sizes")
        scaled = [up.float() * one.scale for one, up in zip(adapters, ups, strict=True)]
        down, up, left_out = _cut(downs, scaled, rank)
        found[name], found[other] = down.to(downs[0].dtype), up.to(ups[0].dtype)
        lost.append(left_out)
    return found, sum(lost) / len(lost)


def _cut(
    downs: Sequence[torch.Tensor], ups: Sequence[torch.Tensor], rank: int
) -> tuple[torch.Tensor, torch.Tensor, float]:
    """The mean of the products ``up @ down`` as one product of that rank.

    Args:
        downs: (rank of each, inputs); ``ups``: (outputs, rank of each).

    Returns:
        (rank, inputs), (outputs, rank), and the share of the mean's squares that is left out.
    """
    import torch

    up_basis, up = torch.linalg.qr(torch.cat(list(ups), 1) / len(ups))
    down_basis, down = torch.linalg.qr(torch.cat([one.float() for one in downs], 0).T)
    try:
        left, sizes, right = torch.linalg.svd(up @ down.T, full_matrices=False)
    except RuntimeError as error:  # a LinAlgError: some product is not finite
        raise ModelError("these adapters' weights are too large to be put together") from error
    root = sizes[:rank].sqrt()
    squares = sizes.square()
    share = float(squares[rank:].sum() / squares.sum().clamp(min=1e-30))
    made_down = (root[:, None] * right[:rank]) @ down_basis.T
    made_up = (up_basis @ left[:, :rank]) * root
    unused = max(0, rank - len(root))  # PEFT wants all layers to have the same
    pad = torch.nn.functional.pad
    return (
        pad(made_down, (0, 0, 0, unused)).contiguous(),
        pad(made_up, (0, unused)).contiguous(),
        share,
    )


def _config(first: Path, rank: int) -> dict[str, Any]:
    return {**_json(first / _CONFIG), "r": rank, "lora_alpha": rank, "use_rslora": False}


def _counts(card: Mapping[str, Any]) -> dict[str, float]:
    """How much the adapter was taught, as far as its card says it in numbers."""
    training = card.get("training") or {}
    return {key: n for key in _COUNTS if _is_number(n := training.get(key))}


def _card(
    named: Sequence[Over],
    cards: Sequence[Mapping[str, Any]],
    *,
    rank: int,
    lost: float,
) -> dict[str, Any]:
    """The first's card, with what all of them were taught, and which they are."""
    schemas = {card.get("schema_digest") for card in cards}
    counts = [_counts(card) for card in cards]
    return {
        **{key: value for key, value in cards[0].items() if key not in _OF_ONE},
        "record": record().as_dict(),
        "schema_digest": schemas.pop() if len(schemas) == 1 else None,
        "average_of": [asdict(one) for one in named],
        "rank": rank,
        "left_out_share": round(lost, 6),
        **{key: _once(one for card in cards for one in card.get(key) or ()) for key in _TAUGHT},
        **({"metrics": dict.fromkeys(cards[0]["metrics"])} if cards[0].get("metrics") else {}),
        "training": {key: sum(one.get(key, 0) for one in counts) for key in _COUNTS},
    }


def _once(items: Any) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


def _write(folder: Path, weights: Mapping[str, torch.Tensor], config: Mapping[str, Any]) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    try:
        save_file(dict(weights), folder / _WEIGHTS, metadata={"format": "pt"})
    except SafetensorError as error:  # of a full disk, too
        raise ModelError(f"cannot write in {folder.parent}: {error}") from error
    _write_json(folder / _CONFIG, config)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read") from error
    if not isinstance(found, dict):
        raise ModelError(f"{path} is not a JSON object")
    return found


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
