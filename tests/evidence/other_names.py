"""Names of the same meaning for a part of a schema's columns and a few of its tables."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlft.prompt.plain import RESERVED
from sqlft.schema import Column, Schema, Table
from sqlft.sql.from_first import bare
from sqlft.sql.rename import NewNames
from sqlft.train.new_names import new_names, renamed_schema
from sqlft.train.schema_change import key_columns

COLUMN_SHARE = 0.5
"""Of the columns that are in no key."""
KEY_SHARE = 0.3
"""Of the groups of key columns that refer to one another."""
TABLE_SHARE = 0.3

T = TypeVar("T")
Place = tuple[str, str]
"""A table's qualified name and its column's name."""

_PAIRS = """
    account ledger, address location, amount sum, balance saldo, birth born, booked posted,
    branch office, brand make, carrier forwarder, category family, channel medium, city town,
    closed shut, code tag, cost expense, country nation, created made, customer client, date day,
    day date, decided settled, delivered handed_over, desc description, disc rebate,
    email mail, emp staff, employee worker, end finish, ended finished, eur euro, family range,
    first_name given_name, format layout, full_name whole_name, grade mark, group class,
    hired engaged, home main, id no, invoice bill, issued given_out, job post, joined entered,
    kind sort, last_name surname, launched introduced, left gone, level degree, limit cap,
    loan credit, method way, mgr boss, no number, opened started, order purchase, outcome verdict,
    outstanding owed, paid settled, parent upper, pct percent, phone telephone, postcode zip,
    product article, promotion campaign, qty pieces, quantity pieces,
    rating grade, reason cause, refund payback, region area, requested wanted, return comeback,
    review opinion, role function, salary wage, score points, segment band, shipment parcel,
    shipped sent, since starting, sqm floor_area, stars points, start begin, state condition,
    status state, store shop, street road, supplier vendor, tier level, title heading,
    topic subject, total sum, tracking trace, transaction movement, txn movement, type kind,
    unit piece, value worth, weight mass, written posted
"""
WORDS: Mapping[str, str] = dict(pair.split() for pair in _PAIRS.replace("\n", " ").split(","))
"""Words of database names, or whole names, and others that say much the same."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")


def other_names(schema: Schema, rng: random.Random) -> NewNames:
    """New names for about half of the columns, some keys and a few tables.

    A new name is one of the owner's synonyms, or the old one with some of its words changed, or
    for want of both the old one in another style. Columns that refer to one another under one name
    get one new name.
    """
    styled = new_names(schema, rng)
    columns: dict[str, dict[str, str]] = {t.qualified_name: {} for t in schema.tables}
    keys = key_columns(schema)
    for group in _drawn(_key_groups(schema), KEY_SHARE, rng):
        for name in sorted({column for _, column in group}):
            places = [place for place in group if place[1] == name]
            _give(columns, places, _worded(name), schema, rng)
    plain = [
        (table.qualified_name, column.name)
        for table in schema.tables
        for column in table.columns
        if (table.qualified_name, column.name) not in keys
    ]
    for table, name in _drawn(plain, COLUMN_SHARE, rng):
        column = _column(schema, table, name)
        found = [*_spoken(column.synonyms), *_worded(name)]
        _give(columns, [(table, name)], found or [styled[table][1][name]], schema, rng)
    tables = _table_names(schema, rng)
    return {name: (tables.get(name, _table(schema, name).name), columns[name]) for name in columns}


def _drawn(things: Sequence[T], share: float, rng: random.Random) -> list[T]:
    """That share of the things, in their own order."""
    places = rng.sample(range(len(things)), round(share * len(things)))
    return [things[place] for place in sorted(places)]


def _give(
    columns: dict[str, dict[str, str]],
    places: Sequence[Place],
    candidates: Sequence[str],
    schema: Schema,
    rng: random.Random,
) -> None:
    """One new name for columns of one name, if there is one that is free in all their tables."""
    taken = set[str]()
    for table, _ in places:
        taken |= {column.name.casefold() for column in _table(schema, table).columns}
        taken |= {name.casefold() for name in columns[table].values()}
    free = [name for name in dict.fromkeys(candidates) if name.casefold() not in taken]
    if free:
        new = rng.choice(free)
        for table, old in places:
            columns[table][old] = new


def _table_names(schema: Schema, rng: random.Random) -> dict[str, str]:
    taken = {table.name.casefold() for table in schema.tables}
    found = dict[str, str]()
    for table in _drawn(schema.tables, TABLE_SHARE, rng):
        free = [n for n in _spoken(table.synonyms) + _worded(table.name) if n not in taken]
        if free:
            found[table.qualified_name] = rng.choice(free)
            taken.add(found[table.qualified_name])
    return found


