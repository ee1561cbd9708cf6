"""What a query in the writing has in sight: sources, columns, and what its clauses allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeAlias

from sqlft.generate.grammar.kinds import Kind, fellows, kind_of, roots
from sqlft.generate.grammar.machine import narrow_text
from sqlft.generate.grammar.rules import Rules
from sqlft.schema import ForeignKey, Schema, Table
from sqlft.sql.from_first import bare

Key: TypeAlias = tuple[str, str]
"""A column within one query: its source's name and its own, both as text."""


Read: TypeAlias = tuple[Key, frozenset[str]]
"""A column that is read, and the calls around it as text: by any of them rows may be grouped."""

HIDDEN = "\0"
"""Stands in an expression's text for a nested query's."""


def quoted(name: str) -> str:
    """The name as the canonical form spells it.

    >>> quoted("city"), quoted("order")
    ('city', '"order"')
    """
    return narrow_text(name if bare(name) else '"' + name.replace('"', '""') + '"')


@dataclass(frozen=True, slots=True)
class Field:
    """One column that a source offers."""

    text: str
    """As it is spelled."""
    kind: Kind
    type: str = ""
    """DuckDB's name of its type where that is known."""


@dataclass(frozen=True)
class Source:
    """One table, CTE or derived table in a FROM; another row of it is another source."""

    text: str
    """As the FROM names it, without an alias; empty for a derived table."""
    name: str
    """The name its columns are qualified with, unquoted."""
    fields: tuple[Field, ...]
    table: str | None = None
    """The qualified name by which keys refer to it, where it is a table of the schema."""

    @cached_property
    def shown(self) -> str:
        """The name before a column's dot."""
        return quoted(self.name)

    @cached_property
    def keys(self) -> frozenset[Key]:
        """Its columns."""
        return frozenset((self.name, field.text) for field in self.fields)

    @cached_property
    def held(self) -> frozenset[Kind]:
        """The kinds of its columns."""
        return frozenset(field.kind for field in self.fields)

    @cached_property
    def kinds(self) -> frozenset[Kind]:
        """The kinds that its columns are compared with."""
        return frozenset(k for f in self.fields if f.kind != "other" for k in fellows(f.kind))

    def hidden(self) -> Source:
        """The source where its columns are out of sight, though its name is taken."""
        return Source(self.text, self.name, ())

    def renamed(self, name: str) -> Source:
        return Source(self.text, name, self.fields, self.table)

    def only(self, keys: frozenset[Key]) -> Source:
        """The source with these of its columns alone."""
        kept = tuple(field for field in self.fields if (self.name, field.text) in keys)
        return Source(self.text, self.name, kept, self.table)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that expressions of one SELECT may use.

    ``style``: how its columns are written: ``bare``; ``qualified``; ``open`` until the first
    column decides; or ``free``, where each may be as it likes, if that is plain. A query refers to
    one around it in the qualified style alone.
    """

    sources: tuple[Source, ...]
    outer: tuple[Source, ...]
    style: str
    tables: tuple[Source, ...] = ()
    """What sources may be of, where FROM comes later: columns are asked of it, not found."""

    def named(self, name: str) -> Source | None:
        folded = name.casefold()
        return next((s for s in self.sources if s.name.casefold() == folded), None)


@dataclass(frozen=True, slots=True)
class Value:
    """An expression that was written."""

    kind: Kind
    text: str
    """As it was written; what a nested query stood for is ``HIDDEN``."""
    reads: frozenset[Read] = frozenset()
    """Columns of this query's own sources that it reads outside of aggregates."""
    outer: frozenset[Key] = frozenset()
    """Columns that it reads of the queries around this one."""
    aggregate: bool = False
    """It holds an aggregate."""
    plain: bool = False
    """It is a column and nothing else."""
    constant: bool = False
    """It reads nothing: literals alone."""
    bracketed: bool = False
    """It is in brackets, which only an operator beside them is a reason for."""
    loose: bool = False
    """An operator or a comparison stands in it outside of brackets."""

    @property
    def keys(self) -> frozenset[Key]:
        """The columns that it reads of this query's own sources outside of aggregates."""
        return frozenset(key for key, _ in self.reads)

    @property
    def groupable(self) -> bool:
        """Whether it is an expression that rows may be grouped by."""
        barred = self.aggregate or HIDDEN in self.text or self.windowed
        return bool(self.reads) and not barred and not self.bracketed

    @property
    def windowed(self) -> bool:
        """Whether it holds a window."""
        return " OVER (" in self.text

    def made(self, text: str, kind: Kind | None = None, *, loose: bool = False) -> Value:
        """An expression around this one alone."""
        return Value(
            kind or self.kind,
            text,
            self.reads,
            self.outer,
            self.aggregate,
            constant=self.constant,
            loose=loose,
        )

    def joined(self, other: Value, text: str, kind: Kind, *, loose: bool = False) -> Value:
        """An expression of both."""
        return Value(
            kind,
            text,
            self.reads | other.reads,
            self.outer | other.outer,
            self.aggregate or other.aggregate,
            constant=self.constant and other.constant,
            loose=loose,
        )

    def whole(self, text: str, kind: Kind | None = None) -> Value:
        """A call or the like around this one alone, by which rows may be grouped."""
        made = self.made(text, kind)
        return replace(made, reads=frozenset((key, around | {text}) for key, around in self.reads))


