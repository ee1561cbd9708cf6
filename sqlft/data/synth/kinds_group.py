"""Questions that sort rows into groups: by a column, or by a part of a date."""

from __future__ import annotations

from sqlft.data.synth import saying
from sqlft.data.synth.asked import Asked, asked
from sqlft.data.synth.choosing import groupers, measures, one_of, some_thing
from sqlft.data.synth.kinds_plain import agg_names, agg_word
from sqlft.data.synth.query import Query
from sqlft.data.synth.rows import Rows, some_rows
from sqlft.data.synth.values import count_said, number_said, rounded
from sqlft.data.synth.view import Field, Thing, View
from sqlft.data.synth.when import day_of
from sqlft.data.synth.wording import Voice
from sqlft.data.synth.words import article, listed, plural, singular


def group_word(field: Field, voice: Voice) -> str:
    """What a group is called."""
    if field.role == "flag":
        return field.phrase
    return singular(voice.phrase(field))


def _grouped(view: View, voice: Voice, *, at_most: int = 1) -> tuple[Thing, Rows, Field] | None:
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: bool(groupers(t)))
    if thing is None:
        return None
    field = draw.choice(groupers(thing))
    rows = some_rows(view, thing, draw, at_most=at_most, avoid=frozenset([field.sql]))
    if rows is None or field.sql in rows.columns:
        return None
    return thing, rows, field


def count_by(view: View, voice: Voice) -> Asked | None:
    """How many rows in each group; sorted, or only the largest, now and then."""
    found = _grouped(view, voice)
    if found is None:
        return None
    _, rows, field = found
    draw = voice.draw
    by, many = group_word(field, voice), rows.many(voice.words)
    query = rows.query(field.sql, "COUNT(*)").with_(group=(field.sql,))
    way = draw.random()
    if way < 0.5:
        return asked(query, _for_each(voice, f"the number of {many}", by, f"How many {many}"))
    if way < 0.7:
        down = draw.random() < 0.75
        query = query.with_(order=("COUNT(*) DESC" if down else "COUNT(*)",))
        tail = voice.pick("most first", "largest number first", "most frequent first") if down \
            else voice.pick("fewest first", "smallest number first")  # fmt: skip
        what = f"each {by} and the number of {many}, {tail}"
        if voice.is_noted and draw.random() < 0.4:
            return asked(query, f"{many} by {by}, {tail}")
        return asked(query, voice.pick(f"List {what}.", f"Show {what}.", f"Give me {what}."))
    return _most_common(query, rows, field, by, many, voice)


def _most_common(
    query: Query, rows: Rows, field: Field, by: str, many: str, voice: Voice
) -> Asked | None:
    """The group or groups with the most rows, with their number or without."""
    draw = voice.draw
    down = draw.random() < 0.8
    count = 1 if draw.random() < 0.6 else draw.choice((2, 3, 5))
    with_count = draw.random() < 0.35
    if field.role == "flag" or count >= field.profile.distinct:
        return None
    if not field.is_complete:
        query = query.with_(where=(*query.where, f"{field.sql} IS NOT NULL"))
    select = (field.sql, "COUNT(*)") if with_count else (field.sql,)
    order = ("COUNT(*) DESC" if down else "COUNT(*)",)
    query = query.with_(select=select, order=order, limit=count)
    most = "most" if down else "fewest"
    number = "and how many are there" if count == 1 else "and how many does each have"
    if count == 1:
        question = voice.pick(
            f"Which {by} has the {most} {many}",
            f"What is the {by} with the {most} {many}",
            f"What is the {'most' if down else 'least'} common {by} of {many}",
            f"Which {by} is the {'most' if down else 'least'} common among {many}",
        )
    else:
        said = count_said(count, draw)
        question = voice.pick(
            f"Which {said} {plural(by)} have the {most} {many}",
            f"What are the {said} {'most' if down else 'least'} common {plural(by)} of {many}",
            f"What are the {said} {plural(by)} with the {most} {many}",
        )
    return asked(query, f"{question}{f', {number}' if with_count else ''}?")


