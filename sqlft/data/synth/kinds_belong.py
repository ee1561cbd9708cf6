"""Questions about belonging: with and without, through a table between, to one of its own kind."""

from __future__ import annotations

from sqlft.data.synth.asked import Asked, asked
from sqlft.data.synth.choosing import one_of, some_link, some_thing
from sqlft.data.synth.kinds_join import _is_named, group_key
from sqlft.data.synth.query import Query
from sqlft.data.synth.rows import (
    Rows,
    also,
    join,
    join_child,
    some_rows,
)
from sqlft.data.synth.view import Link, Thing, View, shown_fields
from sqlft.data.synth.wording import Voice
from sqlft.data.synth.words import article, plural


def without(view: View, voice: Voice) -> Asked | None:
    """Rows that nothing belongs to, or that have something of a certain sort."""
    draw = voice.draw
    link = some_link(view, draw, lambda k: _is_named(k.parent))
    if link is None:
        return None
    child, parent = link.child, link.parent
    inner = some_rows(view, child, draw, at_most=1, joins=False)
    if inner is None or link.child_field.sql in inner.columns:
        return None
    negative = draw.random() < 0.6
    if not link.is_plain and view.is_noted is False:
        return None
    outer = some_rows(view, parent, draw, at_most=1, joins=False)
    if outer is None:
        return None
    where, distinct, joins = _membership(link, inner, voice, negative=negative)
    many = inner.many(voice.words)
    if link.is_plain:
        has = f"have no {many}" if negative else f"have at least one {inner.one(voice.words)}"
        any_ = draw.random()
        if negative and any_ < 0.4:
            has = f"do not have any {many}"
        elif not negative and any_ < 0.4:
            has = f"have {inner.a(voice.words)}" if draw.random() < 0.5 else f"have any {many}"
    else:
        has = f"are not the {link.role} of any {inner.one(voice.words)}" if negative else (
            f"are the {link.role} of at least one {inner.one(voice.words)}")  # fmt: skip
    who = parent.who
    outer_many = outer.many(voice.words)
    target = also(outer_many, f"{who} {has}")
    where_all = (*outer.where, *where)
    fields = list(shown_fields(parent))
    if draw.random() < 0.4:
        select = "COUNT(*)"
        if distinct:
            select = f"COUNT(DISTINCT {link.parent_field.sql})"
        query = outer.query(select).with_(where=where_all, joins=joins)
        question = voice.pick(
            f"How many {target.replace(f' {who} {has}', f' {has}', 1)}?"
            if not outer.conditions
            else f"How many {target} are there?",
            f"How many {target}?" if False else f"Count the {target}.",
            f"What is the number of {target}?",
        )
        return asked(query, question)
    query = outer.query(*(f.sql for f in fields)).with_(
        where=where_all, joins=joins, distinct=distinct
    )
    if view.is_noted and parent.labels and draw.random() < 0.55:
        question = voice.pick(
            f"Which {outer_many} {has}?" if not outer.conditions else f"List the {target}.",
            f"Show me {target}.",
            f"Find all {target}.",
        )
        return asked(query, question, is_list=True)
    named = voice.columns(fields, parent, many=True)
    return asked(query, voice.several(f"the {named} of {target}"), is_list=True)


def _membership(
    link: Link, inner: Rows, voice: Voice, *, negative: bool
) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    """A condition on parents that children exist, or do not, in one of several forms.

    With it whether the query needs DISTINCT, and its joins.
    """
    draw = voice.draw
    child, key, own = link.child.sql, link.child_field, link.parent_field
    way = draw.random()
    if not negative and way < 0.3:
        return inner.where, True, (join_child(link),)
    if way < 0.65 and (voice.is_noted or way < 0.45):
        test = " AND ".join((f"{key.sql} = {own.sql}", *inner.where))
        word = "NOT EXISTS" if negative else "EXISTS"
        return (f"{word} (SELECT 1 FROM {child} WHERE {test})",), False, ()
    tests = list(inner.where)
    if negative and not key.is_complete:
        tests.append(f"{key.sql} IS NOT NULL")
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    word = "NOT IN" if negative else "IN"
    return (f"{own.sql} {word} (SELECT {key.sql} FROM {child}{where})",), False, ()


