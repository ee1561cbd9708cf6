"""FROM and the columns that a SELECT gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from sqlft.generate.grammar.grouping import where
from sqlft.generate.grammar.kinds import ANY, DATES, NUMBER, Kind
from sqlft.generate.grammar.machine import Option, Options, lit
from sqlft.generate.grammar.rules import Offers, Wants
from sqlft.generate.grammar.scope import Env, Field, Key, Scope, Source, Value
from sqlft.generate.grammar.select import Select, Selected
from sqlft.generate.grammar.shapes import NewName
from sqlft.generate.grammar.sources import from_clause

AfterItems: TypeAlias = "Callable[[Select, Selected], Options]"

MOST_ITEMS = 12
_MOST_LEFT_OUT = 4


def select(env: Env, then: Selected, want: Wants, offers: Offers) -> Options:
    """FROM, SELECT, WHERE, GROUP BY, HAVING, QUALIFY."""

    def joined(sources: tuple[Source, ...]) -> Options:
        outer = env.scope.outer
        hidden = {source.name.casefold() for source in sources}
        seen = tuple(s for s in outer if s.name.casefold() not in hidden)
        style = "qualified" if len(sources) > 1 else "open" if seen else "bare"
        here = env.within(scope=Scope(sources, seen, style))
        return [lit(" SELECT ", _items, Select(here, want, offers), then)]

    return from_clause(env, joined, want)


def _items(select: Select, then: Selected) -> Options:
    if select.want == ():
        one = Value("number", "1", constant=True)
        return [lit("1", where, replace(select, items=(one,)), then)]
    plain = item(select, then, where)
    options = [*plain, lit("DISTINCT ", lambda: plain)]  # which no second one follows
    if select.want is None:
        options.append(lit("DISTINCT ON (", _distinct_on, select, frozenset(), then))
    return options


def _distinct_on(select: Select, chosen: frozenset[Key], then: Selected) -> Options:
    """A column of which one row each is to be left, after the opening bracket."""

    def column(field: Field, source: Source) -> Options:
        more = chosen | {(source.name, field.text)}
        options: Options = [lit(") ", item, select, then, _ungrouped)]
        if len(more) < _MOST_LEFT_OUT and any(k not in more for k in keys):
            options.append(lit(", ", _distinct_on, select, more, then))
        return options

    scope = select.env.scope
    keys = [(source.name, field.text) for source in scope.sources for field in source.fields]
    qualified = scope.style == "qualified"
    return [
        lit(f"{source.shown}.{field.text}" if qualified else field.text, column, field, source)
        for source in scope.sources
        for field in source.fields
        if (source.name, field.text) not in chosen
    ]


def _ungrouped(select: Select, then: Selected) -> Options:
    """What may come after the items of a DISTINCT ON: no groups."""

    def held(after: Env, value: Value) -> Options:
        return then(select.reading(after, value))

    if select.aggregate:
        return []
    plain = select.env.within(aggregates=False, windows=False)
    return [lit(" WHERE ", select.env.rules.condition, plain, held), *then(select)]


def _stars(select: Select, then: Selected, after_items: AfterItems) -> Options:
    """All columns of all sources, as the first item, or of one of several."""
    options: Options = []
    sources = select.env.scope.sources
    chosen = {} if select.fields else {"*": sources}
    if len(sources) > 1:
        left = (s for s in sources if s.fields and select.given.isdisjoint(s.keys))
        chosen |= {f"{source.shown}.*": (source,) for source in left}
    for text, starred in chosen.items():
        whole = _with_star(select, starred)
        if select.want is None or _fits([f.kind for f in whole.fields], select.want):
            options.append(lit(text, _star_end, whole, then, after_items))
    alone = len(sources) == 1 and not select.fields and select.want is None
    if alone and select.offers is None and len(sources[0].fields) > 1:
        left_out = _with_star(select, sources)
        options.append(lit("* EXCLUDE (", _left_out, left_out, then, after_items))
    return options


def _with_star(select: Select, starred: tuple[Source, ...]) -> Select:
    fields = tuple(field for source in starred for field in source.fields)
    given = frozenset(key for source in starred for key in source.keys)
    return replace(
        select,
        star=True,
        ends_in_star=True,
        fields=select.fields + fields,
        given=select.given | given,
    )


def _star_end(select: Select, then: Selected, after_items: AfterItems) -> Options:
    """What may come after a star: further items, but where its columns are all that is wanted."""
    if select.want is None:
        return _item_after(select, then, after_items)
    return after_items(select, then)


def _left_out(select: Select, then: Selected, after_items: AfterItems) -> Options:
    """One more column that a star leaves out, after the opening bracket."""

    def one(field: Field) -> Options:
        less = replace(select, fields=tuple(f for f in select.fields if f is not field))
        closed = replace(less, ends_in_star=False)
        options: Options = [lit(")", _star_end, closed, then, after_items)]
        if len(less.fields) > 1:
            options.append(lit(", ", _left_out, less, then, after_items))
        return options

    return [lit(field.text, one, field) for field in select.fields]


def _fits(kinds: list[Kind], want: Sequence[frozenset[Kind]]) -> bool:
    pairs = zip(kinds, want, strict=False)
    return len(kinds) == len(want) and all(kind in wanted for kind, wanted in pairs)


def item(select: Select, then: Selected, after_items: AfterItems) -> Options:
    """One more column of the result.

    Args:
        after_items: what may come after the last.
    """
    at, want = len(select.items), select.want
    wanted = want[at] if want is not None else ANY
    chosen = select.given.union(*(item.keys for item in select.items if item.plain))
    scope = select.env.scope
    inner = replace(scope, outer=())
    here = select.env.within(aggregates=not select.star, windows=True, scope=inner)
    # What is reckoned with may come again with an operator behind it, as in ``month, sales, sales -
    # LAG(sales) ...``: then it is no longer plain.
    reckoned = NUMBER if want is not None else NUMBER | DATES
    again = {f.text for s in scope.sources for f in s.fields if f.kind in reckoned}
    barred = frozenset(key for key in chosen if key[1] not in again)
    last = at + 1 == (MOST_ITEMS if want is None else len(want))

    def written(after: Env, value: Value) -> Options:
        options: Options = []
        if not (value.plain and value.keys and value.keys <= chosen):
            options += ended(after, value)
        if "bool" in wanted and not value.constant:
            options += here.rules.comparison(after, value, tested)
        return options

    def tested(after: Env, value: Value) -> Options:
        return ended(after, value) if value.loose else []

    def ended(after: Env, value: Value) -> Options:
        longer = replace(select.reading(after, value), items=(*select.items, value))
        return _item_end(longer, value, then, after_items)

    literals = select.telling or not last
    options = here.rules.expression(here, wanted, written, but=barred, literals=literals)
    starred = scope.sources and not select.aggregate and (want is None or not select.fields)
    return options + (_stars(select, then, after_items) if starred else [])


def _item_end(select: Select, value: Value, then: Selected, after_items: AfterItems) -> Options:
    name = value.text.rpartition(".")[2] if value.plain else ""
    plain = replace(select, fields=(*select.fields, Field(name, value.kind)))
    options = _item_after(plain, then, after_items)
    if select.offers or select.env.rules.titles:
        taken = frozenset(field.text.lower() for field in select.fields)

        def named(name: str) -> Options:
            return _named(select, value, name, then, after_items)

        options.append(lit(" AS ", lambda: [Option(NewName(taken), named)]))
    return options


def _named(
    select: Select, value: Value, name: str, then: Selected, after_items: AfterItems
) -> Options:
    longer = replace(select, fields=(*select.fields, Field(name, value.kind)))
    return _item_after(longer, then, after_items)


def _item_after(select: Select, then: Selected, after_items: AfterItems) -> Options:
    count, want = len(select.items), select.want
    options: Options = []
    if (want is None or count == len(want)) and select.offers_enough and select.telling:
        options += after_items(select, then)
    lacking = want is None and not select.offers_enough
    if lacking or count < (MOST_ITEMS if want is None else len(want)):
        options.append(lit(", ", item, select, then, after_items))
    return options
