"""The one model in memory, shared by all sessions and loaded while the first page is read."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

import sqlft
from analyst.settings import settings
from sqlft.ask.writer import Writer
from sqlft.config import DEFAULT_MODEL
from sqlft.errors import SqlftError
from sqlft.model import Cancel
from sqlft.model.adapters import NO_ADAPTER, fitting_adapter, known_adapters
from sqlft.schema import Schema

_LOOK_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Writers:
    """The model by itself or with the adapter that was asked for, and its known adapters.

    ``folders`` says where each of ``named`` lies.
    """

    base: Writer
    named: Mapping[str, Writer] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)

    def for_schema(self, schema: Schema) -> Writer:
        """The adapter that fits the schema, as everywhere in sqlft; else the base.

        Raises:
            ModelError: an adapter's card cannot be read.
        """
        folder = self.folder_for(schema)
        name = next((name for name, path in self.folders.items() if path == folder), None)
        return self.base if name is None else self.named[name]

    def folder_for(self, schema: Schema) -> Path | None:
        """Where the adapter lies that fits the schema, if one of ``named`` does.

        Raises:
            ModelError: an adapter's card cannot be read.
        """
        return fitting_adapter(settings().model.model, schema.digest) if self.named else None


@st.cache_resource(show_spinner=False)
def writers() -> Future[Writers]:
    """What writes the SQL, as soon as it is loaded; a failure stays until the app restarts."""
    future: Future[Writers] = Future()
    threading.Thread(target=_load, args=(future,), name="sqlft-model", daemon=True).start()
    return future


def loaded_writers(cancel: Cancel) -> Writers:
    """What writes the SQL, once it is loaded.

    Raises:
        ModelError, InputError: it cannot be loaded.
        SqlftError: ``cancel`` said so while waiting.
    """
    future = writers()
    while not future.done():
        if cancel():
            raise SqlftError("stopped while the model was loading")
        time.sleep(_LOOK_S)
    return future.result()


def _load(future: Future[Writers]) -> None:
    try:
        future.set_result(load_writers())
    except BaseException as error:  # whoever asks gets it
        future.set_exception(error)


def load_writers() -> Writers:
    """The model that the app was started with; without a choice, all adapters that are known.

    Raises:
        InputError: the first database cannot be read.
        ModelError: the model or an adapter cannot be loaded.
    """
    chosen = settings()
    choice = chosen.model
    free = choice.model == DEFAULT_MODEL and choice.adapter is None and choice.layout is None
    known = known_adapters() if free else {}
    loaded = sqlft.load(
        chosen.database,
        model=choice.model,
        adapter=NO_ADAPTER if free else choice.adapter,
        adapters=known,
        layout=choice.layout,
        device=choice.device,
        quantize=choice.quantize,
        api_key_variable=choice.api_key_variable,
        limits=chosen.limits,
        decoding=chosen.decoding,
    )
    return Writers(
        base=Writer(generator=loaded.generator, calibration=loaded.calibration),
        named=loaded.adapters,
        folders=known,
    )
