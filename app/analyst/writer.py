"""The one model in memory, shared by all sessions and loaded while the first page is read."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import streamlit as st

import sqlft
from analyst.settings import settings
from sqlft.model import Generator


@st.cache_resource(show_spinner=False)
def writer() -> Future[Generator]:
    """What writes the SQL, as soon as it is loaded; a failure stays until the app restarts."""
    future: Future[Generator] = Future()
    threading.Thread(target=_load, args=(future,), name="sqlft-model", daemon=True).start()
    return future


def _load(future: Future[Generator]) -> None:
    try:
        future.set_result(load_generator())
    except BaseException as error:  # whoever asks gets it
        future.set_exception(error)


def load_generator() -> Generator:
    """The model that the app was started with.

    Raises:
        InputError: the first database cannot be read.
        ModelError: the model cannot be loaded.
    """
    chosen = settings()
    choice = chosen.model
    return sqlft.load(
        chosen.database,
        model=choice.model,
        adapter=choice.adapter,
        layout=choice.layout,
        device=choice.device,
        quantize=choice.quantize,
        api_key_variable=choice.api_key_variable,
        limits=chosen.limits,
        decoding=chosen.decoding,
    ).generator
