"""Where uploaded files become databases: a folder for each upload, with an unguessable name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from sqlft.config import home
from sqlft.errors import InputError

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


def uploads_folder() -> Path:
    """The folder that holds one folder for each upload."""
    return home() / "uploads"


def upload_path(token: str) -> Path:
    """The database file of an upload.

    Raises:
        InputError: there is none of that key.
    """
    folder = uploads_folder() / token
    files = sorted(folder.glob("*.duckdb")) if _TOKEN.fullmatch(token) else []
    if not files:
        raise InputError("this upload is not here any more", hint="upload the file again")
    return files[0]


def remove_upload(token: str) -> None:
    """Deletes an upload and its notes; nothing happens where there is none."""
    if _TOKEN.fullmatch(token):
        shutil.rmtree(uploads_folder() / token, ignore_errors=True)