@dataclass(frozen=True, slots=True)
class Demand:
    """A column that was written before its FROM."""

    qualifier: str
    """Empty where it is written bare."""
    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Env:
    """Where an expression stands: what it may hold there."""

    scope: Scope
    known: Known
    rules: Rules
    ctes: tuple[Source, ...] = ()
    aggregates: bool = False
    windows: bool = False
    only: frozenset[Key] | None = None
    """Columns that may stand outside of aggregates; none: all."""
    repeated: tuple[Value, ...] = ()
    """Grouped expressions, which may stand again as they are."""
    demands: frozenset[Demand] = frozenset()
    """What the FROM that comes later must hold."""
    depth: int = 0
    """How deep within calls and brackets."""
    around: str = ""
    """The function whose argument this is: it is not called again at once."""
    reading: bool = False
    """The query must read a column of the queries around it: not all of their names are hidden."""
    nesting: int = 0
    """How deep within queries."""

    def within(self, **changes: object) -> Env:
        return replace(self, **changes)  # type: ignore[arg-type]

    def deeper(self) -> Env:
        """Within a call or brackets."""
        return replace(self, depth=self.depth + 1, around="")

    def after(self, inner: Env) -> Env:
        """Here again after something within, which may have decided the columns' style."""
        here = self.styled(inner.scope.style)
        return here if here.demands == inner.demands else replace(here, demands=inner.demands)

    def styled(self, style: str) -> Env:
        """The same after a column was written in that style."""
        if self.scope.style == style:
            return self
        return replace(self, scope=replace(self.scope, style=style))


class Known:
    """A schema's tables as sources, and which columns its foreign keys make one thing of."""

    def __init__(self, schema: Schema) -> None:
        self.tables = tuple(_source(table) for table in schema.tables)
        self._held = frozenset(kind for table in self.tables for kind in table.held)
        self._things: dict[Key, Key] = {}
        for key in schema.foreign_keys:
            self._tie(key, schema)

    def makes(self, want: frozenset[Kind]) -> bool:
        """Whether a value of one of the kinds can be made of some table's columns."""
        return not self._held.isdisjoint(roots(want))

    def _tie(self, key: ForeignKey, schema: Schema) -> None:
        here, there = schema.table(key.table), schema.table(key.target_table)
        if here is None or there is None:
            return
        for mine, theirs in zip(key.columns, key.target_columns, strict=False):
            a = self._thing((here.qualified_name, quoted(mine)))
            self._things[a] = self._thing((there.qualified_name, quoted(theirs)))

    def _thing(self, column: Key) -> Key:
        """The column that stands for all that keys tie to this one, over any number of keys."""
        found = column
        while self._things.setdefault(found, found) != found:
            found = self._things[found]
        return found

    def tied(self, left: Source, a: Field, right: Source, b: Field) -> bool:
        """Whether two columns hold the same thing: keys lead from both to the same column.

        So do two columns that refer to one table, such as ``orders.customer_id`` and
        ``returns.customer_id``; a column is not tied to itself.
        """
        if left.table is None or right.table is None:
            return False
        one, other = (left.table, a.text), (right.table, b.text)
        if one == other:
            return False
        if one not in self._things or other not in self._things:
            return False
        return self._thing(one) == self._thing(other)


def _source(table: Table) -> Source:
    parts = (table.namespace, table.name) if table.namespace else (table.name,)
    fields = tuple(Field(quoted(c.name), kind_of(c.type), c.type) for c in table.columns)
    return Source(".".join(map(quoted, parts)), table.name, fields, table.qualified_name)
