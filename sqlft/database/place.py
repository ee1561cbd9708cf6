"""Which database a text names: a DuckDB file, a SQLite file, or a server's URL."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sqlft.errors import InputError

Kind = Literal["duckdb", "sqlite", "url"]

_URL = re.compile(r"[a-z][a-z0-9+._-]*://", re.IGNORECASE)
_FILE_URL = re.compile(r"(duckdb|sqlite)(\+\w+)?:///?(?P<path>[^?]*)", re.IGNORECASE)
_MARKS: tuple[tuple[Kind, int, bytes], ...] = (
    ("duckdb", 8, b"DUCK"),
    ("sqlite", 0, b"SQLite format 3\0"),
)
"""Where each file format carries which bytes."""

_TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl", ".ndjson"})


@dataclass(frozen=True, kw_only=True)
class Database:
    """A place that holds a database; nothing is open yet.

    ``location`` is an absolute file path, or a SQLAlchemy URL. It is left out of the repr because
    a URL may hold a password.
    """

    kind: Kind
    location: str = field(repr=False)
    name: str

    @property
    def shown(self) -> str:
        """The location as people may see it: a URL loses its user, password and options."""
        return self.location if self.kind != "url" else _without_secrets(self.location)


def locate(text: str | Path) -> Database:
    """The database that a path or a URL names; a file's kind is read from its first bytes.

    ``sqlite:///FILE`` and ``duckdb:///FILE`` name files; every other URL names a server.

    Raises:
        InputError: no such file, a folder, an empty or unreadable file, or another format.
    """
    given = str(text)
    if not given.strip():
        raise InputError("no database was named", hint="name a file or a URL")
    if _URL.match(given):
        file_url = _FILE_URL.fullmatch(given.split("?")[0])
        return locate(file_url["path"] or ":memory:") if file_url else _server(given)
    if given.strip().startswith(":memory:"):
        raise InputError(
            "an in-memory database holds nothing to ask about", hint="name a database file"
        )
    if "\0" in given:
        raise InputError("a file name cannot hold a NUL character")
    path = Path(given).expanduser().absolute()
    kind = _kind_of(path)
    return Database(kind=kind, location=str(path), name=path.stem)


def _kind_of(path: Path) -> Kind:
    try:
        if path.is_dir():
            raise InputError(f"{path} is a folder", hint="name the database file inside it")
        if not path.exists():
            raise InputError(f"no such database: {path}", hint="check the path")
        if not path.is_file():
            raise InputError(f"{path} is not a regular file")
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{path} cannot be read: {reason.lower()}") from None
    if not start:
        raise InputError(f"{path} is empty (0 bytes)", hint="was it written to the end?")
    for kind, offset, mark in _MARKS:
        if start[offset : offset + len(mark)] == mark:
            return kind
    raise InputError(
        f"{path} is neither a DuckDB nor a SQLite database", hint=_other_format_hint(path, start)
    )


def _other_format_hint(path: Path, start: bytes) -> str | None:
    suffix = path.suffix.casefold()
    if start.startswith(b"PAR1") or suffix in _TABLE_SUFFIXES:
        return (
            f"load it into a database first: "
            f"duckdb {path.stem}.duckdb \"CREATE TABLE {_word(path.stem)} AS FROM '{path.name}'\""
        )
    if start.startswith(b"PK"):
        return "a workbook or archive is not a database: load its sheets into a DuckDB file first"
    return "the file may be damaged or encrypted" if suffix in {".duckdb", ".db"} else None


def _word(text: str) -> str:
    """The text as a plain SQL name.

    >>> _word("2024 sales")
    't_2024_sales'
    """
    word = re.sub(r"\W+", "_", text)
    return word if re.match(r"[^\W\d]", word) else f"t_{word}"


def _server(url: str) -> Database:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # neither text is repeated: it may hold a password
        raise InputError(
            "the database URL cannot be read",
            hint="it should look like postgresql://user:password@host:5432/database",
        ) from None
    backend = parsed.get_backend_name()
    return Database(kind="url", location=url, name=parsed.database or parsed.host or backend)


def _without_secrets(url: str) -> str:
    """The URL with only its dialect, host, port and database.

    >>> _without_secrets("postgresql://ann:secret@db.example:5432/shop?password=secret")
    'postgresql://db.example:5432/shop'
    """
    from sqlalchemy.engine import URL, make_url

    full = make_url(url)
    return URL.create(
        full.drivername, host=full.host, port=full.port, database=full.database
    ).render_as_string()
