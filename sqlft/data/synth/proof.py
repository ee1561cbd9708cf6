"""Proof by execution: a query that runs, says something, and means the same in canonical form."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from sqlft.config import Limits
from sqlft.data.features import features_of
from sqlft.data.synth.asked import Asked
from sqlft.database import Database, QueryResult, read_many
from sqlft.errors import SqlError
from sqlft.prompt import answer, layout
from sqlft.schema import Schema

_ROWS_AT_MOST = 300
"""Nobody asks for a longer list to read it."""
_TIMEOUT_S = 10.0
"""For one query alone; in a batch it is for all together, and a late batch is run one by one."""

Rows = list[tuple[object, ...]]


@dataclass(frozen=True, kw_only=True)
class Proven:
    """A question whose query gave an answer worth asking for."""

    sql: str
    question: str
    canonical: str
    features: tuple[str, ...]
    tree: exp.Expression
    """The canonical form, parsed."""
    print: str
    """A digest of the query without its literals and of its rows: equal prints are duplicates."""


def prove(candidates: Sequence[Asked], place: Database, schema: Schema) -> list[Proven | str]:
    """Each candidate proven, or why it is dropped, in one word.

    ``error``, ``late``, ``empty``, ``trivial``, ``long``, ``tie`` (the LIMIT cuts through one) or
    ``canonical`` (it would be learned as another query).

    All run in two round trips, since a trip takes longer than most of these queries.
    """
    statements = [s for c in candidates for s in (c.sql, c.probe) if s is not None]
    results = iter(_run(statements, place))
    found: list[Proven | str | tuple[Asked, Rows, str]] = []
    for candidate in candidates:
        assert candidate.sql is not None
        result = next(results)
        probe = next(results) if candidate.probe is not None else None
        found.append(_judged(candidate, result, probe, schema))
    again = iter(_run([f[2] for f in found if isinstance(f, tuple)], place))
    return [_settled(*f, next(again)) if isinstance(f, tuple) else f for f in found]


def _run(statements: Sequence[str], place: Database) -> list[QueryResult | SqlError]:
    limits = Limits(timeout_s=_TIMEOUT_S, max_rows=_ROWS_AT_MOST, max_result_mib=8)
    try:
        return list(read_many(place, statements, limits))
    except SqlError as error:
        if len(statements) == 1:
            return [error]
    return [result for statement in statements for result in _run([statement], place)]


def _judged(
    candidate: Asked,
    result: QueryResult | SqlError,
    probe: QueryResult | SqlError | None,
    schema: Schema,
) -> str | tuple[Asked, Rows, str]:
    """The candidate with its rows and canonical form, or why it is dropped."""
    if isinstance(result, SqlError):
        return "late" if result.kind == "timeout" else "error"
    if isinstance(probe, SqlError):
        return "error"
    assert candidate.sql is not None
    rows = rows_of(result)
    reason = "long" if result.truncated else _triviality(rows, candidate.sql)
    if reason is None and probe is not None:
        keys = rows_of(probe)
        reason = "tie" if len(keys) >= 2 and keys[-1] == keys[-2] else None
    if reason is not None:
        return reason
    try:
        return candidate, rows, answer(candidate.sql, schema, layout("sqlft"))
    except SqlError:
        return "canonical"


def _settled(
    candidate: Asked, rows: Rows, canonical: str, result: QueryResult | SqlError
) -> Proven | str:
    assert candidate.sql is not None
    lines = sorted(map(repr, rows))
    if isinstance(result, SqlError) or sorted(map(repr, rows_of(result))) != lines:
        return "canonical"
    tree = sqlglot.parse_one(canonical, read="duckdb")  # our own text: one parser is enough
    assert isinstance(tree, exp.Expression)
    digest = hashlib.sha256(f"{_shape(canonical)}\n{lines}".encode())
    return Proven(
        sql=candidate.sql,
        question=candidate.question,
        canonical=canonical,
        features=features_of(tree),
        tree=tree,
        print=digest.hexdigest()[:20],
    )


def _shape(sql: str) -> str:
    """The query without its literals.

    >>> _shape("SELECT a FROM t WHERE b = 'it''s' AND c1 > 2.5")
    'SELECT a FROM t WHERE b = ? AND c1 > ?'
    """
    return re.sub(r"'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b", "?", sql)


def rows_of(result: QueryResult) -> Rows:
    """The rows as tuples; columns may share a name."""
    columns = [column.to_pylist() for column in result.table.columns]
    return list(zip(*columns, strict=True))


def _triviality(rows: Rows, sql: str) -> str | None:
    if not rows:
        return "empty"
    if all(cell is None for row in rows for cell in row):
        return "trivial"
    if len(rows) == 1 and all(cell in (0, None) for cell in rows[0]):
        return "trivial"
    is_whole_group = "GROUP BY" in sql and "HAVING" not in sql and "LIMIT" not in sql
    if len(rows) == 1 and is_whole_group and not sql.startswith("WITH"):
        return "trivial"
    return None
