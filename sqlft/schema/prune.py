"""The part of a large schema that a question is about, within a budget of tokens."""

from __future__ import annotations

import math
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlft.schema.definition import ForeignKey, Schema, Table
from sqlft.schema.table_index import TableIndex
from sqlft.schema.values import ValueMatch

_PIECE = re.compile(r"[A-Z]?[a-z]{1,8}|[A-Z]{1,3}|\d|[^\W\d_]|[^\w\s]+|_")
_TOKENS_PER_PIECE = 1.13
"""SmolLM2's tokenizer takes 1.07 over the tables of Spider as compact text, 1.08 as DDL; what
is above is room for schemas that take more."""

MOST_STEPS = 3
"""Tables between two that are joined: no more are added to connect them."""

_KEPT = 4

SchemaText = Callable[[Schema], str]


class _Sized:
    """An index of a schema's tables with the tokens that each takes in one kind of text."""

    def __init__(self, schema: Schema, text: SchemaText) -> None:
        self.schema = schema
        self.text = text
        self.index = TableIndex(schema)
        alone = replace(schema, foreign_keys=(), today=None)
        self.tokens = [tokens_of(text(replace(alone, tables=(t,)))) for t in schema.tables]
        self.least_tokens = min(self.tokens)
        # Of each table the tables that keys join it to, and the tokens of those keys.
        self.key_tokens: list[list[tuple[int, int]]] = [[] for _ in schema.tables]
        self.total_tokens = sum(self.tokens)
        for key in schema.foreign_keys:
            one, other = self.index.ends(key)
            tokens = tokens_of(_key_line(key))
            self.total_tokens += tokens
            for here, there in {(one, other), (other, one)}:
                if min(here, there) >= 0:
                    self.key_tokens[here].append((there, tokens))


_lock = threading.Lock()
_sized: OrderedDict[tuple[int, SchemaText], _Sized] = OrderedDict()


def pruned(
    schema: Schema,
    question: str,
    values: Sequence[ValueMatch] = (),
    *,
    text: SchemaText,
    most_tokens: int,
) -> Schema:
    """The schema itself where its text fits, else the tables that the question is likely about.

    Tables are taken by how well their names, columns, notes, synonyms and matched values fit the
    question, each with the tables that join it to those taken before. They keep their order; keys
    to tables that are left out go. An index is built at the first question over a schema.

    Args:
        text: what writes the schema for the model.
        most_tokens: estimated from characters; one table is taken whatever it takes.
    """
    sized = _sized_of(schema, text)
    if sized.total_tokens <= most_tokens:
        return schema
    taken = _Taken(sized, most_tokens)
    ranked = sized.index.ranked(question, values)
    for place in ranked:
        if not taken.is_full:
            taken.add_joined(place)
    for place in ranked:  # what did not fit with its joins may fit without
        if not taken.is_full:
            taken.add([place])
    names = {schema.tables[place].qualified_name for place in taken.places}
    keys = tuple(
        key
        for key in schema.foreign_keys
        if _name(schema, key.table) in names and _name(schema, key.target_table) in names
    )
    tables = tuple(schema.tables[place] for place in sorted(taken.places))
    return replace(schema, tables=tables, foreign_keys=keys)


def nearest_tables(schema: Schema, question: str, *, at_most: int = 3) -> tuple[str, ...]:
    """The tables that share most with the question, by their qualified names, best first.

    >>> from sqlft.schema import parse_ddl
    >>> shop = parse_ddl("CREATE TABLE orders (id INT); CREATE TABLE stores (city TEXT)", "shop")
    >>> nearest_tables(shop, "Which city has the oldest store?")
    ('stores',)
    """
    index = TableIndex(schema) if len(schema.tables) < 200 else _sized_of(schema, _names).index
    return tuple(schema.tables[place].qualified_name for place in index.named(question)[:at_most])


def tokens_of(text: str) -> int:
    """About how many tokens a schema's text takes.

    >>> tokens_of("orders(order_id int key, total decimal)")
    13
    """
    return math.ceil(_TOKENS_PER_PIECE * len(_PIECE.findall(text)))


class _Taken:
    """Tables that are taken while they fit."""

    def __init__(self, sized: _Sized, most_tokens: int) -> None:
        self._sized, self._room = sized, most_tokens
        self.places: dict[int, None] = {}

    @property
    def is_full(self) -> bool:
        """Not even the smallest table fits."""
        return bool(self.places) and self._room < self._sized.least_tokens

    def add_joined(self, place: int) -> None:
        """Takes a table with what joins it to those taken before, if it all fits."""
        self.add(self._sized.index.path(self.places, place, MOST_STEPS) or [place])

    def add(self, places: Sequence[int]) -> None:
        together = dict.fromkeys(self.places)
        tokens = 0
        for place in places:
            if place not in together:
                together[place] = None
                tokens += self._sized.tokens[place]
                tokens += sum(t for near, t in self._sized.key_tokens[place] if near in together)
        if tokens <= self._room or not self.places:
            self._room -= tokens
            self.places = together


def _sized_of(schema: Schema, text: SchemaText) -> _Sized:
    """By the schema's identity: to hash one of 500 tables takes longer than the question may."""
    key = (id(schema), text)
    with _lock:
        found = _sized.get(key)
        if found is not None and found.schema is schema:
            _sized.move_to_end(key)
            return found
    found = _Sized(schema, text)
    with _lock:
        _sized[key] = found
        while len(_sized) > _KEPT:
            _sized.popitem(last=False)
    return found


def _names(schema: Schema) -> str:
    return " ".join(table.qualified_name for table in schema.tables)


def _name(schema: Schema, name: str) -> str:
    table: Table | None = schema.table(name)
    return name if table is None else table.qualified_name


def _key_line(key: ForeignKey) -> str:
    pairs = zip(key.columns, key.target_columns, strict=False)
    return " ".join(f"{key.table}.{a} = {key.target_table}.{b}" for a, b in pairs)
