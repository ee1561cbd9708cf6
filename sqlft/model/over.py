"""An adapter that was learnt over another: which one that was, where it lies, and both as one."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlft.config import bundled, home
from sqlft.errors import ModelError
from sqlft.model.adapter import card_of, with_adapter
from sqlft.model.folder import sha256_of

_WEIGHTS = "adapter_model.safetensors"
_SHOWN_DIGITS = 12
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Over:
    """The adapter that another was learnt over, as a card names it."""

    name: str
    """Its folder's, or its training's."""
    sha256: str
    """Of its weights."""

    def __str__(self) -> str:
        return f"{self.name} (sha256 {self.sha256[:_SHOWN_DIGITS]})"


def as_lower(folder: Path) -> Over:
    """How the adapter is named on the cards of those that are learnt over it.

    Raises:
        ModelError: nothing can be learnt over it: it lies over another itself, or is more than a
            plain LoRA.
    """
    check_plain(folder)
    training = folder.absolute().parent.name.removesuffix(".partial")
    name = training if folder.name == "adapter" else folder.absolute().name
    return Over(name=name, sha256=sha256_of(folder / _WEIGHTS))


def check_plain(folder: Path) -> None:
    """Nothing, where the adapter is all in two small matrices a layer.

    Raises:
        ModelError: it lies over another, or has further parts.
    """
    check_stands_alone(folder)
    odd = _odd_parts(folder)
    if odd:
        raise ModelError(
            f"the adapter {folder} is no plain LoRA ({', '.join(odd)}): nothing is built on it",
            hint=_MERGE,
        )


def check_stands_alone(folder: Path) -> None:
    """Nothing, where the adapter was not learnt over another.

    Raises:
        ModelError: it was, and something is to be built on it: adapters lie two deep at most.
    """
    over = over_of(folder)
    if over is not None:
        raise ModelError(
            f"the adapter {folder} was learnt over another itself, {over}: none is built on it",
            hint=_MERGE,
        )


_MERGE = "merge it into its base first, with sqlft adapter merge, and begin from that"


def _odd_parts(folder: Path) -> list[str]:
    """What an adapter's settings hold that is not the product of two small matrices."""
    try:
        config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        found = [key for key in _ODD if config.get(key)]
        kind, bias = config.get("peft_type"), config.get("bias", "none")
        begun = config.get("init_lora_weights")
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise ModelError(f"{folder / 'adapter_config.json'} cannot be read") from error
    found += [str(kind)] if kind != "LORA" else []
    found += [begun] if isinstance(begun, str) and begun not in _BASE_IS_KEPT else []
    return found if bias == "none" else [*found, "bias"]


_BASE_IS_KEPT = ("gaussian", "orthogonal", "eva")
"""What an adapter may begin from: others, such as PiSSA, change the base where it is loaded."""
_ODD = (
    "use_dora",
    "use_qalora",
    "use_bdlora",
    "lora_bias",
    "modules_to_save",
    "target_parameters",
    "trainable_token_indices",
    "layer_replication",
    "alora_invocation_tokens",
    "arrow_config",
    "monteclora_config",
    "kasa_config",
    "velora_config",
)


def over_of(folder: Path) -> Over | None:
    """What the adapter's card says that it was learnt over; none for one that stands by itself.

    Raises:
        ModelError: the card cannot be read, or does not say it in the way that cards do.
    """
    said = card_of(folder).get("over")
    if said is None:
        return None
    name, digest = (said.get("name"), said.get("sha256")) if isinstance(said, dict) else ("", "")
    if not isinstance(name, str) or Path(name).name != name or name in ("", ".."):
        raise ModelError(f"the card of {folder} does not say what it lies over")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise ModelError(f"the card of {folder} does not say what it lies over")
    return Over(name=name, sha256=digest)


def lower_folder(folder: Path) -> Path | None:
    """Where the adapter lies that this one was learnt over; none for one that stands by itself.

    It is looked for beside it, then among the adapters that have a name, then where the training
    that made it took it from; of several, the one with the very same weights is it.

    Raises:
        ModelError: it is not there, or is not what it was; or lies over another itself.
    """
    over = over_of(folder)
    if over is None:
        return None
    others = []
    for place in _places(folder, over.name):
        if not (place / _WEIGHTS).is_file() or place.absolute() == folder.absolute():
            continue
        if sha256_of(place / _WEIGHTS) == over.sha256:
            check_stands_alone(place)
            return place
        others.append(place)
    what = f"; the one in {others[0]} has other weights" if others else ", which is not here"
    raise ModelError(
        f"the adapter {folder} was learnt over the adapter {over}{what}",
        hint=f"put that one into {folder.absolute().parent / over.name}",
    )


def _places(folder: Path, name: str) -> Iterator[Path]:
    yield folder.absolute().parent / name
    yield home() / "adapters" / name
    yield home() / "runs" / "train" / name / "adapter"
    yield bundled("adapters") / name
    try:
        recipe = json.loads((folder.parent / "recipe.json").read_text(encoding="utf-8"))
        yield Path(recipe["over_adapter"])
    except (OSError, ValueError, TypeError, KeyError):
        return


def weights_sha256(folder: Path) -> str:
    """What tells the adapter's weights from all others: the sha256 of its file; of one that was
    learnt over another, that of both files' digests.

    Raises:
        ModelError: as ``lower_folder``.
    """
    own, lower = sha256_of(folder / _WEIGHTS), lower_folder(folder)
    if lower is None:
        return own
    return hashlib.sha256(f"{own}\n{sha256_of(lower / _WEIGHTS)}\n".encode()).hexdigest()


def with_both(model: Any, folder: Path, lower: Path, *, key: str = "default") -> Any:
    """The model with one adapter in it that adds what the two of the folders add together.

    Args:
        model: the base model, or one that has other adapters already.
        lower: the adapter that the one in ``folder`` was learnt over.
        key: what PEFT is to call the two.

    Raises:
        ModelError: as ``with_adapter``.
    """
    parts = {f"{key}-upper": folder, f"{key}-lower": lower}
    before = getattr(model, "active_adapter", None) if hasattr(model, "peft_config") else None
    for part, place in parts.items():
        model = with_adapter(model, place, key=part)
    try:
        add_sum(model, tuple(parts), key)
    except ValueError as error:
        raise ModelError(f"the adapters {folder} and {lower} do not add up: {error}") from error
    model.set_adapter(key if before is None else before)
    for part in parts:
        model.delete_adapter(part)
    return model


def add_sum(model: Any, keys: Sequence[str], key: str) -> None:
    """Gives a PEFT model one more LoRA adapter, which adds what the named ones add together.

    Its matrices are theirs side by side, each with its own scale, in the type of the base.
    """
    from peft.tuners.lora import LoraLayer

    layers = [(n, one) for n, one in model.base_model.named_modules() if isinstance(one, LoraLayer)]
    for each in keys:  # PEFT puts no pattern together with a list of names
        if isinstance(model.peft_config[each].target_modules, str):
            held = {name.removeprefix("model.") for name, one in layers if each in one.scaling}
            model.peft_config[each].target_modules = held
    model.base_model.add_weighted_adapter(
        list(keys), [1.0] * len(keys), key, combination_type="cat"
    )
    # PEFT goes by the first one's rslora, and would scale by the rank what is scaled already.
    model.peft_config[key].use_rslora = False
    for layer in model.modules():
        if isinstance(layer, LoraLayer) and key in layer.scaling:
            layer.scaling[key] = 1.0
