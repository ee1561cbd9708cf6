"""Whole queries: WITH, the SELECT and its clauses, set operations, ORDER BY, LIMIT."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlft.generate.grammar.calls import row_numbers
from sqlft.generate.grammar.columns import columns
from sqlft.generate.grammar.expressions import expression
from sqlft.generate.grammar.kinds import ANY, SORTED, Kind
from sqlft.generate.grammar.machine import Option, Options, lit
from sqlft.generate.grammar.rules import Offers, Rows, Wants
from sqlft.generate.grammar.scope import Env, Field, Key, Scope, Source, Value
from sqlft.generate.grammar.shapes import NewName, Number
from sqlft.generate.grammar.sources import from_clause, unambiguous

MOST_ITEMS = 12
MOST_GROUPS = 6
MOST_CTES = 3
_LIMIT = Number(digits=6, decimals=0)
_SET_OPERATIONS = (" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT ", " EXCEPT ALL ")


@dataclass(frozen=True)
class Select:
    """One SELECT as far as it is written."""

    env: Env
    want: Wants
    offers: Offers
    items: tuple[Value, ...] = ()
    fields: tuple[Field, ...] = ()
    star: bool = False
    groups: tuple[Value, ...] = ()
    used: frozenset[Key] = frozenset()
    """Columns read of the queries around it."""

    def reading(self, env: Env, value: Value) -> Select:
        """The same after an expression was written."""
        return replace(self, env=self.env.after(env), used=self.used | value.outer)

    @property
    def aggregate(self) -> bool:
        return any(item.aggregate for item in self.items)

    @property
    def offers_enough(self) -> bool:
        """Whether its columns are what the query around it asks for by name."""
        if self.offers is None:
            return True
        return any(field.kind in self.offers for field in unambiguous(self.fields))

    @property
    def groupable(self) -> bool:
        """Whether rows can be grouped by all items that are no aggregates."""
        return not any(item.windowed or (item.aggregate and item.keys) for item in self.items)

    @property
    def open_items(self) -> list[Value]:
        """Items that read columns outside of aggregates and are not grouped by."""
        keys = frozenset(key for group in self.groups for key in group.keys if group.plain)
        texts = {group.text for group in self.groups}
        return [i for i in self.items if not i.keys <= keys and i.text not in texts]

    def within_groups(self, **changes: object) -> Env:
        """Where an expression over groups stands: aggregates, and what is grouped by."""
        keys = frozenset(key for group in self.groups if group.plain for key in group.keys)
        repeated = tuple(group for group in self.groups if not group.plain)
        return self.env.within(aggregates=True, only=keys, repeated=repeated, **changes)


Selected: TypeAlias = "Callable[[Select], Options]"


def query(env: Env, then: Rows, *, want: Wants = None, offers: Offers = None) -> Options:
    """A query from its first word on.

    Args:
        env: the query around it, whose columns it may read.
        want: the kinds of its columns, where they are asked for.
        offers: kinds of columns that are referred to by name from around it: it must offer one.
    """
    if not env.known.tables:
        return []
    inner = _inside(env)
    options = _whole(inner, then, want, offers)
    if want != () and env.nesting == 0:
        options.append(lit("WITH ", _with, inner, then, want, offers))
    return options


def _inside(env: Env) -> Env:
    """Where a nested query begins: it sees what the query around it may read, and beyond."""
    sources = tuple(source for source in env.scope.sources if source.name)
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

    return [lit(" AS (", query, env, closing, offers=ANY)]


def _whole(env: Env, then: Rows, want: Wants, offers: Offers) -> Options:
    """A SELECT with its ORDER BY and LIMIT, or several between set operations."""

    def first(select: Select) -> Options:
        options = _ordered_and_limited(select, then)
        if want != ():
            options += _set_operations(env, select, then)
        return options

    return _select(env, first, want, offers)


def _set_operations(env: Env, first: Select, then: Rows) -> Options:
    """The next branch; it has the first one's columns in number and kind."""
    kinds = tuple(frozenset({field.kind}) for field in first.fields)

    def branch(select: Select) -> Options:
        both = replace(first, used=first.used | select.used, star=first.star or select.star)
        return _set_end(both, then) + _set_operations(env, both, then)

    # sqlglot takes the EXCEPT of ``* EXCEPT ALL`` for what the star leaves out.
    words = _SET_OPERATIONS[:-1] if first.star else _SET_OPERATIONS
    return [lit(word, _select, env, branch, kinds, None) for word in words]


def _set_end(select: Select, then: Rows) -> Options:
    """ORDER BY output columns, LIMIT, or the end."""
    fields, used = select.fields, select.used
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


