"""Names are quoted exactly where DuckDB or sqlglot would misread them bare."""

from __future__ import annotations

import re

import duckdb
import pytest
import sqlglot
from sqlglot.dialects.duckdb import DuckDB

from sqlft.sql.from_first import QUOTED_WORDS, bare, write_from_first

SHAPES = (
    "FROM tt SELECT {k}, MAX({k}), {k} + 1, -{k}, SUM(x) OVER (PARTITION BY {k} ORDER BY {k}) "
    "WHERE {k} = 1 AND {k} IN (1) GROUP BY x, {k} HAVING {k} > 1 ORDER BY {k}, x",
    "FROM {k} JOIN tt ON {k}.{k} = tt.{k} SELECT DISTINCT {k}.x, CASE WHEN {k} = 1 THEN {k} "
    "ELSE {k} END WHERE {k} BETWEEN {k} AND {k} AND EXISTS (FROM {k} SELECT {k})",
    "WITH {k} AS (FROM tt SELECT x) FROM (FROM {k} SELECT x AS {k}, {k} AS q) AS {k} "
    "LEFT JOIN {k} ON TRUE SELECT ({k} + 1) * 2, [{k}], {k} || {k}, {k} ORDER BY {k} DESC LIMIT 1",
    "FROM {k} SELECT DISTINCT {k}",
)


def words() -> list[str]:
    """DuckDB's keywords and the words that sqlglot reads in ways of its own."""
    with duckdb.connect() as connection:
        found = connection.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()
    parser = DuckDB.parser_class
    own = {*DuckDB.tokenizer_class.KEYWORDS, *parser.NO_PAREN_FUNCTION_PARSERS}
    own = {word.lower() for word in own if re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", word)}
    return sorted({name for (name,) in found} | own)


def test_every_word_left_bare_is_read_as_the_name_it_is() -> None:
    trial = [(word, shape) for word in words() if bare(word) for shape in SHAPES]
    assert len(trial) > 1000
    assert [
        word for word, shape in trial if _sqlglot(shape, word) != _sqlglot(shape, quoted(word))
    ] == []
    with duckdb.connect(config={"threads": 1}) as connection:
        for word, shape in trial:
            assert _duckdb(connection, shape, word) == _duckdb(connection, shape, quoted(word)), (
                word
            )


def quoted(word: str) -> str:
    return f'"{word}"'


def _sqlglot(shape: str, name: str) -> str:
    tree = sqlglot.parse_one(shape.replace("{k}", name), read="duckdb")
    return write_from_first(tree)


def _duckdb(connection: duckdb.DuckDBPyConnection, shape: str, name: str) -> str:
    """DuckDB's own tree, without the places in the text."""
    found = connection.execute("SELECT json_serialize_sql(?)", [shape.replace("{k}", name)])
    (text,) = found.fetchone() or ("",)
    assert '"error":false' in text, (name, shape, text)
    return re.sub(r'"query_location(_length)?":\d+', "", text)


@pytest.mark.parametrize("name", ["Order ID", "2nd", "", "a-b", 'a"b', "Größe", "SELECT", "Group"])
def test_names_that_need_quotes_get_them(name: str) -> None:
    assert not bare(name)


def test_the_quoted_words_are_written_in_lower_case() -> None:
    assert all(word == word.lower() for word in QUOTED_WORDS)
