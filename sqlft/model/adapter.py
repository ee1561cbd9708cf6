"""An adapter folder: its card, and its weights around a base model."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

from sqlft.config import home
from sqlft.errors import InputError, ModelError
from sqlft.prompt import fingerprint, layout

CARD = "card.json"


def adapter_folder(path: str) -> Path:
    """The folder, after a look at its files.

    Args:
        path: a folder's path, or a known adapter's name.

    Raises:
        InputError: it is not there or is not a PEFT adapter.
        ModelError: its weights are not safetensors; pickled ones are never read.
    """
    folder = Path(path).expanduser()
    if not folder.exists() and folder.name == path:
        folder = _known(path) or folder
    if not (folder / "adapter_config.json").is_file():
        what = "has no adapter_config.json" if folder.is_dir() else "is not a folder"
        raise InputError(
            f"the adapter {path} {what}",
            hint="--adapter takes a PEFT folder, or the name of an adapter that sqlft knows",
        )
    if not (folder / "adapter_model.safetensors").is_file():
        raise ModelError(
            f"the adapter {path} has no adapter_model.safetensors",
            hint="other weight files can run code when they are read; save it as safetensors",
        )
    return folder


def _known(name: str) -> Path | None:
    """The adapter that comes with sqlft or was put under SQLFT_HOME, else the training's."""
    from sqlft.model.adapters import known_adapters

    trained = home() / "runs" / "train" / name / "adapter"
    return known_adapters().get(name) or (trained if trained.is_dir() else None)


def card_of(folder: Path) -> dict[str, Any]:
    """What the adapter's card says; empty for an adapter that came without one.

    Of it, ``layout`` and ``prompt_fingerprint`` decide how the adapter is asked.

    Raises:
        ModelError: there is a card, and it is not a JSON object, or what it says is of other kinds
            than what a training's card says.
    """
    path = folder / CARD
    if not path.is_file():
        return {}
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"the adapter's card {path} cannot be read") from error
    if not isinstance(card, dict):
        raise ModelError(f"the adapter's card {path} is not a JSON object")
    odd = next((key for key, value in card.items() if not _is_of_its_kind(key, value)), None)
    if odd is not None:
        raise ModelError(f"the adapter's card {path} says its {odd} as no training's card does")
    return card


_TEXTS = ("base", "layout", "prompt_fingerprint", "schema_digest")
_TABLES = ("metrics", "training")
_DATASETS = ("data", "taught_before")


def _is_of_its_kind(key: str, value: Any) -> bool:
    """Whether it may stand there on a card; what is nowhere relied upon may be anything."""
    if value is None:
        return True
    if key in _DATASETS:
        return isinstance(value, list) and all(
            isinstance(one, dict) and {type(one.get(k)) for k in ("name", "role")} == {str}
            for one in value
        )
    kind = str if key in _TEXTS else dict if key in _TABLES else object
    return isinstance(value, kind)


def check_fingerprint(folder: Path, layout_name: str, tokenizer: Any) -> None:
    """Nothing, where the adapter was taught the very prompts that it would be given.

    Raises:
        ModelError: its card names another prompt fingerprint.
    """
    taught = card_of(folder).get("prompt_fingerprint")
    now = fingerprint(layout(layout_name), tokenizer)
    if taught is not None and taught != now:
        raise ModelError(
            f"the adapter {folder} was taught other prompts (fingerprint {taught}) than layout "
            f"{layout_name} makes here ({now})",
            hint="use the base model, layout and sqlft version that it was trained with",
        )


def with_adapter(model: Any, folder: Path, *, key: str = "default", trainable: bool = False) -> Any:
    """The model with the adapter's weights in it.

    Args:
        model: the base model, or one that has other adapters already.
        key: what PEFT is to call the adapter.
        trainable: they are to be trained on, and kept in fp32 where they are narrower.

    Raises:
        ModelError: the adapter is not for this base, is damaged, or is of a kind that adds tokens.
    """
    from peft import PeftConfig, PeftModel
    from safetensors import SafetensorError

    try:
        config = PeftConfig.from_pretrained(str(folder))
        if config.is_prompt_learning:
            raise ModelError(
                f"the adapter {folder} is of kind {config.peft_type}, which is not supported",
                hint="train a LoRA adapter",
            )
        with warnings.catch_warnings():
            # PEFT only warns of weights that the file lacks, and leaves them as they were drawn.
            warnings.filterwarnings("error", message="Found missing adapter keys")
            # For writing, in the base's own type: in fp32 every layer would cast there and back.
            options: Any = {"is_trainable": trainable, "autocast_adapter_dtype": trainable}
            if isinstance(model, PeftModel):
                model.load_adapter(str(folder), key, **options)
                return model
            return PeftModel.from_pretrained(model, str(folder), adapter_name=key, **options)
    except SafetensorError as error:
        raise ModelError(f"the adapter {folder} is damaged: {_line(error)}") from error
    except (ValueError, KeyError, TypeError, RuntimeError, UserWarning, OSError) as error:
        raise ModelError(
            f"the adapter {folder} does not fit this model: {_line(error)}",
            hint="--model must be the base that the adapter was trained on",
        ) from error


def _line(error: Exception, most_characters: int = 160) -> str:
    """The first lines of a long message, as one."""
    return " ".join(str(error).split())[:most_characters]
