"""The databases that a session can ask, each under a key that a link can carry."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import streamlit as st

import sqlft
from analyst.settings import settings
from analyst.snapshots import snapshot_beside
from analyst.uploads import upload_path
from analyst.writer import Writers
from sqlft.config import home
from sqlft.database import Database, locate
from sqlft.errors import InputError
from sqlft.schema import Schema, bundled_names, notes_path, open_database, read_schema

Origin = Literal["bundled", "given", "upload", "server"]

_VARIABLE = "SQLFT_DATABASE_"
"""An environment variable of this beginning names a server: SQLFT_DATABASE_SHOP=postgresql://..."""
_SECRETS = "databases"
"""So does an entry of this section of Streamlit's secrets."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One database that can be asked."""

    key: str
    label: str
    origin: Origin
    database: Database

    @property
    def notes(self) -> Path | None:
        """The notes in use: those written in this app before those that came with it."""
        own = own_notes(self)
        return own if own.is_file() else notes_path(self.database)


def own_notes(place: Place) -> Path:
    """Where this app writes the notes of a database.

    Beside a file of the user's own and an upload, where every command finds them; under
    ``SQLFT_HOME`` for what is not the user's to write beside.
    """
    if place.origin in ("given", "upload"):
        path = Path(place.database.location)
        return path.with_name(f"{path.stem}.notes.toml")
    return home() / "notes" / f"{re.sub(r'[^a-zA-Z0-9_-]', '_', place.key)}.notes.toml"


def place_of(key: str) -> Place:
    """The database behind a key.

    Raises:
        InputError: there is none, or it cannot be opened.
    """
    kind, _, rest = key.partition("~")
    if key in bundled_names():
        return Place(key=key, label=key, origin="bundled", database=open_database(key))
    if key == given_key():
        database = open_database(settings().database)
        origin: Origin = "server" if database.kind == "url" else "given"
        return Place(key=key, label=database.name, origin=origin, database=database)
    if kind == "upload":
        path = upload_path(rest)
        return Place(key=key, label=path.stem, origin="upload", database=locate(path))
    url = server_urls().get(rest) if kind == "server" else typed_urls().get(rest)
    if url is None:
        raise InputError(
            "this link names a database that is not here",
            hint="choose one on the left, or connect it again on the Data page",
        )
    return Place(key=key, label=rest, origin="server", database=locate(url))


def given_key() -> str:
    """The key of the database that the app was started with."""
    name = settings().database
    if name in bundled_names():
        return name
    return f"file~{Path(name.rpartition('/')[2]).stem or 'database'}"


def known_keys() -> list[str]:
    """What this session can choose from, the one it began with first."""
    own = [f"upload~{token}" for token in st.session_state.get("uploads", ())]
    typed = [f"typed~{name}" for name in typed_urls()]
    named = [f"server~{name}" for name in server_urls()]
    return list(dict.fromkeys([given_key(), *own, *typed, *named, *bundled_names()]))


def typed_urls() -> dict[str, str]:
    """Servers that this session connected to by a URL; kept in its memory alone."""
    urls: dict[str, str] = st.session_state.setdefault("typed_urls", {})
    return urls


def server_urls() -> dict[str, str]:
    """Servers named by the environment or by Streamlit's secrets, by name."""
    found = {
        name.removeprefix(_VARIABLE).lower(): url
        for name, url in sorted(os.environ.items())
        if name.startswith(_VARIABLE) and url
    }
    with suppress(FileNotFoundError, st.errors.StreamlitAPIException):
        found |= {str(name): str(url) for name, url in st.secrets.get(_SECRETS, {}).items()}
    return found


def label_of(key: str) -> str:
    """How a key is shown in the list of databases."""
    kind, _, rest = key.partition("~")
    if kind == "upload":
        try:
            path = upload_path(rest)
            known = snapshot_beside(path)
            said = "uploaded" if known is None else f"copy, {known.short_moment}"
            return f"{path.stem} ({said})"
        except InputError:
            return "(removed upload)"
    return rest or kind


def schema_of(place: Place) -> Schema:
    """What the database contains, with its notes.

    Raises:
        InputError: it, or its notes, cannot be read.
    """
    return read_schema(place.database, notes=place.notes)


def assistant_for(place: Place, writers: Writers) -> sqlft.Assistant:
    """Answers questions over the database with the model that is loaded already.

    Raises:
        InputError: the database or its notes cannot be read.
        ModelError: an adapter's card cannot be read.
    """
    chosen, writer = settings(), writers.for_schema(schema_of(place))
    loaded = sqlft.load(
        place.database,
        generator=writer.generator,
        notes=place.notes,
        limits=chosen.limits,
        decoding=chosen.decoding,
    )
    return replace(loaded, calibration=writer.calibration)
