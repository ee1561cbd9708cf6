"""A schema over its budget of tokens is cut to what the question is about."""

from dataclasses import replace

from sqlft.prompt import layout
from sqlft.schema import Column, ForeignKey, Schema, Table, ValueMatch, nearest_tables, pruned
from sqlft.schema.prune import tokens_of

TEXT = layout("sqlft").schema_text
TOPICS = (
    "customer invoice warehouse shipment supplier employee payroll patient clinic doctor".split()
)


def table(name: str, *columns: str, **more: object) -> Table:
    made = Table(name=name, columns=tuple(Column(name=c, type="VARCHAR") for c in columns))
    return replace(made, **more)  # type: ignore[arg-type]


def key(one: str, other: str) -> ForeignKey:
    return ForeignKey(table=one, columns=("id",), target_table=other, target_columns=("id",))


LARGE = Schema(
    name="large",
    tables=(
        *(table(f"{topic}_{n}", "id", f"{topic}_kind", "x") for topic in TOPICS for n in range(20)),
        table("singers", "id", "stage_name"),
        table("singer_in_concert", "singer_id", "concert_id"),
        table("concerts", "id", "venue"),
        table("t_0815", "id", "c1", meaning="complaints of guests", synonyms=("grievance",)),
    ),
    foreign_keys=(key("singer_in_concert", "singers"), key("singer_in_concert", "concerts")),
)


def names(schema: Schema) -> set[str]:
    return {one.name for one in schema.tables}


def cut(question: str, *values: ValueMatch, most: int = 120) -> Schema:
    return pruned(LARGE, question, values, text=TEXT, most_tokens=most)


def test_a_schema_that_fits_is_given_as_it_is() -> None:
    assert pruned(LARGE, "any", text=TEXT, most_tokens=100_000) is LARGE


def test_tables_that_join_the_named_ones_come_with_them() -> None:
    found = cut("Which singers were in a concert in Rome?")
    assert {"singers", "singer_in_concert", "concerts"} <= names(found)
    assert found.foreign_keys == LARGE.foreign_keys


def test_notes_synonyms_and_values_find_tables_as_names_do() -> None:
    assert "t_0815" in names(cut("How many complaints were there?"))
    assert "t_0815" in names(cut("List every grievance."))
    value = ValueMatch(table="t_0815", column="c1", value="soup too cold")
    assert "t_0815" in names(cut("How often was the soup too cold?", value))


def test_misspelled_and_shortened_words_find_their_tables() -> None:
    assert any(name.startswith("warehouse") for name in names(cut("How many warehuose kinds?")))
    assert any(name.startswith("supplier") for name in names(cut("all suppliers")))


def test_what_is_filed_together_is_asked_about_together() -> None:
    tables = (
        table("orders", "id", "city", namespace="harbour"),
        table("people", "id", "city", namespace="hospital"),
        table("wards", "id", "beds", namespace="hospital"),
    )
    apart = Schema(name="apart", tables=tables)
    assert nearest_tables(apart, "the city of each ward", at_most=2) == (
        "hospital.wards",
        "hospital.people",
    )


def test_a_table_that_shares_no_word_is_not_near_whatever_it_is_filed_with() -> None:
    tables = (table("orders", "id", namespace="shop"), table("zones", "area", namespace="shop"),
              table("wards", "beds", namespace="hospital"))  # fmt: skip
    assert nearest_tables(Schema(name="apart", tables=tables), "all orders") == ("shop.orders",)


def test_a_table_of_many_words_goes_after_one_of_few() -> None:
    wide = table("archive", "city", *(f"topic {number}" for number in range(60)))
    schema = Schema(name="two", tables=(wide, table("stores", "city")))
    assert nearest_tables(schema, "which city?") == ("stores", "archive")


def test_the_budget_holds_whatever_is_asked() -> None:
    for question in (" ".join(TOPICS), "singers and concerts", "zzz", "", "of the"):
        for most in (60, 200, 1000):
            assert tokens_of(TEXT(cut(question, most=most))) <= most * 1.05


def test_one_table_is_shown_whatever_it_takes() -> None:
    assert len(cut("singers", most=1).tables) == 1


def test_tables_keep_their_order_and_keys_to_absent_tables_go() -> None:
    found = cut("singers of a supplier", most=300)
    places = [LARGE.tables.index(one) for one in found.tables]
    assert places == sorted(places)
    for one in found.foreign_keys:
        assert {one.table, one.target_table} <= names(found)


def test_the_nearest_tables_are_named_best_first() -> None:
    assert nearest_tables(LARGE, "singers at a venue")[0] in ("singers", "concerts")
    assert nearest_tables(LARGE, "qqq zzz") == ()
