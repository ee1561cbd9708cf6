"""Weights, tokenizers and adapters in and out; what writes an answer without weights."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from sqlft.model.fetching import fetch
from sqlft.model.fixed import FixedGenerator
from sqlft.model.folder import verify
from sqlft.model.generator import Cancel, Finish, Generator, ReadsAhead, Reply
from sqlft.model.known import KnownModel, known_model, known_models
from sqlft.model.loaded import LoadedModel

if TYPE_CHECKING:
    from sqlft.model.endpoint import EndpointGenerator
    from sqlft.model.load import load_model, load_models

__all__ = [
    "Cancel",
    "EndpointGenerator",
    "Finish",
    "FixedGenerator",
    "Generator",
    "KnownModel",
    "LoadedModel",
    "ReadsAhead",
    "Reply",
    "fetch",
    "known_model",
    "known_models",
    "load_model",
    "load_models",
    "verify",
]


# Loading a model brings in torch, an endpoint asyncio; most who pass by need neither.
_LAZY = {"EndpointGenerator": "endpoint", "load_model": "load", "load_models": "load"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'sqlft.model' has no attribute {name!r}")
    return getattr(importlib.import_module(f"sqlft.model.{_LAZY[name]}"), name)
