"""Adapters by name: those that sqlft knows, and those of finished trainings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlft.errors import InputError
from sqlft.model.adapter import adapter_folder, card_of
from sqlft.model.adapters import known_adapters
from sqlft.model.folder import sha256_of
from sqlft.train.run_folder import runs_folder

WEIGHTS = "adapter_model.safetensors"


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """One adapter's folder with what its card says."""

    name: str
    folder: Path
    card: dict[str, Any]

    @property
    def digest(self) -> str:
        """SHA-256 of its weights."""
        return sha256_of(self.folder / WEIGHTS)

    @property
    def size_mib(self) -> float:
        """Of its weights."""
        return (self.folder / WEIGHTS).stat().st_size / 2**20


def adapters() -> tuple[Adapter, ...]:
    """Every adapter that has a name, by name; a known one hides a training of the same name.

    Raises:
        ModelError: a card cannot be read.
    """
    runs = runs_folder().glob(f"*/adapter/{WEIGHTS}")
    found = {path.parent.parent.name: path.parent for path in runs}
    found = {name: path for name, path in found.items() if not name.endswith(".partial")}
    found |= known_adapters()
    return tuple(
        Adapter(name=name, folder=path, card=card_of(path)) for name, path in sorted(found.items())
    )


def named_adapter(given: str) -> Adapter:
    """The adapter of a folder, or of that name.

    Raises:
        InputError: there is none.
        ModelError: it, or its card, cannot be read.
    """
    path = Path(given).expanduser()
    if path.is_dir():
        folder = adapter_folder(given)
        return Adapter(name=path.name, folder=folder, card=card_of(folder))
    every = adapters()
    found = next((adapter for adapter in every if adapter.name == given), None)
    if found is None:
        names = ", ".join(adapter.name for adapter in every) or "none"
        raise InputError(f"there is no adapter {given}", hint=f"known adapters: {names}")
    return found
