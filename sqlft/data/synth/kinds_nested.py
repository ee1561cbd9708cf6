"""Questions whose query holds a query: averages to compare with, extremes, sets, CTEs."""

from __future__ import annotations

from sqlft.data.synth.asked import Asked, asked
from sqlft.data.synth.choosing import groupers, one_of, some_link, some_thing, sortable
from sqlft.data.synth.condition import some_condition
from sqlft.data.synth.kinds_join import _is_named, group_key
from sqlft.data.synth.kinds_plain import list_fields, superlative
from sqlft.data.synth.query import Query
from sqlft.data.synth.rows import Rows, all_rows, also, join, some_rows
from sqlft.data.synth.values import count_said, text_sql
from sqlft.data.synth.view import Field, Link, Thing, View, shown_fields
from sqlft.data.synth.wording import Voice
from sqlft.data.synth.words import article, plural


def beyond_average(view: View, voice: Voice) -> Asked | None:
    """Rows above or below the average of all."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: bool(_numbers(t)))
    rows = None if thing is None else some_rows(view, thing, draw, at_most=1, joins=False)
    if thing is None or rows is None:
        return None
    field = draw.choice(_numbers(thing))
    if field.sql in rows.columns:
        return None
    above = draw.random() < 0.65
    operator = ">" if above else "<"
    inner = Query(select=(f"AVG({field.sql})",), source=thing.sql)
    test = f"{field.sql} {operator} ({inner.sql()})"
    phrase, many = voice.phrase(field), rows.many(voice.words)
    of_all = f" of all {rows.noun.many}" if rows.conditions or draw.random() < 0.3 else ""
    word = voice.pick("above", "higher than", "greater than") if above else voice.pick(
        "below", "lower than", "less than")  # fmt: skip
    have = "an above-average" if above else "a below-average"
    said = voice.pick(
        f"whose {phrase} is {word} the average{of_all}",
        f"with {article(phrase)} {word} the average{of_all}",
        f"with {article(phrase)} {word} the average {phrase}{of_all}",
        f"with {have} {phrase}"
        if not rows.conditions
        else f"whose {phrase} is {word} the average{of_all}",
    )
    target = also(many, said)
    where = (*rows.where, test)
    if draw.random() < 0.35:
        query = rows.query("COUNT(*)").with_(where=where)
        question = voice.pick(
            f"How many {target} are there?", f"Count the {target}.",
            f"What is the number of {target}?",
        )  # fmt: skip
        return asked(query, question)
    fields = list_fields(thing, voice)
    if not fields:
        return None
    if view.is_noted and thing.labels and draw.random() < 0.4:
        query = rows.query(*(f.sql for f in thing.labels)).with_(where=where)
        return asked(query, voice.pick(f"List the {target}.", f"Show me {target}.",
                                       f"Find all {target}."), is_list=True)  # fmt: skip
    query = rows.query(*(f.sql for f in fields)).with_(where=where)
    named = voice.columns(fields, thing, many=True)
    return asked(query, voice.several(f"the {named} of {target}"), is_list=True)


def _numbers(thing: Thing) -> list[Field]:
    found = [f for f in thing.of_role("measure") if f.profile.distinct > 4 and not f.private]
    return found if thing.keys or thing.labels else []


def extreme_rows(view: View, voice: Voice) -> Asked | None:
    """All rows that share the highest or lowest value."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: bool(sortable(t)))
    if thing is None:
        return None
    rows = all_rows(thing, draw)
    field = draw.choice(sortable(thing))
    fields = list(shown_fields(thing))
    if not fields or any(f.private for f in fields) or len(fields) > 2:
        return None
    best = draw.random() < 0.6
    inner = Query(select=(f"{'MAX' if best else 'MIN'}({field.sql})",), source=thing.sql)
    query = rows.query(*(f.sql for f in fields))
    query = query.with_(where=(f"{field.sql} = ({inner.sql()})",))
    clause = superlative(field, thing, voice, best=best)
    many = rows.noun.many
    said = clause.what or f"the {clause.adjective} {voice.phrase(field)}"
    named = voice.columns(fields, thing, many=True)
    question = voice.pick(
        f"Which {many} have {said}? List the {named} of all of them.",
        f"What are the {named} of all {many} that have {said}?",
        f"Find the {named} of every {rows.noun.one} with {said}, ties included.",
    )
    return asked(query, question, is_list=True)


