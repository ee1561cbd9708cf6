"""Questions that join things: lists over two, groups by what rows belong to."""

from __future__ import annotations

from sqlft.data.synth.asked import Asked, asked
from sqlft.data.synth.choosing import groupers, measures, one_of, shown, some_link, some_thing
from sqlft.data.synth.kinds_group import _for_each
from sqlft.data.synth.kinds_plain import agg_names, agg_word, how_many
from sqlft.data.synth.query import Query
from sqlft.data.synth.rows import (
    Rows,
    all_rows,
    condition_on_parent,
    join,
    join_child,
    some_rows,
)
from sqlft.data.synth.values import count_said
from sqlft.data.synth.view import Field, Link, Thing, View, shown_fields
from sqlft.data.synth.wording import Voice
from sqlft.data.synth.words import plural


def _is_named(thing: Thing) -> bool:
    fields = shown_fields(thing)
    return bool(fields) and len(fields) <= 2 and not any(f.private for f in fields)


def group_key(thing: Thing) -> tuple[str, ...]:
    """What to group by for one group a row: its key, and what is shown of it."""
    shown_sql = [f.sql for f in shown_fields(thing)]
    keys = [f.sql for f in thing.keys]
    return tuple(dict.fromkeys([*keys, *shown_sql]))


def list_with_parent(view: View, voice: Voice) -> Asked | None:
    """Columns of rows beside columns of what they belong to."""
    draw = voice.draw
    link = some_link(view, draw, lambda k: _is_named(k.parent) and not k.child.is_link)
    if link is None:
        return None
    child, parent = link.child, link.parent
    rows = some_rows(view, child, draw, at_most=1, joins=False)
    others = shown(child, draw, "category", "date", "measure")
    fixed = rows.columns if rows else frozenset()
    own = list(child.labels) or [f for f in others if f.sql not in fixed][:1]
    if rows is None or not own:
        own = list(child.keys)
    if rows is None or not own or (len(child.keys) > 1 and not child.labels):
        return None
    extra = shown(child, draw, "category", "date", "measure", "year")
    extra = [f for f in extra if f not in own and f.sql not in fixed]
    own = [*own, *extra[: draw.choice((0, 0, 1))]]
    theirs = list(shown_fields(parent))
    if draw.random() < 0.3:
        theirs += [f for f in shown(parent, draw, "category", "measure") if f not in theirs][:1]
    query = rows.query(*(f.sql for f in (*own, *theirs)))
    query = query.with_(joins=(*query.joins, join(link)))
    what_own = voice.columns(own, child, many=False)
    what_theirs = voice.columns(theirs, parent, many=False)
    one, many = rows.one(voice.words), rows.many(voice.words)
    both = f"the {what_own} of each {one} and the {what_theirs} of its {link.role}"
    if child.is_person:
        both = f"the {what_own} of each {one} and the {what_theirs} of their {link.role}"
    question = voice.pick(
        voice.several(both),
        voice.several(both),
        f"For each {one}, show the {what_own} together with the {link.role}'s {what_theirs}.",
        f"List the {voice.columns(own, child, many=True)} of {many}, along with the "
        f"{voice.columns(theirs, parent, many=True)} of their {plural(link.role)}.",
    )
    return asked(query, question, is_list=True)


