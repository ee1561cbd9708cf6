"""Questions over one table's rows: lists, counts, aggregates."""

from __future__ import annotations

from sqlft.data.synth import saying
from sqlft.data.synth.asked import Asked, asked
from sqlft.data.synth.choosing import groupers, measures, one_of, shown, some_thing, sortable
from sqlft.data.synth.query import Query
from sqlft.data.synth.rows import Rows, some_rows
from sqlft.data.synth.view import Field, Thing, View, shown_fields
from sqlft.data.synth.wording import Voice
from sqlft.data.synth.words import listed, plural

LONG = 250
"""Rows that nobody wants to see in one list."""


def list_columns(view: View, voice: Voice) -> Asked | None:
    """Some columns of some rows, sorted now and then."""
    draw = voice.draw
    thing = some_thing(view, draw)
    rows = None if thing is None else some_rows(view, thing, draw, at_least=int(thing.rows > LONG))
    if thing is None or rows is None:
        return None
    fields = list_fields(thing, voice, rows.columns)
    if not fields:
        return None
    query = rows.query(*(f.sql for f in fields))
    query, order = _sorted(query, thing, fields, voice)
    is_bare = not rows.conditions
    if draw.random() < 0.25 and is_bare:
        what = f"the {voice.columns(fields, thing, many=False)} of each {rows.one(voice.words)}"
    else:
        of = voice.pick("of", "of", "for")
        what = f"the {voice.columns(fields, thing, many=True)} {of} "
        what += voice.all(rows.many(voice.words), bare=is_bare)
    return asked(query, voice.several(f"{what}{order}"), is_list=True)


def list_fields(thing: Thing, voice: Voice, known: frozenset[str] = frozenset()) -> list[Field]:
    """One to four columns that a list of the thing's rows may show, its labels first.

    Args:
        known: SQL of columns that the question fixes already.
    """
    draw = voice.draw
    others = shown(thing, draw, "category", "measure", "year", "date", "text", "label")
    others = [f for f in others if f not in thing.labels and f.sql not in known]
    count = draw.choices((0, 1, 2, 3), (3, 4, 2, 0.5))[0]
    if thing.labels:
        return [*thing.labels, *others[:count]][:4]
    if len(thing.keys) == 1 and (count == 0 or draw.random() < 0.5):
        return [thing.keys[0], *others[:count]]
    return others[: max(2, count)] if len(others) >= 2 else []


def list_implied(view: View, voice: Voice) -> Asked | None:
    """Rows by the columns that people know them by, which the question does not name."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: bool(t.labels) and t.labels[0].is_complete)
    rows = None if thing is None else some_rows(view, thing, draw, at_least=1)
    if thing is None or rows is None or not (view.is_noted or draw.random() < 0.1):
        return None
    query = rows.query(*(f.sql for f in thing.labels))
    many = rows.many(voice.words)
    if draw.random() < 0.6 and (which := asking_which(rows, voice)):
        return asked(query, which, is_list=True)
    question = voice.pick(
        f"Which {rows.noun.many} are there {many.partition(rows.noun.many)[2].strip()}?"
        if many.startswith(rows.noun.many + " in ")
        else f"List all {many}.",
        f"Show me the {many}.",
        f"Which are the {many}?",
        f"What {many} do we have?" if view.is_noted else f"Name the {many}.",
        f"I need a list of {many}.",
        many if view.is_noted else f"Find all {many}.",
        f"Give me all {many}.",
    )
    return asked(query, question, is_list=True)


def asking_which(rows: Rows, voice: Voice) -> str | None:
    """ "Which stores opened in 2021?": one condition is the sentence's verb; or none fits."""
    body = predicate(rows, voice)
    return f"Which {body}?" if body else None


def predicate(rows: Rows, voice: Voice) -> str | None:
    """The rows and what they do: ``stores in France opened in 2021``."""
    draw = voice.draw
    for at, condition in enumerate(rows.conditions):
        verbs = [t for t in condition.tails if t.many.startswith("{who} ")]
        if verbs:
            rest = (*rows.conditions[:at], *rows.conditions[at + 1 :])
            others = Rows(thing=rows.thing, noun=rows.noun, conditions=rest).many(voice.words)
            if "whose" in others or f" {rows.thing.who} " in others:
                return None
            return f"{others} {draw.choice(verbs).many.removeprefix('{who} ')}"
        places = [t for t in condition.tails if t.many.startswith(("in ", "from "))]
        if places and len(rows.conditions) == 1:
            return f"{rows.noun.many} are {draw.choice(places).many}"
    return None


def count_rows(view: View, voice: Voice) -> Asked | None:
    """How many rows there are."""
    draw = voice.draw
    thing = some_thing(view, draw)
    rows = (
        None
        if thing is None
        else some_rows(view, thing, draw, at_least=0 if draw.random() < 0.2 else 1)
    )
    if rows is None:
        return None
    return asked(rows.query("COUNT(*)"), how_many(rows, voice))


