"""What becomes of one gold query: proven on both engines, kept without proof, or dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa

from sqlft.config import Limits
from sqlft.data.agreement import agreement
from sqlft.data.sort_ties import has_ties, key_columns, with_sort_keys
from sqlft.data.translate_sqlite import translations
from sqlft.database import Database, read
from sqlft.errors import SqlError
from sqlft.execute import run_query
from sqlft.schema import Schema

RUNNING = Limits(timeout_s=10, max_rows=200_000)
"""What one gold query may use on either engine."""

Reason = Literal[
    "no_database",
    "broken_database",
    "gold_fails",
    "not_translated",
    "fails_in_duckdb",
    "rows_differ",
    "timeout",
    "too_large",
]
"""Why an example is dropped.

``gold_fails``: its gold does not run on its own database; ``not_translated``: sqlglot cannot read
it; ``fails_in_duckdb``: no translation runs; ``rows_differ``: none returns the same rows.
"""


@dataclass(frozen=True, kw_only=True)
class Settled:
    """One gold query in DuckDB's words, or why it is dropped."""

    gold_sql: str = ""
    tags: tuple[str, ...] = ()
    """``unverified``: no row to compare; ``ties``: proven, but which rows come, or their order,
    depends on how equal sort keys are broken."""
    reason: Reason | None = None
    detail: str = ""
    gold_rows: int | None = None
    """Rows that the dropped gold returns on its own database, where it runs."""


def settle(sql: str, source: Database, target: Database, schema: Schema) -> Settled:
    """What becomes of a gold query written for ``source``, in the DuckDB database made from it.

    Args:
        schema: the target's.

    Raises:
        InputError: a database cannot be read.
    """
    if source.kind == "duckdb":
        return _run_alone(sql, target)
    try:
        result = read(source, sql, RUNNING)
        wanted = _whole(result.truncated, result.table)
    except SqlError as error:
        return _dropped(error, "gold_fails")
    return _first_agreeing(sql, wanted, source, target, schema)


def _run_alone(sql: str, target: Database) -> Settled:
    try:
        found = run_query(sql, target, RUNNING)
    except SqlError as error:
        return _dropped(error, "gold_fails")
    return Settled(gold_sql=sql, tags=() if found.table.num_rows else ("unverified",))


def _whole(truncated: bool, table: pa.Table) -> pa.Table:
    if truncated:
        raise SqlError(f"more than {RUNNING.max_rows:,} rows", kind="too_large")
    return table


def _dropped(error: SqlError, otherwise: Reason) -> Settled:
    limits: dict[str, Reason] = {"timeout": "timeout", "too_large": "too_large"}
    return Settled(reason=limits.get(error.kind, otherwise), detail=error.message)


def _first_agreeing(
    sql: str, wanted: pa.Table, source: Database, target: Database, schema: Schema
) -> Settled:
    """The plainest translation that agrees.

    Where ties matter, DuckDB may break them in another way each time, so that equal rows would be
    luck: there the proof is ``ties_alone``, and luck only where that proof fails.
    """
    rowless = not wanted.num_rows or not any(table.row_count for table in schema.tables)
    tags = ("unverified",) if rowless else ()
    worst = Settled(reason="not_translated", detail="no translation")
    try:
        made = list(translations(sql, schema))
        if not rowless and ties_matter(sql, source):
            tags = ("ties",)
            proven = next((one for one in made if ties_alone(sql, one, source, target)), None)
            if proven is not None:
                return Settled(gold_sql=proven, tags=tags)
        for one in made:
            worse = _difference(sql, one, wanted, target)
            if worse is None:
                return Settled(gold_sql=one, tags=tags)
            if worst.reason != "rows_differ" or worse.reason == "rows_differ":
                worst = worse
    except SqlError as error:
        worst = _dropped(error, "not_translated")
    return replace(worst, gold_rows=wanted.num_rows)


def _difference(sql: str, made: str, wanted: pa.Table, target: Database) -> Settled | None:
    """Why the translation is no match, or none where its rows agree."""
    try:
        result = run_query(made, target, RUNNING)
        found = _whole(result.truncated, result.table)
    except SqlError as error:
        return _dropped(error, "fails_in_duckdb")
    said = agreement(wanted, found, sql)
    if said == "equal":
        return None
    if said == "wrong_order":
        detail = f"the same rows in another order: {made}"
    else:
        detail = f"{wanted.num_rows} rows in SQLite, {found.num_rows} in DuckDB: {made}"
    return Settled(reason="rows_differ", detail=detail)


def ties_matter(sql: str, source: Database) -> bool:
    """Whether the SQLite query returns rows that stand in one of several possible orders."""
    asked = with_sort_keys(sql, "sqlite")
    if asked is None:
        return False
    try:
        found = read(source, asked.sql, RUNNING)
    except SqlError:
        return False
    return not found.truncated and has_ties(found.table, asked)


def ties_alone(sql: str, made: str, source: Database, target: Database) -> bool:
    """Whether the two differ at most because rows with equal sort keys may stand in any order.

    Without LIMIT and with the sort keys as columns, both must have the same rows, and the same
    keys in the same order.
    """
    asked, answered = with_sort_keys(sql, "sqlite"), with_sort_keys(made, "duckdb")
    if asked is None or answered is None:
        return False
    if (asked.offset, asked.limit) != (answered.offset, answered.limit):
        return False
    try:
        one = read(source, asked.sql, RUNNING)
        two = run_query(answered.sql, target, RUNNING)
    except SqlError:
        return False
    if one.truncated or two.truncated or agreement(one.table, two.table, "") != "equal":
        return False
    keys = key_columns(one.table, asked), key_columns(two.table, answered)
    return agreement(*keys, "order by") == "equal"
