"""One SELECT as far as it is written: what its later clauses may hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlft.generate.grammar.machine import Options
from sqlft.generate.grammar.rules import Offers, Wants
from sqlft.generate.grammar.scope import Env, Field, Key, Read, Scope, Value
from sqlft.generate.grammar.sources import unambiguous


@dataclass(frozen=True)
class Select:
    """What was selected, from where, and how it is grouped."""

    env: Env
    want: Wants
    offers: Offers
    items: tuple[Value, ...] = ()
    fields: tuple[Field, ...] = ()
    star: bool = False
    """All columns of a source are among the items."""
    given: frozenset[Key] = frozenset()
    """The columns that stars give."""
    ends_in_star: bool = False
    groups: tuple[Value, ...] = ()
    used: frozenset[Key] = frozenset()
    """Columns read of the queries around it."""
    titles: tuple[tuple[str, Value], ...] = ()
    """Names that items were given, for use in GROUP BY and ORDER BY."""

    def reading(self, env: Env, value: Value) -> Select:
        """The same after an expression was written."""
        here, used = self.env.after(env), self.used | value.outer
        return replace(self, env=here, used=used, ends_in_star=False)

    @property
    def numbered(self) -> tuple[tuple[str, Value], ...]:
        """The items by their numbers, where these may stand for them."""
        if not self.env.rules.titles:
            return ()
        return tuple((str(number), item) for number, item in enumerate(self.items, 1))

    @property
    def aggregate(self) -> bool:
        return any(item.aggregate for item in self.items)

    @property
    def windowed(self) -> bool:
        return any(item.windowed for item in self.items)

    @property
    def telling(self) -> bool:
        """Whether any item is more than a literal."""
        return self.star or any(not item.constant for item in self.items)

    @property
    def offers_enough(self) -> bool:
        """Whether its columns are what the query around it asks for by name."""
        if self.offers is None:
            return True
        held = {field.kind for field in unambiguous(self.fields)}
        return not any(kinds.isdisjoint(held) for kinds in self.offers)

    @property
    def groupable(self) -> bool:
        """Whether rows can be grouped by all items that are no aggregates."""
        return not any(item.windowed or (item.aggregate and item.keys) for item in self.items)

    @property
    def grouped_keys(self) -> frozenset[Key]:
        """The columns that rows are grouped by."""
        return frozenset(key for group in self.groups if group.plain for key in group.keys)

    @property
    def open_items(self) -> list[Value]:
        """Items that read columns outside of aggregates and are not grouped by."""
        keys, texts = self.grouped_keys, {group.text for group in self.groups}

        def covered(read: Read) -> bool:
            key, around = read
            return key in keys or not texts.isdisjoint(around)

        return [i for i in self.items if i.text not in texts and not all(map(covered, i.reads))]

    def within_groups(self, **changes: object) -> Env:
        """Where an expression over groups stands: aggregates, and what is grouped by."""
        repeated = tuple(group for group in self.groups if not group.plain)
        keys = self.grouped_keys
        return self.env.within(aggregates=True, only=keys, repeated=repeated, **changes)

    def ordering(self) -> Env:
        """What ORDER BY may read: columns of this query alone."""
        scope = Scope(self.env.scope.sources, (), self.env.scope.style)
        if self.groups or self.aggregate:
            return self.within_groups(windows=True, scope=scope)
        return self.env.within(windows=True, scope=scope)


Selected: TypeAlias = "Callable[[Select], Options]"
