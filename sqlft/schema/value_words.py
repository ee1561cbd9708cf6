"""Texts as words that compare equal whatever their case, accents and number; and the words' marks.

Questions and stored values go through the same functions, so that equal words are equal numbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

# Scripts that put no spaces between words: each sign is a word, a phrase of them a value.
_SIGNS = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_SIGNS}]|(?:(?![{_SIGNS}])[^\W_])+")
_MARKS = re.compile(r"[\u0300-\u036f]")
_QUOTED = re.compile(
    r"\"([^\"]{1,200})\"|\u201c([^\u201d]{1,200})\u201d|«([^»]{1,200})»"
    r"|\u201e([^\u201c\u201d]{1,200})[\u201c\u201d]"
    r"|(?<![\w'])['\u2018`]([^'\u2018\u2019`]{1,200})['\u2019`](?!\w)"
)
_SENTENCE_END = re.compile(r"(?:^|[.?!:;])\W*$")

STOP_WORDS = frozenset(
    """
    a about above across after all also am an and any are as at average be been before being below
    between both but by can code come could count date day described did different distinct do does
    done down each either every except find first for from get give given go greater had has have
    having he her him his how i id if in into is it its know largest last least less let list many
    maximum me mean minimum month more most much my name named need neither no nor not number of off
    on once one only or other our out over per please return s same see select she should show
    shown since smallest so some sort such t tell than that the their them then there these they
    this those three through to together top total two type under until up us use used using value
    was we well were what when where whether which while who whom whose why will with within without
    would year you your ascending descending order sorted ordered alphabetical alphabetically
    """.split()
)
"""Words that questions are made of; they name a value only in quotes or with a capital."""

_ASCENDING = 0x9E3779B97F4A7C15
HASH_MASK = (1 << 64) - 1


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word of a question."""

    text: str
    """Folded, in the singular."""
    folded: str
    written: str
    start: int
    end: int
    """Where it stands in the question, in characters."""
    quoted: bool
    capital: bool
    """Written with a capital or a digit where a sentence does not ask for one."""

    @property
    def marked(self) -> bool:
        """Whether its writing says that it is a name."""
        return self.quoted or self.capital

    @property
    def stop(self) -> bool:
        """Whether it is a word that questions are made of, and nothing marks it."""
        return not self.marked and (self.folded in STOP_WORDS or self.text in STOP_WORDS)


def folded(text: str) -> str:
    """The text in lower case without accents.

    >>> folded("Ibérica STRASSE"), folded("Straße")
    ('iberica strasse', 'strasse')
    """
    text = text.casefold()
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text)))


def split(text: str) -> list[str]:
    """The words of a folded text; underscores, hyphens and marks divide.

    >>> split("trans_iberica's 4-door"), split("東京 tower")
    (['trans', 'iberica', 's', '4', 'door'], ['東', '京', 'tower'])
    """
    return _WORD.findall(text)


def singular(word: str) -> str:
    """The word without an English plural's ending; both numbers of a word give the same text.

    >>> [singular(word) for word in ("cities", "boxes", "stores", "status", "glass", "bus")]
    ['city', 'box', 'store', 'status', 'glass', 'bus']
    """
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1]


def singular_words(text: str) -> tuple[str, ...]:
    """The words of any text, folded and in the singular.

    >>> singular_words("Rugby_Shirts")
    ('rugby', 'shirt')
    """
    return tuple(singular(word) for word in split(folded(text)))


@lru_cache(maxsize=4096)
def word_hash(word: str) -> int:
    """A number of 64 bits that is the same in every process."""
    return int.from_bytes(blake2b(word.encode(errors="replace"), digest_size=8).digest(), "little")


def place_factor(place: int) -> int:
    """What the hash of the word at that place of a phrase is multiplied with; always odd.

    >>> place_factor(0)
    1
    """
    return pow(_ASCENDING, place, 1 << 64)


def phrase_hash(words: Sequence[str]) -> int:
    """A number of 64 bits for words in their order: their hashes, weighted by place, summed."""
    hashes = (word_hash(word) * place_factor(place) for place, word in enumerate(words))
    return sum(hashes) & HASH_MASK


def quoted_parts(question: str) -> list[str]:
    """What stands in quotation marks, in its order.

    >>> quoted_parts("Is 'O Brien' the shop's owner, or “Ann”?")
    ['O Brien', 'Ann']
    """
    return [part for parts in _QUOTED.findall(question) for part in parts if part]


def without_quoted(question: str) -> str:
    """The question with a space for each part in quotation marks.

    >>> without_quoted("Shops in 'Oslo'?")
    'Shops in  ?'
    """
    return _QUOTED.sub(" ", question)


def question_words(question: str, *, at_most: int = 150) -> tuple[Word, ...]:
    """The first words of a question, with where and how each is written.

    >>> [(w.text, w.marked, w.stop) for w in question_words("How many cities in 'the Hague'?")][2:]
    [('city', False, False), ('in', False, True), ('the', True, False), ('hague', True, False)]
    """
    quotes = [match.span() for match in _QUOTED.finditer(question)]
    found: list[Word] = []
    for match in _WORD.finditer(question):
        start, end = match.span()
        written = match.group()
        quoted = any(a < start and end < b for a, b in quotes)
        begins = bool(_SENTENCE_END.search(question[max(0, start - 8) : start]))
        special = written[0].isupper() or written[0].isdigit()
        special = special and not (begins and not written.isupper()) and written != "I"
        for part in split(folded(written)):
            found.append(
                Word(
                    text=singular(part),
                    folded=part,
                    written=written,
                    start=start,
                    end=end,
                    quoted=quoted,
                    capital=special and not (begins and len(written) == 1),
                )
            )
        if len(found) >= at_most:
            break
    return tuple(found[:at_most])
