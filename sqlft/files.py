"""A text file that appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sqlft.errors import InputError


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A text file to write in, UTF-8; it takes its name at the end of the block, on the disk.

    A block that fails leaves what was there before. What UTF-8 cannot hold becomes ``?``.

    Raises:
        InputError: it cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.txt"
    ...     with whole_file(path) as file:
    ...         _ = file.write("one")
    ...         there = path.exists()
    ...     there, path.read_text()
    (False, 'one')
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        partial.unlink(missing_ok=True)
