"""A changed schema keeps its promises: queries fit it, mean the same, or are refused rightly."""

import random
from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from sqlft.config.recipe import Mix
from sqlft.examples import Example
from sqlft.schema import ForeignKey, Schema, Term, ValueMatch, parse_ddl
from sqlft.sql import check_sql
from sqlft.sql.rename import renamed
from sqlft.train.augment import augmented
from sqlft.train.exercise import Exercise
from sqlft.train.new_names import new_names, renamed_schema
from sqlft.train.schema_change import extended, reduced, shuffled, without

INN = """
CREATE TABLE guests (guest_id INTEGER PRIMARY KEY, full_name VARCHAR, city VARCHAR, age INTEGER);
CREATE TABLE rooms (room_id INTEGER PRIMARY KEY, floor INTEGER, price DECIMAL(8,2));
CREATE TABLE stays (stay_id INTEGER PRIMARY KEY, guest_id INTEGER REFERENCES guests(guest_id),
  room_id INTEGER REFERENCES rooms(room_id), nights INTEGER, boss_id INTEGER);
CREATE TABLE menu (dish VARCHAR, calories INTEGER);
"""
SCHOOL = "CREATE TABLE pupils (pupil_id INTEGER, mark INTEGER); CREATE TABLE menu (meal VARCHAR)"
GOLDS = (
    "SELECT count(*) FROM guests",
    "SELECT full_name FROM guests WHERE city = 'Rome' ORDER BY full_name",
    "SELECT g.city, count(*) FROM guests g JOIN stays s ON g.guest_id = s.guest_id GROUP BY g.city",
    "SELECT a.full_name FROM guests a JOIN guests b ON a.age = b.age WHERE b.city = 'Oslo'",
    "SELECT city FROM guests UNION SELECT dish FROM menu ORDER BY city",
    "SELECT * FROM rooms WHERE price > 50",
    "SELECT full_name FROM guests WHERE guest_id IN (SELECT guest_id FROM stays WHERE nights > 1)",
    "SELECT x.city, n FROM (SELECT city, count(*) n FROM guests GROUP BY city) x WHERE n > 1",
    "WITH q AS (SELECT guest_id, sum(nights) n FROM stays GROUP BY guest_id) "
    "SELECT g.full_name, q.n FROM q JOIN guests g ON q.guest_id = g.guest_id ORDER BY q.n, 1",
    "SELECT full_name FROM guests g WHERE NOT EXISTS "
    "(SELECT 1 FROM stays s WHERE s.guest_id = g.guest_id)",
    "SELECT full_name, rank() OVER (PARTITION BY city ORDER BY age) AS r FROM guests QUALIFY r = 1",
)


@pytest.fixture(scope="module")
def inn() -> Schema:
    term = Term(name="long stay", sql="stays.nights > 3")
    return replace(parse_ddl(INN, "inn"), glossary=(term,))


def pack_of(schema: Schema, golds: tuple[str, ...] = GOLDS) -> list[Exercise]:
    rome = ValueMatch(table="guests", column="city", value="Rome")
    return [
        Exercise(
            example=Example(id=str(at), database="inn", question="Which?", gold=(gold,)),
            schema=schema,
            values=(rome,),
        )
        for at, gold in enumerate(golds)
    ]


def seeds(count: int) -> Iterator[random.Random]:
    return (random.Random(seed) for seed in range(count))


def is_valid(schema: Schema) -> bool:
    """No table without columns or with another's name; keys refer to what is there."""
    places = {(t.qualified_name, c.name) for t in schema.tables for c in t.columns}
    names = [t.qualified_name.casefold() for t in schema.tables]
    keys = {(k.table, c) for k in schema.foreign_keys for c in k.columns}
    keys |= {(k.target_table, c) for k in schema.foreign_keys for c in k.target_columns}
    keys |= {(t.qualified_name, c) for t in schema.tables for c in t.primary_key}
    columns = [[c.name.casefold() for c in t.columns] for t in schema.tables]
    return (
        len(set(names)) == len(names)
        and keys <= places
        and all(each and len(set(each)) == len(each) for each in columns)
    )


def test_every_gold_that_is_left_fits_the_schema_that_is_shown(inn: Schema) -> None:
    mix = Mix(
        distractor_rate=0.5, lacking_rate=0.2, drop_rate=0.5, shuffle_rate=0.5, rename_rate=0.5
    )
    school = parse_ddl(SCHOOL, "school")
    refused = 0
    for rng in seeds(15):
        made = augmented(pack_of(inn), mix, rng, others=[school])
        assert len({id(one.schema) for one in made}) == 1 and is_valid(made[0].schema)
        for one in made:
            refused += not one.example.gold
            assert all(check_sql(gold, one.schema).ok for gold in one.example.gold)
            for match in one.values:
                table = one.schema.table(match.table)
                assert table is not None and table.column(match.column) is not None
    assert refused


