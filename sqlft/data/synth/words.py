"""English words out of identifiers: split, singular, plural, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "mouse": "mice",
    "goose": "geese",
    "tooth": "teeth",
    "datum": "data",
    "criterion": "criteria",
    "medium": "media",
    "index": "indexes",
    "analysis": "analyses",
    "wife": "wives",
    "life": "lives",
    "knife": "knives",
    "shelf": "shelves",
    "leaf": "leaves",
    "half": "halves",
    "curriculum": "curricula",
    "phenomenon": "phenomena",
    "basis": "bases",
    "crisis": "crises",
    "thesis": "theses",
    "movie": "movies",
    "zombie": "zombies",
    "cookie": "cookies",
    "tie": "ties",
    "pie": "pies",
    "hero": "heroes",
    "potato": "potatoes",
    "quiz": "quizzes",
}
_SINGULARS = {plural: singular for singular, plural in _IRREGULAR.items()}
_SAME = frozenset(
    "series species aircraft sheep fish deer staff news headquarters mathematics gas status "
    "address bus class process business campus virus census glass pass loss access boss progress "
    "success congress bonus chassis lens canvas atlas basis bias focus radius stress cross press "
    "dress express illness witness princess actress waitress yes physics electronics sms os gps "
    "tennis politics economics corps".split()
)
"""Ends in s, or has no other plural, and is singular all the same."""
_UNCOUNTABLE = frozenset(
    "weather stock inventory equipment information usage generation staff music furniture "
    "merchandise traffic production collateral membership employment ownership authorship "
    "management attendance enrollment storage evidence research advice luggage software "
    "maintenance hardware news series species aircraft money food cash debt data gas".split()
)


def words_of(identifier: str) -> list[str]:
    """The words of an identifier, in lower case.

    >>> words_of("loyaltyTier"), words_of("Total_Points_2"), words_of("HQ_city")
    (['loyalty', 'tier'], ['total', 'points', '2'], ['hq', 'city'])
    """
    return [word.lower() for word in _PIECE.findall(identifier)]


def _plural_word(word: str) -> str:
    lower = word.lower()
    if lower in _SINGULARS or (lower in _SAME and lower not in _TAKES_ES):
        return word
    if lower in _IRREGULAR:
        return _IRREGULAR[lower]
    if lower.endswith("s") and singular(lower) != lower:
        return word  # plural already
    if lower.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if lower.endswith("y") and lower[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


_TAKES_ES = frozenset(
    "address bus class process business campus virus census glass pass loss boss bonus lens canvas "
    "atlas cross press dress illness witness princess actress waitress gas status".split()
)


def plural(phrase: str) -> str:
    """The plural of a noun phrase: its head is its last word, or what stands before " of ".

    >>> plural("date of birth"), plural("category"), plural("points"), plural("address")
    ('dates of birth', 'categories', 'points', 'addresses')
    """
    if phrase.startswith("date ") and not phrase.startswith("date of"):
        return f"dates {phrase.removeprefix('date ')}"
    for mark in (" of ", " in ", " per ", " on ", " for ", " at ", " by ", " to ", " with ", " a "):
        head, found, rest = phrase.partition(mark)
        if found and head:
            return f"{plural(head)}{mark}{rest}"
    before, _, last = phrase.rpartition(" ")
    return f"{before} {_plural_word(last)}".strip()


def _singular_word(word: str) -> str:
    if word in _SAME or word in _IRREGULAR:
        return word
    if word in _SINGULARS:
        return _SINGULARS[word]
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith(("uses", "ases")) and word[:-2] in _SAME:
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def singular(phrase: str) -> str:
    """The singular of a noun phrase in lower case.

    >>> singular("order lines"), singular("people"), singular("status"), singular("addresses")
    ('order line', 'person', 'status', 'address')
    """
    before, _, last = phrase.rpartition(" ")
    return f"{before} {_singular_word(last)}".strip()


def is_uncountable(phrase: str) -> bool:
    """Whether nobody counts it as such: "three weathers".

    >>> is_uncountable("weather"), is_uncountable("store")
    (True, False)
    """
    return phrase.rpartition(" ")[2] in _UNCOUNTABLE


def article(phrase: str) -> str:
    """The phrase with "a" or "an" before it, where it takes one.

    >>> article("order"), article("unit price"), article("issues"), article("SKU")
    ('an order', 'a unit price', 'issues', 'an SKU')
    """
    head = re.split(" (?:of|in|per|on|for|at|by|to|with) ", phrase)[0].split(" ")[-1].lower()
    if singular(head) != head:
        return phrase  # a plural has none
    first = phrase.split(" ")[0]
    if first.isupper() and len(first) > 1:
        return f"{'an' if first[0] in 'AEFHILMNORSX' else 'a'} {phrase}"
    if re.match(r"(uni|use|usa|usu|eu|one|ur[aei]|ut[ie])", first.lower()):
        return f"a {phrase}"
    if re.match(r"(hour|heir|honest|honou?r)", first.lower()):
        return f"an {phrase}"
    return f"{'an' if first[:1].lower() in 'aeiou' else 'a'} {phrase}"


def listed(phrases: Sequence[str], joint: str = "and") -> str:
    """Phrases in a row, as people say them.

    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or"), listed(["a"])
    ('a, b and c', 'a or b', 'a')
    """
    *rest, last = phrases
    return f"{', '.join(rest)} {joint} {last}" if rest else last


def sentence(text: str) -> str:
    """The text with a capital first.

    >>> sentence("how many?")
    'How many?'
    """
    return text[:1].upper() + text[1:]
