"""Values that some words of a question may mean, with how well they fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sqlft.schema.value_index import MOST_WORDS, ValueIndex
from sqlft.schema.value_words import STOP_WORDS, Word, folded, phrase_hash, singular_words, split

How = Literal["exact", "case", "plural", "typo", "inside"]

_SAME_PHRASE_AT_MOST = 100
_TYPO_PHRASE_WORDS = 5
_MISSPELLED_AT_MOST = 10
_HOLDERS_AT_MOST, _HOLDERS_IN_ALL = 20_000, 60_000
"""A word that more values hold than that singles none of them out; sorting more takes 3 ms."""
_INSIDE_AT_MOST = 80


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A stored value, and the words ``first`` to before ``last`` of the question that say it."""

    column: int
    text: str
    first: int
    last: int
    how: How
    quality: float
    """1 for letter by letter, less for each liberty taken."""


Spelling = Mapping[int, Sequence[tuple[str, float]]]
"""For the place of a misspelled word, the words that it may be, with likeness 0 to 1."""


def candidates(index: ValueIndex, words: Sequence[Word], question: str) -> tuple[Candidate, ...]:
    """Everything that the question may name: whole values, misspelled ones, parts of values."""
    spelling = _spelling(index, words)
    found = [*_whole(index, words, question), *_misspelled(index, words, spelling)]
    taken = {(c.column, c.text) for c in found}
    inside = _inside(index, words, spelling)
    return (*found, *(c for c in inside if (c.column, c.text) not in taken))


def _spelling(index: ValueIndex, words: Sequence[Word]) -> Spelling:
    """Corrections of the words that neither a value nor a name of the schema holds."""
    unknown = [
        place
        for place, word in enumerate(words)
        if word.text.isalpha()
        and not word.stop
        and word.text not in index.name_words
        and index.word_number(word.text) is None
    ]
    found = {place: index.similar(words[place].text) for place in unknown[:_MISSPELLED_AT_MOST]}
    return {
        place: [
            (other, likeness)
            for other, likeness in others
            # "past" is not "East": a short plain word is corrected only after its first letter
            if other not in STOP_WORDS
            and (words[place].marked or (len(other) > 4 and other[0] == words[place].text[0]))
        ]
        for place, others in found.items()
    }


def _spans(words: Sequence[Word], longest: int) -> Iterator[tuple[int, int]]:
    for first in range(len(words)):
        for last in range(first + 1, min(len(words), first + longest) + 1):
            if not all(word.stop for word in words[first:last]):
                yield first, last


def _whole(index: ValueIndex, words: Sequence[Word], question: str) -> Iterator[Candidate]:
    """Values that the question says as a whole, in any case and number."""
    texts = [word.text for word in words]
    spans = list(_spans(words, MOST_WORDS))
    hashes = [phrase_hash(texts[first:last]) for first, last in spans]
    lists = index.values_of(hashes, at_most=_SAME_PHRASE_AT_MOST)
    for (first, last), values in zip(spans, lists, strict=True):
        written = question[words[first].start : words[last - 1].end]
        said = [word.folded for word in words[first:last]]
        for value in values.tolist():
            text = index.text(value)
            how = _liberty(text, written, said)
            yield Candidate(
                column=int(index.column_of[value]),
                text=text,
                first=first,
                last=last,
                how=how,
                quality={"exact": 1.0, "case": 0.95, "plural": 0.88}[how],
            )


def _liberty(text: str, written: str, said: Sequence[str]) -> Literal["exact", "case", "plural"]:
    if text == written or text.strip() == written:
        return "exact"
    return "case" if _plain_words(text) == tuple(said) else "plural"


def _plain_words(text: str) -> tuple[str, ...]:
    return tuple(split(folded(text)))


def _misspelled(
    index: ValueIndex, words: Sequence[Word], spelling: Spelling
) -> Iterator[Candidate]:
    """Values that the question says as a whole, but for one misspelled word."""
    tried: list[tuple[int, int, float]] = []
    hashes: list[int] = []
    for first, last in _spans(words, _TYPO_PHRASE_WORDS):
        for place in range(first, last):
            for other, likeness in spelling.get(place, ()):
                said = [w.text for w in words[first:last]]
                said[place - first] = other
                tried.append((first, last, likeness))
                hashes.append(phrase_hash(said))
    lists = index.values_of(hashes, at_most=_SAME_PHRASE_AT_MOST)
    for (first, last, likeness), values in zip(tried, lists, strict=True):
        for value in values.tolist():
            yield Candidate(
                column=int(index.column_of[value]),
                text=index.text(value),
                first=first,
                last=last,
                how="typo",
                quality=0.8 * likeness,
            )


def _inside(index: ValueIndex, words: Sequence[Word], spelling: Spelling) -> list[Candidate]:
    """Values of which the question says a part; the rarest words of it decide."""
    said = dict.fromkeys(word.text for word in words if not word.stop and _tells(word))
    said |= dict.fromkeys(other for others in spelling.values() for other, _ in others[:1])
    lists, rarities, left = [], [], _HOLDERS_IN_ALL
    for word in sorted(said, key=index.rarity, reverse=True):
        number = index.word_number(word)
        holders = index.holding(number) if number is not None else ()
        if 0 < len(holders) <= min(_HOLDERS_AT_MOST, left):
            left -= len(holders)
            lists.append(holders)
            rarities.append(np.full(len(holders), index.rarity(word)))
    if not lists:
        return []
    values, owner = np.unique(np.concatenate(lists), return_inverse=True)
    matched = np.bincount(owner, np.concatenate(rarities))
    coverage = matched / np.maximum(index.weights[values], 1e-6)
    best = np.argsort(-(matched * (0.4 + coverage)), kind="stable")[:_INSIDE_AT_MOST]
    made = [_part(index, words, spelling, int(values[place])) for place in best]
    return [candidate for candidate in made if candidate is not None]


def _tells(word: Word) -> bool:
    return len(word.text) > 2 or word.marked or not word.text.isascii()


def _part(
    index: ValueIndex, words: Sequence[Word], spelling: Spelling, value: int
) -> Candidate | None:
    """The longest run of the question's words that stands in the value as it stands there."""
    text = index.text(value)
    held = singular_words(text)
    said = [
        {word.text, *(other for other, _ in spelling.get(i, ()))} for i, word in enumerate(words)
    ]
    length, first, at = _longest_run(said, held)
    if not length or all(word.stop for word in words[first : first + length]):
        return None
    run = sum(map(index.rarity, held[at : at + length]))
    elsewhere = {word.text for word in words if not word.stop} & set(held) - set(
        held[at : at + length]
    )
    more = sum(map(index.rarity, elsewhere))
    coverage = min(1.0, (run + 0.8 * more) / max(1e-6, sum(map(index.rarity, held))))
    return Candidate(
        column=int(index.column_of[value]),
        text=text,
        first=first,
        last=first + length,
        how="inside",
        quality=0.3 + 0.45 * coverage,
    )


def _longest_run(said: Sequence[set[str]], held: Sequence[str]) -> tuple[int, int, int]:
    """Length of the longest common run, where it begins in ``said``, and where in ``held``.

    >>> _longest_run([{"in"}, {"new"}, {"york"}], ["old", "new", "york"])
    (2, 1, 1)
    """
    best = (0, 0, 0)
    before = [0] * (len(held) + 1)
    for i, options in enumerate(said):
        row = [0] * (len(held) + 1)
        for j, word in enumerate(held):
            if word in options:
                row[j + 1] = before[j] + 1
                best = max(best, (row[j + 1], i - before[j], j - before[j]), key=lambda b: b[0])
        before = row
    return best