def _spoken(synonyms: Iterable[str]) -> list[str]:
    """Synonyms as names: plain words, at most three of them.

    >>> _spoken(("list price", "what we pay for one", "order", "AOV"))
    ['list_price', 'aov']
    """
    names = ("_".join(_WORD.findall(one)).lower() for one in synonyms if len(one.split()) <= 3)
    return [name for name in names if _is_fit(name)]


def _worded(name: str) -> list[str]:
    """The name with its words replaced where another is known; none where none is.

    >>> _worded("loyaltyTier"), _worded("opened_on"), _worded("sku")
    (['loyalty_level'], ['started_day'], [])
    """
    words = [word.lower() for word in _WORD.findall(name)]
    old = "_".join(words)
    days = "_".join("day" if w == "on" else WORDS.get(w, _plural(w)) for w in words[-1:])
    new = WORDS.get(old) or "_".join([*(WORDS.get(w, w) for w in words[:-1]), days])
    return [new] if new != old and _is_fit(new) else []


def _plural(word: str) -> str:
    one = WORDS.get(word.removesuffix("s")) if word.endswith("s") else None
    return f"{one}s" if one is not None else word


def _is_fit(name: str) -> bool:
    return bare(name) and name not in RESERVED


def _key_groups(schema: Schema) -> list[list[Place]]:
    """Columns of keys, together with all that refer to them or that they refer to."""
    group_of: dict[Place, int] = {}
    for number, place in enumerate(sorted(key_columns(schema))):
        group_of[place] = number
    for key in schema.foreign_keys:
        for here, there in zip(key.columns, key.target_columns, strict=True):
            one, other = group_of[key.table, here], group_of[key.target_table, there]
            group_of = {p: other if g == one else g for p, g in group_of.items()}
    groups: defaultdict[int, list[Place]] = defaultdict(list)
    for place, number in group_of.items():
        groups[number].append(place)
    return sorted(groups.values())


def _table(schema: Schema, name: str) -> Table:
    found = schema.table(name)
    assert found is not None
    return found


def _column(schema: Schema, table: str, name: str) -> Column:
    found = _table(schema, table).column(name)
    assert found is not None
    return found


def under(schema: Schema, names: NewNames) -> Schema:
    """The schema under the new names, in what its owner wrote of it, too.

    In prose about a table, the old names of its columns are replaced. Those of other tables are
    where they can be told from words: *order_id*, but not *quantity*.
    """
    everywhere = {
        old: new for old, new in _unambiguous(schema, names).items() if is_told_from_words(old)
    }
    own = {
        new.qualified_name: {**everywhere, **names[old.qualified_name][1]}
        for old, new in zip(schema.tables, renamed_schema(schema, names).tables, strict=True)
    }
    found = renamed_schema(schema, names)
    tables = tuple(_retold(table, own[table.qualified_name]) for table in found.tables)
    return replace(
        found,
        tables=tables,
        foreign_keys=tuple(
            replace(new, noted=old.noted)
            for old, new in zip(schema.foreign_keys, found.foreign_keys, strict=True)
        ),
        meaning=_text(schema.meaning, everywhere),
        glossary=tuple(replace(t, meaning=_text(t.meaning, everywhere)) for t in found.glossary),
    )


def _unambiguous(schema: Schema, names: NewNames) -> dict[str, str]:
    """New names by old ones, of those that nothing is called by any more."""
    news: defaultdict[str, set[str]] = defaultdict(set)
    for table in schema.tables:
        new, columns = names[table.qualified_name]
        news[table.name].add(new)
        for column in table.columns:
            news[column.name].add(columns.get(column.name, column.name))
    return {old: sorted(new - {old})[0] for old, new in news.items() if old not in new}


def _retold(table: Table, names: Mapping[str, str]) -> Table:
    columns = tuple(
        replace(c, comment=_text(c.comment, names), meaning=_text(c.meaning, names))
        for c in table.columns
    )
    comment, meaning = _text(table.comment, names), _text(table.meaning, names)
    return replace(table, columns=columns, comment=comment, meaning=meaning)


def is_told_from_words(name: str) -> bool:
    """Whether a name would not stand in an English sentence by itself.

    >>> is_told_from_words("order_id"), is_told_from_words("qty2"), is_told_from_words("status")
    (True, True, False)
    """
    return re.fullmatch("[A-Z]?[a-z]+", name) is None


def _text(text: str | None, names: Mapping[str, str]) -> str | None:
    for old, new in names.items():
        if text is not None:
            text = re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text)
    return text
