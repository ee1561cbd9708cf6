"""Questions in business terms: conditions, values and measures of the glossary."""

from __future__ import annotations

from sqlft.data.synth.asked import Asked, asked
from sqlft.data.synth.choosing import groupers, one_of
from sqlft.data.synth.kinds_group import _PARTS, _bucketable, _for_each
from sqlft.data.synth.kinds_join import _is_named, group_key
from sqlft.data.synth.query import Query
from sqlft.data.synth.rows import join, some_rows
from sqlft.data.synth.saying import is_main_date
from sqlft.data.synth.terms import Meaning
from sqlft.data.synth.view import Link, Thing, View, shown_fields
from sqlft.data.synth.when import day_of
from sqlft.data.synth.wording import Voice
from sqlft.data.synth.words import plural, singular


def condition_term(view: View, voice: Voice) -> Asked | None:
    """Rows that a term picks out: counted, listed, grouped or narrowed further."""
    draw = voice.draw
    term = one_of([t for t in view.terms if t.kind == "condition"], draw)
    source = None if term is None else _source(view, term)
    if term is None or source is None:
        return None
    thing, joins = source
    many = _rows_of(term, thing, voice)
    if many is None:
        return None
    extra = some_rows(view, thing, draw, at_most=1, joins=False)
    if extra is None:
        return None
    columns = {c for c in extra.columns if c in term.sql}
    where: tuple[str, ...] = (term.sql,)
    if extra.conditions and not columns and draw.random() < 0.5:
        tail = draw.choice(extra.conditions[0].tails).many.replace("{who}", thing.who)
        many, where = f"{many} {tail}", (*where, *extra.where)
    base = Query(select=("COUNT(*)",), source=thing.sql, joins=joins, where=where)
    way = draw.random()
    if way < 0.35:
        question = voice.pick(
            f"How many {many} are there?", f"How many {many} do we have?", f"Count the {many}.",
            f"number of {many}", f"What is the number of {many}?",
            f"How many {many} do we have at the moment?" if len(where) == 1 else
            f"How many {many} are there?",
        )  # fmt: skip
        return asked(base, question)
    if way < 0.6:
        by = one_of([g for g in groupers(thing) if g.role == "category"
                     and g.sql not in " ".join(where)], draw)  # fmt: skip
        if by is None:
            return None
        query = base.with_(select=(by.sql, "COUNT(*)"), group=(by.sql,))
        phrase = voice.phrase(by)
        return asked(query, _for_each(voice, f"the number of {many}", phrase, f"How many {many}"))
    if way < 0.72:
        whole = Query(
            select=(f"100.0 * COUNT(*) FILTER(WHERE {term.sql}) / COUNT(*)",),
            source=thing.sql, joins=joins, where=where[1:],
        )  # fmt: skip
        if len(where) > 1:
            return None
        question = voice.pick(
            f"What percentage of {thing.noun.many} are {many}?",
            f"What percentage of all {thing.noun.many} are {many}?",
        )
        return asked(whole, question)
    if way < 0.84:
        link = one_of([k for k in view.parents(thing) if _is_named(k.parent) and k.parent.keys],
                      draw)  # fmt: skip
        if link is None or any(link.parent.sql in j for j in joins):
            return None
        fields = shown_fields(link.parent)
        query = base.with_(
            select=(*(f.sql for f in fields), "COUNT(*)"), joins=(*joins, join(link)),
            group=group_key(link.parent),
        )  # fmt: skip
        if draw.random() < 0.5:
            query = query.with_(select=query.select[:-1], order=("COUNT(*) DESC",), limit=1)
            return asked(query, f"Which {link.role} has the most {many}?")
        question = voice.pick(
            f"How many {many} does each {link.role} have?",
            f"{many} per {link.role}, with numbers",
            f"For each {link.role}, show the number of {many}.",
        )
        return asked(query, question, is_list=True)
    fields = list(shown_fields(thing))
    if not fields or any(f.private for f in fields) or not thing.labels:
        return None
    query = base.with_(select=tuple(f.sql for f in fields))
    question = voice.pick(
        f"Which are the {many}?", f"List the {many}.", f"Show me all {many}.", f"{many}",
        f"Can I see the {many}, please?",
    )  # fmt: skip
    return asked(query, question, is_list=True)


def _rows_of(term: Meaning, thing: Thing, voice: Voice) -> str | None:
    """Rows that a term picks out, as a plural noun phrase."""
    name = voice.pick(term.name, term.name, *term.synonyms)
    if name.startswith(f"{thing.noun.one} "):
        return f"{thing.noun.many}{name.removeprefix(thing.noun.one)}"
    last = singular(name.split(" ")[-1].lower())
    heads = {n.one.split(" ")[-1].lower() for n in thing.nouns}
    if last in heads or (name.upper() == name and len(name) <= 4):
        return plural(name)
    if name.split(" ")[0] in ("in", "out", "below", "past", "paid", "lost", "due"):
        return f"{thing.noun.many} that are {name}" if name.split(" ")[0] != "paid" else (
            f"{thing.noun.many} {name}")  # fmt: skip
    if " " in name and name.split(" ")[-1] in ("label", "range", "season", "staff", "backlog"):
        if "label" in name:
            return f"{name} {thing.noun.many}"
        within = "range" in name or "season" in name
        return f"{thing.noun.many} in the {name}" if within else None
    if voice.draw.random() < 0.5:
        return f"{thing.noun.many} that count as {name}"
    return plural(name) if " " in name else None


