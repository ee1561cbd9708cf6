"""Whether a text says a stored value in some form that people use."""

from __future__ import annotations

import datetime
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz, process

from sqlft.data.check.said_dates import is_date_said
from sqlft.data.check.said_numbers import is_number_said, said_numbers

_WORD = re.compile(r"[^\W_]+")
_DATE = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[ T].*)?")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
_EMPTY_WORDS = frozenset("a an and at by de for in la le of on or the to und von".split())
# Yes and no in columns of letters or words: the question names the column instead.
_FLAGS = frozenset("yes no true false y n t f on off none null".split())
_ENDINGS: tuple[str, ...] = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ies",
    "ied",
    "ers",
    "er",
    "ed",
)
_ENDINGS += ("ly", "es", "al", "s", "y", "e")
_LEAST_SIMILAR = 84.0
_LEAST_STEM = 4


@dataclass(frozen=True)
class Said:
    """Everything that an example tells of its question, for looking values up in it."""

    text: str
    today: datetime.date | None = None

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(folded_words(self.text))

    @cached_property
    def stems(self) -> frozenset[str]:
        return frozenset(map(stem, self.words))

    @cached_property
    def numbers(self) -> frozenset[float]:
        return said_numbers(self.text)

    @cached_property
    def squashed(self) -> str:
        return "".join(folded_words(self.text))

    @cached_property
    def initials(self) -> str:
        return "".join(word[0] for word in folded_words(self.text))

    def number(self, value: float) -> bool:
        """Whether a number is said; a whole number may also be a year."""
        if is_number_said(value, self.numbers):
            return True
        if value == int(value) and 1500 <= value <= 2200:
            return self.date(datetime.date(int(value), 1, 1))
        return False

    def date(self, day: datetime.date) -> bool:
        """Whether a day is said."""
        return is_date_said(day, self.text, self.today)

    def value(self, value: str) -> bool:
        """Whether a text value is said: in any case, number, inflection, or abbreviation.

        >>> Said("How many credit cards?").value("credit_card"), Said("by city").value("Rome")
        (True, False)
        """
        day = _day(value)
        if day is not None:
            return self.date(day)
        if _NUMBER.fullmatch(value.strip()):
            return self.number(float(value))
        written = folded_words(value)
        words = [word for word in written if word not in _EMPTY_WORDS] or written
        if not words or (len(words) == 1 and words[0] in _FLAGS):
            return True
        if "".join(words) in self.squashed:
            return True
        shortened = "".join(word[0] for word in words)
        if len(words) > 1 and shortened in self.words:
            return True
        return all(self._word(word) for word in words)

    def _word(self, word: str) -> bool:
        if word in self.words or stem(word) in self.stems:
            return True
        if word.isdigit():
            return self.number(float(word))
        if len(word) <= 3:
            return self._abbreviation(word)
        for other in self.words:
            shorter = min(len(word), len(other))
            if shorter >= _LEAST_STEM and word[:shorter] == other[:shorter]:
                return True
            if shorter > _LEAST_STEM and word[:5] == other[:5]:
                return True
        best = process.extractOne(word, self.words, scorer=fuzz.ratio)
        return best is not None and best[1] >= _LEAST_SIMILAR

    def _abbreviation(self, word: str) -> bool:
        """Letters of one word in their order, its first one first; or first letters of several."""
        if len(word) > 1 and word in self.initials:
            return True
        return any(_holds_letters(other, word) for other in self.words)


def _holds_letters(word: str, letters: str) -> bool:
    rest = iter(word)
    return word[0] == letters[0] and all(letter in rest for letter in letters)


def folded_words(text: str) -> list[str]:
    """Words in lower case without accents; underscores, hyphens and marks divide.

    >>> folded_words("Trans_Ibérica's")
    ['trans', 'iberica', 's']
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))


def stem(word: str) -> str:
    """The word without its common English endings, at least four letters of it.

    >>> stem("cancelled"), stem("cancellations"), stem("fees")
    ('cancell', 'cancell', 'fees')
    """
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM:
            return word.removesuffix(ending)
    return word


def _day(value: str) -> datetime.date | None:
    match = _DATE.fullmatch(value.strip())
    if match is None:
        return None
    try:
        return datetime.date(int(match[1]), int(match[2]), int(match[3] or 1))
    except ValueError:
        return None
