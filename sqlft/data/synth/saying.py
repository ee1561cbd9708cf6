"""How single columns are spoken of: flags, keys, genders, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlft.data.synth.happening import ACTIVE, happened
from sqlft.data.synth.view import Field, Thing, View
from sqlft.data.synth.words import article, words_of
from sqlft.schema import Column

_ADJECTIVE = re.compile(r"(ed|able|ible|ive|al|ous|less|ful)$")
_ADJECTIVES = frozenset(
    "active smart green solved contactless paperless default current public open closed online "
    "planned valid new married paused upheld estimated enabled retired beta on-sale free full "
    "remote-controlled vulnerable available".split()
)
_GENDERS = {"f": "female", "m": "male", "female": "female", "male": "male"}
_MISLEADING = re.compile(r"says nothing|does not mean|not in use|true when")


@dataclass(frozen=True, kw_only=True)
class FlagForms:
    """How a flag is said: one of ``adjective`` ("are smart"), ``has`` ("with a heat pump")."""

    said: str
    adjective: str | None = None
    has: str | None = None


def flag_forms(view: View, field: Field) -> FlagForms | None:
    """How a flag is said; none where its name misleads and nothing else is known of it."""
    column = _column(view, field)
    words = words_of(field.name)
    synonyms = column.synonyms
    misleads = bool(column.meaning and _MISLEADING.search(column.meaning))
    if misleads and not synonyms:
        return None
    said = synonyms[0] if misleads else field.phrase
    if words[0] == "has" and len(words) > 1:
        thing = " ".join(words[1:])
        return FlagForms(said=thing, has=article(thing))
    if said.split(" ")[-1] in _ADJECTIVES or _ADJECTIVE.search(said):
        return FlagForms(said=said, adjective=said)
    if words == ["on", "sale"]:
        return FlagForms(said="on sale", adjective="on sale")
    if said in ("newsletter", "direct debit", "heat pump", "postmortem", "two-factor login"):
        return FlagForms(said=said, has=article(said) if "login" not in said else said)
    if synonyms and said != synonyms[0]:
        said = synonyms[0]
    if said.startswith("no "):
        return None
    if synonyms:
        return FlagForms(said=said, has=said)
    return FlagForms(said=said)


def whether(view: View, field: Field) -> str:
    """What is not known where a flag is empty."""
    forms = flag_forms(view, field)
    if forms is None:
        return field.phrase
    if forms.adjective:
        return f"whether they are {forms.adjective}"
    return f"whether they have {forms.has}" if forms.has else f"the {forms.said} flag"


def gender(phrase: str, value: str) -> str | None:
    """The adjective of a value of a column of genders.

    >>> gender("sex", "F"), gender("status", "F")
    ('female', None)
    """
    return _GENDERS.get(value.lower()) if phrase in ("sex", "gender") else None


def key_phrase(view: View, thing: Thing, field: Field) -> str | None:
    """What a referring key's row is called, or none."""
    found = [k for k in view.links if k.child.name == thing.name and k.child_field.sql == field.sql]
    return found[0].role if found else None


def is_active(verb: str) -> bool:
    """Whether the row itself does it."""
    return verb in ACTIVE


def is_main_date(thing: Thing, field: Field) -> bool:
    """Whether a date is the one that rows of a thing are known by: the order date of orders."""
    words = words_of(field.name)
    own = thing.noun.one.split(" ")
    plain = [w for w in words if w not in ("date", "day", "on", "at", "month", "time")]
    same = len(plain) == 1 and len(own) == 1 and plain[0][:4] == own[0][:4]
    if not plain or plain == own or same:
        return field.is_complete
    return False


def _column(view: View, field: Field) -> Column:
    table = view.schema.table(field.table)
    column = table.column(field.name) if table else None
    assert column is not None
    return column


__all__ = ["FlagForms", "flag_forms", "gender", "happened", "is_active", "is_main_date", "whether"]
