"""Adapters that lie where sqlft finds them by itself, and the one that fits a schema."""

from __future__ import annotations

from pathlib import Path

from sqlft.config import DEFAULT_MODEL, bundled, home
from sqlft.model.adapter import card_of

NO_ADAPTER = "none"
"""As ``--adapter``: the base model by itself."""

DEFAULT_ADAPTER = "default"


def known_adapters() -> dict[str, Path]:
    """The adapters that need no path, by name: those under SQLFT_HOME, then those that come
    with sqlft."""
    found: dict[str, Path] = {}
    for folder in (home() / "adapters", bundled("adapters")):
        for path in sorted(folder.glob("*/adapter_config.json")):
            found.setdefault(path.parent.name, path.parent)
    return found


def fitting_adapter(model: str, schema_digest: str) -> Path | None:
    """The model's known adapter whose card names this schema, else the default one.

    A card that names no base is the embedded model's. None where there is neither.

    Raises:
        ModelError: an adapter's card cannot be read.
    """
    known = {name: path for name, path in known_adapters().items() if _is_for(path, model)}
    for path in known.values():
        if card_of(path).get("schema_digest") == schema_digest:
            return path
    return known.get(DEFAULT_ADAPTER)


def _is_for(folder: Path, model: str) -> bool:
    return bool(card_of(folder).get("base", DEFAULT_MODEL) == model)
