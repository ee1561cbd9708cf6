"""Uploaded files become one private DuckDB file, which is then only read."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from analyst.uploads import uploads_folder
from sqlft.data.sqlite_to_duckdb import convert
from sqlft.database import locate
from sqlft.errors import InputError
from sqlft.schema import read_schema

Kind = Literal["csv", "json", "parquet", "excel", "duckdb", "sqlite"]

SUFFIXES: dict[str, Kind] = {
    "csv": "csv",
    "tsv": "csv",
    "txt": "csv",
    "parquet": "parquet",
    "json": "json",
    "jsonl": "json",
    "ndjson": "json",
    "xlsx": "excel",
    "duckdb": "duckdb",
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "db": "sqlite",
}
_WAIT_S = 240.0
_WORKER = Path(__file__).with_name("upload_worker.py")


@dataclass(frozen=True, kw_only=True)
class Uploaded:
    """One file as the browser sent it."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class MadeTable:
    """A table that came of an upload."""

    name: str
    rows: int


@dataclass(frozen=True, kw_only=True)
class Made:
    """The database that came of an upload, under its unguessable key."""

    token: str
    name: str
    tables: tuple[MadeTable, ...]


def make_database(files: Sequence[Uploaded]) -> Made:
    """The database made of the files; several files of tables share one.

    Tables are read in a process that sees nothing but these files, within limits of memory, time
    and size. What fails leaves nothing behind.

    Raises:
        InputError: no file, an unknown kind, a mixture that is none, or a file that cannot be read.
    """
    if not files:
        raise InputError("no file was given", hint="choose at least one file")
    kinds = [kind_of(file) for file in files]
    whole = [kind for kind in kinds if kind in ("duckdb", "sqlite")]
    if whole and len(files) > 1:
        raise InputError(
            "a database file is uploaded by itself", hint="upload the other files after it"
        )
    token = secrets.token_urlsafe(16)
    folder = uploads_folder() / token
    partial = folder.with_name(f"{token}.partial")
    name = _stem(files[0].name) if len(files) == 1 else "upload"
    try:
        partial.mkdir(parents=True, mode=0o700)
        target = partial / f"{name}.duckdb"
        if kinds[0] == "duckdb":
            target.write_bytes(files[0].content)
        elif kinds[0] == "sqlite":
            _from_sqlite(files[0], target)
        else:
            _from_tables(files, kinds, target)
        schema = read_schema(locate(target), samples_per_column=0)
        partial.rename(folder)
    except InputError as error:
        raise _without_path(error, partial, files[0].name) from None
    except OSError as error:
        raise InputError(f"the upload cannot be kept: {error.strerror or error}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    tables = tuple(MadeTable(name=t.name, rows=t.row_count or 0) for t in schema.tables)
    return Made(token=token, name=name, tables=tables)


def _without_path(error: InputError, folder: Path, name: str) -> InputError:
    """The error with the file's own name where the folder of the upload stood."""
    message = re.sub(re.escape(str(folder)) + r"/[^\s:]*", name, error.message)
    return InputError(message, hint=error.hint)


def kind_of(file: Uploaded) -> Kind:
    """What a file is: by its first bytes where these tell, else by its name.

    Raises:
        InputError: none that is read.

    >>> kind_of(Uploaded(name="a.CSV", content=b"x,y"))
    'csv'
    """
    if file.content[:16] == b"SQLite format 3\0":
        return "sqlite"
    if file.content[8:12] == b"DUCK":
        return "duckdb"
    suffix = file.name.rpartition(".")[2].casefold()
    kind = SUFFIXES.get(suffix)
    if kind is None:
        raise InputError(
            f"files of this kind are not read: {file.name}",
            hint="CSV, Parquet, Excel (.xlsx), JSON, SQLite and DuckDB are",
        )
    if not file.content:
        raise InputError(f"{file.name} is empty", hint="was it written to the end?")
    if kind in ("sqlite", "duckdb"):
        raise InputError(
            f"{file.name} is neither a SQLite nor a DuckDB database",
            hint="the file may be damaged or encrypted",
        )
    return kind


def _stem(name: str) -> str:
    """A file name without suffix that is safe in every folder.

    >>> _stem("../My sales (2024).csv")
    'My_sales_2024'
    """
    plain = Path(name.replace("\\", "/")).name.rpartition(".")[0]
    words = "".join(c if c.isalnum() or c in "-_" else "_" for c in plain)
    return "_".join(filter(None, words.split("_")))[:60] or "upload"


def _from_sqlite(file: Uploaded, target: Path) -> None:
    source = target.with_suffix(".sqlite")
    source.write_bytes(file.content)
    convert(locate(source), target)
    source.unlink()


def _from_tables(files: Sequence[Uploaded], kinds: Sequence[Kind], target: Path) -> None:
    folder = target.with_name("in")
    folder.mkdir()
    listed = []
    for number, (file, kind) in enumerate(zip(files, kinds, strict=True)):
        path = folder / f"{number}.{kind}"
        path.write_bytes(file.content)
        listed.append(
            {"path": str(path), "kind": kind, "name": file.name, "stem": _stem(file.name)}
        )
    outcome = _worked({"out": str(target), "files": listed})
    if "error" in outcome:
        raise InputError(str(outcome["error"]), hint=str(outcome["hint"]))
    shutil.rmtree(folder)


def _worked(job: dict[str, Any]) -> dict[str, Any]:
    """What the worker says of a job.

    Raises:
        InputError: it took too long, or died of the file.
    """
    paths = os.pathsep.join(path for path in sys.path if Path(path).is_absolute())
    code = (
        "import runpy, sys; sys.path += sys.argv[2].split(sys.argv[3]);"
        "runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", "-c", code, str(_WORKER), paths, os.pathsep],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd=Path(job["out"]).parent,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(json.dumps(job).encode(), timeout=_WAIT_S)
        found: dict[str, Any] = json.loads(said)
        return found
    except subprocess.TimeoutExpired:
        raise InputError("the file takes too long to read", hint="upload a part of it") from None
    except ValueError:
        raise InputError(
            "the file cannot be read within the limits for uploads",
            hint="upload a part of it, or make a DuckDB file of it and start `sqlft app FILE`",
        ) from None
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
