"""Proof by execution: a query that runs, says something, and means the same in canonical form."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlft.config import Limits
from sqlft.data.features import features
from sqlft.data.synth.asked import Asked
from sqlft.database import Database, QueryResult
from sqlft.errors import SqlError
from sqlft.execute import run_query
from sqlft.prompt import answer, layout
from sqlft.schema import Schema
from sqlft.sql import skeleton

_ROWS_AT_MOST = 300
"""Nobody asks for a longer list to read it."""
_LIMITS = Limits(timeout_s=5.0, max_rows=_ROWS_AT_MOST, max_result_mib=8)


@dataclass(frozen=True, kw_only=True)
class Proven:
    """A question whose query gave an answer worth asking for."""

    sql: str
    question: str
    canonical: str
    features: tuple[str, ...]
    print: str
    """A digest of the query's skeleton and its rows: equal prints are duplicates."""


class Dropped(Exception):
    """Why a question was not kept, in one word."""


def prove(found: Asked, place: Database, schema: Schema) -> Proven:
    """The question with its query proven.

    Raises:
        Dropped: ``error``, ``empty``, ``trivial``, ``long``, ``tie`` (the LIMIT cuts through one)
            or ``canonical`` (it would be learned as another query).
    """
    assert found.sql is not None
    try:
        result = run_query(found.sql, place, _LIMITS)
    except SqlError as error:
        raise Dropped("error") from error
    rows = rows_of(result)
    if result.truncated:
        raise Dropped("long")
    _check_rows(rows, found.sql)
    if found.probe is not None:
        _check_tie(found.probe, place)
    try:
        canonical = answer(found.sql, schema, layout("sqlft"))
        again = rows_of(run_query(canonical, place, _LIMITS))
    except SqlError as error:
        raise Dropped("canonical") from error
    if sorted(map(repr, again)) != sorted(map(repr, rows)):
        raise Dropped("canonical")
    digest = hashlib.sha256(f"{skeleton(canonical)}\n{sorted(map(repr, rows))}".encode())
    return Proven(
        sql=found.sql,
        question=found.question,
        canonical=canonical,
        features=features(found.sql),
        print=digest.hexdigest()[:20],
    )


def rows_of(result: QueryResult) -> list[tuple[object, ...]]:
    """The rows as tuples; columns may share a name."""
    columns = [column.to_pylist() for column in result.table.columns]
    return list(zip(*columns, strict=True))


def _check_rows(rows: list[tuple[object, ...]], sql: str) -> None:
    if not rows:
        raise Dropped("empty")
    if all(cell is None for row in rows for cell in row):
        raise Dropped("trivial")
    if len(rows) == 1 and all(cell in (0, None) for cell in rows[0]):
        raise Dropped("trivial")
    is_whole_group = "GROUP BY" in sql and "HAVING" not in sql and "LIMIT" not in sql
    if len(rows) == 1 and is_whole_group and not sql.startswith("WITH"):
        raise Dropped("trivial")


def _check_tie(probe: str, place: Database) -> None:
    try:
        keys = rows_of(run_query(probe, place, _LIMITS))
    except SqlError as error:
        raise Dropped("error") from error
    if len(keys) >= 2 and keys[-1] == keys[-2]:
        raise Dropped("tie")
