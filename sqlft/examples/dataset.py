"""A dataset: a folder of examples, the databases they are about, and a manifest."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any

from sqlft.errors import InputError
from sqlft.examples.example import Example, check_keys, read_examples
from sqlft.files import whole_file

EXAMPLES_FILE = "examples.jsonl"
MANIFEST_FILE = "manifest.toml"


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """A folder of examples with what its manifest says of it; or a file of examples alone."""

    name: str
    examples_path: Path
    databases: Mapping[str, str | Path] = field(default_factory=dict)
    """Database names to bundled schemas' names (text) or database files (paths)."""
    licence: str | None = None
    source: str | None = None
    split: str | None = None
    """How it was split, in words."""
    counts: Mapping[str, int] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 by file name, relative to the folder; checked when the dataset is opened."""

    def examples(self) -> Iterator[Example]:
        """The examples, one by one, as ``read_examples``."""
        return read_examples(self.examples_path)


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hex.

    Raises:
        InputError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def dataset(path: Path) -> Dataset:
    """The dataset of a folder with a manifest, or of a loose file of examples.

    Raises:
        InputError: no such dataset, a manifest that says what it cannot, or a file whose digest
            is another than the manifest's.
    """
    if path.is_file():
        return Dataset(name=path.stem, examples_path=path)
    if not (path / EXAMPLES_FILE).is_file():
        raise InputError(
            f"no dataset at {path}", hint=f"give a .jsonl file, or a folder with {EXAMPLES_FILE}"
        )
    if not (path / MANIFEST_FILE).is_file():
        return Dataset(name=path.name, examples_path=path / EXAMPLES_FILE)
    found = _from_manifest(path, _manifest(path / MANIFEST_FILE))
    for name, digest in found.digests.items():
        if file_digest(_inside(path, name)) != digest:
            raise InputError(
                f"{path / name} is not the file that {MANIFEST_FILE} describes: its digest differs",
                hint="fetch the dataset again, or write its manifest anew",
            )
    return found


def _manifest(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not TOML: {error}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def _from_manifest(folder: Path, said: dict[str, Any]) -> Dataset:
    manifest = folder / MANIFEST_FILE
    try:
        check_keys(said, [f.name for f in fields(Dataset) if f.name != "examples_path"])
        tables = {name: said.get(name, {}) for name in ("databases", "counts", "digests")}
        kinds = {"databases": dict, "counts": int, "digests": str}
        for name, table in tables.items():
            if not isinstance(table, dict) or not all(
                isinstance(value, kinds[name]) for value in table.values()
            ):
                raise InputError(f"{name} must be a table of {kinds[name].__name__}")
        words = {n: said.get(n) for n in ("name", "licence", "source", "split")}
        for name, value in words.items():
            if not isinstance(value, str | None) or (name == "name" and not value):
                raise InputError(f"{name} must be a text")
        places = {name: _place(folder, value) for name, value in tables["databases"].items()}
    except InputError as error:
        raise InputError(f"{manifest}: {error.message}", hint=error.hint) from None
    return Dataset(
        name=str(words.pop("name")),
        examples_path=folder / EXAMPLES_FILE,
        databases=places,
        counts=tables["counts"],
        digests=tables["digests"],
        **words,
    )


def _place(folder: Path, said: dict[str, Any]) -> str | Path:
    """A bundled schema's name, or a file of the folder."""
    check_keys(said, ["schema", "file"])
    if len(said) != 1 or not all(isinstance(value, str) for value in said.values()):
        raise InputError("a database needs either schema or file, a text")
    return said["schema"] if "schema" in said else _inside(folder, said["file"])


def _inside(folder: Path, name: str) -> Path:
    parts = PurePosixPath(name)
    if parts.is_absolute() or ".." in parts.parts:
        raise InputError(f"{name} does not lie in the dataset's folder")
    return folder / parts


def write_manifest(folder: Path, described: Dataset) -> Path:
    """The manifest's path, written as a whole, with the digest of the folder's examples."""
    digests = {**described.digests, EXAMPLES_FILE: file_digest(folder / EXAMPLES_FILE)}
    words = {n: getattr(described, n) for n in ("name", "licence", "source", "split")}
    lines = [f"{name} = {_quoted(value)}" for name, value in words.items() if value is not None]
    lines.append("\n[counts]")
    lines += [f"{_quoted(name)} = {count}" for name, count in described.counts.items()]
    lines.append("\n[databases]")
    for name, place in described.databases.items():
        if isinstance(place, Path):
            inside = place.relative_to(folder).as_posix()
            lines.append(f"{_quoted(name)} = {{ file = {_quoted(inside)} }}")
        else:
            lines.append(f"{_quoted(name)} = {{ schema = {_quoted(place)} }}")
    lines.append("\n[digests]")
    lines += [f"{_quoted(name)} = {_quoted(digest)}" for name, digest in sorted(digests.items())]
    path = folder / MANIFEST_FILE
    with whole_file(path) as file:
        file.write("\n".join(lines) + "\n")
    return path


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes, and DEL, which JSON lets pass."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
