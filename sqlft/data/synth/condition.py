"""A condition on the rows of a thing: SQL, and the ways of saying it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from sqlft.data.synth import saying
from sqlft.data.synth.profile import as_float
from sqlft.data.synth.values import date_sql, number_said, rounded, text_sql
from sqlft.data.synth.view import Field, Thing, View
from sqlft.data.synth.when import some_period
from sqlft.data.synth.words import article, listed, words_of

_PLACES = frozenset("city country region state town county province hometown nation".split())
_TEXTS = frozenset(
    "description desc remark remarks note notes comment comments subject address details memo "
    "body text summary content email website url street location instruction instructions".split()
)
_KINDS = frozenset(
    "status kind type format channel class method family state tier network segment variant group "
    "pricing tech platform scheme".split()
)


@dataclass(frozen=True, kw_only=True)
class Tail:
    """What follows a noun; ``{who}`` stands for its relative pronoun."""

    many: str
    one: str
    is_relative: bool = False


def tail(text: str) -> Tail:
    """A tail that is the same after one and after many."""
    return Tail(many=text, one=text, is_relative=text.startswith(("whose", "for which", "{who}")))


def agreeing(many: str, one: str) -> Tail:
    """A relative clause whose verb agrees."""
    return Tail(many=f"{{who}} {many}", one=f"{{who}} {one}", is_relative=True)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """SQL that is true of some rows of a thing."""

    sql: str
    columns: frozenset[str]
    """SQL of the columns that it is about; no two conditions on one."""
    tails: tuple[Tail, ...]
    before: str | None = None
    """What can stand before the noun instead: ``flagship``."""
    joins: tuple[str, ...] = ()
    tables: frozenset[str] = frozenset()
    """Names of tables that it joins."""


def _made(field: Field, sql: str, *tails: Tail, before: str | None = None) -> Condition:
    return Condition(sql=sql, columns=frozenset([field.sql]), tails=tails, before=before)


def some_condition(
    view: View, thing: Thing, draw: Random, avoid: frozenset[str] = frozenset()
) -> Condition | None:
    """A condition on the thing's own columns, none of those to avoid; none where it has none."""
    makers: list[tuple[float, Field, _Maker]] = []
    for field in thing.fields:
        if field.sql not in avoid:
            makers += [(w, field, maker) for w, maker in _makers(view, field)]
    while makers:
        at = draw.choices(range(len(makers)), [w for w, _, _ in makers])[0]
        _, field, maker = makers.pop(at)
        found = maker(view, thing, field, draw)
        if found is not None:
            return found
    return None


_Maker = Callable[[View, Thing, Field, Random], Condition | None]


def _makers(view: View, field: Field) -> list[tuple[float, _Maker]]:
    found: list[tuple[float, _Maker]] = []
    part = 0 < field.profile.nulls < field.profile.rows
    if part and field.role not in ("measure", "label"):
        found.append((1.2 if view.is_noted else 0.3, null_test))
    if field.private:
        return found
    if field.role == "category" and field.profile.values:
        found += [(2.0, is_value), (0.4, is_one_of), (0.3, is_not)]
    elif field.role == "flag" and field.profile.distinct > 1:
        found.append((1.5, is_true))
    elif field.role == "measure" and field.profile.distinct > 3:
        found += [(1.6, is_beyond), (0.5, is_between)]
    elif field.role == "measure" and field.profile.distinct > 1:
        found.append((0.6, is_number))
    elif field.role == "year":
        found.append((1.0, is_year))
    elif field.role == "date" and field.profile.distinct > 2:
        found.append((3.0 if view.is_noted else 1.8, is_in_period))
    elif field.profile.values and (
        field.role in ("label", "prose") or set(words_of(field.name)) & _TEXTS
    ):
        found.append((0.25 if view.is_noted else 0.1, is_like))
    return found


