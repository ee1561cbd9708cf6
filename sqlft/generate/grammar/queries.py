"""Whole queries: WITH, SELECTs and set operations between them, ORDER BY, LIMIT."""

from __future__ import annotations

from dataclasses import replace

from sqlft.generate.grammar.items import MOST_ITEMS
from sqlft.generate.grammar.kinds import ANY, ORDERED, fellows
from sqlft.generate.grammar.machine import Option, Options, lit
from sqlft.generate.grammar.reckoned import reckoned
from sqlft.generate.grammar.rules import Offers, Rows, Wants
from sqlft.generate.grammar.scope import Env, Field, Key, Scope, Source, Value
from sqlft.generate.grammar.select import Select
from sqlft.generate.grammar.shapes import NewName, Number
from sqlft.generate.grammar.sources import unambiguous

MOST_CTES = 3
_LIMIT = Number(digits=6, decimals=0)
_SET_OPERATIONS = (" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT ", " EXCEPT ALL ")


def query(env: Env, then: Rows, *, want: Wants = None, offers: Offers = None) -> Options:
    """A query from its first word on.

    Args:
        env: the query around it, whose columns it may read.
        want: the kinds of its columns, where they are asked for.
        offers: kinds of columns that are referred to by name from around it: it must offer one of
            each.
    """
    if not env.known.tables:
        return []
    inner = _inside(env).within(reading=want == ())
    options = _whole(inner, then, want, offers)
    if want != () and env.nesting == 0:
        options.append(lit("WITH ", _with, inner, then, want, offers))
        options.append(lit("SELECT ", reckoned, inner, then))
    return options


def _inside(env: Env) -> Env:
    """Where a nested query begins: it sees what the query around it may read, and beyond."""
    sources = tuple(source for source in env.scope.sources if source.name and not env.scope.tables)
    if env.only is not None:
        sources = tuple(source.only(env.only) for source in sources)
    outer = (*sources, *(s for s in env.scope.outer if env.scope.named(s.name) is None))
    return Env(
        scope=Scope((), outer, "open" if outer else "bare"),
        known=env.known,
        rules=env.rules,
        ctes=env.ctes,
        nesting=env.nesting + 1,
    )


def _with(env: Env, then: Rows, want: Wants, offers: Offers) -> Options:
    taken = frozenset(s.name.lower() for s in (*env.known.tables, *env.ctes))
    return [Option(NewName(taken), lambda name: _cte(env, name, then, want, offers))]


def _cte(env: Env, name: str, then: Rows, want: Wants, offers: Offers) -> Options:
    def closing(fields: tuple[Field, ...], used: frozenset[Key]) -> Options:
        source = Source(name, name, unambiguous(fields))
        longer = env.within(ctes=(*env.ctes, source))
        options = [lit(") ", _whole, longer, then, want, offers)]
        if len(longer.ctes) < MOST_CTES:
            options.append(lit("), ", _with, longer, then, want, offers))
        return options

    return [lit(" AS (", query, env, closing, offers=(ANY,))]


def _whole(env: Env, then: Rows, want: Wants, offers: Offers) -> Options:
    """A SELECT with its ORDER BY and LIMIT, or several between set operations."""

    def first(one: Select) -> Options:
        options = _ordered_and_limited(one, then)
        if want != ():
            options += _set_operations(env, one, then)
        return options

    return env.rules.select(env, first, want, offers)


def _set_operations(env: Env, first: Select, then: Rows) -> Options:
    """The next branch; it has the first one's columns in number, and of kinds that compare."""
    wanted = first.want or [ANY] * len(first.fields)
    pairs = zip(first.fields, wanted, strict=True)
    kinds = tuple(fellows(field.kind) & kinds for field, kinds in pairs)

    def branch(one: Select) -> Options:
        fields = tuple(map(_of_both, first.fields, one.fields))
        used, ends = first.used | one.used, one.ends_in_star
        both = replace(first, fields=fields, used=used, ends_in_star=ends)
        return _set_end(both, then) + _set_operations(env, both, then)

    # sqlglot takes the EXCEPT of ``* EXCEPT`` for what the star leaves out.
    words = (w for w in _SET_OPERATIONS if not (first.ends_in_star and "EXCEPT" in w))
    return [lit(word, env.rules.select, env, branch, kinds, None) for word in words]