def beyond_own_group(view: View, voice: Voice) -> Asked | None:
    """Rows above the average of their own group: a query that depends on the one around it."""
    draw = voice.draw

    def fits(t: Thing) -> bool:
        return bool(_numbers(t)) and any(g.role == "category" for g in groupers(t))

    thing = some_thing(view, draw, fits)
    if thing is None or "." in thing.sql:
        return None
    field = draw.choice(_numbers(thing))
    by = draw.choice([g for g in groupers(thing) if g.role == "category"])
    fields = list(shown_fields(thing))
    if not fields or len(fields) > 2 or any(f.private for f in fields):
        return None
    outer, inner = "outer_rows", "inner_rows"
    above = draw.random() < 0.7
    best = draw.random() < 0.4
    if best:
        value, word = ("MAX", "highest") if above else ("MIN", "lowest")
        operator = "="
    else:
        value, operator = "AVG", ">" if above else "<"
        word = "above" if above else "below"
    sql = (
        f"SELECT {', '.join(f.at(outer) for f in fields)} FROM {thing.sql} AS {outer} "
        f"WHERE {field.at(outer)} {operator} (SELECT {value}({field.at(inner)}) FROM {thing.sql} "
        f"AS {inner} WHERE {by.at(inner)} = {by.at(outer)})"
    )
    phrase, group, many = voice.phrase(field), voice.phrase(by), thing.noun.many
    named = voice.columns(fields, thing, many=True)
    if best:
        question = voice.pick(
            f"Show the {named} of the {many} with the {word} {phrase} within their {group}.",
            f"For each {group}, find the {named} of the {many} with the {word} {phrase}.",
            f"Which {many} have the {word} {phrase} of their {group}? Give the {named}.",
        )
    else:
        question = voice.pick(
            f"Show the {named} of {many} whose {phrase} is {word} the average of their {group}.",
            f"Which {many} have {article(phrase)} {word} the average for their own {group}? "
            f"List the {named}.",
            f"Find the {named} of {many} with {article(phrase)} {word} the average {phrase} of "
            f"the same {group}.",
        )
    return asked(sql, question, is_list=True)


