"""The parts of a preparation, each by itself."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlft.data import json_items as reader
from sqlft.data.agreement import agreement
from sqlft.data.column_plan import Stored, plan_column
from sqlft.data.sort_ties import with_sort_keys

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    items=st.lists(st.dictionaries(st.text(), VALUES, max_size=4), max_size=6),
    indent=st.sampled_from([None, 0, 2]),
    chunk_bytes=st.integers(1, 40),
)
def test_an_array_read_in_pieces_is_the_array(
    items: list[dict[str, Any]],
    indent: int | None,
    chunk_bytes: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "_CHUNK_BYTES", chunk_bytes)
    text = json.dumps(items, indent=indent, ensure_ascii=False)
    path = tmp_path / "items.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    found = list(reader.json_items(path))
    assert [item for _, item in found] == items
    if indent == 0 and all(items):
        starts = [n for n, line in enumerate(text.split("\n"), 1)]
        assert all(line in starts for line, _ in found)


@pytest.mark.parametrize(
    ("declared", "stored", "expected"),
    [
        ("int", Stored(), "INTEGER"),
        ("int", Stored(integers=2, most=2**40), "BIGINT"),
        ("int", Stored(integers=1, reals=1, most=2), "DOUBLE"),
        ("", Stored(integers=3, most=3), "INTEGER"),
        ("", Stored(integers=3, texts=1, most=3), "VARCHAR"),
        ("bool", Stored(integers=3, most=1), "BOOLEAN"),
        ("bool", Stored(integers=3, most=2), "INTEGER"),
        ("bool", Stored(texts=2), "VARCHAR"),
        ("decimal(6,2)", Stored(reals=3, most=9999.99), "DECIMAL(6,2)"),
        ("decimal(6,2)", Stored(reals=3, most=10000), "DOUBLE"),
        ("decimal(6,2)", Stored(reals=3, most=1, off_scale=1), "DOUBLE"),
        ("date", Stored(texts=2, days=2), "DATE"),
        ("date", Stored(texts=2, days=1), "VARCHAR"),
        ("date", Stored(integers=2, most=2020), "INTEGER"),
        ("timestamp", Stored(texts=2, instants=2), "TIMESTAMP"),
        ("text", Stored(texts=2, days=2), "VARCHAR"),
        ("blob", Stored(blobs=2), "BLOB"),
        ("blob", Stored(blobs=2, texts=1), "VARCHAR"),
    ],
)
def test_a_column_gets_the_type_that_holds_what_it_stores(
    declared: str, stored: Stored, expected: str
) -> None:
    assert plan_column("c", declared, stored).type == expected


def test_results_agree_across_the_engines_own_types() -> None:
    sqlite = pa.table({"a": [1, 0], "b": ["2020-01-02", None], "c": ["7", "8"], "d": [0.1, 0.3]})
    duckdb = pa.table(
        {
            "a": [True, False],
            "b": pa.array(["2020-01-02", None]).cast(pa.date32()),
            "c": [7, 8],
            "d": [0.1, 0.1 + 0.2],
        }
    )
    assert agreement(sqlite, duckdb, "") == "equal"


@pytest.mark.parametrize(
    ("found", "gold_sql", "expected"),
    [
        ([2, 1], "SELECT a FROM t", "equal"),
        ([2, 1], "SELECT a FROM t ORDER BY b", "wrong_order"),
        ([1, 1], "SELECT a FROM t", "different"),
        ([1, 2, 2], "SELECT a FROM t", "different"),
    ],
)
def test_rows_count_and_order_where_the_gold_orders(
    found: list[int], gold_sql: str, expected: str
) -> None:
    assert agreement(pa.table({"a": [1, 2]}), pa.table({"a": found}), gold_sql) == expected


@pytest.mark.parametrize(
    "sql", ["SELECT a FROM t", "SELECT DISTINCT a FROM t ORDER BY b", "SELECT 1 UNION SELECT 2"]
)
def test_sort_keys_are_shown_only_where_they_change_no_row(sql: str) -> None:
    assert with_sort_keys(sql, "duckdb") is None