def _of_both(first: Field, other: Field) -> Field:
    """A column of a set operation: of days and moments, moments."""
    return first if first.kind == other.kind else replace(first, kind="timestamp", type="")


def _set_end(first: Select, then: Rows) -> Options:
    """ORDER BY output columns, LIMIT, or the end."""
    fields, used = first.fields, first.used
    names = {f.text for f in unambiguous(fields)}
    keys = [f.text if f.text in names else str(n) for n, f in enumerate(fields, 1)]
    return [
        *then(fields, used),
        lit(" ORDER BY ", _set_order, keys, fields, used, then),
        lit(" LIMIT ", _limit, fields, used, then),
    ]


def _set_order(
    keys: list[str], fields: tuple[Field, ...], used: frozenset[Key], then: Rows
) -> Options:
    def directed(left: list[str]) -> Options:
        options = then(fields, used)
        if left:
            options.append(lit(", ", _set_order, left, fields, used, then))
        options.append(lit(" LIMIT ", _limit, fields, used, then))
        return options

    def keyed(left: list[str]) -> Options:
        return [lit(" DESC", directed, left), *directed(left)]

    return [lit(key, keyed, [k for k in keys if k != key]) for key in keys]


def _ordered_and_limited(one: Select, then: Rows) -> Options:
    options = then(one.fields, one.used)
    if one.want == ():
        return options
    options.append(lit(" ORDER BY ", _order, one, frozenset(), then))
    if one.items and not one.star:
        options.append(lit(" ORDER BY ALL", _all_ordered, one, then))
    options.append(lit(" LIMIT ", _limit, one.fields, one.used, then))
    return options


def _all_ordered(one: Select, then: Rows) -> Options:
    def ended() -> Options:
        return [*then(one.fields, one.used), lit(" LIMIT ", _limit, one.fields, one.used, then)]

    return [lit(" DESC", ended), *ended()]


def _order(one: Select, seen: frozenset[str], then: Rows) -> Options:
    """One more thing that rows are ordered by."""

    def written(after: Env, value: Value) -> Options:
        fresh = [] if value.text in seen else ordered(after, value)
        return fresh + one.env.rules.comparison(after, value, tested)

    def tested(after: Env, value: Value) -> Options:
        # May be one that was: there is no other way on from ``x IS NULL`` once it is written.
        return ordered(after, value) if value.loose else []

    def ordered(after: Env, value: Value) -> Options:
        longer = one.reading(after, value)
        names = seen | {value.text}
        ways = (" DESC", " ASC") if one.env.rules.titles else (" DESC",)
        return [*(lit(way, directed, longer, names) for way in ways), *directed(longer, names)]

    def directed(longer: Select, names: frozenset[str]) -> Options:
        ends = (" NULLS FIRST", " NULLS LAST") if one.env.rules.titles else (" NULLS FIRST",)
        return [*(lit(end, ended, longer, names) for end in ends), *ended(longer, names)]

    def ended(longer: Select, names: frozenset[str]) -> Options:
        options = then(longer.fields, longer.used)
        if len(names) < MOST_ITEMS:
            options.append(lit(", ", _order, longer, names, then))
        options.append(lit(" LIMIT ", _limit, longer.fields, longer.used, then))
        return options

    def named(name: str, value: Value) -> Options:
        return ordered(one.env, Value(value.kind, name))

    given = (*one.titles, *one.numbered)
    titles = [lit(n, named, n, v) for n, v in given if v.kind in ORDERED and n not in seen]
    return titles + one.env.rules.expression(one.ordering(), ORDERED, written, literals=False)


def _limit(fields: tuple[Field, ...], used: frozenset[Key], then: Rows) -> Options:
    def limited(count: str) -> Options:
        return [*then(fields, used), lit(" OFFSET ", offset)]

    def offset() -> Options:
        return [Option(_LIMIT, lambda count: then(fields, used))]

    return [Option(_LIMIT, limited)]
