"""The same promises where a SQLite file would be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from sqlft.schema.definition import Column, Schema, Table
from sqlft.sql import check_policy, check_sql

SHOP = Schema(
    name="shop",
    dialect="sqlite",
    tables=(
        Table(name="orders", columns=(Column(name="id", type="INTEGER"),
                                      Column(name="city", type="VARCHAR"),
                                      Column(name="Order Date", type="VARCHAR"))),
        Table(name="cities", columns=(Column(name="name", type="VARCHAR"),)),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM orders",
        "SELECT city, count(*) AS n FROM orders GROUP BY city HAVING n > 1 ORDER BY n DESC LIMIT 3",
        "SELECT strftime('%Y', \"Order Date\") AS y, max(id) FROM orders GROUP BY y",
        "SELECT [Order Date], `city` FROM orders",
        "SELECT o.id FROM orders o JOIN cities c ON o.city = c.name WHERE c.name LIKE 'B%'",
        "SELECT upper(city) || '!' FROM orders WHERE city GLOB 'B*' OR city IS NULL",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT 1",
        "SELECT row_number() OVER (PARTITION BY city ORDER BY id) FROM orders",
        "SELECT CASE WHEN id > 1 THEN 'a' END, CAST(id AS TEXT), coalesce(city, '') FROM orders",
        "SELECT name FROM cities UNION SELECT city FROM orders",
        "SELECT value FROM json_each('[1, 2]')",
        "SELECT date('now', '-1 month'), julianday('2025-01-01'), iif(1, 2, 3), instr('ab', 'b')",
        "SELECT total(id), group_concat(city, ', '), round(avg(id), 2) FROM orders",
        "SELECT substr(city, 1, 2), replace(city, 'a', 'b'), length(trim(city)) FROM orders",
        "SELECT * FROM orders WHERE id IN (SELECT max(id) FROM orders)",
        "VALUES (1), (2)",
    ],
)
def test_a_plain_read_of_sqlite_is_allowed(sql: str) -> None:
    assert check_sql(sql, SHOP, dialect="sqlite").problems == ()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('/tmp/x', 'y')",
        "SELECT fts3_tokenizer('x')",
        "SELECT edit('x')",
        "SELECT zeroblob(1000000000)",
        "SELECT randomblob(1000000000)",
        "SELECT sqlite_version()",
        "SELECT last_insert_rowid()",
        "SELECT sql FROM sqlite_master",
        "SELECT sql FROM main.sqlite_master",
        "SELECT * FROM sqlite_schema",
        "SELECT * FROM temp.x",
        'SELECT * FROM "SQLITE_MASTER"',
        "SELECT * FROM pragma_table_info('orders')",
        "SELECT * FROM pragma_database_list",
        "SELECT * FROM dbstat",
        "SELECT * FROM fsdir('/')",
        "SELECT * FROM csv('x')",
        "SELECT id FROM orders WHERE load_extension('x') IS NULL",
        "SELECT (SELECT readfile(city) FROM orders)",
        "PRAGMA table_info(orders)",
        "ATTACH 'x' AS y",
        "INSERT INTO orders VALUES (1)",
        "WITH a AS (SELECT 1) DELETE FROM orders",
        "SELECT 1; DROP TABLE orders",
        "SELECT 1 /* x",
        "SELECT ?",
        "SELECT :a",
        "SELECT @a",
        "EXPLAIN SELECT 1",
        "VACUUM INTO '/tmp/x'",
    ],
)
def test_anything_else_is_refused_for_sqlite(sql: str) -> None:
    assert check_policy(sql, dialect="sqlite")
    assert not check_sql(sql, SHOP, dialect="sqlite").ok


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT nope FROM orders", "unknown_column"),
        ('SELECT "nope" FROM orders', "unknown_column"),
        ("SELECT o.nope FROM orders o", "unknown_column"),
        ("SELECT id FROM ordres", "unknown_table"),
        ("SELECT id FROM orders WHERE id IN (SELECT x FROM nowhere)", "unknown_table"),
        ("SELECT cities.name FROM orders", "unknown_column"),
    ],
)
def test_a_wrong_name_is_refused_for_sqlite(sql: str, kind: str) -> None:
    assert [problem.kind for problem in check_sql(sql, SHOP, dialect="sqlite").problems] == [kind]


def test_what_sqlite_reads_is_told() -> None:
    verdict = check_sql("SELECT o.CITY FROM Orders o, cities", SHOP, dialect="sqlite")
    assert verdict.tables == ("cities", "orders")
    assert verdict.columns == ("orders.city",)


HOSTILE = Path(__file__).with_name("hostile_sqlite.sql").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("sql", HOSTILE)
def test_what_reaches_out_of_a_sqlite_file_is_refused(sql: str) -> None:
    assert check_policy(sql, dialect="sqlite")
