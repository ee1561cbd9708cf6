"""Where files lie: what sqlft writes, and what comes with it."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder that everything sqlft writes lies under: SQLFT_HOME, or the user data folder."""
    chosen = os.environ.get("SQLFT_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("sqlft", appauthor=False))


def bundled(folder: str) -> Path:
    """The folder of data files that come with sqlft, in a checkout and in a wheel alike.

    Args:
        folder: "schemas", "app" or "data".
    """
    package = Path(__file__).resolve().parent.parent
    packaged = package / f"_{folder}"
    return packaged if packaged.is_dir() else package.parent / folder
