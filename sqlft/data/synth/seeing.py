"""The view of a database: its columns' roles, its tables' labels and keys, its links."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from itertools import product

from sqlft.data.synth.happening import date_phrase, event_verb
from sqlft.data.synth.keys import join_keys, quote
from sqlft.data.synth.naming import PERSONS, column_phrases, is_person, role_noun, table_nouns
from sqlft.data.synth.profile import Profile, is_date, is_number
from sqlft.data.synth.terms import read_term
from sqlft.data.synth.view import Field, Link, Role, Thing, View
from sqlft.data.synth.words import singular, words_of
from sqlft.schema import Column, Schema, Table

_NAMES = re.compile(r"(^|_)(name|title|label)$|^(.*[a-z])?(Name|Title)$|name$", re.IGNORECASE)
_NAMELESS = 0.02
"""A column that is empty more often names nobody."""
_KEYISH = frozenset(
    "id code no number num zip zipcode postcode phone telephone fax isbn iban sku serial key ssn "
    "licence license vin uuid guid account version mcc".split()
)
_PROSE = frozenset("body remark remarks memo desc description comment comments note notes".split())
_YEARS = frozenset("year founded built established opened born season".split())
_NOT_ADDITIVE = frozenset(
    "csat satisfaction founded "
    "rate pct percent percentage score rating age year temperature temp average avg mean latitude "
    "longitude lat long grade rank ranking level month day hour height width length weight price "
    "position order stars star health tier severity sev min max minimum maximum low high ratio "
    "index season week speed gpa elevation altitude share limit rrp fte priority unit round "
    "humidity visibility pressure angle dew point floor size lead term capacity kv wait".split()
)
_COUNTED = frozenset(
    "seats desks employees pages points goals wins losses matches games rooms bedrooms bathrooms "
    "students members copies votes tickets visitors passengers reopens units pieces stars credits "
    "floors laps medals attendees events hours days citations likes followers guests beds".split()
)


def view_of(schema: Schema, found: Mapping[tuple[str, str], Profile]) -> View:
    """The view of a database of which each column is profiled."""
    tables = [t for t in schema.tables if not t.is_view and (t.row_count is None or t.row_count)]
    keys = join_keys(schema, found)
    referring = {(k.table, k.columns[0]) for k in keys}
    nouns = frozenset(table_nouns(t)[0].one for t in tables) | PERSONS
    things: dict[str, Thing] = {}
    for table in tables:
        own = {column for name, column in referring if name == table.qualified_name}
        thing = _thing(table, found, own, schema, nouns)
        if thing is not None:
            things[thing.name] = thing
    links = []
    for key in keys:
        child, parent = things.get(key.table), things.get(key.target_table)
        if child is None or parent is None:
            continue
        links.append(_link(schema, key.columns[0], key.target_columns[0], child, parent))
    return View(
        name=schema.name,
        schema=schema,
        things=tuple(things.values()),
        links=tuple(_plain_only_once(links)),
        terms=tuple(filter(None, map(read_term, schema.glossary))),
        today=datetime.date.fromisoformat(schema.today) if schema.today else None,
        is_noted=any(c.synonyms or c.meaning for t in schema.tables for c in t.columns),
    )


def _thing(
    table: Table,
    found: Mapping[tuple[str, str], Profile],
    referring: set[str],
    schema: Schema,
    nouns: frozenset[str],
) -> Thing | None:
    fields = tuple(_fields(table, found, referring, nouns))
    rows = max((f.profile.rows for f in fields), default=0)
    if not fields or not rows:
        return None
    keys = _keys(table, fields)
    named = {t.name for t in schema.glossary} | {s for t in schema.glossary for s in t.synonyms}
    first, *more = table_nouns(table)
    called = (first, *(n for n in more if n.one not in named))
    labels = _labels(table, fields)
    own = [f for f in fields if f.role != "key"]
    return Thing(
        name=table.qualified_name,
        sql=".".join(map(quote, table.qualified_name.split(".")))
        if table.namespace
        else quote(table.name),
        nouns=called,
        fields=fields,
        labels=labels,
        keys=keys,
        is_person=any(is_person(n.one) for n in called[:2]),
        is_link=len(referring) >= 2 and len(own) <= 1,
        rows=rows,
    )


def _fields(
    table: Table,
    found: Mapping[tuple[str, str], Profile],
    referring: set[str],
    nouns: frozenset[str],
) -> Iterator[Field]:
    owner, own = quote(table.name), table_nouns(table)[0].one
    for column in table.columns:
        profile = found.get((table.qualified_name, column.name))
        if profile is None or profile.nulls == profile.rows:
            continue
        is_key = column.name in referring or column.name in table.primary_key
        role = _role(column, profile, is_key=is_key)
        if role == "measure" and "INT" in column.type and words_of(column.name)[-1] in nouns:
            role = "key"  # such as a student's advisor, by number
        phrases = column_phrases(column, table)
        if phrases[0] == own:
            phrases = (f"{own} {'value' if role == 'measure' else 'name'}", *phrases[1:])
        if role == "date":
            phrases = date_phrase(column, phrases)
        words = words_of(column.name)
        yield Field(
            name=column.name,
            table=table.qualified_name,
            sql=f"{owner}.{quote(column.name)}",
            role=role,
            phrases=phrases,
            unit=column.unit,
            verb=event_verb(column) if role == "date" else None,
            is_timestamp=column.type.startswith("TIMESTAMP"),
            is_whole="INT" in column.type,
            is_additive=role == "measure" and not set(words) & _NOT_ADDITIVE,
            is_plural=role == "measure"
            and phrases[0].split(" ")[-1] in _COUNTED
            and not phrases[0].startswith("number"),
            private=column.private,
            profile=profile,
        )


def _role(column: Column, profile: Profile, *, is_key: bool) -> Role:
    words = words_of(column.name)
    if column.type == "BOOLEAN":
        return "flag"
    if is_key:
        return "label" if column.type == "VARCHAR" and _NAMES.search(column.name) else "key"
    if is_date(column):
        return "date"
    if is_number(column):
        if words[-1] in _KEYISH or words[-1].endswith("id"):
            return "key"
        low, high = profile.low, profile.high
        is_year = bool(set(words) & _YEARS) and not set(words) & {"id", "number"}
        if is_year and isinstance(low, int | float) and low > 1000 and float(str(high)) < 2200:
            return "year"
        return "measure"
    if column.type != "VARCHAR":
        return "text"
    if words[-1] in ("id", "code") and profile.distinct > 12:
        return "key"
    if profile.length > 30 or words[-1] in _PROSE:
        return "prose"
    if _NAMES.search(column.name) and profile.distinct > 0.4 * (profile.rows - profile.nulls):
        return "label"
    if words[-1] == "name" and words[0] in ("first", "last", "middle", "family", "given"):
        return "text"
    few = profile.distinct <= 40 and profile.distinct <= 0.7 * (profile.rows - profile.nulls)
    return "category" if few else "text"


def _keys(table: Table, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    if table.primary_key:
        named = [f for name in table.primary_key for f in fields if f.name == name]
        if len(named) == len(table.primary_key):
            return tuple(named)
    alone = [f for f in fields if f.role == "key" and f.is_unique and f.profile.rows > 1]
    return tuple(alone[:1])


def _labels(table: Table, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """First and last name; else the name that is most its own."""
    fields = tuple(f for f in fields if not f.private)
    by_words = {tuple(words_of(f.name)): f for f in fields}
    firsts = (("first", "name"), ("firstname",), ("fname",), ("f", "name"), ("given", "name"))
    lasts = (("last", "name"), ("lastname",), ("lname",), ("l", "name"), ("family", "name"))
    for first, last in product(firsts, lasts):
        found = [
            next((f for w, f in by_words.items() if w[-len(part) :] == part), None)
            for part in (first, last)
        ]
        if all(found):
            return tuple(f for f in found if f is not None)
    named = [f for f in fields if f.role == "label"]
    named = [f for f in named if f.profile.nulls <= _NAMELESS * f.profile.rows]
    own = singular(table.name.lower()).replace("_", "")

    def rank(field: Field) -> tuple[bool, bool, int]:
        plain = field.name.lower().replace("_", "")
        is_own = plain in ("name", "title", f"{own}name", f"{own}title", own, "fullname")
        return (not is_own, not field.is_unique, list(fields).index(field))

    return tuple(sorted(named, key=rank)[:1])


def _link(schema: Schema, column: str, target: str, child: Thing, parent: Thing) -> Link:
    table = schema.table(child.name)
    child_field = next(f for f in child.fields if f.name == column)
    parent_field = next(f for f in parent.fields if f.name == target)
    found = table.column(column) if table else None
    assert found is not None
    role, is_plain = role_noun(found, parent.noun, target)
    return Link(
        child=child,
        parent=parent,
        child_field=child_field,
        parent_field=parent_field,
        role=role,
        is_plain=is_plain,
    )


def _plain_only_once(links: list[Link]) -> Iterator[Link]:
    """Links of which at most one between two tables goes without its role."""
    for link in links:
        twins = [
            other
            for other in links
            if (other.child.name, other.parent.name) == (link.child.name, link.parent.name)
        ]
        is_plain = link.is_plain or (len(twins) == 1 and not link.is_own and _is_vague(link))
        yield Link(**{**vars(link), "is_plain": is_plain})


def _is_vague(link: Link) -> bool:
    """Whether the role says no more than that there is one: ``parent``, or a bare column name."""
    parent_words = set(link.parent.noun.one.split())
    return bool(parent_words & set(link.role.split())) and len(link.role.split()) == 1
