"""Weights, tokenizers and adapters in and out; what writes an answer without weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlft.model.fetching import fetch
from sqlft.model.fixed import FixedGenerator
from sqlft.model.folder import verify
from sqlft.model.generator import Cancel, Finish, Generator, Reply
from sqlft.model.known import KnownModel, known_model, known_models
from sqlft.model.loaded import LoadedModel

if TYPE_CHECKING:
    from sqlft.model.load import load_model

__all__ = [
    "Cancel",
    "Finish",
    "FixedGenerator",
    "Generator",
    "KnownModel",
    "LoadedModel",
    "Reply",
    "fetch",
    "known_model",
    "known_models",
    "load_model",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name != "load_model":
        raise AttributeError(f"module 'sqlft.model' has no attribute {name!r}")
    from sqlft.model.load import load_model

    return load_model
