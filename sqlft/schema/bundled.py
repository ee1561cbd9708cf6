"""The schemas that come with sqlft: their databases are built at first use."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from sqlft.config import Limits, Progress, bundled, home
from sqlft.database import Database, build_duckdb, locate, read_catalog
from sqlft.errors import InputError, SqlError
from sqlft.schema.bundled_rows import SEED, rows_of
from sqlft.sql import nearest

_STAMP = "sqlft_built_from"
"""A macro inside the file says which inputs made it: file and stamp cannot come apart."""
_STAMP_AND_BYTES = f"""
SELECT {_STAMP}() AS digest, total_blocks * block_size + 3 * 4096 AS bytes
FROM pragma_database_size()
WHERE database_name = current_database()
"""
"""Three headers of 4096 bytes come before the blocks of a DuckDB file."""
_REPLACEABLE = re.compile("damaged|is empty|neither a DuckDB|another version|is encrypted")
"""What is said of a file that no program can use as it is, or not with this DuckDB."""


def bundled_names() -> tuple[str, ...]:
    """The names of the bundled schemas, sorted: every folder with a ``schema.sql``."""
    folder = bundled("schemas")
    return tuple(sorted(path.parent.name for path in folder.glob("*/schema.sql")))


def bundled_folder(name: str) -> Path:
    """The folder of one bundled schema: its ``schema.sql``, ``rows.py`` and ``notes.toml``.

    Raises:
        InputError: no schema of that name is bundled.
    """
    names = bundled_names()
    if name not in names:
        close = nearest(name, names)
        hint = f"did you mean {' or '.join(close)}?" if close else _all_names(names)
        raise InputError(f"no bundled database is called {name!r}", hint=hint)
    return bundled("schemas") / name


def _all_names(names: tuple[str, ...]) -> str:
    return f"bundled: {', '.join(names)}" if names else "no schema is bundled with this copy"


def bundled_path(name: str) -> Path:
    """Where the built database of a bundled schema lies, whether or not it is there yet."""
    return home() / "databases" / f"{name}.duckdb"


def build_bundled(name: str, *, force: bool = False, progress: Progress | None = None) -> Path:
    """The database file of a bundled schema, built unless the same inputs built it before.

    Inputs are every file of the schema's folder but its notes. A killed build leaves what was
    there before.

    Args:
        force: build though the same inputs built it before.

    Raises:
        InputError: no such schema, the folder cannot be written, or another program has the file
            open for writing: replaced now, it would lose what it writes.
        ModelError: the schema's own files are broken.
    """
    folder, path = bundled_folder(name), bundled_path(name)
    digest = _inputs_digest(folder)
    if _built_from(path) == digest and not force:
        return path
    ddl = (folder / "schema.sql").read_text(encoding="utf-8")
    stamped = f"{ddl.rstrip().rstrip(';')};\nCREATE MACRO {_STAMP}() AS '{digest}';"
    build_duckdb(path, stamped, rows_of(folder), progress=progress)
    return path


def _inputs_digest(folder: Path) -> str:
    """Hex digest over the names and bytes of the files that a build depends on, and the seed."""
    files = [p for p in sorted(folder.iterdir()) if p.is_file() and p.name != "notes.toml"]
    text = hashlib.sha256(f"seed {SEED}".encode())
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        text.update(f"\n{file.name} {content}".encode())
    return text.hexdigest()


def _built_from(path: Path) -> str | None:
    """The digest that a built file carries, or none where it is missing, damaged or cut short.

    Raises:
        InputError: another program has it open for writing, or it cannot be read for now.
        SqlError: it gave no answer in time, or not in the memory it may use.
    """
    if not path.is_file():
        return None
    try:
        table = read_catalog(locate(path), _STAMP_AND_BYTES, Limits()).table
    except InputError as error:
        said = f"{error.message} {error.hint}".replace(str(path), "")
        if _REPLACEABLE.search(said):
            return None
        raise
    except SqlError as error:
        if error.kind == "query_error":  # no such macro: another program made it
            return None
        raise
    # The stamp is read from a file cut short, too, where the catalog lies before the cut.
    whole = path.stat().st_size >= table["bytes"][0].as_py()
    return str(table["digest"][0].as_py()) if whole else None


def open_database(text: str | Path, *, progress: Progress | None = None) -> Database:
    """The database that a bundled schema's name, a file's path or a URL names.

    A bundled name comes first (write ``./retail``, or give a ``Path``, for a file of that name);
    its database is built at first use.

    Raises:
        InputError: nothing of that name; the hint gives the nearest bundled ones.
    """
    if isinstance(text, Path):
        return locate(text)
    if text in bundled_names():
        return locate(build_bundled(text, progress=progress))
    is_word = text.replace("_", "").replace("-", "").isalnum()
    if is_word and not Path(text).exists():
        close = nearest(text, bundled_names())
        hint = f"did you mean {' or '.join(close)}?" if close else _all_names(bundled_names())
        raise InputError(f"no bundled database and no file is called {text!r}", hint=hint)
    return locate(text)


def notes_path(database: Database) -> Path | None:
    """The notes that belong to a database, or none.

    For a bundled one its schema folder's; for a file ``NAME.notes.toml`` beside it, else
    ``notes.toml`` beside it.
    """
    if database.kind == "url":
        return None
    path = Path(database.location)
    if path.parent == home() / "databases" and path.stem in bundled_names():
        beside = [bundled_folder(path.stem) / "notes.toml"]
    else:
        beside = [path.with_name(f"{path.stem}.notes.toml"), path.with_name("notes.toml")]
    return next((notes for notes in beside if notes.is_file()), None)
