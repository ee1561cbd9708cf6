"""Questions that need a window: ranks, the best of each group, running totals, changes."""

from __future__ import annotations

from sqlft.data.synth import saying
from sqlft.data.synth.asked import Asked, asked
from sqlft.data.synth.choosing import groupers, measures, one_of, some_thing
from sqlft.data.synth.kinds_group import _bucketable
from sqlft.data.synth.query import Query
from sqlft.data.synth.rows import some_rows
from sqlft.data.synth.values import count_said
from sqlft.data.synth.view import Field, Thing, View, shown_fields
from sqlft.data.synth.when import day_of
from sqlft.data.synth.wording import Voice
from sqlft.data.synth.words import listed


def _ranked(thing: Thing) -> list[Field]:
    fields = shown_fields(thing)
    if not fields or len(fields) > 2 or any(f.private for f in fields):
        return []
    return [
        f
        for f in thing.of_role("measure")
        if f.is_complete and not f.private and f.profile.distinct > 5
    ]


def ranks(view: View, voice: Voice) -> Asked | None:
    """Rows with their rank by a number, in all or within a group."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: bool(_ranked(t)) and t.rows <= 400)
    rows = None if thing is None else some_rows(view, thing, draw, at_most=1, joins=False)
    if thing is None or rows is None:
        return None
    number = draw.choice(_ranked(thing))
    if number.sql in rows.columns:
        return None
    by = one_of([g for g in groupers(thing) if g.role == "category" and g.is_complete], draw)
    within = by is not None and by.sql not in rows.columns and draw.random() < 0.5
    fields = list(shown_fields(thing))
    part = f"PARTITION BY {by.sql} " if within and by else ""
    rank = f"RANK() OVER ({part}ORDER BY {number.sql} DESC)"
    shown = [*fields, *([by] if within and by else []), number]
    query = rows.query(*(f.sql for f in shown), rank)
    named = voice.columns(shown, thing, many=False)
    phrase, one, many = number.phrase, rows.one(voice.words), rows.many(voice.words)
    inside = f" within each {by.phrase}" if within and by else ""
    question = voice.pick(
        f"Show the {named} and rank of each {one}, ranked by {phrase}{inside} from high to low.",
        f"Rank the {many} by {phrase}{inside}, highest first, and show the {named} and the rank.",
        f"For each {one}, list the {named} and the rank by {phrase}{inside}, 1 for the highest.",
    )
    return asked(query, question, is_list=True)


def best_of_each(view: View, voice: Voice) -> Asked | None:
    """The first row or rows of each group by a number."""
    draw = voice.draw

    def fits(t: Thing) -> bool:
        return bool(_ranked(t)) and any(g.role == "category" and g.is_complete for g in groupers(t))

    thing = some_thing(view, draw, fits)
    if thing is None:
        return None
    number = draw.choice(_ranked(thing))
    by = draw.choice([g for g in groupers(thing) if g.role == "category" and g.is_complete])
    fields = list(shown_fields(thing))
    count = draw.choice((1, 1, 1, 2, 3))
    best = draw.random() < 0.75
    order = f"{number.sql}{' DESC' if best else ''}"
    window = f"RANK() OVER (PARTITION BY {by.sql} ORDER BY {order})"
    test = f"= {count}" if count == 1 else f"<= {count}"
    shown = [by, *fields, number]
    select = Query(select=tuple(f.sql for f in shown), source=thing.sql).sql()
    bare = window.replace(f"{thing.sql}.", "")
    sql = f"{select} QUALIFY {bare} {test}"
    word = voice.pick("highest", "largest") if best else voice.pick("lowest", "smallest")
    group, phrase = by.phrase, voice.phrase(number)
    named = listed([f.phrase for f in (*fields, number)])
    if [f.phrase for f in fields] == ["first name", "last name"]:
        named = listed(["first name", "last name", number.phrase])
    if count == 1:
        target = f"the {thing.noun.one} with the {word} {phrase}"
        question = voice.pick(
            f"For each {group}, find {target}: show the {group}, {named}.",
            f"Which {thing.noun.one} has the {word} {phrase} in each {group}? Show the {group}, "
            f"{named}.",
        )
    else:
        target = f"the {count_said(count, draw)} {thing.noun.many} with the {word} {phrase}"
        question = voice.pick(
            f"For each {group}, find {target}: show the {group}, {named}.",
            f"Show the {group}, {named} of {target} in each {group}.",
        )
    return asked(sql, question, is_list=True)


def running(view: View, voice: Voice) -> Asked | None:
    """A running total, or the change on the period before, over months, quarters or years."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: any(_bucketable(f) for f in t.of_role("date")))
    if thing is None:
        return None
    date = draw.choice([f for f in thing.of_role("date") if _bucketable(f)])
    rows = some_rows(view, thing, draw, at_most=1, joins=False, avoid=frozenset([date.sql]))
    if rows is None or date.sql in rows.columns:
        return None
    low, high = day_of(date.profile.low), day_of(date.profile.high)
    assert low is not None and high is not None
    part = draw.choice(("month", "quarter", "year"))
    if (high - low).days > 366 * 4:
        part = "year"
    if part == "year" and high.year - low.year < 2:
        return None
    bucket = f"YEAR({date.sql})" if part == "year" else f"DATE_TRUNC('{part}', {date.sql})"
    number = one_of([m for m in measures(thing, additive=True) if not m.private], draw)
    many = rows.many(voice.words)
    value, what = "COUNT(*)", f"number of {many}"
    if number is not None and draw.random() < 0.5:
        phrase = voice.phrase(number).removeprefix("total ")
        named = "total" if phrase == "total" else f"total {phrase}"
        value, what = f"SUM({number.sql})", f"{named} of {many}"
    where = rows.where if date.is_complete else (*rows.where, f"{date.sql} IS NOT NULL")
    inner = rows.query(f"{bucket} AS period", f"{value} AS amount")
    inner = inner.with_(where=where, group=(bucket,))
    is_main = saying.is_main_date(thing, date)
    when = f"{part}" if is_main else f"{part} of the {voice.phrase(date)}"
    if draw.random() < 0.5:
        window = "SUM(amount) OVER (ORDER BY period)"
        question = voice.pick(
            f"Show the {what} per {when} and its running total.",
            f"For each {when}, give the {what} and the cumulative total up to then.",
        )
    elif draw.random() < 0.5:
        window = "LAG(amount) OVER (ORDER BY period)"
        question = voice.pick(
            f"For each {when}, show the {what} next to that of the {part} before.",
            f"Show the {what} per {when} and the figure of the previous {part}.",
        )
    else:
        window = "amount - LAG(amount) OVER (ORDER BY period)"
        question = voice.pick(
            f"Show the {what} per {when} and the change from the {part} before.",
            f"How did the {what} change from {part} to {part}"
            f"{'' if is_main else f' of the {date.phrase}'}? "
            f"Give the {part}, the figure and the difference to the previous {part}.",
        )
    sql = (
        f"WITH periods AS ({inner.sql()}) "
        f"SELECT period, amount, {window} FROM periods ORDER BY period"
    )
    return asked(sql, question, is_list=True)