def _select(env: Env, then: Selected, want: Wants, offers: Offers) -> Options:
    """FROM, SELECT, WHERE, GROUP BY, HAVING, QUALIFY."""

    def joined(sources: tuple[Source, ...]) -> Options:
        outer = env.scope.outer
        hidden = {source.name.casefold() for source in sources}
        seen = tuple(s for s in outer if s.name.casefold() not in hidden)
        style = "qualified" if len(sources) > 1 else "open" if seen else "bare"
        here = env.within(scope=Scope(sources, seen, style))
        return [lit(" SELECT ", _items, Select(here, want, offers), then)]

    return from_clause(env, joined)


def _items(select: Select, then: Selected) -> Options:
    if select.want == ():
        one = Value("number", "1", constant=True)
        return [lit("1", _where, replace(select, items=(one,)), then)]
    options = _item(select, then)
    options += _stars(select, then)
    return [*options, lit("DISTINCT ", lambda: list(options))]


def _stars(select: Select, then: Selected) -> Options:
    """All columns of all sources, or of one of several."""
    options: Options = []
    sources = select.env.scope.sources
    chosen = {"*": sources}
    if len(sources) > 1:
        chosen |= {f"{source.shown}.*": (source,) for source in sources if source.fields}
    for text, starred in chosen.items():
        fields = tuple(f for source in starred for f in source.fields)
        whole = replace(select, star=True, fields=fields)
        if _fits([f.kind for f in fields], select.want) and whole.offers_enough:
            options.append(lit(text, _where, whole, then))
    return options


def _fits(kinds: list[Kind], want: Wants) -> bool:
    if want is None:
        return True
    pairs = zip(kinds, want, strict=False)
    return len(kinds) == len(want) and all(kind in wanted for kind, wanted in pairs)


def _item(select: Select, then: Selected) -> Options:
    """One more column of the result."""
    at, want = len(select.items), select.want
    wanted = want[at] if want is not None else ANY
    chosen = frozenset(key for item in select.items if item.plain for key in item.keys)
    scope = select.env.scope
    # Of what another query made, a column may come again with an operator behind it, as in
    # ``month, sales, sales - LAG(sales) ...``: then it is no longer plain.
    tables = frozenset(source.name for source in scope.sources if source.table is not None)
    barred = frozenset(key for key in chosen if key[0] in tables)
    here = select.env.within(
        aggregates=True, windows=True, scope=Scope(scope.sources, (), scope.style)
    )

    numbers = {f.text for s in scope.sources for f in s.fields if f.kind == "number"}
    barred |= frozenset(key for key in chosen if key[1] not in numbers)

    def written(after: Env, value: Value) -> Options:
        if value.plain and value.keys and value.keys <= chosen:
            return []
        longer = replace(select.reading(after, value), items=(*select.items, value))
        return _item_end(longer, value, then)

    return expression(here, wanted, written, but=barred, literals=False)


def _item_end(select: Select, value: Value, then: Selected) -> Options:
    name = value.text.rpartition(".")[2] if value.plain else ""
    plain = replace(select, fields=(*select.fields, Field(name, value.kind)))
    options = _item_after(plain, then)
    if select.offers:
        taken = frozenset(field.text.lower() for field in select.fields)
        options.append(lit(" AS ", _alias, select, value, taken, then))
    return options


def _alias(select: Select, value: Value, taken: frozenset[str], then: Selected) -> Options:
    def named(name: str) -> Options:
        longer = replace(select, fields=(*select.fields, Field(name, value.kind)))
        return _item_after(longer, then)

    return [Option(NewName(taken), named)]


def _item_after(select: Select, then: Selected) -> Options:
    count, want = len(select.items), select.want
    options: Options = []
    if (want is None or count == len(want)) and select.offers_enough:
        options += _where(select, then)
    if count < (MOST_ITEMS if want is None else len(want)):
        options.append(lit(", ", _item, select, then))
    return options


def _where(select: Select, then: Selected) -> Options:
    def held(after: Env, value: Value) -> Options:
        return _grouping(select.reading(after, value), then)

    plain = select.env.within(aggregates=False, windows=False)
    test: Option = lit(" WHERE ", select.env.rules.condition, plain, held)
    return [test, *_grouping(select, then)]


def _grouping(select: Select, then: Selected) -> Options:
    options: Options = []
    if not select.star and select.want != ():
        options.append(lit(" GROUP BY ", _group, select, then))
        if select.aggregate and select.groupable:
            options.append(lit(" GROUP BY ALL", _grouped_all, select, then))
    if not select.aggregate:
        return options + _qualified(select, then)
    if not select.open_items:
        options += _having(select, then) + _qualified(select, then)
    return options


