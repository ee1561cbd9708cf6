"""Questions that a schema cannot answer: plausible ones, about what it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlft.data.synth.asked import Asked
from sqlft.data.synth.choosing import groupers, measures, one_of, some_thing
from sqlft.data.synth.rows import some_rows
from sqlft.data.synth.view import Thing, View, shown_fields
from sqlft.data.synth.wording import Voice
from sqlft.data.synth.words import article, plural, singular, words_of

_OF_PERSONS = (
    "marital status", "shoe size", "favourite colour", "blood type", "number of siblings",
    "education level", "hobby", "mother tongue", "driving licence number", "religion",
    "eye colour", "household income", "commuting time", "emergency contact", "dietary preference",
    "passport number", "social media handle", "body weight", "pet", "nickname",
)  # fmt: skip
_OF_THINGS = (
    "carbon footprint", "warranty period", "recycling quota", "insurance value", "energy label",
    "packaging material", "customs tariff", "noise level", "fire safety class", "barcode",
    "maintenance cost", "water consumption", "profit forecast", "approval signature",
    "serial colour code", "storage temperature", "expected lifetime", "defect rate",
    "environmental rating", "break-even point",
)  # fmt: skip
_OF_PLACES = (
    "parking spaces", "opening hours", "monthly rent", "wheelchair access", "electricity bill",
    "cleaning schedule", "number of visitors per day", "Wi-Fi coverage", "crime rate",
    "distance to the airport",
)  # fmt: skip
_PLACES = frozenset(
    "store shop branch city hotel museum park stadium station hospital school office restaurant "
    "airport building site warehouse college university country theatre cinema".split()
)
_ELSEWHERE = (
    ("competitor", "market share"), ("website visit", "bounce rate"), ("patent", "filing date"),
    ("delivery van", "mileage"), ("lawsuit", "outcome"), ("newsletter campaign", "open rate"),
    ("office plant", "height"), ("training course", "duration"), ("trade union", "membership fee"),
    ("shareholder", "dividend"), ("press release", "publication date"), ("parking fine", "amount"),
    ("board meeting", "date"), ("sponsor", "contribution"), ("vending machine", "turnover"),
    ("job interview", "result"), ("software licence", "expiry date"), ("meeting room", "capacity"),
    ("insurance claim", "amount"), ("tax audit", "date"), ("podcast episode", "length"),
    ("company car", "fuel consumption"), ("fire drill", "date"), ("sick day", "reason"),
    ("trademark", "registration date"), ("mobile app download", "rating"),
    ("call centre complaint", "topic"), ("printer", "page count"), ("intern", "school"),
    ("charity donation", "amount"), ("conference talk", "title"), ("bank loan", "interest rate"),
)  # fmt: skip


def unanswerable(view: View, voice: Voice) -> Asked | None:
    """A question about a property, a thing, a future or a reason that is not in the database."""
    draw = voice.draw
    thing = some_thing(view, draw, lambda t: not t.is_link)
    if thing is None:
        return None
    known = known_words(view)
    way = draw.random()
    if way < 0.6:
        question = _of_property(view, thing, known, voice)
    elif way < 0.8:
        question = _of_another(view, thing, known, voice)
    else:
        question = _of_future_or_reason(thing, voice)
    return Asked(sql=None, question=question) if question else None


def known_words(view: View) -> frozenset[str]:
    """Every word that names or notes of the schema hold, in the singular."""

    def texts() -> Iterable[str]:
        for table in view.schema.tables:
            yield from (table.name, table.meaning or "", table.comment or "", *table.synonyms)
            for c in table.columns:
                yield from (c.name, c.meaning or "", c.comment or "", *c.synonyms, *c.samples)
        for term in view.schema.glossary:
            yield from (term.name, term.meaning or "", *term.synonyms)

    return frozenset(singular(word) for text in texts() for word in words_of(text))


_COMMON = frozenset(
    "number of per day to the level rate cost value date period class code time size status "
    "amount rating point".split()
)


def _lacks(known: frozenset[str], phrase: str) -> bool:
    words = [singular(w) for w in re.findall(r"[a-z]+", phrase.lower()) if w not in _COMMON]
    return not any(word in known for word in words)


def _of_property(view: View, thing: Thing, known: frozenset[str], voice: Voice) -> str | None:
    draw = voice.draw
    pool: tuple[str, ...] = _OF_PERSONS if thing.is_person else _OF_THINGS
    if thing.noun.one.split(" ")[-1] in _PLACES:
        pool = _OF_PLACES
    phrase = one_of([p for p in pool if _lacks(known, p)], draw)
    rows = some_rows(view, thing, draw, at_most=1)
    if phrase is None or rows is None:
        return None
    one, many = rows.one(voice.words), rows.many(voice.words)
    counted = phrase.startswith("number of")
    by = one_of([g for g in groupers(thing) if g.role == "category"], draw)
    ways = [
        voice.several(f"the {plural(phrase) if not counted else phrase} of {many}"),
        f"Show the {phrase} of each {one}.",
        f"Which {one} has the best {phrase}?"
        if not counted
        else f"What is the {phrase} of {many}?",
        f"How many {many} have {article(phrase)} on record?",
        f"List {many} with their {plural(phrase)}.",
    ]
    label = thing.labels[0] if len(thing.labels) == 1 else None
    if label is not None and label.profile.values and not label.private:
        ways.append(f"What is the {phrase} of {draw.choice(label.profile.values)}?")
    if by is not None:
        ways.append(f"Show the number of {many} by {phrase}.")
        ways.append(f"What is the average {phrase} of {many} for each {by.phrase}?")
    return voice.pick(*ways)


def _of_another(view: View, thing: Thing, known: frozenset[str], voice: Voice) -> str | None:
    draw = voice.draw
    found = one_of([pair for pair in _ELSEWHERE if _lacks(known, pair[0])], draw)
    if found is None:
        return None
    noun, phrase = found
    return voice.pick(
        f"How many {plural(noun)} does each {thing.noun.one} have?",
        f"What is the {phrase} of our {plural(noun)}?",
        f"Which {thing.noun.one} has the most {plural(noun)}?",
        f"List all {plural(noun)} with their {phrase}.",
        f"How many {plural(noun)} do we have?",
        f"How many {plural(noun)} were there last year?",
        f"Show the {phrase} of each {noun}.",
        f"For each {thing.noun.one}, count the {plural(noun)}.",
    )


def _of_future_or_reason(thing: Thing, voice: Voice) -> str | None:
    draw = voice.draw
    number = one_of(measures(thing), draw)
    many, one = thing.noun.many, thing.noun.one
    label = next(iter(shown_fields(thing)), None)
    ways = [
        f"How many {many} will there be in five years?",
        f"Predict the number of {many} for next year.",
        f"Why are there fewer {many} than we expected?",
        f"What do people think of our {many}?",
    ]
    if number is not None:
        phrase = voice.phrase(number)
        ways += [
            f"What will the average {phrase} of {many} be next year?",
            f"Why is the {phrase} of some {many} so high?",
            f"How does the {phrase} of our {many} compare with the industry average?",
        ]
    if label is not None and label.profile.values and label.role == "label" and not label.private:
        ways.append(f"Who approved the {one} {draw.choice(label.profile.values)}, and why?")
    return voice.pick(*ways)
