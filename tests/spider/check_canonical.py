"""How many of Spider's gold queries return the same rows in canonical form.

    python tests/spider/check_canonical.py PATH [--verbose] [--sample N] [--database NAME]

PATH holds train_spider.json, train_others.json and database/. Each SQLite database is copied into
DuckDB in memory; each gold query is translated to DuckDB, and run as it is and in canonical form.
Exits 1 when fewer than 99.5 % of those that run agree, or a result is not its own canonical form.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import random
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sqlft.errors import SqlftError
from sqlft.schema.definition import Column, Schema, Table
from sqlft.sql.canonical import canonical
from sqlft.sql.display import display

ROW_CAP = 20_000
QUERY_LIMIT_S = 5.0
EQUAL_AT_LEAST = 0.995


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one gold query."""

    id: str
    verdict: str
    """not_translated, not_run, refused, crashed, different, or equal."""
    idempotent: bool = True
    displayed: bool = True
    gold_sql: str = ""
    canonical_sql: str = ""
    note: str = ""
    seconds: float = 0.0
    rows: int = 0
    """Rows of the gold query; where there are none, agreement says little."""


def duckdb_type(declared: str) -> str:
    """DuckDB's type for a type that SQLite was given: numbers, dates and booleans; else text."""
    word = declared.upper().split("(")[0].strip()
    if "INT" in word or word == "YEAR":
        return "BIGINT"
    if word in ("REAL", "FLOAT", "DOUBLE", "NUMERIC", "NUMBER", "DECIMAL", "DOUBLE PRECISION"):
        return "DOUBLE"
    if word.startswith(("BOOL", "BIT")):
        return "BOOLEAN"
    return "VARCHAR"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def load(path: Path) -> tuple[duckdb.DuckDBPyConnection, Schema]:
    """The SQLite file's tables, ROW_CAP rows of each, in DuckDB in memory, and their schema."""
    source = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    source.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
    target = duckdb.connect(config={"threads": 1})
    tables = []
    names = source.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for (name,) in names:
        columns = [
            Column(name=row[1], type=duckdb_type(row[2] or ""))
            for row in source.execute(f"PRAGMA table_info({quoted(name)})")
        ]
        rows = source.execute(f"SELECT * FROM {quoted(name)} LIMIT {ROW_CAP}").fetchall()
        kinds = [c.type if _fits(rows, n, c.type) else "VARCHAR" for n, c in enumerate(columns)]
        listed = ", ".join(f"{quoted(c.name)} {k}" for c, k in zip(columns, kinds, strict=True))
        target.execute(f"CREATE TABLE {quoted(name)} ({listed})")
        if rows:
            places = ", ".join("?" for _ in columns)
            cells = [[_cell(v, k) for v, k in zip(row, kinds, strict=True)] for row in rows]
            target.executemany(f"INSERT INTO {quoted(name)} VALUES ({places})", cells[:300])
            for start in range(300, len(cells), 2000):
                _insert(target, name, cells[start : start + 2000])
        tables.append(Table(name=name, columns=tuple(columns)))
    return target, Schema(name=path.stem, tables=tuple(tables))


def _insert(target: duckdb.DuckDBPyConnection, name: str, cells: list[list[Any]]) -> None:
    row = "(" + ", ".join("?" for _ in cells[0]) + ")"
    flat = [value for cell in cells for value in cell]
    target.execute(f"INSERT INTO {quoted(name)} VALUES {', '.join([row] * len(cells))}", flat)


def _fits(rows: list[tuple[Any, ...]], column: int, kind: str) -> bool:
    wanted = {"BIGINT": (int,), "DOUBLE": (int, float), "BOOLEAN": (int,), "VARCHAR": (object,)}
    return all(row[column] is None or isinstance(row[column], wanted[kind]) for row in rows)


def _cell(value: Any, kind: str) -> Any:
    if value is None or kind != "VARCHAR":
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def to_duckdb(sql: str, schema: Schema) -> str:
    """SQLite's query for DuckDB; ``"France"``, where no such column exists, is a text."""
    names = {c.name.casefold() for t in schema.tables for c in t.columns}
    tree = sqlglot.parse_one(sql, read="sqlite")
    names |= {a.alias.casefold() for a in tree.find_all(exp.Alias)}
    for column in list(tree.find_all(exp.Column)):
        bare = not column.table and isinstance(column.this, exp.Identifier)
        if bare and column.this.quoted and column.name.casefold() not in names:
            column.replace(exp.Literal.string(column.name))
    for ordered in tree.find_all(exp.Ordered):
        ordered.set("nulls_first", False)
    return tree.sql("duckdb")


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[Any, ...]]:
    timer = threading.Timer(QUERY_LIMIT_S, connection.interrupt)
    timer.start()
    try:
        return connection.execute(sql).fetchall()
    finally:
        timer.cancel()


def same(left: Sequence[tuple[Any, ...]], right: Sequence[tuple[Any, ...]]) -> bool:
    def rounded(row: tuple[Any, ...]) -> str:
        return repr([float(f"{v:.9g}") if isinstance(v, float) else v for v in row])

    return Counter(map(rounded, left)) == Counter(map(rounded, right))


