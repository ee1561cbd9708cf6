"""The file that corrections are kept in: SQLite with a write-ahead log, for several writers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path

from sqlft.config import home
from sqlft.errors import InputError
from sqlft.feedback.correction import Correction, now

_COLUMNS = tuple(field.name for field in fields(Correction))
_TABLE = f"""
CREATE TABLE IF NOT EXISTS corrections (
  {", ".join("id TEXT PRIMARY KEY" if name == "id" else f"{name} TEXT" for name in _COLUMNS)}
) STRICT
"""
_BUSY_S = 10.0


def feedback_path() -> Path:
    """The file: ``feedback.sqlite`` under ``SQLFT_HOME``."""
    return home() / "feedback.sqlite"


def save_correction(correction: Correction) -> None:
    """Keeps a correction; one of the same id is replaced.

    Raises:
        InputError: the file cannot be written.
    """
    marks = ", ".join("?" * len(_COLUMNS))
    with _opened() as connection:
        connection.execute(
            f"INSERT OR REPLACE INTO corrections ({', '.join(_COLUMNS)}) VALUES ({marks})",
            astuple(correction),
        )


def remove_correction(correction_id: str) -> None:
    """Forgets a correction; nothing happens where there is none of that id.

    Raises:
        InputError: the file cannot be written.
    """
    with _opened() as connection:
        connection.execute("DELETE FROM corrections WHERE id = ?", (correction_id,))


def corrections() -> tuple[Correction, ...]:
    """All corrections, the oldest first; none where nobody has said anything yet.

    Raises:
        InputError: the file cannot be read.
    """
    if not feedback_path().is_file():
        return ()
    with _opened() as connection:
        rows = connection.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM corrections ORDER BY said_at, rowid"
        ).fetchall()
    return tuple(Correction(**dict(zip(_COLUMNS, row, strict=True))) for row in rows)


def waiting(found: Iterable[Correction]) -> tuple[Correction, ...]:
    """Those that no training example has been made of yet, and that can become one."""
    return tuple(c for c in found if c.exported_at is None and c.judged != "wrong")


def mark_exported(ids: Iterable[str]) -> None:
    """Notes that training examples were made of these; the first time counts.

    Raises:
        InputError: the file cannot be written.
    """
    at = now()
    with _opened() as connection:
        connection.executemany(
            "UPDATE corrections SET exported_at = coalesce(exported_at, ?) WHERE id = ?",
            [(at, each) for each in ids],
        )


@contextmanager
def _opened() -> Iterator[sqlite3.Connection]:
    """The file, open for one transaction."""
    path = feedback_path()
    connection = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_BUSY_S)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(_TABLE)
        with connection:
            yield connection
    except (sqlite3.Error, OSError) as error:
        raise InputError(
            f"the corrections in {path} cannot be used: {error}",
            hint="move the file away if it is damaged; a new one is made",
        ) from None
    finally:
        if connection is not None:
            connection.close()
