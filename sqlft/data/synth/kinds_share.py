"""Questions that count parts of rows side by side: bands, shares, conditional counts."""

from __future__ import annotations

from sqlft.data.synth.asked import Asked, asked
from sqlft.data.synth.choosing import groupers, one_of, some_thing
from sqlft.data.synth.profile import as_float
from sqlft.data.synth.query import Query
from sqlft.data.synth.rows import Rows, some_rows
from sqlft.data.synth.values import number_said, rounded
from sqlft.data.synth.view import Field, Thing, View
from sqlft.data.synth.wording import Voice
from sqlft.data.synth.words import article


def bands(view: View, voice: Voice) -> Asked | None:
    """Rows counted in two or three bands of a number."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: any(_bandable(f) for f in t.fields))
    if thing is None:
        return None
    field = draw.choice([f for f in thing.fields if _bandable(f)])
    rows = some_rows(view, thing, draw, at_most=1, avoid=frozenset([field.sql]))
    if rows is None or field.sql in rows.columns or len(rows.tables) > 1:
        return None
    low = rounded(field.profile.quantiles[1], whole=field.is_whole)
    high = rounded(field.profile.quantiles[4], whole=field.is_whole)
    if not as_float(field.profile.low) < low < high:
        return None
    where = rows.where if field.is_complete else (*rows.where, f"{field.sql} IS NOT NULL")
    phrase, many, unit = voice.phrase(field), rows.many(voice.words), field.unit
    l_said, h_said = number_said(low, draw), number_said(high, draw, unit)
    names = draw.choice((("low", "medium", "high"), ("small", "medium", "large")))
    if draw.random() < 0.35:
        sql = f"CASE WHEN {field.sql} < {high} THEN '{names[0]}' ELSE '{names[2]}' END"
        bands_said = f"'{names[0]}' below {h_said} and '{names[2]}' from there up"
    else:
        sql = (
            f"CASE WHEN {field.sql} < {low} THEN '{names[0]}' "
            f"WHEN {field.sql} < {high} THEN '{names[1]}' ELSE '{names[2]}' END"
        )
        bands_said = (
            f"'{names[0]}' below {l_said}, '{names[1]}' below {h_said} and '{names[2]}' otherwise"
        )
    query = rows.query(sql, "COUNT(*)").with_(group=(sql,), where=where)
    known = "" if field.is_complete else f" with a known {phrase}"
    question = voice.pick(
        f"Group {many}{known} by {phrase}: {bands_said}. How many are in each group?",
        f"How many {many}{known} fall into each {phrase} band: {bands_said}?",
        f"Count {many}{known} in {phrase} bands: {bands_said}.",
    )
    return asked(query, question)


def _bandable(field: Field) -> bool:
    return (
        field.role == "measure"
        and not field.private
        and len(field.profile.quantiles) >= 6
        and field.profile.distinct > 8
    )


def shares(view: View, voice: Voice) -> Asked | None:
    """What part of rows fulfils a condition, in all or in each group."""
    draw = voice.draw
    thing = some_thing(view, draw)
    if thing is None:
        return None
    part = some_rows(view, thing, draw, at_most=1, at_least=1, joins=False)
    if part is None:
        return None
    test = part.conditions[0].sql
    whole = Rows(thing=thing, noun=part.noun)
    if draw.random() < 0.35:
        rest = some_rows(view, thing, draw, at_most=1, at_least=1, avoid=part.columns)
        whole = Rows(thing=thing, noun=part.noun, conditions=rest.conditions if rest else ())
    percent = draw.random() < 0.6
    if draw.random() < 0.5:
        top = f"COUNT(*) FILTER(WHERE {test})"
    else:
        top = f"SUM(CASE WHEN {test} THEN 1 ELSE 0 END)"
    value = f"100.0 * {top} / COUNT(*)" if percent else f"1.0 * {top} / COUNT(*)"
    that = _that(part, voice)
    if that is None:
        return None
    word = "percentage" if percent else voice.pick("share", "fraction", "proportion")
    many = whole.many(voice.words)
    groups = [g for g in groupers(thing) if g.sql not in part.columns | whole.columns]
    by = one_of([g for g in groups if g.role == "category"], draw)
    if by is not None and draw.random() < 0.4:
        query = whole.query(by.sql, value).with_(group=(by.sql,))
        name = voice.phrase(by)
        question = voice.pick(
            f"For each {name}, what {word} of {many} {that}?",
            f"What {word} of {many} {that}, by {name}?",
            f"For each {name}, show what {word} of {many} {that}.",
        )
        return asked(query, question)
    question = voice.pick(
        f"What {word} of {many} {that}?",
        f"What {word} of {many} {that}?",
        f"Calculate what {word} of {many} {that}.",
    )
    return asked(whole.query(value), question)


def _that(rows: Rows, voice: Voice) -> str | None:
    """What the rows do, as a sentence's predicate: ``have a price above 5``, ``are in France``."""
    condition = rows.conditions[0]
    tail = voice.draw.choice(condition.tails).many
    if condition.before and voice.draw.random() < 0.7:
        noun = rows.noun.many
        return f"are {condition.before} {noun}" if voice.draw.random() < 0.3 else (
            f"are {condition.before}")  # fmt: skip
    if tail.startswith("{who} "):
        return tail.removeprefix("{who} ")
    if tail.startswith("with "):
        return f"have {tail.removeprefix('with ')}"
    if tail.startswith("without "):
        return f"are {tail}"
    if tail.startswith(("in ", "from ", "outside ", "about ")):
        return f"are {tail}"
    if tail.startswith("whose "):
        phrase, found, rest = tail.removeprefix("whose ").partition(" is ")
        if found and not rest.startswith(("in ", "after", "before", "missing", "between", "not ")):
            return f"have {article(phrase)} of {rest}" if voice.draw.random() < 0.5 else (
                f"have {phrase} {rest}")  # fmt: skip
    return None


