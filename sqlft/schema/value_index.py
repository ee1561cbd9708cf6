"""Distinct values of text columns, in arrays that find them by phrase, word or typo."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from sqlft.schema.value_words import (
    HASH_MASK,
    folded,
    place_factor,
    singular,
    split,
    word_hash,
)

Numbers = NDArray[Any]

MOST_WORDS = 12
"""Words of a phrase that is looked up as a whole."""

_BUCKETS = 1 << 16
_LONGEST_GRAM_LIST = 50_000
_TYPO_LETTERS_AT_LEAST, _TYPO_LETTERS_AT_MOST = 4, 30
_COMPARED_AT_MOST = 3000


@dataclass(frozen=True, eq=False)
class ValueIndex:
    """Values by number: 0 for the first value of the first column, and so on.

    The arrays may lie in a mapped file. ``starts`` arrays hold one more number than there are
    lists: list ``i`` is ``[starts[i], starts[i + 1])``.
    """

    columns: tuple[tuple[str, str], ...]
    """Qualified table name and column name, by the numbers in ``column_of``."""
    name_words: frozenset[str]
    """Every word of the schema's table and column names, in the singular."""
    texts: pa.StringArray
    column_of: Numbers
    phrases: Numbers
    """Sorted hashes of whole values, uint64; ``phrase_values`` has the value of each."""
    phrase_values: Numbers
    word_hashes: Numbers
    """Sorted hashes of words, uint64; a word's place here is its number."""
    words: pa.StringArray
    word_starts: Numbers
    word_values: Numbers
    """Ascending values that hold each word."""
    weights: Numbers
    """Of each value the summed rarity of its words, float32."""
    gram_starts: Numbers
    gram_words: Numbers
    """Words that hold each bucket of three letters."""

    def __len__(self) -> int:
        return len(self.column_of)

    @cached_property
    def size_mib(self) -> float:
        """Bytes of all arrays, in MiB."""
        arrays = [getattr(self, name) for name in ARRAYS]
        return float(sum(array.nbytes for array in arrays)) / 2**20

    @cached_property
    def rarest(self) -> float:
        """The rarity of a word that only one value has."""
        return math.log(1 + max(1, len(self)))

    def text(self, value: int) -> str:
        """The value as it is stored."""
        return str(self.texts[value].as_py())

    def values_of(self, hashes: Sequence[int], *, at_most: int) -> list[Numbers]:
        """For each phrase hash, the values that consist of that phrase."""
        wanted = np.array(hashes, np.uint64)
        first = np.searchsorted(self.phrases, wanted, "left")
        last = np.searchsorted(self.phrases, wanted, "right")
        return [
            self.phrase_values[a : min(b, a + at_most)] for a, b in zip(first, last, strict=True)
        ]

    def word_number(self, word: str) -> int | None:
        """The number of a word that some value holds, or none."""
        wanted = np.uint64(word_hash(word))
        place = int(np.searchsorted(self.word_hashes, wanted))
        known = place < len(self.word_hashes) and self.word_hashes[place] == wanted
        return place if known else None

    def holding(self, word: int) -> Numbers:
        """The values that hold the word of that number, ascending."""
        return self.word_values[self.word_starts[word] : self.word_starts[word + 1]]

    def rarity(self, word: str) -> float:
        """From 0 (in every value, or in none) to ``rarest``."""
        number = self.word_number(word)
        return 0.0 if number is None else math.log(1 + len(self) / len(self.holding(number)))

    def similar(self, word: str, *, at_most: int = 3) -> list[tuple[str, float]]:
        """Words one slip away (two from eight letters on), the nearest first, with likeness 0-1."""
        letters = len(word)
        if not _TYPO_LETTERS_AT_LEAST <= letters <= _TYPO_LETTERS_AT_MOST:
            return []
        slips = 2 if letters >= 8 else 1
        near = self._sharing_grams(word, slips)
        known = self.words.take(pa.array(near)).to_pylist()
        distances = process.extract(
            word, known, scorer=OSA.distance, score_cutoff=slips, limit=4 * at_most
        )
        ranked = sorted((d, found[0] != word[0], found) for found, d, _ in distances if d)
        return [(found, 1 - d / max(letters, len(found))) for d, _, found in ranked[:at_most]]

    def _sharing_grams(self, word: str, slips: int) -> Numbers:
        buckets = _grams(word)
        lists = [
            self.gram_words[self.gram_starts[b] : self.gram_starts[b + 1]]
            for b in sorted(set(buckets.tolist()))
        ]
        short = [numbers for numbers in lists if len(numbers) <= _LONGEST_GRAM_LIST]
        if not short:
            return np.zeros(0, np.int32)
        numbers, shared = np.unique(np.concatenate(short), return_counts=True)
        # A slip spoils three grams of three, swapped letters four.
        least = max(1, len(short) - 4 * slips)
        numbers, shared = numbers[shared >= least], shared[shared >= least]
        return numbers[np.argsort(-shared, kind="stable")[:_COMPARED_AT_MOST]]


ARRAYS = (
    "texts column_of phrases phrase_values word_hashes words word_starts word_values weights"
    " gram_starts gram_words"
).split()
"""The fields of an index that are arrays, in the order in which they are written to disk."""


