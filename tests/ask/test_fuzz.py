"""Whatever is asked and whatever a model writes, the corridor ends, and ends well.

`make fuzz` tries 50,000 pairs; `make test` a few hundred.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sqlft
from sqlft.ask import Assistant
from sqlft.database import close_workers

EXAMPLES = int(os.environ.get("SQLFT_FUZZ", "400"))
WORDS = """
    SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT OFFSET WITH RECURSIVE AS JOIN LEFT ON USING UNION
    ALL EXCEPT INTERSECT DISTINCT CASE WHEN THEN ELSE END CAST NULL IS NOT IN EXISTS BETWEEN LIKE
    ILIKE AND OR OVER PARTITION ROWS QUALIFY PIVOT UNPIVOT VALUES FILTER LATERAL UNNEST EXCLUDE
    REPLACE COLUMNS INTERVAL DATE EXTRACT count( sum( max( lower( range( repeat( regexp_matches(
    list_transform( read_csv( getenv( query( lambda x: orders customers id city total orders.id
    c.* o.city * 1 0 -1 1e308 1e-9 99999999999999999999 'Oslo' '' '\'\'' "id" " ` $$ $1 ? :a @b #
    ( ( ( ) ) ) [ ] { } , ; . :: -> => || + - / % ^ & ~ = <> < >= != -- /* */ E'\\n' x'00' \u00a0
    \u2028 \x00 \x1b INSERT INTO DELETE DROP TABLE ATTACH COPY PRAGMA SET CALL EXPLAIN ```sql
    ``` Here is [SQL] {"sql":
""".split(" ")
soup = st.lists(st.sampled_from([w.strip() for w in WORDS]), max_size=60).map(" ".join)
good = st.sampled_from(
    [
        "SELECT city, count(*) FROM orders GROUP BY city ORDER BY 2 DESC",
        "FROM orders JOIN customers ON orders.id = customers.id SELECT customers.city WHERE 1 < 2",
        "WITH a AS (SELECT id FROM orders) SELECT * FROM a WHERE id IN (SELECT id FROM customers)",
        "SELECT id, row_number() OVER (PARTITION BY city ORDER BY total) FROM orders QUALIFY 1 = 1",
    ]
)
spoiled = st.builds(
    lambda text, at, put: text[: at % len(text)] + put + text[at % len(text) :],
    good,
    st.integers(0, 200),
    st.one_of(soup, st.text(max_size=6)),
)
replies = st.one_of(spoiled, soup, st.text(), good)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    path = tmp_path_factory.mktemp("fuzz") / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, city VARCHAR, total DOUBLE)")
        connection.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, city VARCHAR)")
        connection.execute("INSERT INTO orders SELECT i, 'Oslo', i FROM range(50) r(i)")
        connection.execute("INSERT INTO customers SELECT i, 'Kyiv' FROM range(50) r(i)")
    yield sqlft.load(
        database=path,
        generator=sqlft.FixedGenerator({}, default=""),
        limits=sqlft.Limits(timeout_s=1, memory_mib=256, max_rows=20),
    )
    close_workers()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(question=st.one_of(st.text(min_size=1), st.just("How many orders?")), reply=replies)
def test_no_question_and_no_reply_escapes_or_hangs(
    assistant: Assistant, question: str, reply: str
) -> None:
    writer = sqlft.FixedGenerator({}, default=reply)
    start = time.monotonic()
    try:
        answer = replace(assistant, generator=writer).ask(question)
    except sqlft.InputError:
        return  # nothing printable was asked
    assert time.monotonic() - start < 20  # a second, and the time to begin another worker
    assert (answer.rows is not None) == (answer.status == "answered")
    assert answer.rows is None or answer.rows.num_rows <= 20


@settings(max_examples=EXAMPLES, deadline=None)
@given(sql=replies)
def test_any_text_is_checked_without_an_exception(sql: str) -> None:
    schema = sqlft.schema.parse_ddl("CREATE TABLE orders (id INTEGER, city VARCHAR)", "shop")
    verdict = sqlft.check_sql(sql, schema)
    assert verdict.ok or verdict.error() is not None


def test_the_fuzzed_file_is_as_it_was(assistant: Assistant) -> None:
    folder = Path(assistant.database.location).parent
    assert [path.name for path in folder.iterdir()] == ["shop.duckdb"]