def conditional_counts(view: View, voice: Voice) -> Asked | None:
    """In one row: how many fulfil one condition, and how many another."""
    draw = voice.draw
    thing = some_thing(view, draw)
    if thing is None:
        return None
    one = some_rows(view, thing, draw, at_most=1, at_least=1, joins=False)
    if one is None:
        return None
    other = some_rows(view, thing, draw, at_most=1, at_least=1, joins=False)
    if other is None or other.conditions[0].sql == one.conditions[0].sql:
        return None
    if any("LIKE" in c.sql for c in (*one.conditions, *other.conditions)):
        return None
    first, second = one.conditions[0], other.conditions[0]
    one = Rows(thing=thing, noun=thing.noun, conditions=(first,))
    other = Rows(thing=thing, noun=thing.noun, conditions=(second,))
    if draw.random() < 0.5:
        values = [f"COUNT(*) FILTER(WHERE {c.sql})" for c in (first, second)]
    else:
        values = [f"SUM(CASE WHEN {c.sql} THEN 1 ELSE 0 END)" for c in (first, second)]
    a, b = one.many(voice.words), other.many(voice.words)
    groups = [g for g in groupers(thing) if g.sql not in first.columns | second.columns]
    by = one_of([g for g in groups if g.role == "category"], draw)
    if by is not None and draw.random() < 0.5:
        name = voice.phrase(by)
        query = all_of(thing, by.sql, *values).with_(group=(by.sql,))
        question = voice.pick(
            f"For each {name}, how many {a} are there, and how many {b}?",
            f"For each {name}, show the number of {a} and the number of {b}.",
        )
        return asked(query, question)
    question = voice.pick(
        f"How many {a} are there, and how many {b}?",
        f"Show the number of {a} next to the number of {b}.",
    )
    return asked(all_of(thing, *values), question)


def all_of(thing: Thing, *select: str) -> Query:
    """A query over all of a thing's rows."""
    return Query(select=select, source=thing.sql)