def build_index(
    columns: Sequence[tuple[str, str]],
    values: Iterable[tuple[int, Sequence[str]]],
    name_words: Iterable[str] = (),
) -> ValueIndex:
    """An index over the distinct values of some columns, each given by its number.

    >>> from sqlft.schema.value_words import phrase_hash
    >>> index = build_index([("city", "name")], [(0, ["Rome", "New York"])])
    >>> [index.text(value) for value in index.values_of([phrase_hash(["rome"])], at_most=9)[0]]
    ['Rome']
    """
    texts: list[str] = []
    column_of: list[int] = []
    raw: dict[str, int] = {}
    of_words: list[int] = []  # the words of all values, one value after the other
    lengths: list[int] = []
    for column, some in values:
        for text in some:
            found = split(folded(text))[: 4 * MOST_WORDS]
            if not found:
                continue
            of_words += [raw.setdefault(word, len(raw)) for word in found]
            lengths.append(len(found))
            texts.append(text)
            column_of.append(column)
    numbers, vocabulary, hashes = _vocabulary(raw)
    flat = numbers[np.array(of_words, np.int64)] if of_words else np.zeros(0, np.int64)
    counts = np.array(lengths, np.int64)
    word_starts, word_values = _by_word(flat, counts, len(vocabulary))
    phrases, phrase_values = _phrases(hashes[flat] if of_words else hashes[:0], counts)
    gram_starts, gram_words = _by_gram(vocabulary)
    return ValueIndex(
        columns=tuple(columns),
        name_words=frozenset(name_words),
        texts=pa.array(texts, pa.string()),
        column_of=np.array(column_of, np.int32),
        phrases=phrases,
        phrase_values=phrase_values,
        word_hashes=hashes,
        words=pa.array(vocabulary, pa.string()),
        word_starts=word_starts,
        word_values=word_values,
        weights=_weights(flat, counts, word_starts),
        gram_starts=gram_starts,
        gram_words=gram_words,
    )


def _vocabulary(raw: dict[str, int]) -> tuple[Numbers, list[str], Numbers]:
    """For each word as it stands its final number; the singular words; and their hashes, sorted."""
    singulars = [singular(word) for word in raw]
    hashed = {word: word_hash.__wrapped__(word) for word in set(singulars)}
    order = sorted(hashed, key=hashed.__getitem__)
    place = {word: number for number, word in enumerate(order)}
    numbers = np.array([place[word] for word in singulars], np.int64)
    return numbers, order, np.array([hashed[word] for word in order], np.uint64)


def _by_word(flat: Numbers, counts: Numbers, words: int) -> tuple[Numbers, Numbers]:
    holder = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    pairs = np.unique(flat * max(1, len(counts)) + holder)  # sorted by word, then by value
    word, value = np.divmod(pairs, max(1, len(counts)))
    return _starts(word, words), value.astype(np.int32)


def _starts(sorted_numbers: Numbers, lists: int) -> Numbers:
    return np.searchsorted(sorted_numbers, np.arange(lists + 1)).astype(np.int32)


def _phrases(hashes: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """Sorted hashes of the values that are short enough for a phrase, and their values."""
    first = np.cumsum(counts) - counts
    places = np.arange(len(hashes)) - np.repeat(first, counts)
    factors = np.array([place_factor(place) for place in range(4 * MOST_WORDS)], np.uint64)
    terms = hashes * factors[places]  # modulo 2**64, as uint64 is
    sums = np.add.reduceat(terms, first) if len(counts) else terms
    short = np.flatnonzero(counts <= MOST_WORDS)
    order = np.argsort(sums[short], kind="stable")
    return sums[short][order], short[order].astype(np.int32)


def _weights(flat: Numbers, counts: Numbers, word_starts: Numbers) -> Numbers:
    rarity = np.log1p(len(counts) / np.maximum(1, np.diff(word_starts)))
    first = np.cumsum(counts) - counts
    sums = np.add.reduceat(rarity[flat], first) if len(counts) else rarity[:0]
    return sums.astype(np.float32)


def _by_gram(words: Sequence[str]) -> tuple[Numbers, Numbers]:
    """For each bucket of three letters the words that hold it; codes with digits are left out."""
    chosen = [
        number
        for number, word in enumerate(words)
        if _TYPO_LETTERS_AT_LEAST <= len(word) <= _TYPO_LETTERS_AT_MOST and word.isalpha()
    ]
    joined = "".join(f" {words[number]} " for number in chosen)
    letters = np.frombuffer(joined.encode("utf-32-le", "replace"), np.uint32)
    sizes = np.array([len(words[number]) + 2 for number in chosen], np.int64)
    owner = np.repeat(np.array(chosen, np.int32), sizes)
    if len(letters) < 3:
        return np.zeros(_BUCKETS + 1, np.int32), np.zeros(0, np.int32)
    whole = owner[:-2] == owner[2:]
    buckets, owners = _buckets(letters)[whole], owner[:-2][whole]
    order = np.argsort(buckets, kind="stable")  # a radix sort for 16 bits
    return _starts(buckets[order], _BUCKETS), owners[order]


def _grams(word: str) -> Numbers:
    return _buckets(np.frombuffer(f" {word} ".encode("utf-32-le", "replace"), np.uint32))


def _buckets(letters: Numbers) -> Numbers:
    wide = letters.astype(np.uint64)
    mixed = (wide[:-2] * 1_000_003 + wide[1:-1]) * 1_000_003 + wide[2:]
    return (mixed * np.uint64(0x9E3779B97F4A7C15 & HASH_MASK) >> np.uint64(48)).astype(np.uint16)
