"""Reads uploaded files into a DuckDB file, in a process of its own that can do little else.

Run as a script: a job as JSON on standard input, its outcome as JSON on standard output. The job
names the files, which lie in one folder; nothing else can be read, and only the database written.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MEMORY_BYTES = 2 << 30
WRITTEN_BYTES = 4 << 30
CPU_S = 180
_UNPACKED_BYTES = 1 << 30
_CELLS = 20_000_000
_SETTINGS: dict[str, Any] = {
    "threads": "2",
    "memory_limit": "1GB",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}


class Refusal(Exception):
    """A file that cannot be read, with what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def main() -> None:
    """Does one job."""
    job = json.load(sys.stdin)
    _confine()
    try:
        outcome: dict[str, Any] = {"tables": _read(job)}
    except Refusal as refusal:
        outcome = {"error": str(refusal), "hint": refusal.hint}
    except MemoryError:
        outcome = {"error": "the file needs too much memory", "hint": "upload a part of it"}
    json.dump(outcome, sys.stdout)


def _confine() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, used + MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(what, (most, most))


def _read(job: dict[str, Any]) -> list[dict[str, Any]]:
    import duckdb

    taken: set[str] = set()
    made: list[dict[str, Any]] = []
    with duckdb.connect(job["out"], config=_SETTINGS) as connection:
        folder = str(Path(job["files"][0]["path"]).parent)
        _run(connection, f"SET allowed_directories = [{_text(folder)}]")
        _run(connection, "SET enable_external_access = false")
        _run(connection, "SET lock_configuration = true")
        for file in job["files"]:
            reader = {"excel": _excel, "csv": _csv, "json": _json, "parquet": _parquet}[
                file["kind"]
            ]
            try:
                made += reader(connection, file, taken)
            except duckdb.Error as error:
                raise Refusal(f"{file['name']}: {_short(error, file)}", _hint(file)) from None
        if not made:
            raise Refusal("there is no table in these files", "a table needs a header and a row")
        _run(connection, "CHECKPOINT")
    return made


def _csv(connection: Any, file: dict[str, Any], taken: set[str]) -> list[dict[str, Any]]:
    import duckdb

    path, name = file["path"], fresh(file["stem"], taken)
    last: duckdb.Error | None = None
    # The types of the first rows may not hold for all, and the text may not be UTF-8.
    for more in ("", ", sample_size = -1", ", sample_size = -1, encoding = 'latin-1'"):
        more += ", decimal_separator = ','" if _has_decimal_commas(path) else ""
        source = f"read_csv({_text(path)}{more})"
        try:
            headers = [row[0] for row in _run(connection, f"DESCRIBE FROM {source}")]
            names: set[str] = set()
            columns = ", ".join(f"{_name(h)} AS {_name(fresh(h, names))}" for h in headers)
            _run(connection, f"CREATE TABLE {_name(name)} AS SELECT {columns} FROM {source}")
        except duckdb.Error as error:
            last = error
            continue
        return [_described(connection, file, name, headers)]
    assert last is not None
    raise last


def _has_decimal_commas(path: str) -> bool:
    """Fields are parted by semicolons, and numbers are written as 3,5."""
    with Path(path).open("rb") as file:
        start = file.read(1 << 16).decode("latin-1")
    return (
        start.count(";") > 2 and re.search(r"(^|;)\"?-?\d+,\d+\"?(;|\r?$)", start, re.M) is not None
    )


def _json(connection: Any, file: dict[str, Any], taken: set[str]) -> list[dict[str, Any]]:
    name = fresh(file["stem"], taken)
    source = f"read_json({_text(file['path'])}, maximum_object_size = 67108864)"
    _run(connection, f"CREATE TABLE {_name(name)} AS FROM {source}")
    return [_described(connection, file, name, [])]


def _parquet(connection: Any, file: dict[str, Any], taken: set[str]) -> list[dict[str, Any]]:
    name = fresh(file["stem"], taken)
    _run(connection, f"CREATE TABLE {_name(name)} AS FROM read_parquet({_text(file['path'])})")
    return [_described(connection, file, name, [])]


def _excel(connection: Any, file: dict[str, Any], taken: set[str]) -> list[dict[str, Any]]:
    made = []
    sheets = list(_sheets(file))
    for sheet, headers, columns in sheets:
        name = fresh(sheet if len(sheets) > 1 else file["stem"], taken)
        names: set[str] = set()
        fields = [fresh(header or f"column_{at}", names) for at, header in enumerate(headers, 1)]
        table = _typed(fields, columns)
        connection.register("sqlft_sheet", table)
        _run(connection, f"CREATE TABLE {_name(name)} AS FROM sqlft_sheet")
        connection.unregister("sqlft_sheet")
        made.append(_described(connection, file, name, headers))
    return made


