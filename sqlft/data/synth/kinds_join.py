"""Questions that join things: lists over two, groups by what rows belong to, with and without."""

from __future__ import annotations

from sqlft.data.synth.asked import Asked, asked
from sqlft.data.synth.choosing import groupers, measures, one_of, shown, some_link, some_thing
from sqlft.data.synth.kinds_group import _for_each
from sqlft.data.synth.kinds_plain import agg_names, agg_word, how_many
from sqlft.data.synth.query import Query
from sqlft.data.synth.rows import (
    Rows,
    all_rows,
    also,
    condition_on_parent,
    join,
    join_child,
    some_rows,
)
from sqlft.data.synth.values import count_said
from sqlft.data.synth.view import Field, Link, Thing, View, shown_fields
from sqlft.data.synth.wording import Voice
from sqlft.data.synth.words import article, plural


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
