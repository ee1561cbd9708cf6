"""Which tables of a schema share words with a question, and how they join."""

from __future__ import annotations

import math
import re
from collections import defaultdict, deque
from collections.abc import Container, Iterable, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from sqlft.schema.definition import ForeignKey, Schema, Table
from sqlft.schema.value_words import question_words, singular_words
from sqlft.schema.values import ValueMatch

_TABLE_NAME, _SYNONYM, _COLUMN_NAME, _NOTE = 1.0, 0.9, 0.7, 0.5
"""How much a word says of a table, by where it stands."""

_GROUP_SHARE = 0.6
"""Of what a question's words say of a group of joined tables, what counts for each of them: a
question is rarely about two groups."""

_BESIDE_NAMESPACE, _NAMESPACE_SHARE = 0.3, 1.0
"""Where there are several namespaces: the same share, and that of a namespace. Who files tables
together asks about them together."""

_LONG_TABLE, _USUAL_WORDS = 0.25, 14
"""A table of many words shares some with any question: they count less by this power of how many
times the usual number there are."""

_STOP_SHARE = 0.2
"""What counts of words that questions are made of: "ordered" may mean the orders."""

_WHOLE_NAME = 0.5
"""What is added where the question says all of a table's name: "customers" names that table before
those of customers' orders and addresses."""

_LEAST_PREFIX = 3

_BRITISH = (
    (re.compile(r"is(?=(?:e|ed|er|ing|ation)$)"), "iz"),
    (re.compile(r"(?<=\w{3})our$"), "or"),
    (re.compile(r"(?<=\w{2})tre$"), "ter"),
)
"""Endings as they are spelled in Britain, and in America."""

_HOW = {"exact": 1.0, "case": 0.8, "plural": 0.8}
_CODE = 4
"""Shorter values are codes, such as those of airlines, that common words are mistaken for."""


class TableIndex:
    """Words and joins of a schema's tables, which are known by their places in it."""

    def __init__(self, schema: Schema) -> None:
        self._place = {t.qualified_name.casefold(): at for at, t in enumerate(schema.tables)}
        self._schema = schema
        self.neighbours: list[list[int]] = [[] for _ in schema.tables]
        for key in schema.foreign_keys:
            one, other = self.ends(key)
            if one != other and min(one, other) >= 0 and other not in self.neighbours[one]:
                self.neighbours[one].append(other)
                self.neighbours[other].append(one)
        self._group, self._namespace = self._groups(), self._namespaces()
        self._tables_of: defaultdict[str, dict[int, float]] = defaultdict(dict)
        for place, table in enumerate(schema.tables):
            for word, weight in _words(table).items():
                self._tables_of[word][place] = weight
        self._names = [singular_words(table.name) for table in schema.tables]
        self._by_start: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._tables_of:
            self._by_start[word[:_LEAST_PREFIX]].append(word)
        self._vocabulary = [word for word in self._tables_of if len(word) >= 4]

    def ends(self, key: ForeignKey) -> tuple[int, int]:
        """The places of the tables that a key joins; -1 for one that is not there."""
        return self._at(key.table), self._at(key.target_table)

    def _at(self, name: str) -> int:
        table = self._schema.table(name)
        return -1 if table is None else self._place[table.qualified_name.casefold()]

    def ranked(self, question: str, values: Sequence[ValueMatch] = ()) -> list[int]:
        """The tables that have anything to do with the question, best first."""
        _, total = self._scored(question, values)
        return _best([place for place, score in enumerate(total) if score > 0], total)

    def named(self, question: str) -> list[int]:
        """Those of them that share words with it themselves."""
        own, total = self._scored(question, ())
        return _best([place for place, score in enumerate(own) if score > 0], total)

    def _scored(
        self, question: str, values: Sequence[ValueMatch]
    ) -> tuple[list[float], list[float]]:
        """Of each table what the question says of it, and that with what surrounds it.

        A word counts by its rarity among tables, as in BM25, once a table: where it says most. To
        that come shares of what all tables that are joined to it, and all of its namespace, have
        of the question: of each word what it says to the best of them.
        """
        own = [0.0] * len(self.neighbours)
        group_share = _GROUP_SHARE if min(self._namespace, default=-1) < 0 else _BESIDE_NAMESPACE
        groups, namespaces = _Together(self._group), _Together(self._namespace)
        asked = {word.text: _STOP_SHARE if word.stop else 1.0 for word in question_words(question)}
        for word, share in asked.items():
            found = {place: score * share for place, score in self._scores(word).items()}
            for place, score in found.items():
                own[place] += score
            groups.add(found)
            namespaces.add(found)
        for table, (worth, shared) in _valued(values).items():
            place = self._at(table)
            if place >= 0:
                own[place] += worth * self._rarity(shared)
                groups.add({place: worth * self._rarity(shared)})
                namespaces.add({place: worth * self._rarity(shared)})
        for place, words in enumerate(self._names):
            if own[place]:
                own[place] *= 1 + _WHOLE_NAME * self._named(words, asked)
        total = [
            score + group_share * groups.has(place) + _NAMESPACE_SHARE * namespaces.has(place)
            for place, score in enumerate(own)
        ]
        return own, total

    def _named(self, words: Sequence[str], asked: Iterable[str]) -> float:
        """Which share of a table's name the question says, 0 to 1."""
        said = sum(any(_likeness(one, word) > 0.5 for one in asked) for word in words)
        return said / max(1, len(words))

    def path(self, sources: Container[int], target: int, most_steps: int) -> list[int] | None:
        """The fewest tables that join the target to a source, itself included; none: no way."""
        if target in sources:
            return []
        before: dict[int, int] = {target: target}
        waiting = deque([(target, 0)])
        while waiting:
            place, steps = waiting.popleft()
            for near in self.neighbours[place]:
                if near in before:
                    continue
                before[near] = place
                if near in sources:
                    way = [place]
                    while way[-1] != target:
                        way.append(before[way[-1]])
                    return way
                if steps < most_steps:
                    waiting.append((near, steps + 1))
        return None

    def _scores(self, word: str) -> dict[int, float]:
        """What one word of a question says of each table."""
        found: dict[int, float] = {}
        for known, likeness in self._like(word):
            tables = self._tables_of[known]
            rarity = self._rarity(len(tables)) * likeness
            for place, weight in tables.items():
                found[place] = max(found.get(place, 0.0), rarity * weight)
        return found

    def _like(self, word: str) -> Iterable[tuple[str, float]]:
        """Words of the schema that mean the same: equal, longer or shorter, or misspelled."""
        near = [(known, _likeness(word, known)) for known in self._by_start[word[:_LEAST_PREFIX]]]
        found = [(known, likeness) for known, likeness in near if likeness]
        if found or len(word) < 5:
            return found
        close = process.extract(word, self._vocabulary, scorer=OSA.distance, score_cutoff=1)
        return [(known, 0.7) for known, _, _ in close]

    def _rarity(self, tables: int) -> float:
        return math.log(1 + len(self.neighbours) / tables)

    def _namespaces(self) -> list[int]:
        """Of each table the number of its namespace; -1 where there is one for all."""
        names = [table.namespace or "" for table in self._schema.tables]
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        return [numbers[name] if len(numbers) > 1 else -1 for name in names]

    def _groups(self) -> list[int]:
        """Of each table the number of its group: tables that joins connect."""
        group = [-1] * len(self.neighbours)
        for start in range(len(group)):
            waiting = [start] if group[start] < 0 else []
            while waiting:
                place = waiting.pop()
                group[place] = start
                waiting += [near for near in self.neighbours[place] if group[near] < 0]
        return group