def how_many(rows: Rows, voice: Voice) -> str:
    """A question for the number of rows."""
    draw = voice.draw
    many = rows.many(voice.words)
    if rows.conditions and draw.random() < 0.5 and (body := predicate(rows, voice)):
        return voice.pick(f"How many {body}?", f"How many {body}?", f"Count how many {body}.")
    return voice.pick(
        f"How many {many} are there?",
        f"How many {many} are there?",
        f"Count the {many}.",
        f"What is the number of {many}?",
        f"What is the total number of {many}?",
        f"Find the number of {many}.",
        f"How many {many} do we have?" if voice.is_noted else f"Count the number of {many}.",
        f"number of {many}" if voice.is_noted else f"Give me the number of {many}.",
        f"I'd like to know how many {many} there are."
        if voice.is_noted
        else f"Return the number of {many}.",
    )


def aggregate(view: View, voice: Voice) -> Asked | None:
    """One to three aggregates of a number, or the first or last day."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: bool(measures(t) or t.of_role("date")))
    if thing is None:
        return None
    rows = some_rows(view, thing, draw, at_most=2)
    found = measures(thing)
    if rows is None:
        return None
    if not found or (thing.of_role("date") and draw.random() < 0.1):
        day = one_of([f for f in thing.of_role("date") if not f.private], draw)
        if day is None:
            return None
        first = draw.random() < 0.5
        name = voice.pick("earliest", "first") if first else voice.pick("latest", "most recent")
        sql = f"{'MIN' if first else 'MAX'}({day.sql})"
        what = f"the {name} {voice.phrase(day)} of {voice.all(rows.many(voice.words), bare=False)}"
        return asked(rows.query(sql), voice.single(what))
    field = draw.choice(found)
    names = agg_names(field)
    count = draw.choices((1, 2, 3), (6, 3, 1))[0]
    chosen = draw.sample(names, min(count, len(names)))
    if "SUM" in chosen and len(chosen) > 1:
        chosen.remove("SUM")
    names = [voice.pick(*_AGGREGATES[a]) for a in chosen]
    phrase = voice.phrase(field)
    many = voice.all(rows.many(voice.words), bare=not rows.conditions)
    if chosen == ["SUM"]:
        what = f"the {names[0]} {plural(phrase) if field.is_plural else phrase} of {many}"
    else:
        what = f"the {listed(names)} {phrase} of {many}"
    query = rows.query(*(f"{a}({field.sql})" for a in chosen))
    if len(chosen) == 1:
        return asked(query, voice.single(what))
    return asked(query, voice.several(what))


_AGGREGATES = {
    "AVG": ("average", "average", "mean"),
    "SUM": ("total", "total", "combined"),
    "MIN": ("lowest", "minimum", "smallest"),
    "MAX": ("highest", "maximum", "largest"),
    "MEDIAN": ("median",),
}


def agg_names(field: Field) -> list[str]:
    """Aggregates that make sense of a number."""
    found = ["AVG", "AVG", "MAX", "MIN"] + (["SUM", "SUM"] if field.is_additive else [])
    said = {"average": "AVG", "mean": "AVG", "minimum": "MIN", "maximum": "MAX", "total": "SUM"}
    doubled = {said[word] for word in field.phrase.split(" ") if word in said}
    names = [name for name in dict.fromkeys(found) if name not in doubled]
    return names if not field.private else ["AVG"]


def agg_word(name: str, voice: Voice) -> str:
    """How an aggregate is said."""
    return voice.pick(*_AGGREGATES[name])


def distinct_values(view: View, voice: Voice) -> Asked | None:
    """The different values of a column, or how many there are."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: bool(groupers(t)))
    rows = None if thing is None else some_rows(view, thing, draw, at_most=1)
    if thing is None or rows is None:
        return None
    field = draw.choice(groupers(thing))
    if field.role == "flag" or field.sql in rows.columns:
        return None
    phrase, many = plural(voice.phrase(field)), rows.many(voice.words)
    word = voice.pick("different", "distinct", "unique")
    if draw.random() < 0.5:
        question = voice.pick(
            f"How many {word} {phrase} do {many} have?",
            f"How many {word} {phrase} are there among {many}?",
            f"Count the number of {word} {phrase} of {many}.",
            f"What is the number of {word} {phrase} for {many}?",
        )
        return asked(rows.query(f"COUNT(DISTINCT {field.sql})"), question)
    query = rows.query(field.sql).with_(distinct=True)
    if not field.is_complete:
        return None
    return asked(query, voice.several(f"the {word} {phrase} of {voice.all(many, bare=True)}"))