def filtered_by_parent(view: View, voice: Voice) -> Asked | None:
    """A count, an aggregate or a list of rows under a condition on what they belong to."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: bool(view.parents(t)))
    condition = None if thing is None else condition_on_parent(view, thing, draw)
    if thing is None or condition is None:
        return None
    rows = all_rows(thing, draw).with_(condition)
    if draw.random() < 0.3:
        more = some_rows(view, thing, draw, at_most=1, at_least=1, joins=False)
        if more is not None and not more.columns & rows.columns:
            rows = rows.with_(*more.conditions)
    way = draw.random()
    number = one_of([m for m in measures(thing) if m.sql not in rows.columns], draw)
    if way < 0.35:
        return asked(rows.query("COUNT(*)"), how_many(rows, voice))
    if way < 0.6 and number is not None:
        name = draw.choice(agg_names(number))
        what = f"the {agg_word(name, voice)} {voice.phrase(number)} of {rows.many(voice.words)}"
        return asked(rows.query(f"{name}({number.sql})"), voice.single(what))
    fields = list(thing.labels) or shown(thing, draw, "category", "date", "measure", "text")[:2]
    if not fields:
        return None
    what = f"the {voice.columns(fields, thing, many=True)} of {rows.many(voice.words)}"
    return asked(rows.query(*(f.sql for f in fields)), voice.several(what), is_list=True)


def parent_of(view: View, voice: Voice) -> Asked | None:
    """A property of what a certain row belongs to: "the city of the store of employee X"."""
    draw = voice.draw

    def fits(k: Link) -> bool:
        label = k.child.labels
        return len(label) == 1 and label[0].is_unique and bool(label[0].profile.values)

    link = some_link(view, draw, fits)
    if link is None or link.child.labels[0].private:
        return None
    label = link.child.labels[0]
    value = draw.choice(label.profile.values)
    fields = list(shown_fields(link.parent)) if draw.random() < 0.5 else []
    fields = fields or shown(link.parent, draw, "category", "measure", "date", "label", "text")[:1]
    if not fields or len(fields) > 2:
        return None
    mark = draw.choice(("", '"', "'")) if "'" not in value else ""
    said = f"{mark}{value}{mark}"
    query = Query(
        select=tuple(f.sql for f in fields),
        source=link.child.sql,
        joins=(join(link),),
        where=(f"{label.sql} = '{value.replace(chr(39), chr(39) * 2)}'",),
    )
    what = voice.columns(fields, link.parent, many=False)
    child = link.child.noun.one
    question = voice.single(
        voice.pick(
            f"the {what} of the {link.role} of the {child} {said}",
            f"the {what} of the {link.role} that the {child} {said} belongs to"
            if link.is_plain
            else f"the {what} of the {link.role} of {said}",
            f"the {what} of the {link.role} for the {child} whose {label.phrase} is {said}",
        )
    )
    return asked(query, question)


def count_per_parent(view: View, voice: Voice) -> Asked | None:
    """How many rows, or how much, for each row of what they belong to; or the top of them."""
    draw = voice.draw
    link = some_link(view, draw, lambda k: _is_named(k.parent) and bool(k.parent.keys))
    if link is None:
        return None
    child, parent = link.child, link.parent
    rows = some_rows(view, child, draw, at_most=1, joins=False)
    if rows is None or link.child_field.sql in rows.columns:
        return None
    fields = list(shown_fields(parent))
    what, value = _counted(rows, voice)
    query = rows.query(*(f.sql for f in fields), value)
    query = query.with_(joins=(*query.joins, join(link)), group=group_key(parent))
    role = link.role
    named = voice.columns(fields, parent, many=False)
    way = draw.random()
    is_number = what.startswith("the number of ")
    if way < 0.3:
        implied = view.is_noted and bool(parent.labels) and draw.random() < 0.6
        if implied:
            return asked(query, _for_each(voice, what, role), is_list=True)
        question = voice.pick(
            f"For each {role}, show the {named} and {what}.",
            f"Show the {named} of each {role} and {what}.",
            f"List the {named} of every {role} together with {what}.",
            f"What are the {named} of each {role} and {what}?",
        )
        return asked(query, question, is_list=True)
    if way < 0.6:
        return _most(query, value, what, named, fields, link, voice, view)
    if way < 0.85 and is_number:
        at = max(1, min(6, round(child.rows / max(1, parent.rows) * draw.choice((0.7, 1, 1.5)))))
        at = 2 if rows.conditions else at
        operator, word = draw.choice(((">", "more than"), (">=", "at least"), (">=", "at least")))
        if operator == ">=" and at == 1:
            at = 2
        query = query.with_(having=f"COUNT(*) {operator} {at}")
        with_count = draw.random() < 0.4
        if not with_count:
            query = query.with_(select=tuple(f.sql for f in fields))
        many = rows.many(voice.words)
        said = f"{word} {count_said(at, draw)} {many if at > 1 else rows.one(voice.words)}"
        target = (
            f"{plural(role)} that have {said}".replace(" that ", f" {parent.who} ", 1)
            if draw.random() < 0.5
            else f"{plural(role)} with {said}"
        )
        named = voice.columns(fields, parent, many=True)
        tail = f", and the number of {rows.noun.many} of each" if with_count else ""
        if view.is_noted and parent.labels and not with_count and draw.random() < 0.5:
            return asked(
                query,
                voice.pick(f"Which {plural(role)} have {said}?", f"List the {target}."),
                is_list=True,
            )
        return asked(query, voice.several(f"the {named} of {target}{tail}"), is_list=True)
    return _with_empty(view, link, rows, fields, named, voice) if is_number else None


def _counted(rows: Rows, voice: Voice) -> tuple[str, str]:
    """What is counted or added up of rows: in words, and in SQL."""
    draw = voice.draw
    number = one_of([m for m in measures(rows.thing) if m.sql not in rows.columns], draw)
    if number is None or draw.random() < 0.62:
        return f"the number of {rows.many(voice.words)}", "COUNT(*)"
    name = draw.choice(agg_names(number))
    what = f"the {agg_word(name, voice)} {voice.phrase(number)} of {rows.many(voice.words)}"
    if name == "SUM" and not rows.conditions and draw.random() < 0.0:
        what = f"the total {voice.phrase(number)}"
    return what, f"{name}({number.sql})"


def _most(
    query: Query,
    value: str,
    what: str,
    named: str,
    fields: list[Field],
    link: Link,
    voice: Voice,
    view: View,
) -> Asked | None:
    """The parent with the most rows or the highest sum."""
    draw = voice.draw
    some_lack = link.child_field.profile.distinct < link.parent.rows or len(query.where) > 0
    down = draw.random() < 0.8 or (value == "COUNT(*)" and some_lack)
    count = 1 if draw.random() < 0.6 else draw.choice((2, 3, 5, 10))
    if count >= link.parent.rows or value.startswith(("MIN", "MAX")):
        return None
    with_value = draw.random() < 0.4
    select = query.select if with_value else query.select[:-1]
    query = query.with_(select=select, order=(f"{value} DESC" if down else value,), limit=count)
    role, roles = link.role, plural(link.role)
    number = "" if count == 1 else f"{count_said(count, draw)} "
    if what.startswith("the number of "):
        most = f"the {'most' if down else 'fewest'} {what.removeprefix('the number of ')}"
        also = what
    else:
        word = voice.pick("highest", "largest") if down else voice.pick("lowest", "smallest")
        most, also = f"the {word} {what.removeprefix('the ')}", f"the {what.removeprefix('the ')}"
    implied = view.is_noted and bool(link.parent.labels) and draw.random() < 0.6
    tail = f", and what is {also}" if with_value and count == 1 else ""
    tail = tail or (f", and {also} of each" if with_value else "")
    if what.startswith("the number of") and with_value and count == 1:
        tail = ", and how many"
    if implied:
        question = (
            f"Which {role} has {most}{tail}?"
            if count == 1
            else f"Which {number}{roles} have {most}{tail}?"
        )
        if not with_value and draw.random() < 0.3:
            question = f"{number}{roles if count > 1 else role} with {most}"
        return asked(query, question)
    named = voice.columns(fields, link.parent, many=count > 1)
    target = f"the {number}{roles if count > 1 else role} with {most}"
    if with_value:
        each = " of each" if count > 1 else ""
        return asked(query, voice.several(f"the {named} of {target}, and {also}{each}"))
    ask = voice.single if count == 1 else voice.several
    return asked(query, ask(f"the {named} of {target}"))


def _with_empty(
    view: View, link: Link, rows: Rows, fields: list[Field], named: str, voice: Voice
) -> Asked | None:
    """A count for every parent, those without any rows included."""
    child, parent = link.child, link.parent
    if rows.conditions or len(child.keys) != 1:
        return None
    key = child.keys[0].sql
    query = Query(
        select=(*(f.sql for f in fields), f"COUNT({key})"),
        source=parent.sql,
        joins=(f"LEFT {join_child(link)}",),
        group=group_key(parent),
    )
    many = rows.noun.many
    none = voice.pick(
        f"including {plural(link.role)} without any", "counting 0 where there are none",
        f"including those with no {many}",
    )  # fmt: skip
    question = voice.pick(
        f"Show the {named} of every {link.role} and the number of {many}, {none}.",
        f"For each {link.role}, give the {named} and how many {many} it has, {none}.",
        f"List the {named} of all {plural(link.role)} with their number of {many}, {none}.",
    )
    return asked(query, question, is_list=True)


def group_by_parent_column(view: View, voice: Voice) -> Asked | None:
    """A count or aggregate of rows by a property of what they belong to, one or two steps up."""
    draw = voice.draw
    link = some_link(view, draw, lambda k: bool(groupers(k.parent)) or bool(view.parents(k.parent)))
    if link is None:
        return None
    joins, target, role = [join(link)], link.parent, link.role
    seen = {link.child.name, link.parent.name}
    seen |= {k.parent.name for k in view.parents(link.child)}  # those it reaches by itself
    far = [
        k for k in view.parents(link.parent)
        if k.parent.name not in seen and groupers(k.parent)
    ]  # fmt: skip
    if far and (not groupers(target) or draw.random() < 0.5):
        step = draw.choice(far)
        joins.append(join(step))
        target, role = step.parent, step.role
    found = [g for g in groupers(target) if g.role == "category"]
    by = one_of(found, draw)
    rows = some_rows(view, link.child, draw, at_most=1, joins=False)
    if by is None or rows is None or link.child_field.sql in rows.columns:
        return None
    what, value = _counted(rows, voice)
    query = rows.query(by.sql, value).with_(joins=tuple(joins), group=(by.sql,))
    phrase = voice.phrase(by)
    name = phrase if phrase.startswith(role) else f"{role} {phrase}"
    if draw.random() < 0.35:
        down = draw.random() < 0.8 or value == "COUNT(*)"
        select = query.select if draw.random() < 0.3 else query.select[:1]
        if not by.is_complete or value.startswith(("MIN", "MAX")):
            return None
        query = query.with_(select=select, order=(f"{value} DESC" if down else value,), limit=1)
        if value == "COUNT(*)":
            most = f"the {'most' if down else 'fewest'} {what.removeprefix('the number of ')}"
        else:
            most = f"the {'highest' if down else 'lowest'} {what.removeprefix('the ')}"
        tail = ", and what is that number" if len(select) > 1 else ""
        return asked(query, f"Which {name} has {most}{tail}?")
    ways = [_for_each(voice, what, name), f"Show {what} by the {phrase} of the {role}."]
    return asked(query, voice.pick(*ways, ways[0]))
