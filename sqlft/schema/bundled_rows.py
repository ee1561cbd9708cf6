"""The rows of a bundled schema: what the ``tables`` function of its ``rows.py`` yields."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from sqlft.errors import ModelError, SqlftError

if TYPE_CHECKING:
    import pyarrow as pa

SEED = 7


def rows_of(folder: Path) -> Iterator[tuple[str, pa.Table]]:
    """Table names and rows, a table perhaps in several parts, in the order to insert them.

    ``rows.py`` may import the modules beside it (``from .drawing import pick``).

    Raises:
        ModelError: the schema's own files are broken.
    """
    try:
        yield from _run(folder).tables(SEED)
    except SqlftError:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise ModelError(
            f"the bundled schema {folder.name} cannot be built: {said}",
            hint="reinstall sqlft; its rows need numpy and pyarrow",
        ) from error


def _run(folder: Path) -> ModuleType:
    """``rows.py`` as a package of its own, read from its text each time."""
    path = folder / "rows.py"
    package = ModuleType(f"sqlft_rows_{folder.name}")
    package.__file__, package.__path__ = str(path), [str(folder)]
    package.__package__ = package.__name__
    for known in list(sys.modules):
        if known.startswith(f"{package.__name__}."):
            del sys.modules[known]  # of the same name in another folder, or changed since
    importlib.invalidate_caches()
    sys.modules[package.__name__] = package  # where dataclasses look their module up
    writes_none, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # nothing beside the files
    try:
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), package.__dict__)
    finally:
        sys.dont_write_bytecode = writes_none
    return package
