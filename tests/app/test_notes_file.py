"""Notes edited in the app: only what was changed changes, and nothing broken is ever written."""

from pathlib import Path

import duckdb
import pytest

from analyst.notes_file import ColumnNotes, TableNotes, TermNotes, save_glossary, save_table
from analyst.places import Place, own_notes
from sqlft.database import locate
from sqlft.errors import InputError
from sqlft.schema import bundled_folder, open_database, read_schema

TEXT = """# ours
[tables.orders] # the facts
meaning = "What was bought"
[tables.orders.columns.total]
unit = "EUR"
[glossary."big order"]
sql = "orders.total > 100"
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER, total DOUBLE)")
        connection.execute("COMMENT ON COLUMN orders.id IS 'number on the bill'")
    (tmp_path / "shop.notes.toml").write_text(TEXT)
    return Place(key="file~shop", label="shop", origin="given", database=locate(path))


def orders(*columns: ColumnNotes) -> TableNotes:
    return TableNotes(name="orders", meaning="Purchases", synonyms=("sales",), columns=columns)


def test_what_is_noted_is_read_and_the_rest_of_the_file_stays(place: Place) -> None:
    path = save_table(
        place,
        orders(
            ColumnNotes(name="id", meaning="number on the bill"),
            ColumnNotes(name="total", unit="USD", synonyms=("amount",), private=True),
        ),
    )
    text = path.read_text()
    assert text.startswith("# ours\n[tables.orders] # the facts\n") and "big order" in text
    assert "number on the bill" not in text
    (table,) = read_schema(place.database, notes=place.notes).tables
    total = table.column("total")
    assert (table.meaning, table.synonyms) == ("Purchases", ("sales",))
    assert total is not None and (total.unit, total.private) == ("USD", True)


def test_what_is_emptied_is_taken_out(place: Place) -> None:
    save_table(place, TableNotes(name="orders", columns=(ColumnNotes(name="total"),)))
    (table,) = read_schema(place.database, notes=place.notes).tables
    assert table.meaning is None and table.columns[1].unit is None


def test_the_glossary_holds_the_terms_that_were_given(place: Place) -> None:
    save_glossary(place, [TermNotes(name="small", sql="orders.total < 5", synonyms=("tiny",))])
    (term,) = read_schema(place.database, notes=place.notes).glossary
    assert (term.name, term.sql, term.synonyms) == ("small", "orders.total < 5", ("tiny",))


@pytest.mark.parametrize("sql", ["", "orders.nothing > 3", "); DROP TABLE orders"])
def test_a_term_that_fits_nothing_is_refused_and_the_file_stays(place: Place, sql: str) -> None:
    with pytest.raises(InputError) as caught:
        save_glossary(place, [TermNotes(name="odd", sql=sql)])
    assert "nothing was written" in str(caught.value.hint)
    assert own_notes(place).read_text() == TEXT
    assert sorted(p.name for p in own_notes(place).parent.iterdir()) == [
        "shop.duckdb",
        "shop.notes.toml",
    ]


def test_notes_of_a_bundled_schema_never_touch_the_package(home: Path) -> None:
    before = (bundled_folder("retail") / "notes.toml").read_text()
    retail = Place(key="retail", label="retail", origin="bundled", database=open_database("retail"))
    path = save_table(retail, TableNotes(name="stores", meaning="Our shops"))
    assert path == home / "notes" / "retail.notes.toml"
    schema = read_schema(retail.database, notes=retail.notes)
    stores = schema.table("stores")
    assert stores is not None and stores.meaning == "Our shops" and len(schema.glossary) > 5
    assert (bundled_folder("retail") / "notes.toml").read_text() == before
