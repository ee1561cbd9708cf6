"""The bundled examples return the same rows in canonical form, which survives being displayed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sqlft.schema.bundled_rows import rows_of
from sqlft.schema.ddl import parse_ddl
from sqlft.schema.definition import Schema
from sqlft.sql.canonical import canonical
from sqlft.sql.display import display

ROOT = Path(__file__).parents[2]
NAMES = ("bank", "retail")


@pytest.fixture(scope="module", params=NAMES)
def bundled(request: pytest.FixtureRequest) -> Iterator[tuple[duckdb.DuckDBPyConnection, Schema]]:
    folder = ROOT / "schemas" / request.param
    ddl = (folder / "schema.sql").read_text("utf-8")
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(ddl)
        for name, table in rows_of(folder):
            connection.register("part", table)
            connection.execute(f'INSERT INTO "{name}" BY NAME FROM part')
            connection.unregister("part")
        yield connection, parse_ddl(ddl, request.param)


def outcome(connection: duckdb.DuckDBPyConnection, sql: str) -> Counter[str]:
    def cell(value: object) -> object:
        return float(f"{value:.9g}") if isinstance(value, float) else value

    rows = connection.execute(sql).fetchall()
    return Counter(repr([cell(value) for value in row]) for row in rows)


def test_every_gold_query_returns_the_same_rows(
    bundled: tuple[duckdb.DuckDBPyConnection, Schema],
) -> None:
    connection, schema = bundled
    lines = (ROOT / "data" / schema.name / "examples.jsonl").read_text("utf-8").splitlines()
    wrong = []
    golds = [sql for line in lines for sql in json.loads(line)["gold"]]
    assert len(golds) > 50
    for gold in golds:
        text = canonical(gold, schema)
        if outcome(connection, text) != outcome(connection, gold):
            wrong.append((gold, text))
        assert canonical(text, schema) == text
        assert canonical(display(text), schema) == text
    assert wrong == []
