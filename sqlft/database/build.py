"""Writes a DuckDB file so that it is there complete, or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from sqlft.config import Progress
from sqlft.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa


_SETTINGS = {"threads": "2", "enable_external_access": "false"}


def build_duckdb(
    path: Path,
    ddl: str,
    tables: Iterable[tuple[str, pa.Table]],
    *,
    progress: Progress | None = None,
) -> None:
    """Makes the database file ``path`` from DDL text and the rows of its tables, in their order.

    The file is built as ``NAME.partial-PID`` beside it, written through to the disk and renamed,
    so that other readers see the old file or the whole new one. Two builds in one folder, by
    whichever processes, wait for each other; what a killed one left is removed by the next.
    ``ddl`` and ``tables`` are trusted; columns are matched by name.

    Raises:
        InputError: the folder cannot be written, the disk is full, or the DDL and rows disagree.
        KeyboardInterrupt: Ctrl-C, also while a statement runs; nothing is left.
    """
    path = path.absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone_in(path.parent):
            _remove_partials(path)
            partial = path.with_name(f"{path.name}.partial-{os.getpid()}")
            try:
                _write(partial, ddl, tables, progress)
                _sync(partial)
                # A log that a killed writer left belongs to the old file: DuckDB opens no other
                # with it.
                path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
                partial.replace(path)
                _sync(path.parent)
            finally:
                _remove_partials(path)
    except OSError as error:
        raise _not_written(path, error.strerror or str(error), error.errno) from None


def _write(
    partial: Path,
    ddl: str,
    tables: Iterable[tuple[str, pa.Table]],
    progress: Progress | None,
) -> None:
    import duckdb

    final = partial.with_suffix("")
    try:
        with duckdb.connect(str(partial), config=dict(_SETTINGS)) as connection:
            connection.execute(ddl)
            for name, rows in tables:
                if progress is not None:
                    progress(f"building {final.stem}: {name}", None)
                quoted = '"' + name.replace('"', '""') + '"'
                connection.register("sqlft_rows", rows)
                connection.execute(f"INSERT INTO {quoted} BY NAME SELECT * FROM sqlft_rows")
                connection.unregister("sqlft_rows")
            connection.execute("CHECKPOINT")
    except duckdb.Error as error:
        # A full disk comes as an IO, a fatal or a transaction error, by when it was noticed.
        number = _number_said(str(error))
        if number is not None or isinstance(error, duckdb.IOException):
            raise _not_written(final, _first_line(error), number) from None
        raise InputError(f"{final} could not be built: {_first_line(error)}") from None
    except RuntimeError as error:
        if str(error) == "Query interrupted":  # how DuckDB's Python client passes Ctrl-C on
            raise KeyboardInterrupt from None
        raise


def _not_written(path: Path, reason: str, number: int | None) -> InputError:
    if number in (errno.ENOSPC, errno.EDQUOT):
        return InputError(
            f"{path} could not be written: the disk is full",
            hint="free some space, or set SQLFT_HOME to a folder on another disk",
        )
    hint = None
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        hint = "choose a folder that you may write to, for example through SQLFT_HOME"
    return InputError(f"{path} could not be written: {reason}", hint=hint)


def _number_said(text: str) -> int | None:
    """The system's error number behind an engine's message, where a hint depends on it.

    >>> _number_said('IO Error: Cannot open file "x": Read-only file system') == errno.EROFS
    True
    """
    lowered = text.casefold()
    if "no space left" in lowered or "disk quota" in lowered or "disk is full" in lowered:
        return errno.ENOSPC
    if "read-only file system" in lowered:
        return errno.EROFS
    return errno.EACCES if "permission denied" in lowered else None


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def _remove_partials(path: Path) -> None:
    # While the folder is ours alone, nobody is at work on any of them.
    for stale in path.parent.glob(f"{escape(path.name)}.partial-*"):
        with suppress(FileNotFoundError, IsADirectoryError):
            stale.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Holds a lock on the folder itself, which leaves no lock file and ends with the process."""
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network disk without locks: the pid in the name must do
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