def _sheets(file: dict[str, Any]) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Each sheet that has a header and a row: its name, headers and columns."""
    import openpyxl

    bad = f"{file['name']} is not a workbook that can be read"
    try:
        with zipfile.ZipFile(file["path"]) as packed:
            if sum(part.file_size for part in packed.infolist()) > _UNPACKED_BYTES:
                raise Refusal(f"{file['name']} is too large once unpacked", "upload a part of it")
        # Not closed here: a sheet is read while it is walked through.
        opened = Path(file["path"]).open("rb")  # noqa: SIM115
        book = openpyxl.load_workbook(opened, read_only=True, data_only=True, keep_links=False)
    except (Refusal, MemoryError):
        raise
    except Exception as error:  # openpyxl raises what its parsers raise
        raise Refusal(bad, "save it as .xlsx again, or as CSV") from error
    cells = 0
    for sheet in book.worksheets:
        rows: list[tuple[Any, ...]] = []
        try:
            for row in sheet.iter_rows(values_only=True):
                if any(value is not None for value in row):
                    rows.append(row)
                    cells += len(row)
                if cells > _CELLS:
                    raise Refusal(f"{file['name']} has too many cells", "save it as CSV")
        except (Refusal, MemoryError):
            raise
        except Exception as error:
            raise Refusal(bad, "save it as .xlsx again, or as CSV") from error
        if len(rows) < 2:
            continue
        kept = [
            at for at in range(max(map(len, rows))) if any(_at(row, at) is not None for row in rows)
        ]
        headers = ["" if _at(rows[0], at) is None else str(_at(rows[0], at)) for at in kept]
        yield sheet.title, headers, [[_at(row, at) for row in rows[1:]] for at in kept]


_READERS = {"excel": _excel, "csv": _csv, "json": _json, "parquet": _parquet}


def _at(row: tuple[Any, ...], at: int) -> Any:
    return row[at] if at < len(row) else None


def _typed(names: list[str], columns: list[list[Any]]) -> Any:
    """An Arrow table with the narrowest type that holds each column."""
    import pyarrow as pa

    return pa.table({name: _column(values) for name, values in zip(names, columns, strict=True)})


def _column(values: list[Any]) -> Any:
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds and kinds <= {int, float}:
        whole = all(value is None or float(value).is_integer() for value in values)
        small = all(value is None or abs(value) < 2**62 for value in values)
        if whole and small:
            return pa.array([None if v is None else int(v) for v in values], pa.int64())
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    if kinds and kinds <= {datetime.datetime, datetime.date}:
        days = all(
            not isinstance(v, datetime.datetime) or v.time() == datetime.time() for v in values if v
        )
        if days:
            dates = [v.date() if isinstance(v, datetime.datetime) else v for v in values]
            return pa.array(dates, pa.date32())
        return pa.array(values, pa.timestamp("us"))
    return pa.array([None if v is None else str(v) for v in values], pa.string())


def _described(
    connection: Any, file: dict[str, Any], name: str, headers: list[str]
) -> dict[str, Any]:
    """What a table became; headers that lost their spelling stand in comments."""
    columns = [row[0] for row in _run(connection, f"DESCRIBE {_name(name)}")]
    for column, header in zip(columns, headers, strict=False):
        if header and header != column:
            _run(
                connection,
                f"COMMENT ON COLUMN {_name(name)}.{_name(column)} IS {_text(header[:200])}",
            )
    count = _run(connection, f"SELECT count(*) FROM {_name(name)}")[0][0]
    return {"name": name, "rows": count, "columns": len(columns), "file": file["name"]}


def fresh(text: str, taken: set[str]) -> str:
    """A plain SQL name made of a text, not one of those taken; it is taken then.

    >>> fresh("Sales 2024!", set()), fresh("2024", set()), fresh("a", {"a"})
    ('sales_2024', 't_2024', 'a_2')
    """
    word = re.sub(r"\W+", "_", text.casefold()).strip("_")[:60] or "table"
    word = word if re.match(r"[^\W\d]", word) else f"t_{word}"
    number, name = 1, word
    while name in taken:
        number += 1
        name = f"{word}_{number}"
    taken.add(name)
    return name


def _hint(file: dict[str, Any]) -> str:
    return {
        "csv": "check that every line has as many fields as the header",
        "json": "it should hold an array of objects, or one object a line",
        "parquet": "write the file again",
    }.get(file["kind"], "save it as CSV")


def _short(error: Exception, file: dict[str, Any]) -> str:
    """DuckDB's message without our paths, in one line."""
    text = re.split(r"\n+LINE \d+:", str(error))[0]
    text = text.replace(file["path"], file["name"]).replace(Path(file["path"]).name, file["name"])
    said = " ".join(text.split()).partition("Possible")[0].strip()
    return re.sub(r"^[A-Z]\w+( \w+)* Error: ", "", said)[:300]


def _run(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a statement: an unfinished result would block the next one."""
    rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
    return rows


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    main()