def _group(select: Select, then: Selected) -> Options:
    """One more thing that rows are grouped by."""
    texts = {group.text for group in select.groups}
    env, still = select.env, select.open_items
    options = [
        lit(item.text, _grouped, select, env, item, then)
        for item in select.items
        if item.groupable and item.text not in texts
    ]
    chosen = frozenset(key for group in select.groups if group.plain for key in group.keys)
    scope = Scope(env.scope.sources, (), env.scope.style)
    only = None
    if len(select.groups) >= MOST_GROUPS:  # enough, but for what is still to be grouped by
        only = frozenset(key for item in still for key in item.keys)
    plain = env.within(scope=scope, only=only)
    return options + columns(plain, ANY, lambda e, v: _grouped(select, e, v, then), but=chosen)


def _grouped_all(select: Select, then: Selected) -> Options:
    groups = tuple(item for item in select.items if not item.aggregate)
    longer = replace(select, groups=groups)  # DuckDB takes no QUALIFY after GROUP BY ALL
    return [*then(longer), *_having(longer, then, then)]


def _grouped(select: Select, env: Env, value: Value, then: Selected) -> Options:
    longer = replace(select.reading(env, value), groups=(*select.groups, value))
    options: Options = []
    more = _group(longer, then)
    if more and (len(longer.groups) < MOST_GROUPS or longer.open_items):
        options.append(lit(", ", lambda: more))
    if not longer.open_items:
        options += _having(longer, then) + _qualified(longer, then)
    return options


def _having(select: Select, then: Selected, after_it: Selected | None = None) -> Options:
    def held(after: Env, value: Value) -> Options:
        longer = select.reading(after, value)
        return after_it(longer) if after_it else _qualified(longer, then)

    return [lit(" HAVING ", select.env.rules.condition, select.within_groups(), held)]


def _qualified(select: Select, then: Selected) -> Options:
    if select.want == ():
        return then(select)

    def held(after: Env, value: Value) -> Options:
        return then(select.reading(after, value))

    ranks = _window_test(_ordering(select), held)
    return [*then(select), *([lit(" QUALIFY ", lambda: ranks)] if ranks else ())]


def _window_test(env: Env, held: Callable[[Env, Value], Options]) -> Options:
    def compared(after: Env, value: Value) -> Options:
        return [lit(sign, _counted, after, value, sign, held) for sign in (" = ", " <= ", " < ")]

    return row_numbers(env, compared)


def _counted(env: Env, value: Value, sign: str, held: Callable[[Env, Value], Options]) -> Options:
    return [
        Option(
            Number(digits=4, decimals=0),
            lambda count: held(env, value.made(value.text + sign + count, "bool")),
        )
    ]


def _ordering(select: Select) -> Env:
    """What ORDER BY may read: columns of this query alone."""
    scope = Scope(select.env.scope.sources, (), select.env.scope.style)
    if select.groups or select.aggregate:
        return select.within_groups(windows=True, scope=scope)
    return select.env.within(windows=True, scope=scope)


def _ordered_and_limited(select: Select, then: Rows) -> Options:
    options = then(select.fields, select.used)
    if select.want == ():
        return options
    options.append(lit(" ORDER BY ", _order, select, frozenset(), then))
    options.append(lit(" LIMIT ", _limit, select.fields, select.used, then))
    return options


def _order(select: Select, seen: frozenset[str], then: Rows) -> Options:
    """One more thing that rows are ordered by."""

    def ordered(after: Env, value: Value) -> Options:
        if value.text in seen:
            return []
        longer = select.reading(after, value)
        names = seen | {value.text}
        return [lit(" DESC", directed, longer, names), *directed(longer, names)]

    def directed(longer: Select, names: frozenset[str]) -> Options:
        return [lit(" NULLS FIRST", ended, longer, names), *ended(longer, names)]

    def ended(longer: Select, names: frozenset[str]) -> Options:
        options = then(longer.fields, longer.used)
        if len(names) < MOST_ITEMS:
            options.append(lit(", ", _order, longer, names, then))
        options.append(lit(" LIMIT ", _limit, longer.fields, longer.used, then))
        return options

    return expression(_ordering(select), SORTED, ordered, literals=False)


def _limit(fields: tuple[Field, ...], used: frozenset[Key], then: Rows) -> Options:
    def limited(count: str) -> Options:
        return [*then(fields, used), lit(" OFFSET ", offset)]

    def offset() -> Options:
        return [Option(_LIMIT, lambda count: then(fields, used))]

    return [Option(_LIMIT, limited)]
