"""A result can be made of whatever DuckDB and Arrow can hold."""

import datetime as dt

import duckdb
import pyarrow as pa
import pytest

from sqlft.compare import RULES, STRICT, Result, compare, result_of, rule
from sqlft.errors import InputError

EVERY_TYPE = """
SELECT unnest([1, NULL]) AS i, 1.50::DECIMAL(9, 2), 'nan'::DOUBLE, 12::HUGEINT, TRUE, 'a',
  'x'::BLOB, '101'::BIT, uuid(), DATE '2024-01-31', DATE '20000-01-01', 'infinity'::TIMESTAMP,
  TIMESTAMP_NS '2024-01-01 00:00:00.000000001', TIMESTAMPTZ '2024-01-01 00:00:00+02',
  TIME '12:30:00', TIMETZ '12:30:00+02', INTERVAL '1 month', [1, NULL], {'a': 1.5}, MAP {'k': 1},
  union_value(k := 1), 'a'::ENUM ('a', 'b'), [DATE '20000-01-01'], array_value(1, 2)
"""


def table_of(sql: str) -> pa.Table:
    with duckdb.connect() as connection:
        return connection.sql(sql).to_arrow_table()


@pytest.mark.parametrize("name", RULES)
def test_every_type_of_duckdb_compares_with_itself(name: str) -> None:
    result = result_of(table_of(EVERY_TYPE))
    assert compare(result, Result(result.columns, result.rows[::-1]), RULES[name]).equal


def test_values_that_python_cannot_hold_still_differ() -> None:
    texts = [
        "DATE '20000-01-01'",
        "DATE '20000-01-02'",
        "TIMESTAMP_NS '2024-01-01 00:00:00.000000001'",
        "TIMESTAMP_NS '2024-01-01 00:00:00.000000002'",
        "'infinity'::TIMESTAMP",
        "'-infinity'::TIMESTAMP",
        "DATE '2024-01-01'",
    ]
    results = [result_of(table_of(f"SELECT {text} AS v")) for text in texts]
    for at, one in enumerate(results):
        for among, other in enumerate(results):
            assert compare(one, other, STRICT).equal == (at == among)


def test_one_bad_cell_leaves_the_others_of_its_column_as_they_are() -> None:
    rows = result_of(table_of("SELECT unnest([DATE '2024-01-31', DATE '20000-01-01'])")).rows
    assert rows[0] == (dt.date(2024, 1, 31),)
    assert isinstance(rows[1][0], str)


def test_an_interval_is_its_length_as_duckdb_compares_it() -> None:
    day, hours, month = (
        result_of(table_of(f"SELECT INTERVAL '{text}' AS v"))
        for text in ("1 day", "24 hours", "1 month")
    )
    python = Result(("v",), [(dt.timedelta(days=30),)])
    assert compare(day, hours, STRICT).equal
    assert compare(month, python, STRICT).equal
    assert not compare(day, month, STRICT).equal


def test_columns_of_one_name_and_tables_without_rows_are_results() -> None:
    twice = pa.Table.from_arrays([pa.array([1]), pa.array(["x"])], names=["a", "a"])
    assert result_of(twice) == Result(("a", "a"), [(1, "x")])
    assert result_of(twice.slice(1)) == Result(("a", "a"), [])


def test_rows_of_another_width_and_missing_tie_keys_are_refused() -> None:
    with pytest.raises(ValueError):
        Result(("a",), [(1,), (1, 2)])
    gold = Result(("a",), [(1,)])
    with pytest.raises(ValueError):
        compare(gold, gold, STRICT, tie_keys=[])


def test_an_unknown_rule_is_named_with_the_known_ones() -> None:
    with pytest.raises(InputError) as caught:
        rule("exact")
    assert caught.value.hint == "one of spider, bird, sql-eval, strict"
