"""Results as sentences, tables, charts and files: the fitting form, and nothing lost."""

import datetime
import decimal
import io

import pyarrow as pa
import pyarrow.parquet
import pytest

from analyst import chart, downloads
from analyst.escape import hypertext, plain
from analyst.questions import example_questions
from analyst.sentence import sentence
from analyst.table import CELL_CHARACTERS, column_config, shown_table
from sqlft.schema import (
    Column,
    Schema,
    Table,
    bundled_folder,
    bundled_names,
    open_database,
    parse_ddl,
)
from sqlft.sql import Verdict

DAYS = [datetime.date(2025, 1, day) for day in (1, 2, 3)]


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"day": DAYS, "n": [1, 2, 3]}, "line"),
        ({"month": ["2025-01", "2025-02"], "n": [1.5, 2]}, "line"),
        ({"city": ["Rome", "Oslo"], "n": [3, 4]}, "bar"),
        ({"year": [2023, 2024], "n": [3, 4]}, "bar"),
        ({"height": [1.5, 2.5], "weight": [3.0, 4.0]}, "scatter"),
        ({"city": ["Rome", "Oslo"]}, None),
        ({"city": ["Rome"], "n": [3]}, None),
        ({"id": [1, 2], "name": ["a", "b"]}, None),
    ],
)
def test_the_chart_follows_from_shape_and_types(
    columns: dict[str, list[object]], kind: str | None
) -> None:
    found = chart.plan(pa.table(columns))
    assert (found.kind if found else None) == kind


def test_rows_of_one_category_are_told_apart_by_colour() -> None:
    table = pa.table({"day": DAYS[:2] * 2, "shop": ["a", "a", "b", "b"], "n": [1, 2, 3, 4]})
    found = chart.plan(table)
    assert found == chart.Plan(kind="line", x=0, y=2, colour=1)


def test_every_plan_is_drawn_whatever_columns_are_called_and_hold() -> None:
    table = shown_table(
        pa.table(
            {
                "a.b[0]": ["<script>", None, "x" * 500],
                "n'); drop": [decimal.Decimal("1.5"), None, decimal.Decimal("3")],
                "day": [*DAYS[:2], None],
            }
        )
    )
    for kind in chart.KINDS:
        for x in range(3):
            chosen, _ = chart.with_choice(table, kind, x, 1, None)
            spec = chart.drawn(table, chosen).to_json()
            assert "a.b[0]" not in spec.replace('"title": "a.b[0]"', "")


def test_too_many_bars_and_colours_are_said() -> None:
    table = pa.table({"name": [f"n{i}" for i in range(90)], "n": list(range(90))})
    _, note = chart.with_choice(table, "bar", 0, 1, None)
    assert note == "The first 30 bars are shown."
    chosen, note = chart.with_choice(table, "bar", 0, 1, 0)
    assert chosen.colour is None and note is not None and "cannot be told apart" in note


def verdict(sql: str, *columns: str) -> Verdict:
    return Verdict(ok=True, sql=sql, columns=columns)


SHOP = parse_ddl("CREATE TABLE shops (id INTEGER, city VARCHAR)", "shop")


@pytest.mark.parametrize(
    ("columns", "sql", "figure", "text"),
    [
        ({"n": [1234]}, "SELECT count(*) FROM shops", "1,234", "Number of shops"),
        ({"n": [None]}, "SELECT max(id) FROM shops", None, "There is no value: largest id"),
        ({"n": pa.array([], pa.int64())}, "SELECT id FROM shops", None, "No row matches"),
        ({"city": ["Rome"], "n": [2]}, "SELECT city, id FROM shops", None, "city Rome, n 2."),
        (
            {"city": ["Rome", "Oslo"], "n": [2, 1]},
            "SELECT city, count(*) AS n FROM shops GROUP BY 1 ORDER BY n DESC",
            None,
            "2 rows, led by Rome (n: 2).",
        ),
    ],
)
def test_the_sentence_says_what_the_rows_say(
    columns: dict[str, object], sql: str, figure: str | None, text: str
) -> None:
    said = sentence(pa.table(columns), verdict(sql), SHOP, truncated=False)
    assert said.figure == figure and text in said.text


def test_a_value_carries_the_unit_of_its_column() -> None:
    price = Column(name="price", type="DOUBLE", unit="EUR")
    shop = Schema(name="shop", tables=(Table(name="goods", columns=(price,)),))
    for sql in ("SELECT sum(price) FROM goods", "SELECT round(avg(price), 1) FROM goods"):
        said = sentence(pa.table({"s": [5]}), verdict(sql, "goods.price"), shop, truncated=False)
        assert said.figure == "5 EUR"
    counted = verdict("SELECT count(price) FROM goods", "goods.price")
    assert sentence(pa.table({"s": [5]}), counted, shop, truncated=False).figure == "5"


def test_a_table_is_shown_whatever_its_types() -> None:
    table = pa.table(
        {
            "nested": pa.array([{"a": 1}], pa.struct([("a", pa.int64())])),
            "bytes": pa.array([b"\xff\x00"]),
            "money": pa.array([decimal.Decimal("12.30")]),
            "time": pa.array([datetime.time(1, 2)]),
            "late": pa.array([253402300800], pa.timestamp("s")),
            "long": ["x" * 5000],
            "order_id": [123456],
        }
    )
    found = shown_table(table)
    assert found["nested"][0].as_py() == "{'a': 1}" and found["bytes"][0].as_py() == r"\xFF\x00"
    assert found["money"][0].as_py() == 12.3 and len(found["long"][0].as_py()) == CELL_CHARACTERS
    config = column_config(found)
    assert config["order_id"]["type_config"]["format"] == "%d"


def test_a_download_holds_every_row_and_every_type(home: object) -> None:
    database = open_database("retail")
    sql = "SELECT o.order_id, o.order_date, [1, 2] AS l, o.order_id FROM orders o"
    table = downloads.whole_result(sql, database)
    lines = downloads.as_csv(table).decode().splitlines()
    assert len(lines) == table.num_rows + 1 > 1001
    assert lines[0] == '"order_id","order_date","l","order_id (2)"' and '"[1, 2]"' in lines[1]
    parquet = downloads.as_parquet(table)
    assert pyarrow.parquet.read_table(io.BytesIO(parquet)).equals(table)


def test_text_from_outside_steers_neither_markdown_nor_html() -> None:
    nasty = "<img src=x onerror=alert(1)> **b** :red[c] $x$ [a](javascript:alert(1)) `d`\x1b[2J"
    assert "<" not in hypertext(nasty) and "\x1b" not in hypertext(nasty)
    escaped = plain(nasty)
    assert all(escaped[at - 1] == "\\" for at, c in enumerate(escaped) if c in "<>*[]$`:")


def test_example_questions_fit_every_bundled_schema() -> None:
    for name in bundled_names():
        ddl = (bundled_folder(name) / "schema.sql").read_text(encoding="utf-8")
        found = example_questions(parse_ddl(ddl, name))
        assert len(found) == len(set(found)) >= 2 and all(q.endswith("?") for q in found)
