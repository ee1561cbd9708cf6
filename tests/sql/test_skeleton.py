"""Queries of one shape have one skeleton, whatever they name; other shapes have another."""

from __future__ import annotations

import pytest

from sqlft.errors import SqlError
from sqlft.sql.skeleton import skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT name FROM shop WHERE city = 'Rome'", "SELECT a FROM b WHERE c = 7"),
        (
            "SELECT T1.x FROM a AS T1 JOIN b AS T2 ON T1.i = T2.i",
            "FROM p JOIN q ON p.k = q.k SELECT q.z",
        ),
        ("SELECT COUNT(*) AS n FROM t GROUP BY c", "SELECT COUNT(1) FROM u GROUP BY (d)"),
        (
            "WITH x AS (SELECT a FROM t) SELECT a FROM x",
            "WITH y AS (SELECT b FROM u) SELECT b FROM y",
        ),
        ("SELECT t.* FROM t", "SELECT * FROM u"),
        (
            "SELECT a FROM (SELECT b FROM c) AS d LIMIT 3",
            "SELECT e FROM (SELECT f FROM g) AS h LIMIT 9",
        ),
    ],
)
def test_names_aliases_and_values_do_not_count(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t WHERE b = 1", "SELECT a FROM t WHERE b > 1"),
        ("SELECT MAX(a) FROM t", "SELECT MIN(a) FROM t"),
        ("SELECT a FROM t", "SELECT DISTINCT a FROM t"),
        ("SELECT a FROM t JOIN u ON t.b = u.b", "SELECT a FROM t LEFT JOIN u ON t.b = u.b"),
        ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a DESC"),
        ("SELECT a, b FROM t", "SELECT a FROM t"),
    ],
)
def test_the_shape_counts(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_no_name_or_value_is_left() -> None:
    shape = skeleton(
        "WITH secret_cte AS (SELECT secret_a AS secret_b FROM secret_t AS secret_x) "
        "SELECT secret_b FROM secret_cte JOIN secret_u ON secret_cte.secret_b = secret_u.secret_c "
        "WHERE secret_u.secret_d LIKE '%secret%' AND secret_e IN (SELECT secret_f FROM secret_g)"
    )
    assert "secret" not in shape


def test_text_that_is_no_query_has_no_skeleton() -> None:
    with pytest.raises(SqlError):
        skeleton("DROP TABLE t")