def _for_each(voice: Voice, what: str, by: str, how: str | None = None) -> str:
    """Something per group, the group named first."""
    ways = [
        f"For each {by}, show {what}.",
        f"What is {what} for each {by}?",
        f"Show each {by} and {what}.",
        f"List {what} for each {by}.",
        f"For every {by}, what is {what}?",
        f"Give me {what} per {by}.",
        f"Break down {what} by {by}.",
    ]
    if how is not None:
        ways += [f"{how} are there for each {by}?", f"{how} are there per {by}?"]
        ways += [f"For each {by}, {how[0].lower()}{how[1:]} are there?"]
    if voice.is_noted:
        short = what.removeprefix("the ").removeprefix("number of ")
        ways += [f"{short} by {by}", f"{short} per {by}", f"Can I get {what} by {by}?"]
    return voice.pick(*ways)


def aggregate_by(view: View, voice: Voice) -> Asked | None:
    """An aggregate of a number in each group."""
    found = _grouped(view, voice)
    if found is None:
        return None
    thing, rows, field = found
    draw = voice.draw
    number = one_of([m for m in measures(thing) if m.sql not in rows.columns], draw)
    if number is None:
        return None
    names = agg_names(number)
    names = draw.sample(names, min(len(names), draw.choices((1, 2), (5, 1))[0]))
    words = listed([agg_word(n, voice) for n in names])
    many = rows.many(voice.words)
    what = f"the {words} {_measured(voice, number)} of {many}"
    by = group_word(field, voice)
    query = rows.query(field.sql, *(f"{n}({number.sql})" for n in names))
    query = query.with_(group=(field.sql,))
    if (
        names in (["AVG"], ["SUM"])
        and draw.random() < 0.4
        and field.is_complete
        and not number.private
    ):
        return _best_group(query, f"{names[0]}({number.sql})", what, by, field, voice)
    return asked(query, _for_each(voice, what, by))


def _measured(voice: Voice, number: Field) -> str:
    return voice.phrase(number)


def _best_group(
    query: Query, key: str, what: str, by: str, field: Field, voice: Voice
) -> Asked | None:
    draw = voice.draw
    if field.role == "flag":
        return None
    down = draw.random() < 0.7
    order = f"{key} DESC" if down else key
    word = voice.pick("highest", "largest") if down else voice.pick("lowest", "smallest")
    what = what.removeprefix("the ")
    with_value = draw.random() < 0.4
    select = query.select if with_value else query.select[:1]
    if draw.random() < 0.6:
        query = query.with_(order=(order,), limit=1, select=select)
        question = voice.pick(
            f"Which {by} has the {word} {what}",
            f"What is the {by} with the {word} {what}",
        )
        return asked(query, f"{question}{', and what is it' if with_value else ''}?")
    query = query.with_(order=(order,))
    direction = "highest first" if down else "lowest first"
    return asked(query, voice.pick(
        f"Show the {what} for each {by}, {direction}.",
        f"List each {by} and its {what}, {direction}.",
        f"Rank every {by} by the {what}, showing both, {direction}.",
    ))  # fmt: skip


