"""What is taken out of replies."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlft.prompt import Extraction, answer, extract, layout, layout_names
from sqlft.schema import Column, Schema, Table

REPLIES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "replies.toml").read_text(encoding="utf-8")
)["reply"]

SHOP = Schema(
    name="shop",
    tables=(
        Table(
            name="customers",
            columns=(
                Column(name="name", type="VARCHAR"),
                Column(name="city", type="VARCHAR"),
                Column(name="orders", type="INTEGER"),
            ),
        ),
    ),
)


@pytest.mark.parametrize("reply", REPLIES, ids=[reply["title"] for reply in REPLIES])
def test_a_reply_gives_what_it_says(reply: dict[str, Any]) -> None:
    expected = Extraction(
        sql=reply.get("sql"),
        refused=reply.get("refused", False),
        prose=reply.get("prose", False),
    )
    assert extract(reply["text"], layout(reply.get("layout", "ddl"))) == expected


_PIECES = st.sampled_from(
    "SELECT |FROM t|'|\"|`|```|```sql\n|~~~|\n|\n\n|;|--|/*|*/|$$|$a$|(|)|[SQL]|[/SQL]|<think>|"
    '</think>|{"sql": "|}|CANNOT_ANSWER|The |a|\\|\uff0c|WITH a AS (|\x00|\ud800|"""'.split("|")
)


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=30).map("".join)))
def test_no_text_makes_extraction_raise(text: str) -> None:
    for name in layout_names():
        found = extract(text, layout(name))
        assert not (found.refused and found.sql is not None)
        assert found.sql is None or (found.sql and found.sql == found.sql.strip())


@given(value=st.text(st.characters(exclude_categories=("C",), exclude_characters="`"), max_size=30))
def test_an_answer_is_taken_out_as_it_was_put_in(value: str) -> None:
    text = value.replace("'", "''")
    gold = f"SELECT name FROM customers WHERE city = '{text}' AND orders > 3 ORDER BY name LIMIT 5"
    for name in layout_names():
        taught = answer(gold, SHOP, layout(name))
        assert extract(taught, layout(name)) == Extraction(sql=taught, refused=False, prose=False)


@pytest.mark.parametrize("name", layout_names())
@pytest.mark.parametrize(
    "gold",
    [
        "SELECT COUNT(*) FROM customers",
        "WITH big AS (SELECT * FROM customers WHERE orders > 5) SELECT city FROM big",
        "SELECT name FROM customers UNION SELECT city FROM customers",
        "(SELECT name FROM customers) EXCEPT (SELECT city FROM customers)",
        "SELECT city, COUNT(*) AS n FROM customers GROUP BY city HAVING COUNT(*) > 2 ORDER BY n",
    ],
)
def test_every_shape_of_gold_comes_back(name: str, gold: str) -> None:
    taught = answer(gold, SHOP, layout(name))
    assert "\n" not in taught
    assert extract(taught, layout(name)).sql == taught


@pytest.mark.parametrize("name", layout_names())
def test_an_empty_gold_is_taught_and_read_as_a_refusal(name: str) -> None:
    taught = answer(None, SHOP, layout(name))
    assert extract(taught, layout(name)) == Extraction(sql=None, refused=True, prose=False)


@pytest.mark.parametrize(
    "unit", ["'", '"', "(", "`", "\n", "--", "/*", "$a$ ", "~~~\n", "'\n```\n", "SELECT ", "a."]
)
def test_extraction_takes_linear_time(unit: str) -> None:
    def seconds(characters: int) -> float:
        text = "SELECT " + unit * (characters // len(unit))
        start = time.process_time()
        extract(text, layout("ddl"))
        return time.process_time() - start

    seconds(1000)
    assert seconds(1_000_000) < 5  # quadratic time would be minutes
