"""What a training leaves: a standard PEFT folder, or a standard model folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from sqlft.config import Recipe
from sqlft.model.quiet import quiet


def save_result(model: Any, folder: Path, recipe: Recipe) -> Path:
    """The folder with the model's trained weights; it appears whole or not at all.

    The same weights give the same bytes: what PEFT holds in sets is written in order, and the
    base's folder on this machine is not named.
    """
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    with quiet():
        model.save_pretrained(partial)
    if recipe.method == "lora":
        (partial / "README.md").unlink(missing_ok=True)
        _settle(partial / "adapter_config.json", recipe)
        if recipe.run.adapter_dtype == "bfloat16":
            _halve(partial / "adapter_model.safetensors")
    replaced = folder.with_name(f"{folder.name}.replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    if folder.exists():
        folder.rename(replaced)
    partial.rename(folder)
    shutil.rmtree(replaced, ignore_errors=True)
    return folder


def _settle(path: Path, recipe: Recipe) -> None:
    config = json.loads(path.read_text(encoding="utf-8"))
    targets = config.get("target_modules")
    if isinstance(targets, list):
        config["target_modules"] = sorted(targets)
    is_place = Path(recipe.base).is_absolute()
    config["base_model_name_or_path"] = Path(recipe.base).name if is_place else recipe.base
    path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _halve(path: Path) -> None:
    """Keeps the weights in bfloat16, as most bases compute."""
    import torch
    from safetensors.torch import load_file, save_file

    weights = {name: one.to(torch.bfloat16) for name, one in load_file(path).items()}
    save_file(weights, path, metadata={"format": "pt"})