def test_a_refusal_is_due_to_something_that_the_query_needs_and_that_is_gone(inn: Schema) -> None:
    mix = Mix(lacking_rate=0.3, distractor_rate=1)
    school = parse_ddl(SCHOOL, "school")
    for rng in seeds(15):
        for before, after in zip(pack_of(inn), augmented(pack_of(inn), mix, rng, others=[school]),
                                 strict=True):  # fmt: skip
            gold = before.example.gold[0]
            assert check_sql(gold, after.schema).ok == bool(after.example.gold)


def test_as_many_are_refused_as_the_rate_says(inn: Schema) -> None:
    pack = pack_of(inn, GOLDS[:3])
    made = [one for rng in seeds(150) for one in augmented(pack, Mix(lacking_rate=0.2), rng)]
    share = sum(not one.example.gold for one in made) / len(made)
    assert 0.12 < share < 0.24  # where more need a thing than were drawn, it may stay


def test_no_rate_no_change_and_the_same_seed_the_same_change(inn: Schema) -> None:
    pack = tuple(pack_of(inn))
    assert augmented(pack, Mix(), random.Random(1)) == pack
    mix = Mix(lacking_rate=0.2, drop_rate=1, shuffle_rate=1, rename_rate=1)
    assert augmented(pack, mix, random.Random(1)) == augmented(pack, mix, random.Random(1))
    assert augmented(pack, mix, random.Random(1)) != augmented(pack, mix, random.Random(2))


def create(connection: duckdb.DuckDBPyConnection, schema: Schema) -> None:
    """The schema's tables with rows that depend on the columns' places only."""
    draw = random.Random(4)
    for table in schema.tables:
        columns = ", ".join(f'"{c.name}" {c.type}' for c in table.columns)
        connection.execute(f'CREATE TABLE "{table.name}" ({columns})')
        for row in range(12):
            values = [
                draw.choice(("Rome", "Oslo", "Lima")) if c.type == "VARCHAR" else draw.randrange(8)
                for c in table.columns
            ]
            marks = ", ".join("?" * len(values))
            connection.execute(f'INSERT INTO "{table.name}" VALUES ({marks})', [*values])
            assert row >= 0


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str) -> list[tuple[object, ...]]:
    found = connection.execute(sql).fetchall()
    return found if "order by" in sql.lower() else sorted(found, key=repr)


def test_a_query_under_new_names_returns_the_same_rows(inn: Schema) -> None:
    with duckdb.connect() as before:
        create(before, inn)
        wanted = {gold: rows_of(before, gold) for gold in GOLDS}
    changed = 0
    for rng in seeds(12):
        names = new_names(inn, rng)
        schema = renamed_schema(inn, names)
        changed += schema != inn
        with duckdb.connect() as after:
            create(after, schema)
            for gold, rows in wanted.items():
                new = renamed(gold, inn, names)
                assert new is not None
                assert sorted(rows_of(after, new), key=repr) == sorted(rows, key=repr), new
                if "ORDER BY" in gold and "PARTITION" not in gold:
                    assert after.execute(new).fetchall() == rows, new
    assert changed > 6


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT city FROM (SELECT * FROM guests) AS g",
        "SELECT floor FROM rooms JOIN stays USING (room_id, nowhere)",
        "SELECT x FROM unknown",
    ],
)
def test_a_query_whose_names_cannot_be_followed_is_not_guessed_at(sql: str, inn: Schema) -> None:
    names = {"guests": ("people", {"city": "town"}), "rooms": ("chambers", {})}
    assert renamed(sql, inn, names) is None


def test_terms_and_keys_get_the_new_names(inn: Schema) -> None:
    names = {"stays": ("Visits", {"nights": "Length", "guest_id": "Who"})}
    schema = renamed_schema(inn, names)
    assert [term.sql for term in schema.glossary] == ["Visits.Length > 3"]
    assert (
        ForeignKey(
            table="Visits", columns=("Who",), target_table="guests", target_columns=("guest_id",)
        )
        in schema.foreign_keys
    )
    bare = replace(inn, glossary=(Term(name="long", sql="nights > 3"),))
    assert renamed_schema(bare, names).glossary == ()


def facts(schema: Schema) -> set[object]:
    columns = {(t.qualified_name, t.primary_key, c) for t in schema.tables for c in t.columns}
    return columns | set(schema.foreign_keys)


def test_shuffling_changes_nothing_but_the_order(inn: Schema) -> None:
    for rng in seeds(5):
        assert facts(shuffled(inn, rng)) == facts(inn)


def test_reducing_keeps_what_is_needed_and_extending_keeps_all(inn: Schema) -> None:
    from sqlft.train.needs import needs

    kept = needs(GOLDS[2], inn)
    assert kept is not None
    sizes = set()
    for rng in seeds(40):
        small = reduced(inn, kept, rng)
        assert is_valid(small) and check_sql(GOLDS[2], small).ok
        sizes.add(sum(len(table.columns) for table in small.tables))
        large = extended(inn, [parse_ddl(SCHOOL, "school")], rng, taken=["pupils"])
        assert large == inn  # `menu` is there already, and `pupils` is taken
    assert len(sizes) > 5


def test_what_goes_takes_its_keys_along(inn: Schema) -> None:
    assert is_valid(without(inn, tables=["guests"]))
    assert is_valid(without(inn, columns=[("stays", "room_id"), ("rooms", "room_id")]))
