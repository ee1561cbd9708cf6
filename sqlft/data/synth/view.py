"""A database as questions see it: things, their properties, and how they belong together."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from sqlft.data.synth.profile import Profile
from sqlft.data.synth.terms import Meaning
from sqlft.data.synth.words import article, plural
from sqlft.schema import Schema

Role = Literal["key", "label", "category", "measure", "year", "date", "flag", "prose", "text"]
"""What a column is to a question: ``label`` names its row, ``category`` sorts rows into few
kinds, ``measure`` can be added up or compared, ``text`` is anything else."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column, or a business expression over one table's columns."""

    name: str
    table: str
    """The qualified name of its table."""
    sql: str
    """As a query writes it, its table's name before it."""
    role: Role
    phrases: tuple[str, ...]
    """What people call it, in the singular; the plainest first."""
    unit: str | None = None
    verb: str | None = None
    """Of a date: what happened then, such as ``opened``."""
    is_timestamp: bool = False
    is_whole: bool = False
    """Whether it only holds whole numbers."""
    is_additive: bool = False
    """Whether its sum over rows means something."""
    is_plural: bool = False
    """Whether the phrase counts things: ``seats``."""
    private: bool = False
    profile: Profile

    @property
    def phrase(self) -> str:
        """The plainest of its phrases."""
        return self.phrases[0]

    @property
    def is_complete(self) -> bool:
        """Whether every row has it."""
        return self.profile.nulls == 0

    @property
    def is_unique(self) -> bool:
        """Whether it tells rows apart."""
        return self.is_complete and self.profile.distinct == self.profile.rows

    def at(self, alias: str) -> str:
        """As a query writes it where its table has another name."""
        return f"{alias}.{self.sql.partition('.')[2]}"


@dataclass(frozen=True, kw_only=True)
class Noun:
    """What people call one row of a table, and several."""

    one: str
    many: str

    @property
    def a(self) -> str:
        """With its article."""
        return article(self.one)


def noun(one: str) -> Noun:
    """The noun of a singular.

    >>> noun("order line").many
    'order lines'
    """
    return Noun(one=one, many=plural(one))


@dataclass(frozen=True, kw_only=True)
class Thing:
    """A table."""

    name: str
    """Qualified."""
    sql: str
    """As a FROM clause writes it."""
    nouns: tuple[Noun, ...]
    fields: tuple[Field, ...]
    labels: tuple[Field, ...]
    """The columns that people know its rows by; none where only a key does."""
    keys: tuple[Field, ...]
    """The primary key, or a column that tells its rows apart; none where nothing does."""
    is_person: bool
    is_link: bool
    """Whether it only joins others."""
    rows: int

    @property
    def noun(self) -> Noun:
        """The plainest of its nouns."""
        return self.nouns[0]

    @property
    def who(self) -> str:
        """Its relative pronoun."""
        return "who" if self.is_person else "that"

    def of_role(self, *roles: Role) -> list[Field]:
        """Its fields of these roles."""
        return [f for f in self.fields if f.role in roles]


@dataclass(frozen=True, kw_only=True)
class Link:
    """Rows of ``child`` that belong to one row of ``parent`` each."""

    child: Thing
    parent: Thing
    child_field: Field
    parent_field: Field
    role: str
    """What the child calls its parent: ``home store``."""
    is_plain: bool
    """Whether the role is the parent's own noun, and no other link joins the two."""

    @property
    def on(self) -> str:
        """The condition that joins the two."""
        return f"{self.child_field.sql} = {self.parent_field.sql}"

    @property
    def is_one_to_one(self) -> bool:
        """Whether the child's own key refers: a gymnast is a person."""
        return [f.sql for f in self.child.keys] == [self.child_field.sql]

    @property
    def is_own(self) -> bool:
        """Whether a table refers to itself."""
        return self.child.name == self.parent.name


@dataclass(frozen=True, kw_only=True)
class View:
    """Everything that questions about one database are made of."""

    name: str
    schema: Schema = field(repr=False)
    things: tuple[Thing, ...]
    links: tuple[Link, ...]
    terms: tuple[Meaning, ...]
    today: datetime.date | None
    """What "last month" counts from; none: nothing relative can be asked."""
    is_noted: bool
    """Whether its owner says what its names mean."""

    @cached_property
    def by_name(self) -> dict[str, Thing]:
        """Its things by qualified name."""
        return {thing.name: thing for thing in self.things}

    def parents(self, thing: Thing) -> list[Link]:
        """Links to what a thing belongs to."""
        return [link for link in self.links if link.child.name == thing.name and not link.is_own]

    def children(self, thing: Thing) -> list[Link]:
        """Links to what belongs to a thing."""
        return [link for link in self.links if link.parent.name == thing.name and not link.is_own]


def shown_fields(thing: Thing) -> Sequence[Field]:
    """The columns that stand for a row where a question names none.

    Its labels; its key where it has none.
    """
    return thing.labels or thing.keys