def top_rows(view: View, voice: Voice) -> Asked | None:
    """The first row or rows by a number or a date."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: bool(sortable(t)) and bool(t.labels or t.keys))
    rows = None if thing is None else some_rows(view, thing, draw, at_most=1)
    if thing is None or rows is None:
        return None
    field = draw.choice(sortable(thing))
    if field.sql in rows.columns:
        return None
    best = draw.random() < 0.65
    count = 1 if draw.random() < 0.5 else draw.choice((2, 3, 3, 5, 5, 10))
    fields = list(shown_fields(thing))
    if len(fields) > 2 or any(f.private for f in fields):
        return None
    more = draw.random() < 0.35
    if more:
        fields = [f for f in (*fields, field) if f is not field] + [field]
    where = () if field.is_complete else (f"{field.sql} IS NOT NULL",) if not best else ()
    query = rows.query(*(f.sql for f in fields))
    query = query.with_(
        where=(*query.where, *where), order=(f"{field.sql} DESC" if best else field.sql,),
        limit=count,
    )  # fmt: skip
    clause = superlative(field, thing, voice, best=best)
    many, one = rows.many(voice.words), rows.one(voice.words)
    implied = view.is_noted and draw.random() < 0.6 and not more and bool(thing.labels)
    said = voice.columns(fields, thing, many=count > 1)
    if count == 1:
        target = _superlative_np(one, clause, number=None)
        if implied:
            question = voice.pick(
                f"Which is {target}?",
                f"What is {target}?" if not thing.is_person else f"Who is {target}?",
                f"Which {one} has {clause.what}?" if clause.what else f"Show me {target}.",
            )
        elif clause.what and draw.random() < 0.4:
            which = f"Which {one} has {clause.what}? {voice.pick('Give', 'Show', 'Return')}"
            question = f"{which} the {said}."
        else:
            question = voice.single(f"the {said} of {target}")
    else:
        target = _superlative_np(many, clause, number=_number(count, voice))
        if implied:
            question = voice.pick(
                f"Which are {target}?", f"List {target}.", f"Show me {target}.",
                f"Give me {target}.", target.removeprefix("the "),
            )  # fmt: skip
        else:
            question = voice.several(f"the {said} of {target}")
    return asked(query, question)


def _number(count: int, voice: Voice) -> str:
    words = {2: "two", 3: "three", 5: "five", 10: "ten"}
    return voice.pick(str(count), words[count])


class Superlative:
    """What a superlative says: before the noun (``newest``), or after it (``the lowest price``)."""

    def __init__(self, *, adjective: str | None = None, what: str | None = None) -> None:
        self.adjective, self.what = adjective, what


def superlative(field: Field, thing: Thing, voice: Voice, *, best: bool) -> Superlative:
    """Highest or lowest, latest or earliest."""
    phrase = voice.phrase(field)
    if field.role == "date":
        if saying.is_main_date(thing, field):
            return Superlative(adjective=voice.pick("most recent", "latest") if best else
                               voice.pick("earliest", "oldest"))  # fmt: skip
        word = voice.pick("latest", "most recent") if best else "earliest"
        return Superlative(what=f"the {word} {phrase}")
    if field.role == "year":
        return Superlative(what=f"the {'latest' if best else 'earliest'} {phrase}")
    if field.is_plural:
        return Superlative(what=f"the {'most' if best else 'fewest'} {phrase}")
    if phrase == "age" and thing.is_person:
        return Superlative(adjective="oldest" if best else "youngest")
    word = voice.pick("highest", "largest", "highest", "greatest") if best else voice.pick(
        "lowest", "lowest", "smallest")  # fmt: skip
    return Superlative(what=f"the {word} {phrase}")


def _superlative_np(rows: str, clause: Superlative, *, number: str | None) -> str:
    count = f"{number} " if number else ""
    if clause.adjective:
        return f"the {count}{clause.adjective} {rows}"
    return f"the {count}{rows} with {clause.what}"


def _sorted(query: Query, thing: Thing, fields: list[Field], voice: Voice) -> tuple[Query, str]:
    draw = voice.draw
    found = [f for f in fields if f.is_complete and f.role in ("measure", "date", "label", "year")]
    found += [f for f in sortable(thing) if f.is_complete and draw.random() < 0.3]
    field = one_of(found, draw) if draw.random() < 0.3 else None
    if field is None:
        return query, ""
    down = draw.random() < 0.45
    query = query.with_(order=(f"{field.sql} DESC" if down else field.sql,))
    phrase = field.phrase
    if field.role == "label":
        said = voice.pick(
            f", in {'reverse ' if down else ''}alphabetical order of {phrase}",
            f", sorted by {phrase} {'from Z to A' if down else 'from A to Z'}",
            f", ordered by {phrase} in {'descending' if down else 'ascending'} order",
        )
    elif field.role == "date":
        said = voice.pick(
            f", {'latest' if down else 'earliest'} {phrase} first",
            f", sorted by {phrase} from {'newest to oldest' if down else 'oldest to newest'}",
            f", ordered by {phrase} in {'descending' if down else 'ascending'} order",
        )
    else:
        said = voice.pick(
            f", {'highest' if down else 'lowest'} {phrase} first",
            f", sorted by {phrase} in {'descending' if down else 'ascending'} order",
            f", ordered by {phrase} from {'high to low' if down else 'low to high'}",
            f" in {'descending' if down else 'ascending'} order of {phrase}",
        )
    return query, said
