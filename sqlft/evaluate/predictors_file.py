"""`eval.toml`: any number of predictors, each with its own model and options."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from sqlft.errors import InputError
from sqlft.evaluate.predictor import Predictor, distinct, resolved_paths, with_options

_EXAMPLE = '[predictors.tuned]\nadapter = "runs/shop"'


def read_predictors_file(path: Path, common: Predictor) -> tuple[Predictor, ...]:
    """The predictors of a file, in its order.

    ``[common]`` holds options of all of them, ``[predictors.NAME]`` those of one; whatever neither
    says is as ``common`` has it. An adapter's path is taken from the file's folder, if it is there.

    Raises:
        InputError: the file cannot be read, or an option in it is unknown or out of bounds.
    """
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not TOML: {error}") from None
    odd = sorted(said.keys() - {"common", "predictors"})
    if odd:
        raise InputError(f"{path}: unknown table {odd[0]!r}", hint="known: common, predictors")
    named = _table(said, "predictors", path)
    if not named:
        raise InputError(f"{path} names no predictor", hint=f"for example {_EXAMPLE}")
    try:
        shared = with_options(common, "common", _table(said, "common", path))
        found = tuple(with_options(shared, name, _table(named, name, path)) for name in named)
    except InputError as error:
        raise InputError(f"{path}: {error.message}", hint=error.hint) from None
    return distinct(tuple(resolved_paths(one, path.parent) for one in found))


def _table(said: dict[str, Any], name: str, path: Path) -> dict[str, Any]:
    found = said.get(name, {})
    if not isinstance(found, dict):
        raise InputError(f"{path}: {name} must be a table")
    return found
