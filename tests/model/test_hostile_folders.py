"""A model folder from anybody runs no code of its own."""

import json
import shutil
from pathlib import Path

import pytest

from sqlft.config import ModelChoice
from sqlft.errors import ModelError
from sqlft.model import load_model


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def load(folder: Path) -> object:
    return load_model(ModelChoice(model=str(folder), device="cpu"))


@pytest.mark.parametrize("key", ["_attn_implementation", "attn_implementation"])
def test_attention_is_never_code_from_a_hub(folder: Path, key: str) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, key: "evil/kernel@main:fn"}))
    with pytest.raises(ModelError, match="code from a hub"):
        load(folder)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "../model.safetensors", "/x.safetensors", 7])
def test_an_index_names_safetensors_of_its_own_folder_only(folder: Path, name: object) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    shutil.copy(folder / "model.safetensors", folder.parent)
    index = {"metadata": {}, "weight_map": {"a": name}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError):
        load(folder)


def test_an_honest_folder_loads(folder: Path) -> None:
    assert load(folder) is not None
