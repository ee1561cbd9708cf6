"""Some rows of a thing: how a query finds them, and what a question calls them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from sqlft.data.synth.condition import Condition, Tail, equal, some_condition, tail
from sqlft.data.synth.naming import is_person
from sqlft.data.synth.query import Query
from sqlft.data.synth.view import Link, Noun, Thing, View
from sqlft.data.synth.words import article


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows of a thing that fulfil conditions."""

    thing: Thing
    noun: Noun
    conditions: tuple[Condition, ...] = ()

    @property
    def joins(self) -> tuple[str, ...]:
        """JOIN clauses that the conditions need."""
        return tuple(dict.fromkeys(j for c in self.conditions for j in c.joins))

    @property
    def where(self) -> tuple[str, ...]:
        """The conditions' SQL."""
        return tuple(c.sql for c in self.conditions)

    @property
    def columns(self) -> frozenset[str]:
        """SQL of the columns that are asked for already."""
        return frozenset(x for c in self.conditions for x in c.columns)

    @property
    def tables(self) -> frozenset[str]:
        """Names of the tables that are read."""
        joined = (x for c in self.conditions for x in c.tables)
        return frozenset([self.thing.name, *joined])

    def query(self, *select: str) -> Query:
        """A query for something of these rows."""
        return Query(select=select, source=self.thing.sql, joins=self.joins, where=self.where)

    def many(self, draw: Random) -> str:
        """The rows as a noun phrase in the plural."""
        return self._said(draw, many=True)

    def one(self, draw: Random) -> str:
        """Any of the rows as a noun phrase in the singular, without article."""
        return self._said(draw, many=False)

    def a(self, draw: Random) -> str:
        """Any of the rows, with its article."""
        return article(self.one(draw))

    def with_(self, *conditions: Condition) -> Rows:
        """The rows that fulfil these conditions, too."""
        return replace(self, conditions=(*self.conditions, *conditions))

    def _said(self, draw: Random, *, many: bool) -> str:
        before: list[str] = []
        tails: list[Tail] = []
        for condition in self.conditions:
            if condition.before and not before and draw.random() < 0.8:
                before.append(condition.before)
            else:
                tails.append(draw.choice(condition.tails))
        tails.sort(key=lambda t: t.is_relative)
        text = " ".join([*before, self.noun.many if many else self.noun.one])
        seen, having = False, False
        who = "who" if is_person(self.noun.one) else "that"
        for t in tails:
            clause = (t.many if many else t.one).replace("{who}", who)
            if having and clause.startswith("with "):
                clause = f"and {clause.removeprefix('with ')}"
            elif seen and t.is_relative:
                clause = f"and {clause}"
            text += f" {clause}"
            seen, having = seen or t.is_relative, clause.startswith(("with ", "and a"))
        return text


def all_rows(thing: Thing, draw: Random) -> Rows:
    """All rows of a thing, under one of its names."""
    plain = len(thing.nouns) == 1 or draw.random() < 0.65
    return Rows(thing=thing, noun=thing.noun if plain else draw.choice(thing.nouns[1:]))


def some_rows(
    view: View,
    thing: Thing,
    draw: Random,
    *,
    at_most: int = 2,
    at_least: int = 0,
    joins: bool = True,
    avoid: frozenset[str] = frozenset(),
) -> Rows | None:
    """Rows under so many conditions, at times about what they belong to."""
    rows = all_rows(thing, draw)
    weights = (4, 4, 1.2)[: at_most + 1]
    count = max(at_least, draw.choices(range(len(weights)), weights)[0])
    for at in range(count):
        found = None
        if joins and at == 0 and draw.random() < 0.3:
            found = condition_on_parent(view, thing, draw)
        found = found or some_condition(view, thing, draw, avoid | rows.columns)
        if found is None:
            break
        rows = rows.with_(found)
    return rows if len(rows.conditions) >= at_least else None


def condition_on_parent(
    view: View, thing: Thing, draw: Random, avoid: frozenset[str] = frozenset()
) -> Condition | None:
    """A condition on what the rows belong to: its name, or a property of it."""
    links = [k for k in view.parents(thing) if k.parent.name not in avoid and not k.is_one_to_one]
    if not links:
        return None
    link = draw.choice(links)
    if sum(k.parent.name == link.parent.name for k in links) > 1 and link.is_plain is False:
        return None
    parent = link.parent
    label = parent.labels[0] if len(parent.labels) == 1 else None
    named = label and label.is_unique and label.profile.values and not label.private
    if named and label and draw.random() < 0.5:
        value = draw.choice(label.profile.values)
        inner = equal(view, parent, label, value, draw)
        mark = draw.choice(("", "", '"'))
        tails = _belongs(link, f"the {link.role} {mark}{value}{mark}", None)
    else:
        found = None
        if draw.random() < 0.3:
            near = {k.parent.name for k in links}  # what the row reaches without a detour
            found = condition_on_parent(view, parent, draw, avoid | near | {thing.name})
        found = found or some_condition(view, parent, draw)
        if found is None:
            return None
        inner = found
        rows = all_rows(parent, draw).with_(inner)
        tails = _belongs(link, rows.a(draw), rows.many(draw)) + _role_does(link, inner)
    return Condition(
        sql=inner.sql,
        columns=inner.columns | {link.child_field.sql},
        tails=tails,
        joins=(join(link), *inner.joins),
        tables=frozenset([parent.name]) | inner.tables,
    )


def join(link: Link) -> str:
    """The JOIN clause that adds the parent."""
    return f"JOIN {link.parent.sql} ON {link.on}"


def join_child(link: Link) -> str:
    """The JOIN clause that adds the child."""
    return f"JOIN {link.child.sql} ON {link.on}"


def _belongs(link: Link, one: str, many: str | None) -> tuple[Tail, ...]:
    """Ways to say that a row belongs to one of the parent's."""
    if not link.is_plain:
        if many is None:
            return (tail(f"whose {link.role} is {one.removeprefix(f'the {link.role} ')}"),)
        return (tail(f"whose {link.role} is {one}"),)
    belong = Tail(
        many=f"{{who}} belong to {one}", one=f"{{who}} belongs to {one}", is_relative=True
    )
    return tail(f"of {one}"), tail(f"of {many or one}"), belong


def _role_does(link: Link, inner: Condition) -> tuple[Tail, ...]:
    """The condition as what the row's parent is or does: ``whose store opened in 2021``."""
    found = []
    for t in inner.tails:
        if t.one.startswith("{who} "):
            found.append(tail(f"whose {link.role} {t.one.removeprefix('{who} ')}"))
        elif t.one.startswith(("in ", "from ", "outside ")):
            found.append(tail(f"whose {link.role} is {t.one}"))
        elif t.one.startswith("with ") and not t.one.startswith(("with '", 'with "')):
            found.append(tail(f"whose {link.role} has {t.one.removeprefix('with ')}"))
    return tuple(found)


def also(rows: str, clause: str) -> str:
    """Rows with one more clause, joined to a relative clause that they end with.

    >>> also("stores whose region is West", "that have no staff")
    'stores whose region is West and that have no staff'
    """
    padded = f" {rows} "
    is_relative = clause.startswith(("whose ", "that ", "who "))
    has_relative = any(f" {word} " in padded for word in ("whose", "that", "who"))
    return f"{rows} and {clause}" if has_relative and is_relative else f"{rows} {clause}"
