"""A model, its tokenizer and its adapter, from files into memory."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlft.config import ModelChoice, Progress
from sqlft.errors import InputError, ModelError
from sqlft.model.adapter import adapter_folder, card_of, check_fingerprint, with_adapter
from sqlft.model.adapters import NO_ADAPTER
from sqlft.model.device import chosen_device, chosen_dtype
from sqlft.model.fetching import fetch
from sqlft.model.folder import verify, weights_digest
from sqlft.model.hub import hub_folder, is_whole
from sqlft.model.known import known_models
from sqlft.model.loaded import LoadedModel
from sqlft.model.over import lower_folder, with_both
from sqlft.model.quiet import quiet
from sqlft.prompt import layout


def load_model(
    choice: ModelChoice, *, dtype: str = "auto", progress: Progress | None = None
) -> LoadedModel:
    """The chosen model in memory, ready to write.

    A known model is fetched first where it is not here yet. Weights are read from safetensors
    only, and no code that comes with a model is run.

    Args:
        dtype: what it computes in, ``bfloat16`` or ``float32``; ``auto``: what suits the device.

    Raises:
        InputError: the name, folder or layout does not exist.
        ModelError: the model, its adapter or the device is missing, damaged or does not fit.
    """
    adapter = None if choice.adapter == NO_ADAPTER else choice.adapter
    return load_models(choice, {"": adapter}, dtype=dtype, progress=progress)[""]


def load_models(
    choice: ModelChoice,
    adapters: Mapping[str, str | None],
    *,
    dtype: str = "auto",
    progress: Progress | None = None,
) -> dict[str, LoadedModel]:
    """One model in memory with several adapters, as one loaded model for each; see ``load_model``.

    An adapter that was learnt over another is loaded with that one, as one.

    Args:
        choice: the model; its ``adapter`` is not looked at.
        adapters: by any name, a folder or a known adapter's name, or none for the model itself.
    """
    folders = {
        name: None if path is None else adapter_folder(path) for name, path in adapters.items()
    }
    lowers = {name: None if path is None else lower_folder(path) for name, path in folders.items()}
    layouts = {name: _layout_name(choice, folder) for name, folder in folders.items()}
    device = chosen_device(choice.device)
    folder, digest = _folder(choice.model, progress)
    if progress is not None:
        progress(f"loading {choice.model}", None)
    keys = {name: f"adapter_{at}" for at, name in enumerate(folders) if folders[name] is not None}
    with quiet():
        tokenizer = _tokenizer(folder)
        for name, adapter in folders.items():
            for part in (adapter, lowers[name]):
                if part is not None:
                    check_fingerprint(part, layouts[name], tokenizer)
        model = _weights(folder, device, choice.quantize, dtype)
        found_dtype = str(model.dtype).removeprefix("torch.")
        for name, adapter in folders.items():
            lower = lowers[name]
            if adapter is not None and lower is not None:
                model = with_both(model, adapter, lower, key=keys[name])
            elif adapter is not None:
                model = with_adapter(model, adapter, key=keys[name])
    model = model.eval().requires_grad_(False)
    return {
        name: LoadedModel(
            model=model,
            tokenizer=tokenizer,
            name=choice.model,
            adapter=path,
            adapter_key=keys.get(name),
            layout=layouts[name],
            device=device,
            dtype="nf4" if choice.quantize == "nf4" else found_dtype,
            digest=digest,
        )
        for name, path in adapters.items()
    }


def _layout_name(choice: ModelChoice, adapter: Path | None) -> str:
    """The one asked for, else the adapter's own, else the one that fits an untrained model."""
    taught = card_of(adapter).get("layout") if adapter is not None else None
    fits = "sqlcoder" if "sqlcoder" in choice.model.lower() else "ddl"
    return layout(str(choice.layout or taught or fits)).name


def _folder(name: str, progress: Progress | None) -> tuple[Path, str | None]:
    """Where the model's files lie, and what identifies them."""
    known = next((model for model in known_models() if model.name == name), None)
    if known is not None:
        # Sizes only: the digests of 260 MiB take longer than loading them.
        folder = verify(known.folder) if known.installed else fetch(name, progress=progress)
        return folder, weights_digest(folder)
    path = Path(name).expanduser()
    if path.is_dir():
        return _checked(path), None
    if path.exists() or path.is_absolute() or name.startswith((".", "~")):
        raise InputError(
            f"there is no model folder {name}",
            hint="a model is a folder with config.json and safetensors files",
        )
    folder = hub_folder(name, progress=progress)
    return _checked(folder), folder.name


def _checked(folder: Path) -> Path:
    if not (folder / "config.json").is_file():
        is_adapter = (folder / "adapter_config.json").is_file()
        raise InputError(
            f"{folder} is not a model folder: it has no config.json",
            hint="give an adapter with --adapter" if is_adapter else None,
        )
    if not is_whole(folder):
        raise ModelError(
            f"the model in {folder} lacks its safetensors weights",
            hint="other weight files can run code when they are read; save it as safetensors",
        )
    return folder


def _tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    except Exception as error:  # tokenizers' Rust side raises plain Exception
        raise ModelError(f"the tokenizer in {folder} cannot be read: {_line(error)}") from error


def _refuse_foreign_kernels(folder: Path) -> None:
    """An attention named like a hub repository makes transformers fetch code and run it."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # transformers says what is wrong with it
    text = json.dumps([value for key, value in _items(config) if "attn_implementation" in key])
    if "/" in text:
        raise ModelError(
            f"{folder / 'config.json'} asks for code from a hub as its attention",
            hint="remove attn_implementation from it, if you trust the weights",
        )


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key and value of nested JSON objects."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _items(inner)


def _weights(folder: Path, device: str, quantize: str, dtype: str) -> Any:
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM

    number = chosen_dtype(device) if dtype == "auto" else getattr(torch, dtype)
    options: dict[str, Any] = {"dtype": number, "device_map": {"": device}}
    if quantize == "nf4":
        options["quantization_config"] = _nf4(options["dtype"])
    _refuse_foreign_kernels(folder)
    try:
        found: Any = AutoModelForCausalLM.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
            **options,
        )
    except SafetensorError as error:
        raise ModelError(f"the weights in {folder} are damaged: {_line(error)}") from error
    except torch.OutOfMemoryError as error:
        raise ModelError(
            f"{folder.name} does not fit the GPU's memory", hint="--quantize nf4, or --device cpu"
        ) from error
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, MemoryError) as error:
        raise ModelError(f"{folder} cannot be loaded: {_line(error)}") from error
    model, report = found
    missing = sorted(report["missing_keys"])
    if missing:  # transformers would only warn, and draw these at random
        raise ModelError(
            f"{folder} is not a causal language model: it lacks {len(missing)} weights, "
            f"such as {missing[0]}"
        )
    return model


def _nf4(dtype: Any) -> Any:
    from importlib.util import find_spec

    import transformers

    if find_spec("bitsandbytes") is None:
        raise ModelError("4-bit weights need bitsandbytes", hint="pip install 'sqlft[nf4]'")
    config: Any = transformers.BitsAndBytesConfig
    return config(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )


def _line(error: Exception, most_characters: int = 160) -> str:
    """The beginning of a long message, on one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:most_characters]