def through(view: View, voice: Voice) -> Asked | None:
    """Things joined by a table between them: which customers bought products of a kind."""
    draw = voice.draw
    middle = some_thing(view, draw, lambda t: len(_sides(view, t)) >= 2)
    middles = [t for t in view.things if len(_sides(view, t)) >= 2]
    linking = [t for t in middles if t.is_link]
    middle = draw.choice(linking) if linking and draw.random() < 0.6 else one_of(middles, draw)
    if middle is None:
        return None
    sides = _sides(view, middle)
    one, other = draw.sample(sides, 2)
    if one.parent.name == other.parent.name or not (_is_named(one.parent) and one.parent.keys):
        return None
    value = some_rows(view, other.parent, draw, at_most=1, at_least=1, joins=False)
    label = other.parent.labels[0] if len(other.parent.labels) == 1 else None
    fields = list(shown_fields(one.parent))
    joins = (join(one), join(other))
    via = middle.noun.many
    with_ = "from" if other.parent.is_person else "for"
    if draw.random() < 0.4:
        if not _is_named(other.parent):
            return None
        named = list(shown_fields(other.parent))
        query = Query(
            select=tuple(f.sql for f in (*fields, *named)),
            source=middle.sql,
            joins=joins,
        )
        question = voice.pick(
            f"For each {middle.noun.one}, show the {voice.columns(fields, one.parent, many=False)} "
            f"of the {one.role} and the {voice.columns(named, other.parent, many=False)} of the "
            f"{other.role}.",
            f"List the {voice.columns(fields, one.parent, many=False)} of the {one.role} and the "
            f"{voice.columns(named, other.parent, many=False)} of the {other.role} for every "
            f"{middle.noun.one}.",
        )
        return asked(query, question, is_list=True)
    if label is not None and label.is_unique and label.profile.values and draw.random() < 0.5:
        text = draw.choice(label.profile.values)
        test = f"{label.sql} = '{text.replace(chr(39), chr(39) * 2)}'"
        said = f"the {other.role} {text}"
    elif value is not None:
        test, said = value.where[0], value.a(voice.words)
    else:
        return None
    query = Query(
        select=tuple(f.sql for f in fields), source=middle.sql, joins=joins, where=(test,),
        distinct=True,
    )  # fmt: skip
    if draw.random() < 0.3 and len(one.parent.keys) == 1:
        query = query.with_(select=(f"COUNT(DISTINCT {one.parent.keys[0].sql})",), distinct=False)
        return asked(query, voice.pick(
            f"How many different {plural(one.role)} have {via} {with_} {said}?",
            f"Count the different {plural(one.role)} that have {article(middle.noun.one)} "
            f"{with_} {said}.",
        ))  # fmt: skip
    if draw.random() < 0.3 and len(one.parent.keys) == 1:
        query = Query(
            select=(*(f.sql for f in fields), "COUNT(*)"), source=middle.sql, joins=joins,
            where=(test,), group=group_key(one.parent),
        )  # fmt: skip
        named_ = voice.columns(fields, one.parent, many=False)
        return asked(query, voice.pick(
            f"For each {one.role}, show the {named_} and the number of {via} {with_} {said}.",
            f"Show the {named_} of each {one.role} and how many {via} it has {with_} {said}.",
        ), is_list=True)  # fmt: skip
    target = f"{plural(one.role)} that have {article(middle.noun.one)} {with_} {said}"
    if one.parent.is_person:
        target = target.replace(" that have ", " who have ", 1)
    what = f"the different {voice.columns(fields, one.parent, many=True)} of {target}"
    return asked(query, voice.several(what), is_list=True)


def _sides(view: View, thing: Thing) -> list[Link]:
    found = [k for k in view.parents(thing) if k.is_plain]
    names = [k.parent.name for k in found]
    return [k for k in found if names.count(k.parent.name) == 1]


def with_boss(view: View, voice: Voice) -> Asked | None:
    """Rows beside another row of the same table: employees and their managers."""
    draw = voice.draw
    found = [k for k in view.links if k.is_own and _is_named(k.parent)]
    link = one_of(found, draw)
    if link is None:
        return None
    thing = link.child
    if thing.name.count("."):
        return None
    fields = shown_fields(thing)
    role = link.role if link.role != thing.noun.one else f"parent {thing.noun.one}"
    upper = "upper_" + thing.noun.one.replace(" ", "_").replace("-", "_")
    upper = "boss" if thing.is_person and "manager" in role else upper
    on = f"{link.child_field.at(thing.sql)} = {link.parent_field.at(upper)}"
    join_ = f"JOIN {thing.sql} AS {upper} ON {on}"
    rows = some_rows(view, thing, draw, at_most=1, joins=False)
    if rows is None or not upper.replace("_", "").isalnum():
        return None
    their = "their" if thing.is_person else "its"
    named = voice.columns(list(fields), thing, many=False)
    if draw.random() < 0.5:
        query = rows.query(*(f.sql for f in fields), *(f.at(upper) for f in fields))
        query = query.with_(joins=(join_,))
        question = voice.pick(
            f"Show the {named} of each {rows.one(voice.words)} and the {named} of {their} {role}.",
            f"List the {named} of every {rows.one(voice.words)} next to that of {their} {role}.",
        )
        return asked(query, question, is_list=True)
    if rows.conditions:
        return None
    low = 2
    query = Query(
        select=(*(f.at(upper) for f in fields), "COUNT(*)"),
        source=thing.sql,
        joins=(join_,),
        group=tuple(f.at(upper) for f in (*thing.keys, *fields)),
    )
    if draw.random() < 0.5:
        query = query.with_(having=f"COUNT(*) >= {low + 1}")
        question = (
            f"Which {thing.noun.many} are the {role} of at least three {thing.noun.many}? "
            f"Give the {named} and the number."
        )
    else:
        question = (
            f"For each {thing.noun.one} that is the {role} of others, show the {named} and how "
            f"many {thing.noun.many} that is."
        )
    return asked(query, question, is_list=True)