def is_value(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """Equal to one of a column's values, the frequent more often."""
    values, counts = field.profile.values, field.profile.counts
    if len(values) < 2:
        return None
    value = draw.choices(values, [count**0.5 for count in counts])[0]
    return equal(view, thing, field, value, draw)


def equal(view: View, thing: Thing, field: Field, value: str, draw: Random) -> Condition:
    """Equal to a value."""
    said = _said(value, view, draw)
    phrase = _chosen(field, draw)
    sql = f"{field.sql} = {text_sql(value)}"
    last = phrase.split(" ")[-1]
    gender = saying.gender(field.phrase, value)
    if gender:
        return _made(field, sql, tail(f"whose {phrase} is {said}"), before=gender)
    tails = [tail(f"whose {phrase} is {said}")] * 2 + [tail(f"with {phrase} {said}")]
    if field.phrase in _PLACES:
        where = f"in {said}"
        if field.phrase == "region" and " " not in value:
            where = f"in the {said} region"
        tails = [tail(where), tail(where), tails[0]]
        if thing.is_person:
            tails.append(tail(f"from {said}"))
    if last in ("topic", "subject", "theme"):
        tails.append(tail(f"about {said}"))
    before = _adjective(field, value)
    return _made(field, sql, *tails, before=before)


def _adjective(field: Field, value: str) -> str | None:
    """The value where it can stand before a noun: ``cancelled`` orders."""
    words = value.replace("_", " ")
    is_kind = field.phrase.split(" ")[-1] in _KINDS or field.name.lower() in _KINDS
    plain = all(v == v.lower() for v in field.profile.values)
    if is_kind and plain and words.replace(" ", "").isalpha() and words.count(" ") <= 1:
        return words if len(words) > 2 else None
    return None


def is_one_of(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """Equal to one of two or three values."""
    values = field.profile.values
    if len(values) < 4:
        return None
    chosen = draw.sample(values, draw.choice((2, 2, 3)))
    said = listed([_said(v, view, draw) for v in chosen], "or")
    phrase = _chosen(field, draw)
    sql = f"{field.sql} IN ({', '.join(map(text_sql, chosen))})"
    tails = [tail(f"whose {phrase} is {said}"), tail(f"with {phrase} {said}")]
    if field.phrase in _PLACES:
        tails = [tail(f"in {said}"), *tails[:1]]
    return _made(field, sql, *tails)


def is_not(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """Unequal to a value; only where every row has one, so that nothing is in between."""
    if not field.is_complete or len(field.profile.values) < 2:
        return None
    value = draw.choice(field.profile.values[:6])
    said, phrase = _said(value, view, draw), _chosen(field, draw)
    tails = [tail(f"whose {phrase} is not {said}")]
    if field.phrase in _PLACES:
        tails += [agreeing(f"are not in {said}", f"is not in {said}"), tail(f"outside {said}")]
    return _made(field, f"{field.sql} <> {text_sql(value)}", *tails)


def is_true(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """A flag that is set, or is not."""
    yes = draw.random() < 0.65
    forms = saying.flag_forms(view, field)
    if forms is None:
        return None
    sql = field.sql if yes else f"NOT {field.sql}"
    if forms.adjective:
        be = ("are", "is") if yes else ("are not", "is not")
        word = forms.adjective
        tails = [agreeing(f"{be[0]} {word}", f"{be[1]} {word}")]
        return _made(field, sql, *tails, before=word if yes and " " not in word else None)
    if forms.has:
        return _made(field, sql, tail(f"{'with' if yes else 'without'} {forms.has}"))
    state = "true" if yes else "false"
    return _made(field, sql, tail(f"for which {forms.said} is {state}"))


def is_number(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """Equal to one of few numbers."""
    if not field.is_whole or not isinstance(field.profile.low, int):
        return None
    value = int(draw.choice(field.profile.quantiles or (field.profile.low,)))
    said, phrase = number_said(value, draw, field.unit), _chosen(field, draw)
    if field.is_plural:
        return (
            None
            if value == 1
            else _made(field, f"{field.sql} = {value}", tail(f"with exactly {value} {phrase}"))
        )
    tails = tail(f"whose {phrase} is {said}"), tail(f"with {article(phrase)} of {said}")
    return _made(field, f"{field.sql} = {value}", *tails)


_BEYOND = {
    ">": ("over {}", "above {}", "more than {}", "greater than {}", "higher than {}"),
    "<": ("under {}", "below {}", "less than {}", "lower than {}"),
    ">=": ("at least {}", "{} or more"),
    "<=": ("at most {}", "{} or less"),
}


def is_beyond(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """On one side of a threshold near one of the column's quantiles."""
    if not field.profile.quantiles:
        return None
    value = rounded(draw.choice(field.profile.quantiles), whole=field.is_whole)
    operator = draw.choices(tuple(_BEYOND), (5, 4, 2, 1))[0]
    low, high = as_float(field.profile.low), as_float(field.profile.high)
    if not low < value < high:
        return None
    bounds = [b.format(number_said(value, draw, field.unit)) for b in _BEYOND[operator]]
    sql = f"{field.sql} {operator} {value}"
    phrase = _chosen(field, draw)
    if field.is_plural:
        said = [b.format(number_said(value, draw)) for b in _BEYOND[operator]]
        said = [s.replace("less than", "fewer than") for s in said if not s.startswith("hi")]
        said = [s for s in said if not s.startswith(("above", "below", "greater", "lower"))]
        said = [s.replace("or less", "or fewer") for s in said]
        return _made(field, sql, *(tail(f"with {s} {phrase}") for s in said))
    if phrase == "age" and thing.is_person and operator in "<>":
        word = "older" if operator == ">" else "younger"
        older = agreeing(f"are {word} than {value}", f"is {word} than {value}")
        return _made(field, sql, older, tail(f"whose age is {bounds[0]}"))
    tails = [tail(f"whose {phrase} is {b}") for b in bounds]
    plain = ("above", "below", "higher", "lower", "greater")
    tails += [tail(f"with {article(phrase)} of {b}") for b in bounds if not b.startswith(plain)]
    tails += [tail(f"with {article(phrase)} {b}") for b in bounds if b.startswith(plain)]
    return _made(field, sql, *tails)


def is_between(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """Between two thresholds, both included."""
    if len(field.profile.quantiles) < 6:
        return None
    first, second = draw.choice(((0, 2), (1, 3), (1, 4), (2, 4), (3, 5)))
    low = rounded(field.profile.quantiles[first], whole=field.is_whole)
    high = rounded(field.profile.quantiles[second], whole=field.is_whole)
    if low >= high:
        return None
    phrase = _chosen(field, draw)
    said = f"between {number_said(low, draw)} and {number_said(high, draw, field.unit)}"
    tails = [tail(f"whose {phrase} is {said}"), tail(f"with {article(phrase)} {said}")]
    if field.is_plural:
        tails = [tail(f"with {said} {phrase}")]
    return _made(field, f"{field.sql} BETWEEN {low} AND {high}", *tails)


def is_year(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """In, after or before a year."""
    if not field.profile.quantiles:
        return None
    year = int(draw.choice(field.profile.quantiles))
    operator, word = draw.choice((("=", ""), (">", "after "), ("<", "before "), (">=", "since ")))
    if operator != "=" and not as_float(field.profile.low) < year < as_float(field.profile.high):
        return None
    said = f"{word}{year}" if word != "since " else f"{year} or later"
    phrase = _chosen(field, draw)
    tails = [tail(f"whose {phrase} is {said}")]
    if phrase == "year":
        tails = [
            tail(f"from {said}" if not word else said if "later" not in said else f"from {said}"),
            tail(f"with year {said}" if not word else f"whose year is {said}"),
        ]
    return _made(field, f"{field.sql} {operator} {year}", *tails)


def is_in_period(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """In, after or before some time, now and then counted from today."""
    period = some_period(view, field, draw)
    if period is None:
        return None
    said, plain = period.said, period.said
    phrase = _chosen(field, draw)
    if not said.startswith(("in ", "on ", "after ", "before ", "between ", "from ", "since ")):
        plain = said  # "last year"
    be = "was" if said.startswith("last ") else "is"
    if said.startswith("since "):
        plain = f"in {said.removeprefix('since ')} or later"
    tails = [tail(f"whose {phrase} {be} {plain}"), tail(f"with {article(phrase)} {plain}")]
    if field.verb:
        many = saying.happened(field.verb, many=True)
        one = saying.happened(field.verb, many=False)
        tails = [agreeing(f"{many} {said}", f"{one} {said}")] * 3 + tails[:1]
        if not many.startswith("were "):
            tails = tails[:3]
        else:
            tails.append(tail(f"{field.verb} {said}"))
    elif saying.is_main_date(thing, field):
        tails = [tail(said), tail(said), *tails]
        if said.startswith("in "):
            tails.append(tail(f"from {said[3:]}"))
    return _made(field, period.sql, *tails)


def null_test(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """Without a value, or with one."""
    none = draw.random() < 0.6
    sql = f"{field.sql} IS {'' if none else 'NOT '}NULL"
    if field.role == "date" and field.verb:
        done = field.verb if saying.is_active(field.verb) else f"been {field.verb}"
        not_ = "not " if none else ""
        yet = " yet" if none and draw.random() < 0.5 else ""
        return _made(field, sql, agreeing(f"have {not_}{done}{yet}", f"has {not_}{done}{yet}"))
    phrase = _chosen(field, draw)
    if field.role == "key":
        phrase = saying.key_phrase(view, thing, field) or phrase
    if field.role == "flag":
        return _made(
            field,
            sql,
            tail(f"for which we {'do not ' if none else ''}know {saying.whether(view, field)}"),
        )
    if none:
        tails = [
            tail(f"without {article(phrase)}"),
            tail(f"with no {phrase}"),
            agreeing(f"have no {phrase}", f"has no {phrase}"),
            tail(f"whose {phrase} is missing"),
        ]
    else:
        tails = [
            agreeing(f"have {article(phrase)}", f"has {article(phrase)}"),
            tail(f"with {article(phrase)}"),
        ]
    return _made(field, sql, *tails)


def is_like(view: View, thing: Thing, field: Field, draw: Random) -> Condition | None:
    """Holds a word, or begins with a letter."""
    values = [v for v in field.profile.values if any(len(w) > 3 and w.isalpha() for w in v.split())]
    if not values or (field.role == "text" and field.profile.length < 6):
        return None
    phrase = _chosen(field, draw)
    value = draw.choice(values)
    if field.role == "label" and draw.random() < 0.3 and value[0].isalpha():
        letter = value[0]
        sql = f"{field.sql} LIKE {text_sql(letter + '%')}"
        said = f"whose {phrase} starts with {draw.choice(('', 'the letter '))}{letter}"
        return _made(field, sql, tail(said), tail(said.replace("starts", "begins")))
    word = draw.choice([w for w in value.split() if len(w) > 3 and w.isalpha()])
    word = word.lower() if view.is_noted else word
    operator = "ILIKE" if view.is_noted else "LIKE"
    mark = draw.choice("'\"")
    said = f"{mark}{word}{mark}"
    tails = [
        tail(f"whose {phrase} contains {said}"),
        tail(f"with {said} in the {phrase}"),
        tail(f"whose {phrase} includes the word {said}"),
    ]
    if field.role == "prose":
        tails += [tail(f"whose {phrase} mentions {said}")]
    return _made(field, f"{field.sql} {operator} {text_sql(f'%{word}%')}", *tails)


def _chosen(field: Field, draw: Random) -> str:
    """One of a column's names, the plainest most often."""
    if len(field.phrases) == 1 or draw.random() < 0.6:
        return field.phrase
    return draw.choice(field.phrases[1:])


def _said(value: str, view: View, draw: Random) -> str:
    """A value as a question writes it: as it stands, at times in quotes."""
    if "_" in value and view.is_noted:
        value = value.replace("_", " ")
    chance = 0.1 if view.is_noted else 0.4
    if not view.is_noted and value.islower():
        chance = 0.9
    if draw.random() < chance:
        mark = '"' if "'" in value else draw.choice("'\"")
        return f"{mark}{value}{mark}"
    return value


__all__ = ["Condition", "Tail", "date_sql", "equal", "some_condition", "tail"]