def both_sorts(view: View, voice: Voice) -> Asked | None:
    """Values of a column that two sorts of rows share, or only one of them has."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: any(_sharable(g) for g in groupers(t)))
    if thing is None:
        return None
    by = draw.choice([g for g in groupers(thing) if _sharable(g)])
    first = some_condition(view, thing, draw, frozenset([by.sql]))
    second = None if first is None else some_condition(view, thing, draw, frozenset([by.sql]))
    if first is None or second is None or first.sql == second.sql:
        return None
    if "LIKE" in first.sql + second.sql:
        return None
    one = Rows(thing=thing, noun=thing.noun, conditions=(first,))
    other = Rows(thing=thing, noun=thing.noun, conditions=(second,))
    operator = draw.choices(("INTERSECT", "EXCEPT", "UNION"), (5, 4, 1))[0]
    known = () if by.is_complete else (f"{by.sql} IS NOT NULL",)
    sides = [r.query(by.sql).with_(where=(*r.where, *known)).sql() for r in (one, other)]
    sql = f" {operator} ".join(sides)
    group, a, b = plural(voice.phrase(by)), one.many(voice.words), other.many(voice.words)
    match operator:
        case "INTERSECT":
            question = voice.pick(
                f"Which {group} have both {a} and {b}?",
                f"Find the {group} that have both {a} and {b}.",
                f"What are the {group} shared by {a} and {b}?",
            )
        case "EXCEPT":
            question = voice.pick(
                f"Which {group} have {a} but no {b}?",
                f"List the {group} that have {a} but not {b}.",
                f"Find the {group} with {a} and without any {b}.",
            )
        case _:
            question = voice.pick(
                f"Which {group} have {a} or {b}?",
                f"List the different {group} that have {a}, {b} or both.",
            )
    return asked(sql, question)


def _sharable(field: Field) -> bool:
    return field.role == "category" and field.profile.distinct >= 4


def shared_values(view: View, voice: Voice) -> Asked | None:
    """Values that stand in columns of two tables, or in only one: cities with stores and staff."""
    draw = voice.draw
    pairs = [
        (a, f, b, g)
        for a in view.things
        for b in view.things
        if a.name < b.name
        for f in a.of_role("category")
        for g in b.of_role("category")
        if f.name.lower() == g.name.lower()
        and not (f.private or g.private)
        and len(set(f.profile.values) & set(g.profile.values)) >= 2
    ]
    found = one_of(pairs, draw)
    if found is None:
        return None
    a, f, b, g = found if draw.random() < 0.5 else (found[2], found[3], found[0], found[1])
    operator = draw.choices(("INTERSECT", "EXCEPT", "UNION"), (5, 5, 2))[0]

    def side(thing: Thing, field: Field) -> str:
        known = () if field.is_complete else (f"{field.sql} IS NOT NULL",)
        return Query(select=(field.sql,), source=thing.sql, where=known).sql()

    sql = f"{side(a, f)} {operator} {side(b, g)}"
    values, one, other = plural(f.phrase), a.noun.many, b.noun.many
    match operator:
        case "INTERSECT":
            question = voice.pick(
                f"Which {values} have both {one} and {other}?",
                f"What are the {values} that appear for {one} as well as for {other}?",
            )
        case "EXCEPT":
            question = voice.pick(
                f"Which {values} have {one} but no {other}?",
                f"Find the {values} of {one} that no {b.noun.one} has.",
            )
        case _:
            question = voice.pick(
                f"List all the different {values} of {one} and {other} in one list.",
                f"What are the {values} of either {one} or {other}, without repeats?",
            )
    return asked(sql, question)


def parents_with_both(view: View, voice: Voice) -> Asked | None:
    """Parents that have children of two sorts, or of one and not the other."""
    draw = voice.draw

    def fits(k: Link) -> bool:
        return _is_named(k.parent) and k.is_plain and bool(k.parent.labels)

    link = some_link(view, draw, fits)
    if link is None:
        return None
    by = one_of([g for g in link.child.of_role("category") if not g.private], draw)
    if by is None or len(by.profile.values) < 2:
        return None
    one, other = draw.sample(by.profile.values[:8], 2)
    fields = [f.sql for f in shown_fields(link.parent)]
    if not all(f.is_unique for f in shown_fields(link.parent)):
        return None
    operator = draw.choice(("INTERSECT", "EXCEPT"))
    sides = [
        Query(
            select=tuple(fields), source=link.child.sql, joins=(join(link),),
            where=(f"{by.sql} = {text_sql(value)}",),
        ).sql()
        for value in (one, other)
    ]  # fmt: skip
    named = voice.columns(list(shown_fields(link.parent)), link.parent, many=True)
    roles, who, child = plural(link.role), link.parent.who, link.child.noun.one
    phrase = voice.phrase(by)
    a, b = f"{phrase} {one}", f"{phrase} {other}"
    if operator == "INTERSECT":
        target = voice.pick(
            f"{roles} {who} have both {article(child)} with {a} and one with {b}",
            f"{roles} with {article(child)} of {a} as well as one of {b}",
        )
    else:
        target = f"{roles} {who} have {article(child)} with {a} but none with {b}"
    sql = f" {operator} ".join(sides)
    return asked(sql, voice.several(f"the {named} of {target}"), is_list=True)


def average_of_counts(view: View, voice: Voice) -> Asked | None:
    """The average, highest or lowest number of children of a parent: an aggregate of counts."""
    draw = voice.draw
    link = some_link(view, draw)
    if link is None:
        return None
    child, key = link.child, link.child_field
    rows = some_rows(view, child, draw, at_most=1, joins=False)
    if rows is None or key.sql in rows.columns:
        return None
    known = () if key.is_complete else (f"{key.sql} IS NOT NULL",)
    inner = rows.query(f"{key.sql} AS owner", "COUNT(*) AS number").with_(
        where=(*rows.where, *known), group=(key.sql,)
    )
    name, word = draw.choice((("AVG", "average"), ("AVG", "average"), ("MAX", "highest")))
    counted = "counts"
    many, role = rows.many(voice.words), link.role
    at_least = " that has any" if name == "AVG" else ""
    what = f"the {word} number of {many} per {role}"
    if name == "AVG":
        what += voice.pick(
            f", counting only {plural(role)} with at least one", f"{at_least}",
        )  # fmt: skip
    if draw.random() < 0.6 or not _is_named(link.parent):
        if draw.random() < 0.6:
            sql = f"WITH {counted} AS ({inner.sql()}) SELECT {name}(number) FROM {counted}"
        else:
            sql = f"SELECT {name}(number) FROM ({inner.sql()}) AS {counted}"
        return asked(sql, voice.single(what))
    parent = link.parent
    fields = shown_fields(parent)
    sql = (
        f"WITH {counted} AS ({inner.sql()}) "
        f"SELECT {', '.join(f.sql for f in fields)} FROM {parent.sql} "
        f"JOIN {counted} ON {link.parent_field.sql} = {counted}.owner "
        f"WHERE {counted}.number > (SELECT AVG(number) FROM {counted})"
    )
    named = voice.columns(list(fields), parent, many=True)
    question = voice.pick(
        f"Which {plural(role)} have more {many} than the average {role} that has any? "
        f"Show the {named}.",
        f"List the {named} of {plural(role)} with an above-average number of {many}, averaged "
        f"over {plural(role)} with at least one.",
    )
    return asked(sql, question, is_list=True)


def how_many_with(view: View, voice: Voice) -> Asked | None:
    """How many parents have at least so many children: a count over groups."""
    draw = voice.draw
    link = some_link(view, draw)
    if link is None:
        return None
    child, key = link.child, link.child_field
    rows = some_rows(view, child, draw, at_most=1, joins=False)
    if rows is None or key.sql in rows.columns or not key.is_complete:
        return None
    per = max(1, round(child.rows / max(1, key.profile.distinct)))
    at = max(1, int(per * draw.choice((0.6, 1, 1.5)))) if not rows.conditions else 1
    inner = rows.query(key.sql).with_(group=(key.sql,), having=f"COUNT(*) > {at}")
    sql = f"SELECT COUNT(*) FROM ({inner.sql()}) AS chosen"
    if draw.random() < 0.4:
        sql = f"WITH chosen AS ({inner.sql()}) SELECT COUNT(*) FROM chosen"
    many = rows.many(voice.words)
    said = count_said(at, draw)
    if at == 1:
        many = rows.one(voice.words)
    roles = plural(link.role)
    question = voice.pick(
        f"How many {roles} have more than {said} {many}?",
        f"Count the {roles} with more than {said} {many}.",
        f"What is the number of {roles} that have more than {said} {many}?",
    )
    return asked(sql, question)


def newest_of_each(view: View, voice: Voice) -> Asked | None:
    """The latest date or highest number of children, for each parent."""
    draw = voice.draw
    link = some_link(view, draw, lambda k: _is_named(k.parent) and bool(k.parent.keys))
    if link is None:
        return None
    child, parent = link.child, link.parent
    dates = [f for f in child.of_role("date") if not f.private]
    date = one_of(dates, draw)
    if date is None:
        return None
    fields = shown_fields(parent)
    first = draw.random() < 0.4
    word = voice.pick("first", "earliest") if first else voice.pick("latest", "most recent", "last")
    query = Query(
        select=(*(f.sql for f in fields), f"{'MIN' if first else 'MAX'}({date.sql})"),
        source=child.sql,
        joins=(join(link),),
        group=group_key(parent),
    )
    named = voice.columns(list(fields), parent, many=False)
    phrase = voice.phrase(date)
    question = voice.pick(
        f"For each {link.role}, show the {named} and the {word} {phrase} of their "
        f"{child.noun.many}.",
        f"What are the {named} and the {word} {child.noun.one} {phrase} of each {link.role}?",
        f"List each {link.role}'s {named} with the {word} {phrase} of {child.noun.many}.",
    )
    return asked(query, question, is_list=True)
