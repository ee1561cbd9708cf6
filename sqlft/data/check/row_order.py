"""Whether golds give the same rows when the database stores its rows in another order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from sqlft.compare import STRICT, compare
from sqlft.config import Limits
from sqlft.data.check.finding import Finding
from sqlft.data.check.subject import Gold, Subject
from sqlft.database import Database, build_duckdb, close_workers, locate, read
from sqlft.errors import SqlftError
from sqlft.schema import Schema

if TYPE_CHECKING:
    import pyarrow as pa

MAX_STORED_ROWS = 2_000_000
"""Larger databases are not copied; the checker says so."""


class ReversedCopies:
    """Copies of databases, made when first asked for, their rows stored last to first.

    Whatever depends on the order of rows (ROW_NUMBER over ties, FIRST, ANY_VALUE, MODE, LIST and
    STRING_AGG without ORDER BY ...) gives other rows there.
    """

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="sqlft-check-")
        self._copies: dict[str, Database | None] = {}
        self._lock = threading.Lock()
        self.not_copied: dict[str, str] = {}
        """Names of databases without a copy, and why."""

    def __enter__(self) -> ReversedCopies:
        return self

    def __exit__(self, *_: object) -> None:
        close_workers()  # they hold the copies open
        self._folder.cleanup()

    def copy_of(self, place: Database, schema: Schema) -> Database | None:
        """The copy, or none where the database is too large or cannot be copied."""
        with self._lock:
            if place.location not in self._copies:
                self._copies[place.location] = self._made(place, schema)
            return self._copies[place.location]

    def _made(self, place: Database, schema: Schema) -> Database | None:
        if place.kind != "duckdb":
            self.not_copied[place.name] = "it is no DuckDB file"
            return None
        rows = sum(table.row_count or 0 for table in schema.tables)
        if rows > MAX_STORED_ROWS:
            self.not_copied[place.name] = f"it has {rows:,} rows"
            return None
        if any(table.namespace for table in schema.tables):
            self.not_copied[place.name] = "it has tables outside its main schema"
            return None
        path = Path(self._folder.name) / f"{len(self._copies)}.duckdb"
        try:
            build_duckdb(path, _ddl(schema), _reversed_tables(place, schema))
        except SqlftError as error:
            self.not_copied[place.name] = error.message
            return None
        return locate(path)


def _ddl(schema: Schema) -> str:
    """Tables without keys or constraints; views become tables."""
    lines = []
    for table in schema.tables:
        columns = ", ".join(f"{_quoted(c.name)} {c.type}" for c in table.columns)
        lines.append(f"CREATE TABLE {_quoted(table.name)} ({columns});")
    return "\n".join(lines)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _reversed_tables(place: Database, schema: Schema) -> Iterator[tuple[str, pa.Table]]:
    limits = Limits(timeout_s=120, max_rows=MAX_STORED_ROWS, max_result_mib=1024)
    for table in schema.tables:
        rows = read(place, f"SELECT * FROM {_quoted(table.name)}", limits).table
        yield table.name, rows.take(np.arange(rows.num_rows)[::-1].copy())


# Aggregates that give the same whatever the order, but for rounding, which the rule forgives.
_ORDERLESS = (
    exp.Count,
    exp.CountIf,
    exp.Sum,
    exp.Avg,
    exp.Min,
    exp.Max,
    exp.Median,
    exp.Stddev,
    exp.StddevPop,
    exp.StddevSamp,
    exp.Variance,
    exp.VariancePop,
    exp.LogicalAnd,
    exp.LogicalOr,
)


def may_depend_on_order(tree: exp.Expression) -> bool:
    """Whether there is anything in the query through which the order of stored rows could show.

    It need not: most windows and LIMITs are over a total order. What sqlglot does not know by name
    may be an aggregate such as HISTOGRAM.

    >>> from sqlft.sql import parse_query
    >>> may_depend_on_order(parse_query("SELECT a, sum(b) FROM t GROUP BY a ORDER BY a"))
    False
    """
    if tree.find(exp.Limit, exp.Offset, exp.Window, exp.Anonymous, exp.TableSample):
        return True
    if any(node.args.get("on") for node in tree.find_all(exp.Distinct)):
        return True
    if any(join.method == "POSITIONAL" for join in tree.find_all(exp.Join)):
        return True
    if any(column.name.casefold() == "rowid" for column in tree.find_all(exp.Column)):
        return True
    return any(not isinstance(node, _ORDERLESS) for node in tree.find_all(exp.AggFunc))


def row_order_findings(subject: Subject, copies: ReversedCopies) -> Iterator[Finding]:
    """Golds whose rows change with the order of stored rows."""
    golds = [
        (at, g)
        for at, g in enumerate(subject.outcomes)
        if isinstance(g, Gold) and not g.truncated and may_depend_on_order(g.tree)
    ]
    copy = copies.copy_of(subject.place, subject.schema) if golds else None
    if copy is None:
        return
    for place, gold in golds:
        try:
            again, _ = subject.run(gold.sql, copy)
        except SqlftError as error:
            message = f"{subject.label(place)} fails when rows are stored in another order"
            yield subject.found("gold-row-order", f"{message}: {error.message}")
            continue
        if not compare(gold.result, again, STRICT, ordered=False).equal:
            message = f"{subject.label(place)} gives other rows when rows are stored last to first"
            yield subject.found("gold-row-order", message)