def judge(connection: duckdb.DuckDBPyConnection, schema: Schema, id_: str, sql: str) -> Outcome:
    """One gold query, run as it is and in canonical form."""
    try:
        gold = to_duckdb(sql, schema)
    except (SqlglotError, AttributeError, ValueError) as error:
        return Outcome(id=id_, verdict="not_translated", note=str(error)[:200])
    try:
        expected = rows_of(connection, gold)
    except duckdb.Error as error:
        return Outcome(id=id_, verdict="not_run", gold_sql=gold, note=str(error)[:200])
    started = time.perf_counter()
    try:
        made = canonical(gold, schema)
    except SqlftError as error:
        return Outcome(id=id_, verdict="refused", gold_sql=gold, note=error.message)
    except Exception as error:
        return Outcome(id=id_, verdict="crashed", gold_sql=gold, note=repr(error))
    seconds = time.perf_counter() - started
    try:
        verdict = "equal" if same(expected, rows_of(connection, made)) else "different"
        shown = same(expected, rows_of(connection, display(made)))
        note = ""
    except duckdb.Error as error:
        verdict, shown, note = "different", True, str(error)[:200]
    return Outcome(
        id=id_,
        verdict=verdict,
        idempotent=canonical(made, schema) == made,
        displayed=shown and display(display(made)) == display(made),
        gold_sql=gold,
        canonical_sql=made,
        note=note,
        seconds=seconds,
        rows=len(expected),
    )


def judge_database(task: tuple[Path, list[tuple[str, str]]]) -> list[Outcome]:
    path, queries = task
    connection, schema = load(path)
    with contextlib.closing(connection):
        return [judge(connection, schema, id_, sql) for id_, sql in queries]


def tasks(root: Path, only: str | None) -> Iterator[tuple[Path, list[tuple[str, str]]]]:
    """Each database's file, and its distinct gold queries with their ids."""
    by_database: dict[str, dict[str, str]] = {}
    for name in ("train_spider", "train_others"):
        for number, example in enumerate(json.loads((root / f"{name}.json").read_text("utf-8"))):
            queries = by_database.setdefault(example["db_id"], {})
            queries.setdefault(" ".join(example["query"].split()), f"{name}:{number}")
    for database, queries in by_database.items():
        path = root / "database" / database / f"{database}.sqlite"
        if path.exists() and only in (None, database):
            yield path, [(id_, sql) for sql, id_ in queries.items()]


def report(outcomes: list[Outcome], sample: int, verbose: bool) -> bool:
    """Print the counts; whether they are good enough."""
    counts = Counter(o.verdict for o in outcomes)
    made = [o for o in outcomes if o.canonical_sql]
    unstable = [o for o in made if not o.idempotent]
    misshown = [o for o in made if not o.displayed]
    runs = len(outcomes) - counts["not_translated"] - counts["not_run"]
    gold_chars = sum(len(o.gold_sql) for o in made)
    growth = sum(len(o.canonical_sql) for o in made) / max(gold_chars, 1) - 1
    print(f"distinct gold queries     {len(outcomes)}")
    print(f"translated and run        {runs}")
    print(f"canonical form made       {len(made)}")
    print(f"equal rows                {counts['equal']}")
    print(f"equal and not empty       {sum(o.verdict == 'equal' and o.rows > 0 for o in outcomes)}")
    print(f"different rows            {counts['different']}")
    print(f"refused, crashed          {counts['refused']}, {counts['crashed']}")
    print(f"not idempotent            {len(unstable)}")
    print(f"display differs           {len(misshown)}")
    print(f"characters                {growth:+.1%}")
    print(f"milliseconds a query      {1e3 * sum(o.seconds for o in made) / max(len(made), 1):.2f}")
    bad = [o for o in outcomes if o.verdict in ("different", "refused", "crashed")]
    for outcome in [*bad, *unstable, *misshown] if verbose else ():
        print(f"\n{outcome.verdict} {outcome.id} {outcome.note}")
        print(f"  {outcome.gold_sql}\n  {outcome.canonical_sql}")
    for outcome in random.Random(1).sample(made, min(sample, len(made))):
        print(f"\n{outcome.gold_sql}\n{outcome.canonical_sql}")
    return (
        counts["equal"] >= EQUAL_AT_LEAST * runs > 0
        and not unstable
        and not misshown
        and not counts["crashed"]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path)
    parser.add_argument("--verbose", action="store_true", help="list what went wrong")
    parser.add_argument("--sample", type=int, default=0, help="print so many random results")
    parser.add_argument("--database", help="check one database only")
    options = parser.parse_args()
    started = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        judged = pool.imap_unordered(judge_database, tasks(options.path, options.database))
        outcomes = [outcome for group in judged for outcome in group]
    good = report(outcomes, options.sample, options.verbose)
    print(f"seconds                   {time.perf_counter() - started:.0f}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
