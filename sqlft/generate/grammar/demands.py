"""Columns that are written before their FROM: each can be had, with all that came before it.

A SELECT's columns are all bare, and then of one table, or all qualified: by a table's name, or by a
short alias that FROM must give to a table with all the columns asked of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from sqlft.generate.grammar.kinds import Kind
from sqlft.generate.grammar.machine import Option, Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Demand, Env, Field, Key, Source, Value
from sqlft.generate.grammar.shapes import NewName

MOST_QUALIFIERS = 6
LONGEST_ALIAS = 4
"""What is longer is more likely a table's name that was meant and is not there."""


def asked_of(demands: frozenset[Demand], qualifier: str) -> frozenset[tuple[str, Kind]]:
    """The columns that must be had under a qualifier."""
    return frozenset((d.text, d.kind) for d in demands if d.qualifier == qualifier)


def qualifiers(demands: frozenset[Demand]) -> frozenset[str]:
    """The names before columns' dots, as they were written."""
    return frozenset(demand.qualifier for demand in demands if demand.qualifier)


def having(tables: Iterable[Source], asked: frozenset[tuple[str, Kind]]) -> tuple[Source, ...]:
    """The tables that have all of the columns."""
    return tuple(t for t in tables if asked <= {(f.text, f.kind) for f in t.fields})


@lru_cache(maxsize=256)
def _offered(
    tables: tuple[Source, ...], demands: frozenset[Demand], style: str
) -> tuple[Field, ...]:
    """Every column that may come next, once for each name and kind."""
    able: set[Source] = set()
    if style != "qualified":
        able |= set(having(tables, asked_of(demands, "")))
    if style != "bare":
        held = qualifiers(demands)
        if len(held) < MOST_QUALIFIERS:
            able |= set(tables)
        for name in held:
            able |= set(bearers(tables, demands, name))
    fields = (field for table in tables if table in able for field in table.fields)
    return tuple({(field.text, field.kind): field for field in fields}.values())


def bearers(
    tables: tuple[Source, ...], demands: frozenset[Demand], qualifier: str
) -> tuple[Source, ...]:
    """The tables that a qualifier may stand for."""
    own = tuple(table for table in tables if table.shown == qualifier)
    return own or having(tables, asked_of(demands, qualifier))


def asked_for(env: Env, want: frozenset[Kind]) -> Iterator[tuple[Source, Field, bool]]:
    """Columns of the kinds, as ``columns.in_sight`` gives them."""
    nowhere = Source("", "", ())
    for field in _offered(env.scope.tables, env.demands, env.scope.style):
        if field.kind in want:
            yield nowhere, field, True


def asking(
    env: Env,
    want: frozenset[Kind],
    then: Then,
    but: frozenset[Key],
    types: frozenset[str] | None,
) -> Options:
    """Every column of the kinds that FROM may still bring."""
    tables, options = env.scope.tables, list[Option]()

    def column(qualifier: str, of: tuple[Source, ...]) -> Options:
        style = "qualified" if qualifier else "bare"
        fields = {(f.text, f.kind): f for table in of for f in table.fields if f.kind in want}
        found: Options = []
        for field in fields.values():
            key = (qualifier, field.text)
            if key in but or (types is not None and field.type not in types):
                continue
            demand = Demand(qualifier, field.text, field.kind)
            after = env.styled(style).within(demands=env.demands | {demand})
            text = f"{qualifier}.{field.text}" if qualifier else field.text
            value = Value(field.kind, text, frozenset({(key, frozenset())}), plain=True)
            found.append(lit(field.text, then, after, value))
        return found

    def some(of: tuple[Source, ...]) -> bool:
        return any(not table.held.isdisjoint(want) for table in of)

    if env.scope.style != "qualified":
        options += column("", having(tables, asked_of(env.demands, "")))
    if env.scope.style == "bare" or types is not None:
        return options
    held = qualifiers(env.demands)
    for name in held:
        of = bearers(tables, env.demands, name)
        if column(name, of):
            options.append(lit(f"{name}.", column, name, of))
    if len(held) < MOST_QUALIFIERS:
        for table in tables:
            if table.shown not in held and some((table,)):
                options.append(lit(f"{table.shown}.", column, table.shown, (table,)))
        if some(tables):
            taken = {table.name.casefold() for table in tables} | {n.casefold() for n in held}
            shape = NewName(frozenset(taken), LONGEST_ALIAS)
            options.append(Option(shape, lambda name: [lit(".", column, name, tables)]))
    return options
