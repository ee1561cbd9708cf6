"""What writes for an assistant, and how sure it is of what it writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlft.ask.confidence import UNKNOWN, Calibration, calibration_of
from sqlft.config import ModelChoice, Progress
from sqlft.errors import InputError
from sqlft.model import Generator
from sqlft.model.adapters import NO_ADAPTER, fitting_adapter
from sqlft.schema import Schema

_CHOSEN = ""


@dataclass(frozen=True, kw_only=True)
class Writer:
    """A generator, and what is known of its confidence."""

    generator: Generator
    calibration: Calibration = UNKNOWN


def writers(
    choice: ModelChoice,
    schema: Schema,
    adapters: Mapping[str, str],
    progress: Progress | None = None,
) -> tuple[Writer, dict[str, Writer]]:
    """The writer of the chosen adapter, and those of the named ones, over one model in memory.

    Raises:
        InputError: an adapter is not there, or the model is an endpoint and cannot have any.
        ModelError: the model cannot be loaded.
    """
    if choice.model.startswith("endpoint:"):
        from sqlft.model import EndpointGenerator

        if adapters:
            raise InputError("an endpoint's model takes no adapters from here")
        return Writer(generator=EndpointGenerator(choice)), {}
    # Imported here: torch and transformers take seconds, and a given generator needs neither.
    from sqlft.generate import LocalGenerator
    from sqlft.model import load_models

    paths: dict[str, str | None] = {_CHOSEN: _chosen(choice, schema, adapters), **adapters}
    loaded = load_models(choice, paths, progress=progress)
    first = LocalGenerator(loaded.pop(_CHOSEN))
    others = {name: LocalGenerator(one, beside=first) for name, one in loaded.items()}
    return _writer(first, paths[_CHOSEN]), {
        name: _writer(generator, paths[name]) for name, generator in others.items()
    }


def _chosen(choice: ModelChoice, schema: Schema, adapters: Mapping[str, str]) -> str | None:
    """The adapter that is asked for, else the one that fits; a given layout is for the base."""
    if choice.adapter is None and choice.layout is None:
        fitting = fitting_adapter(choice.model, schema.digest)
        return None if fitting is None else str(fitting)
    if choice.adapter is None or choice.adapter == NO_ADAPTER:
        return None
    return adapters.get(choice.adapter, choice.adapter)


def _writer(generator: Generator, adapter: str | None) -> Writer:
    return Writer(generator=generator, calibration=calibration_of(adapter))
