"""notes.toml: what it adds, and everything that can be wrong with it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sqlft.errors import InputError
from sqlft.prompt import layout, segments
from sqlft.schema import Schema, describe, load_notes, parse_ddl, read_schema

DDL = """
CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, mail VARCHAR, city VARCHAR);
CREATE TABLE orders (order_id INTEGER PRIMARY KEY,
    customer_id INTEGER REFERENCES customers(customer_id), total DECIMAL(10,2));
CREATE SCHEMA hr; CREATE TABLE hr.pay (person INTEGER, salary INTEGER);
"""
NOTES = """
[database]
meaning = "a shop"
today = 2025-12-31
[tables.Orders]
meaning = "every sale"
synonyms = ["sales", "purchases"]
[tables.orders.columns.TOTAL]
[tables.customers.columns.mail]
private = true
[tables."hr.pay"]
private = true
[glossary."big order"]
sql = "orders.total > 100"
meaning = "worth a call"
synonyms = ["large sale"]
[glossary.turnover]
sql = "SUM(orders.total) FILTER (WHERE orders.total > 0)"
"""


@pytest.fixture
def schema() -> Schema:
    return parse_ddl(DDL, "shop")


def _write(folder: Path, text: str) -> Path:
    path = folder / "notes.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _problems(folder: Path, schema: Schema, text: str) -> str:
    with pytest.raises(InputError) as caught:
        load_notes(_write(folder, text), schema)
    assert "\n" not in caught.value.message
    return caught.value.message


def test_notes_reach_their_tables_columns_and_terms(tmp_path: Path, schema: Schema) -> None:
    text = NOTES.replace("[tables.orders.columns.TOTAL]", "columns.TOTAL = { unit = 'EUR' }")
    noted = load_notes(_write(tmp_path, text), schema)
    orders = noted.table("orders")
    assert orders is not None and orders.synonyms == ("sales", "purchases")
    total = orders.column("total")
    assert total is not None and total.unit == "EUR"
    assert (noted.meaning, noted.today) == ("a shop", "2025-12-31")
    assert [(t.name, t.meaning) for t in noted.glossary] == [
        ("big order", "worth a call"),
        ("turnover", None),
    ]
    pay = noted.table("hr.pay")
    assert pay is not None and all(c.private for c in pay.columns)


KEY = """
[[foreign_keys]]
table = "hr.PAY"
columns = ["Person"]
target_table = "customers"
"""


def test_foreign_keys_that_no_database_declares_may_be_noted(
    tmp_path: Path, schema: Schema
) -> None:
    declared = KEY.replace("hr.PAY", "orders").replace("Person", "customer_id")
    noted = load_notes(_write(tmp_path, KEY + KEY + declared), schema)
    (own, added) = noted.foreign_keys
    assert own == schema.foreign_keys[0] and not own.noted
    assert (added.table, added.columns) == ("hr.pay", ("person",))
    assert (added.target_table, added.target_columns) == ("customers", ("customer_id",))
    assert added.noted
    assert noted.digest == schema.digest
    assert "  person  INTEGER  -> customers.customer_id" in describe(noted).splitlines()


def test_a_noted_foreign_key_stands_in_the_prompt(tmp_path: Path, schema: Schema) -> None:
    noted = load_notes(_write(tmp_path, KEY), schema)
    said = {
        "sqlft": "hr.pay.person = customers.customer_id",
        "ddl": "FOREIGN KEY (person) REFERENCES customers (customer_id)",
    }
    for name, line in said.items():
        for shown, expected in ((schema, False), (noted, True)):
            prompt = layout(name).render(shown, "Who earns most?")
            text = "".join(segment.text for segment in segments(prompt, None))
            assert (line in text) is expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("foreign_keys = 1", "foreign_keys must be a list of tables: [[foreign_keys]]"),
        ("foreign_keys = [1]", "foreign_keys must be a list of tables"),
        ("[foreign_keys]", "foreign_keys must be a list of tables"),
        (KEY.replace("hr.PAY", "hr.wages"), "foreign_keys[1]: no table 'hr.wages'"),
        (KEY.replace("Person", "persom"), "foreign_keys[1]: table 'hr.pay' has no column 'persom'"),
        (KEY + KEY.replace('"customers"', '"clients"'), "foreign_keys[2]: 'hr.pay' refers to"),
        (KEY.replace('["Person"]', '"Person"'), "columns must be a list of texts"),
        (KEY.replace('["Person"]', "[]"), "table, columns and target_table are needed"),
        (KEY.replace("target_table", "target"), "unknown key 'target'"),
        (KEY + 'target_columns = ["city", "mail"]', "1 column(s) refer to 2"),
    ],
)
def test_a_noted_key_that_leads_nowhere_is_named(
    tmp_path: Path, schema: Schema, text: str, said: str
) -> None:
    assert said in _problems(tmp_path, schema, text)


def test_private_columns_have_no_samples_whatever_the_order(duckdb_of, tmp_path: Path) -> None:
    database = duckdb_of(
        "CREATE TABLE people (city VARCHAR, mail VARCHAR); CREATE TABLE pay (salary INTEGER);"
        "INSERT INTO people VALUES ('Porto', 'ana@x.pt'); INSERT INTO pay VALUES (77123)"
    )
    notes = _write(
        tmp_path, "[tables.people.columns.mail]\nprivate = true\n[tables.pay]\nprivate = true"
    )
    open_first = read_schema(database)
    assert "ana@x.pt" in repr(open_first) and "77123" in repr(open_first)
    for noted in (load_notes(notes, open_first), read_schema(database, notes=notes)):
        assert "ana@x.pt" not in repr(noted) and "77123" not in repr(noted)
        assert "Porto" in repr(noted)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            """
            colour = 1
            [database]
            today = "yesterday"
            [tables.custmers]
            """,
            (
                "unknown section 'colour'",
                "database: today must be a date",
                "no table 'custmers' (nearest: customers",
            ),
        ),
        (
            """
            [tables.orders]
            meaning = 7
            privte = true
            synonyms = "sales"
            [tables.orders.columns.totl]
            [tables.customers.columns.mail]
            private = "yes"
            """,
            (
                "tables.orders: meaning must be text",
                "unknown key 'privte' (nearest: private",
                "synonyms must be a list of texts",
                "no column 'totl' (nearest: total",
                "tables.customers.columns.mail: private must be true or false",
            ),
        ),
        (
            """
            [glossary.empty]
            meaning = "no sql"
            [glossary.broken]
            sql = "orders.total >"
            [glossary.lost]
            sql = "oders.total > 1 AND orders.totl > 2"
            """,
            (
                "glossary.empty: sql is missing",
                "glossary.broken: its SQL does not parse",
                "glossary.lost: its SQL names no table of the schema: 'oders' (nearest: orders",
                "table 'orders' has no column 'totl' (nearest: total",
            ),
        ),
    ],
)
def test_problems_are_reported_together_with_the_nearest_names(
    tmp_path: Path, schema: Schema, text: str, parts: tuple[str, ...]
) -> None:
    said = _problems(tmp_path, schema, text)
    for part in parts:
        assert part in said
    assert said.count(";") == len(parts) - 1


@pytest.mark.parametrize(("count", "end"), [(5, "'t4'"), (6, "; and 1 more"), (99, "and 94 more")])
def test_five_problems_stand_for_the_rest(
    tmp_path: Path, schema: Schema, count: int, end: str
) -> None:
    said = _problems(tmp_path, schema, "".join(f"[tables.t{i}]\n" for i in range(count)))
    assert said.count("no table") == 5 and end in said


@pytest.mark.parametrize("text", ["[tables.nope]", "[", "a = '\xff'"])
def test_notes_that_do_not_fit_are_named_in_full_with_a_way_on(
    tmp_path: Path, schema: Schema, text: str
) -> None:
    path = tmp_path / "notes.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        load_notes(path, schema)
    assert str(path) in caught.value.message
    assert "--notes" in str(caught.value.hint) and "NAME.notes.toml" in str(caught.value.hint)


def test_a_database_and_its_notes_may_be_named_as_text(duckdb_of, tmp_path: Path) -> None:
    location = duckdb_of("CREATE TABLE t (a INTEGER)").location
    notes = _write(tmp_path, "[tables.t]\nmeaning = 'things'")
    for database in (location, Path(location)):
        assert read_schema(database).tables[0].meaning is None  # notes are given, never looked for
        assert read_schema(database, notes=str(notes)).tables[0].meaning == "things"
    with pytest.raises(InputError, match="database must be"):
        read_schema(None)
    with pytest.raises(InputError, match="notes must be"):
        read_schema(location, notes=1)


@pytest.mark.parametrize(
    "sql",
    [
        "1; DROP TABLE orders",
        "1 FROM orders",
        "orders.total AS t",
        "*",
        "orders.total, orders.order_id",
        "DISTINCT orders.total",
        "",
        "(" * 2000,
    ],
)
def test_glossary_sql_is_one_condition_or_expression(
    tmp_path: Path, schema: Schema, sql: str
) -> None:
    assert "glossary.t: " in _problems(tmp_path, schema, f"[glossary.t]\nsql = '{sql}'")


@pytest.mark.parametrize(
    "sql",
    [
        "orders.total > 1 AND NOT customers.city IS NULL",
        "orders.total IN (SELECT MAX(o.total) FROM orders AS o)",
        "CASE WHEN orders.total > 1 THEN 1 END",
        "hr.pay.salary BETWEEN 1 AND 2",
        "COUNT(DISTINCT orders.customer_id) * 1.0 / COUNT(*)",
    ],
)
def test_glossary_sql_may_use_all_of_the_language(tmp_path: Path, schema: Schema, sql: str) -> None:
    noted = load_notes(_write(tmp_path, f'[glossary.t]\nsql = "{sql}"'), schema)
    assert noted.glossary[0].sql == sql


def test_one_table_or_column_is_noted_once(tmp_path: Path, schema: Schema) -> None:
    assert "noted twice" in _problems(tmp_path, schema, "[tables.orders]\n[tables.ORDERS]")
    columns = "[tables.orders.columns.total]\n[tables.orders.columns.TOTAL]"
    assert "noted twice" in _problems(tmp_path, schema, columns)


@pytest.mark.parametrize("text", ["tables = 1", "[tables]\norders = 1", "database = 'x'"])
def test_a_section_that_is_no_section_is_named(tmp_path: Path, schema: Schema, text: str) -> None:
    assert "must be a table" in _problems(tmp_path, schema, text)


@pytest.mark.parametrize("text", ["[tables.orders]\nmeaning = ", "a = 1\nb c\n", 'a = "x', "["])
def test_a_file_that_is_not_toml_is_said_with_its_line(
    tmp_path: Path, schema: Schema, text: str
) -> None:
    said = _problems(tmp_path, schema, text)
    assert "is not TOML" in said and "line " in said


def test_a_byte_order_mark_is_no_problem(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "notes.toml"
    path.write_bytes(b"\xef\xbb\xbf[database]\r\nmeaning = 'a shop'\r\n")
    assert load_notes(path, schema).meaning == "a shop"


def test_other_bytes_and_missing_files_are_one_line(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "notes.toml"
    path.write_bytes(b"a = 1\nb = '\xff'")
    with pytest.raises(InputError, match="line 2 is not UTF-8"):
        load_notes(path, schema)
    for wrong in (tmp_path / "gone.toml", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            load_notes(wrong, schema)


@pytest.mark.parametrize(
    "text",
    [
        "[tables.t" + ".a" * 50_000 + "]",
        "[tables.t]\nmeaning = " + "9" * 5_000,
        "[glossary.x]\nsql = '" + "row(" * 24 + "'",
        "[glossary.x]\nsql = 'a" + ".f()" * 1_500 + "'",
    ],
    ids=["long key", "long number", "deep rows", "long chain"],
)
def test_hostile_notes_are_refused_at_once(tmp_path, text):
    schema = parse_ddl("CREATE TABLE t (a INTEGER)", "x")
    path = tmp_path / "notes.toml"
    path.write_text(text, encoding="utf-8")
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        load_notes(path, schema)
    assert time.process_time() - start < 3
    assert len(caught.value.message) < 2_000