def _source(view: View, term: Meaning) -> tuple[Thing, tuple[str, ...]] | None:
    """The thing whose rows a term is about, and how the other tables that it names join it."""
    things = [view.by_name.get(name) for name in term.tables]
    if any(t is None for t in things):
        return None
    named = [t for t in things if t is not None]
    orders = [named, named[::-1]] if len(named) == 2 else [named]
    if term.starts_at:
        orders = [sorted(named, key=lambda t: t.name != term.starts_at)]
    for base, *others in orders:
        joins = []
        for other in others:
            up = [k for k in view.parents(base) if k.parent.name == other.name]
            down = [k for k in view.children(base) if k.child.name == other.name]
            if len(up) == 1:
                joins.append(join(up[0]))
            elif len(down) == 1 and term.starts_at:
                joins.append(f"LEFT JOIN {other.sql} ON {down[0].on}")
            else:
                break
        else:
            return base, tuple(joins)
    return None


def measure_term(view: View, voice: Voice) -> Asked | None:
    """A term's measure: over all, some rows, each group, each period, or by what rows belong to."""
    draw = voice.draw
    term = one_of([t for t in view.terms if t.kind == "measure"], draw)
    source = None if term is None else _source(view, term)
    if term is None or source is None:
        return None
    thing, joins = source
    name = voice.pick(term.name, term.name, *term.synonyms)
    rows = some_rows(view, thing, draw, at_most=1, joins=False)
    if rows is None or any(c in term.sql for c in rows.columns):
        return None
    of = ""
    if rows.conditions:
        of = f" {voice.pick('of', 'for', 'over')} {rows.many(voice.words)}"
    base = Query(select=(term.sql,), source=thing.sql, joins=joins, where=rows.where)
    way = draw.random()
    if way < 0.3:
        question = voice.pick(
            f"What is the {name}{of}?", f"What's our {name}{of}?", f"{name}{of}",
            f"Can you tell me the {name}{of}?", f"Show me the {name}{of}.",
        )  # fmt: skip
        return asked(base, question)
    if way < 0.55:
        found = [g for g in groupers(thing) if g.sql not in rows.columns and g.sql not in term.sql]
        by = one_of([g for g in found if g.role == "category"], draw)
        if by is None:
            return None
        query = base.with_(select=(by.sql, term.sql), group=(by.sql,))
        return asked(query, _by(name, of, voice.phrase(by), voice))
    if way < 0.8:
        dates = [f for f in thing.of_role("date") if _bucketable(f) and f.is_complete]
        date = one_of([d for d in dates if d.sql not in rows.columns], draw)
        if date is None:
            return None
        part = draw.choice(("year", "month", "quarter"))
        bucket = _PARTS[part][0].format(date.sql)
        low, high = day_of(date.profile.low), day_of(date.profile.high)
        where, in_year = rows.where, ""
        if part != "year" and low and high and low.year < high.year:
            year = draw.randrange(low.year, high.year + 1)
            where, in_year = (*where, f"YEAR({date.sql}) = {year}"), f" in {year}"
        of_date = "" if is_main_date(thing, date) else f" of the {voice.phrase(date)}"
        query = base.with_(select=(bucket, term.sql), where=where, group=(bucket,), order=(bucket,))
        return asked(query, _by(name, of, f"{part}{of_date}{in_year}", voice))
    link = one_of([k for k in view.parents(thing) if _fits(k, joins)], draw)
    if link is None:
        return None
    fields = shown_fields(link.parent)
    query = base.with_(
        select=(*(f.sql for f in fields), term.sql), joins=(*joins, join(link)),
        group=group_key(link.parent),
    )  # fmt: skip
    if draw.random() < 0.35:
        query = query.with_(select=query.select[:-1], order=(f"{term.sql} DESC",), limit=1)
        return asked(query, f"Which {link.role} has the highest {name}{of}?")
    return asked(query, _by(name, of, link.role, voice), is_list=True)


def _fits(link: Link, joins: tuple[str, ...]) -> bool:
    named = _is_named(link.parent) and bool(link.parent.keys) and bool(link.parent.labels)
    return named and not any(f"JOIN {link.parent.sql} " in j for j in joins)


def _by(name: str, of: str, by: str, voice: Voice) -> str:
    return voice.pick(
        f"What is the {name}{of} for each {by}?",
        f"{name}{of} by {by}" if not of else f"{name} by {by}{of}",
        f"Show the {name} per {by}{of}.",
        f"Break down {name}{of} by {by}." if not of else f"Show {name} by {by}{of}.",
        f"How does the {name} differ by {by}{of}?",
    )


def value_term(view: View, voice: Voice) -> Asked | None:
    """A term that is a number of each row: averaged, added up, or the highest first."""
    draw = voice.draw
    term = one_of([t for t in view.terms if t.kind == "value" and len(t.tables) == 1], draw)
    thing = None if term is None else view.by_name.get(term.tables[0])
    if term is None or thing is None:
        return None
    name = voice.pick(term.name, term.name, *term.synonyms)
    rows = some_rows(view, thing, draw, at_most=1)
    if rows is None or any(c in term.sql for c in rows.columns):
        return None
    is_time = any(w in name for w in ("days", "duration", "time"))
    function, word = draw.choice(
        (("AVG", "average"), ("MAX", "highest" if not is_time else "longest"),
         ("AVG", "average") if is_time else ("SUM", "total"))
    )  # fmt: skip
    value = f"{function}({term.sql})"
    many = rows.many(voice.words)
    unit = " in minutes" if "'minute'" in term.sql else ""
    if draw.random() < 0.5:
        return asked(rows.query(value), voice.single(f"the {word} {name}{unit} of {many}"))
    by = one_of([g for g in groupers(thing) if g.role == "category" and g.sql not in rows.columns],
                draw)  # fmt: skip
    if by is None:
        return None
    query = rows.query(by.sql, value).with_(group=(by.sql,))
    return asked(query, _for_each(voice, f"the {word} {name}{unit} of {many}", voice.phrase(by)))
