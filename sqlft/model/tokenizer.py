"""A model's tokenizer by itself, without its weights."""

from __future__ import annotations

from typing import Any

from sqlft.config import Progress
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
