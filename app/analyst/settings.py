"""What `sqlft app` was started with, handed over in one environment variable."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

from sqlft.config import Decoding, Limits, ModelChoice

VARIABLE = "SQLFT_APP"
DEFAULT_DATABASE = "retail"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The database that is shown first, what writes the SQL, and what one query may use."""

    database: str
    model: ModelChoice
    decoding: Decoding
    limits: Limits


def as_text(settings: Settings) -> str:
    """The settings as the environment variable holds them.

    >>> from_text(as_text(from_text(""))) == from_text("")
    True
    """
    return json.dumps(asdict(settings))


def from_text(text: str) -> Settings:
    """The settings in a text of ``as_text``; the defaults where it is empty.

    Raises:
        InputError: an option is out of bounds.
    """
    said = json.loads(text) if text else {}
    return Settings(
        database=said.get("database", DEFAULT_DATABASE),
        model=ModelChoice(**said.get("model", {})),
        decoding=Decoding(**said.get("decoding", {})),
        limits=Limits(**said.get("limits", {})),
    )


def settings() -> Settings:
    """What this process was started with."""
    return from_text(os.environ.get(VARIABLE, ""))
