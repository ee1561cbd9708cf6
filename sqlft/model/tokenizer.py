"""A model's tokenizer and its configuration, without its weights."""

from __future__ import annotations

from typing import Any

from sqlft.config import Progress
from sqlft.errors import ModelError
from sqlft.model.load import _folder, _tokenizer
from sqlft.model.quiet import quiet


def load_tokenizer(name: str, *, progress: Progress | None = None) -> Any:
    """The tokenizer of a model, as ``load_model`` would read it.

    A known model is fetched first where it is not here yet.

    Raises:
        InputError: there is no such model.
        ModelError: it cannot be fetched, or its tokenizer cannot be read.
    """
    folder, _ = _folder(name, progress)
    with quiet():
        return _tokenizer(folder)


def load_config(name: str, *, progress: Progress | None = None) -> Any:
    """The transformers configuration of a model: its kind and its sizes.

    Raises:
        InputError: there is no such model.
        ModelError: it cannot be fetched, or its configuration cannot be read.
    """
    from transformers import AutoConfig

    folder, _ = _folder(name, progress)
    with quiet():
        try:
            return AutoConfig.from_pretrained(folder, trust_remote_code=False)
        except (OSError, ValueError, KeyError) as error:
            line = " ".join(str(error).split())[:160]
            raise ModelError(f"{folder / 'config.json'} cannot be read: {line}") from error
