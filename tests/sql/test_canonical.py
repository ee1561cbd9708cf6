"""The canonical form returns the same rows, is its own canonical form, and reads as it should."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sqlft.schema.definition import Column, Schema, Table
from sqlft.sql.canonical import canonical
from sqlft.sql.display import display

CASES = Path(__file__).parent / "canonical"


def titled_queries() -> dict[str, str]:
    text = (CASES / "shop_queries.sql").read_text("utf-8")
    found = re.findall(r"^-- (.+)\n((?:(?!^-- ).*\n?)+)", text, flags=re.MULTILINE)
    return {title: sql.strip().removesuffix(";") for title, sql in found}


QUERIES = titled_queries()
FORMS = tomllib.loads((CASES / "forms.toml").read_text("utf-8"))["form"]


@pytest.fixture(scope="session")
def shop() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute((CASES / "shop_schema.sql").read_text("utf-8"))
        yield connection


def schema_of(connection: duckdb.DuckDBPyConnection) -> Schema:
    columns: dict[tuple[str, str], list[Column]] = {}
    for namespace, table, name, kind in connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE NOT internal ORDER BY table_oid, column_index"
    ).fetchall():
        columns.setdefault((namespace, table), []).append(Column(name=name, type=kind))
    return Schema(
        name="shop",
        tables=tuple(
            Table(name=t, namespace=None if n == "main" else n, columns=tuple(c))
            for (n, t), c in columns.items()
        ),
    )


@pytest.fixture(scope="session")
def schema(shop: duckdb.DuckDBPyConnection) -> Schema:
    return schema_of(shop)


def rows(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    return [repr(_rounded(row)) for row in connection.execute(sql).fetchall()]


def _rounded(row: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(float(f"{v:.12g}") if isinstance(v, float) else v for v in row)


def test_there_are_many_queries_of_different_titles() -> None:
    assert len(QUERIES) >= 150


@pytest.mark.parametrize("title", QUERIES)
def test_the_canonical_form_returns_the_same_rows_and_is_stable(
    title: str, shop: duckdb.DuckDBPyConnection, schema: Schema
) -> None:
    expected = rows(shop, QUERIES[title])
    text = canonical(QUERIES[title], schema)
    assert Counter(rows(shop, text)) == Counter(expected), text
    assert canonical(text, schema) == text
    assert "\n" not in text or title == "pivot"


@pytest.mark.parametrize("title", QUERIES)
def test_the_displayed_form_returns_the_same_rows_in_both_directions(
    title: str, shop: duckdb.DuckDBPyConnection, schema: Schema
) -> None:
    expected = Counter(rows(shop, QUERIES[title]))
    text = canonical(QUERIES[title], schema)
    assert Counter(rows(shop, display(QUERIES[title]))) == expected
    assert Counter(rows(shop, display(text))) == expected
    assert display(display(text)) == display(text)
    assert canonical(display(text), schema) == text


@pytest.mark.parametrize("form", FORMS, ids=[f["title"] for f in FORMS])
def test_the_canonical_form_reads_as_written(form: dict[str, str], schema: Schema) -> None:
    assert canonical(form["sql"], schema) == form["canonical"]


@pytest.mark.parametrize(
    "title", [t for t in QUERIES if t.startswith(("order by", "union ordered", "limit", "nulls"))]
)
def test_ordered_results_keep_their_order(
    title: str, shop: duckdb.DuckDBPyConnection, schema: Schema
) -> None:
    assert rows(shop, canonical(QUERIES[title], schema)) == rows(shop, QUERIES[title])