def having(view: View, voice: Voice) -> Asked | None:
    """Groups with at least so many rows, or with a high average."""
    found = _grouped(view, voice)
    if found is None or found[2].role == "flag":
        return None
    thing, rows, field = found
    draw = voice.draw
    by, many = group_word(field, voice), rows.many(voice.words)
    if not field.is_complete:
        return None
    query = rows.query(field.sql).with_(group=(field.sql,))
    number = one_of([m for m in measures(thing) if m.profile.quantiles and not m.private], draw)
    if number is None or draw.random() < 0.6:
        counts = sorted(field.profile.counts or (thing.rows // field.profile.distinct,))
        at = max(1, int(draw.choice(counts) * draw.choice((0.5, 0.8, 1, 1))))
        if rows.conditions:
            at = max(1, at // draw.choice((2, 4, 8)))
        at = int(rounded(at, whole=True))
        operator, word = draw.choice(
            ((">", "more than"), (">=", "at least"), ("<", "fewer than"), (">", "more than"))
        )
        if (operator == "<" and (at < 2 or rows.conditions)) or (operator == ">=" and at < 2):
            return None
        query = query.with_(having=f"COUNT(*) {operator} {at}")
        said = count_said(at, draw)
        one_many = rows.one(voice.words) if at == 1 and operator != "<" else many
        tail = f"{word} {said} {one_many}"
        if draw.random() < 0.3:
            query = query.with_(select=(field.sql, "COUNT(*)"))
            question = voice.pick(
                f"Which {plural(by)} have {tail}, and how many do they have?",
                f"Show the {plural(by)} with {tail}, along with the number of {rows.noun.many}.",
            )
        else:
            question = voice.pick(
                f"Which {plural(by)} have {tail}?",
                f"Find the {plural(by)} with {tail}.",
                f"List the {plural(by)} that have {tail}.",
                f"What are the {plural(by)} with {tail}?",
            )
        return asked(query, question)
    at_value = rounded(draw.choice(number.profile.quantiles[1:5]), whole=number.is_whole)
    operator, word = draw.choice(((">", "above"), ("<", "below"), (">", "over"), ("<", "under")))
    query = query.with_(having=f"AVG({number.sql}) {operator} {at_value}")
    said = number_said(at_value, draw, number.unit)
    average = f"{voice.pick('average', 'mean')} {voice.phrase(number)}"
    of = f" of {many}"
    question = voice.pick(
        f"Which {plural(by)} have {article(average)}{of} {word} {said}?"
        if not rows.conditions
        else f"For which {plural(by)} is the {average}{of} {word} {said}?",
        f"Find the {plural(by)} whose {many} have {article(average)} {word} {said}.",
        f"For which {plural(by)} is the {average}{of} {word} {said}?",
    )
    return asked(query, question)


def count_by_two(view: View, voice: Voice) -> Asked | None:
    """How many rows for each pair of two columns' values, or an aggregate of them."""
    found = _grouped(view, voice)
    if found is None:
        return None
    thing, rows, field = found
    draw = voice.draw
    others = [g for g in groupers(thing) if g.sql != field.sql and g.sql not in rows.columns]
    other = one_of(others, draw)
    if other is None or field.profile.distinct * other.profile.distinct > 300:
        return None
    number = one_of(measures(thing), draw)
    many = rows.many(voice.words)
    what, sql = f"the number of {many}", "COUNT(*)"
    if number is not None and not number.private and draw.random() < 0.4:
        name = draw.choice(agg_names(number))
        what, sql = f"the {agg_word(name, voice)} {voice.phrase(number)} of {many}", (
            f"{name}({number.sql})")  # fmt: skip
    query = rows.query(field.sql, other.sql, sql).with_(group=(field.sql, other.sql))
    by = f"{group_word(field, voice)} and {group_word(other, voice)}"
    short = what.removeprefix("the ")
    ways = [
        f"What is {what} for each {by}?",
        f"Show {what} by {by}.",
        f"For each combination of {by}, give {what}.",
        f"Break down {what} by {by}.",
    ]
    if voice.is_noted:
        ways += [f"{short} by {by}", f"{short} per {by}"]
    return asked(query, voice.pick(*ways))


_PARTS = {
    "year": ("YEAR({})", ("year",)),
    "month": ("DATE_TRUNC('month', {})", ("month",)),
    "quarter": ("DATE_TRUNC('quarter', {})", ("quarter",)),
    "month of the year": ("MONTH({})", ("calendar month", "month of the year")),
    "weekday": ("DAYNAME({})", ("day of the week", "weekday")),
}


def count_by_time(view: View, voice: Voice) -> Asked | None:
    """How many rows, or how much of a number, in each year, month, quarter or weekday."""
    draw = voice.draw

    def fits(t: Thing) -> bool:
        return any(_bucketable(f) for f in t.of_role("date"))

    thing = some_thing(view, draw, fits)
    if thing is None:
        return None
    date = draw.choice([f for f in thing.of_role("date") if _bucketable(f)])
    rows = some_rows(view, thing, draw, at_most=1, avoid=frozenset([date.sql]))
    if rows is None or date.sql in rows.columns:
        return None
    part = draw.choices(tuple(_PARTS), (5, 4, 2, 1, 1.5))[0]
    form, words = _PARTS[part]
    low, high = day_of(date.profile.low), day_of(date.profile.high)
    assert low is not None and high is not None
    if part == "year" and low.year == high.year:
        return None
    if part in ("month", "quarter") and (high - low).days > 366 * 4:
        return None
    bucket = form.format(date.sql)
    where = rows.where if date.is_complete else (*rows.where, f"{date.sql} IS NOT NULL")
    many = rows.many(voice.words)
    number = one_of([m for m in measures(thing) if not m.private], draw)
    if number is None or draw.random() < 0.6:
        what, value = f"the number of {many}", "COUNT(*)"
    else:
        name = draw.choice(agg_names(number))
        what = f"the {agg_word(name, voice)} {voice.phrase(number)} of {many}"
        value = f"{name}({number.sql})"
    year = None
    if part != "year" and low.year < high.year and draw.random() < 0.4:
        year = draw.randrange(low.year, high.year + 1)
        where = (*where, f"YEAR({date.sql}) = {year}")
    if year is not None and part == "month" and draw.random() < 0.5:
        bucket = f"MONTH({date.sql})"
    word = voice.pick(*words)
    in_year = f" {voice.pick('in', 'of')} {year}" if year is not None else ""
    query = rows.query(bucket, value).with_(where=where, group=(bucket,))
    is_main = saying.is_main_date(thing, date)
    of_date = "" if is_main else f" of the {voice.phrase(date)}"
    if date.verb and not is_main:
        of_date = ""
        happened = saying.happened(date.verb, many=True)
        if value == "COUNT(*)" and not rows.conditions:
            question = voice.pick(
                f"How many {many} {happened} in each {word}{in_year}?",
                f"How many {many} {happened} per {word}{in_year}?",
                f"Show how many {many} {happened} in each {word}{in_year}.",
            )
            return asked(_perhaps_sorted(query, bucket, part, voice), question)
        of_date = f" in which they {happened}"
    if part == "year" and draw.random() < 0.2 and value == "COUNT(*)":
        query = query.with_(select=(bucket,), order=("COUNT(*) DESC",), limit=1)
        return asked(query, f"Which {word}{of_date} had the most {many}?")
    ways = [
        f"What is {what} for each {word}{of_date}{in_year}?",
        f"Show {what} per {word}{of_date}{in_year}.",
        f"For each {word}{of_date}{in_year}, give {what}.",
    ]
    if voice.is_noted:
        short = what.removeprefix("the ").removeprefix("number of ")
        if not of_date:
            ways += [f"{short} by {word}{in_year}", f"{short} per {word}{in_year}"]
        if not of_date and part in ("year", "month", "quarter"):
            ways += [f"How did {what} develop by {word}{in_year}?"]
    return asked(_perhaps_sorted(query, bucket, part, voice), voice.pick(*ways))


def _perhaps_sorted(query: Query, bucket: str, part: str, voice: Voice) -> Query:
    """In order of time, as series are read; weekdays have no order of their own in text."""
    return query if part == "weekday" else query.with_(order=(bucket,))


def _bucketable(field: Field) -> bool:
    low, high = day_of(field.profile.low), day_of(field.profile.high)
    if field.private or low is None or high is None or field.profile.distinct < 5:
        return False
    return low.year > 1600 and high.year < 2200 and (high - low).days > 40