def _best(places: Sequence[int], score: Sequence[float]) -> list[int]:
    return sorted(places, key=lambda place: -score[place])


class _Together:
    """What a question's words say of tables that belong together."""

    def __init__(self, group: Sequence[int]) -> None:
        self._group = group
        self._has: defaultdict[int, float] = defaultdict(float)

    def add(self, scores: Mapping[int, float]) -> None:
        """What one word or value says of tables: the best of a group is the group's."""
        best: defaultdict[int, float] = defaultdict(float)
        for place, score in scores.items():
            best[self._group[place]] = max(best[self._group[place]], score)
        for group, score in best.items():
            self._has[group] += score

    def has(self, place: int) -> float:
        """What is said of all that belong to a table; 0 where that is all tables."""
        return self._has[self._group[place]] if self._group[place] >= 0 else 0.0


def _words(table: Table) -> Mapping[str, float]:
    """The words that tell of a table, each with what it says of it at its best place."""
    found: dict[str, float] = {}

    def put(text: str | None, weight: float) -> None:
        for word in singular_words(text or ""):
            found[word] = max(found.get(word, 0.0), weight)

    put(table.name, _TABLE_NAME)
    put(table.namespace, _COLUMN_NAME)
    for text in (table.meaning, table.comment):
        put(text, _NOTE)
    for text in table.synonyms:
        put(text, _SYNONYM)
    for column in table.columns:
        put(column.name, _COLUMN_NAME)
        for text in column.synonyms:
            put(text, _COLUMN_NAME)
        for text in (column.meaning, column.comment, column.unit):
            put(text, _NOTE)
    length = (max(1, len(found)) / _USUAL_WORDS) ** _LONG_TABLE
    return {word: weight / length for word, weight in found.items()}


def _likeness(word: str, known: str) -> float:
    """0 to 1: how likely two words that begin alike mean the same.

    >>> _likeness("department", "dept"), _likeness("enrolled", "enrollment")
    (0.0, 0.8)
    """
    if word == known:
        return 1.0
    if _stem(word) == _stem(known):
        return 0.8
    shorter, longer = sorted((len(word), len(known)))
    shared = next((at for at in range(shorter) if word[at] != known[at]), shorter)
    if shared == shorter:
        return 0.7 if shorter >= 4 else 0.4
    return 0.6 if shared >= 5 and shared >= 0.6 * longer else 0.0


def _stem(word: str) -> str:
    """The word without an ending that makes a verb or a noun of it, at least three letters.

    >>> {_stem(word) for word in ("rated", "rating", "rate", "rater")}
    {'rat'}
    >>> _stem("organisation") == _stem("organization"), _stem("colour") == _stem("color")
    (True, True)
    """
    for british, american in _BRITISH:
        word = british.sub(american, word)
    for ending in ("ing", "ment", "ion", "ed", "er", "or", "e"):
        if word.endswith(ending) and len(word) >= len(ending) + 3:
            return word[: -len(ending)]
    return word


def _valued(values: Sequence[ValueMatch]) -> dict[str, tuple[float, int]]:
    """Of each table what its best matched value says, and in how many tables that one is."""
    tables: defaultdict[str, set[str]] = defaultdict(set)
    for match in values:
        tables[match.value.casefold()].add(match.table)
    found: dict[str, tuple[float, int]] = {}
    for match in values:
        worth = _HOW.get(match.how, 0.6) * (1.0 if len(match.value) >= _CODE else 0.4)
        shared = len(tables[match.value.casefold()])
        found[match.table] = max(found.get(match.table, (0.0, 0)), (worth, -shared))
    return {table: (worth, -shared) for table, (worth, shared) in found.items()}
