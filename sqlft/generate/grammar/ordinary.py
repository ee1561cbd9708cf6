"""Every sentence of ordinary SQL over one schema: SELECT before FROM.

What comes before FROM may name any column of the schema's tables, as long as one FROM can bring
all of them; FROM must bring them; after it, names are what it brought.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlft.generate.grammar.canonical import known
from sqlft.generate.grammar.conditions import compared, condition
from sqlft.generate.grammar.demands import LONGEST_ALIAS, asked_of, having, qualifiers
from sqlft.generate.grammar.expressions import expression
from sqlft.generate.grammar.grouping import where
from sqlft.generate.grammar.items import item
from sqlft.generate.grammar.kinds import fellows, roots
from sqlft.generate.grammar.machine import END, Option, Options, Place, lit, narrow_text
from sqlft.generate.grammar.queries import query
from sqlft.generate.grammar.rules import Offers, Rules, Wants
from sqlft.generate.grammar.scope import Demand, Env, Field, Read, Scope, Source, Value
from sqlft.generate.grammar.select import Select, Selected
from sqlft.generate.grammar.shapes import NewName
from sqlft.generate.grammar.signatures import SPELLED
from sqlft.schema import Schema

MOST_SOURCES = 8
_JOINS = (
    " JOIN ",
    " INNER JOIN ",
    " LEFT JOIN ",
    " LEFT OUTER JOIN ",
    " RIGHT JOIN ",
    " FULL JOIN ",
)


def ordinary_sentences(schema: Schema, refusal: str, stop: Sequence[str] = ()) -> Place:
    """Where every query over the schema, and the refusal, begins.

    Args:
        stop: texts of which one may end the answer.
    """
    marks = [f"{line}{mark}" for mark in stop for line in ("", "\n")]

    def ended() -> Options:
        return [END, *(lit(narrow_text(mark), lambda: [END]) for mark in marks)]

    def whole() -> Options:
        return [*ended(), lit(";", ended)]

    env = Env(scope=Scope((), (), "bare"), known=known(schema), rules=_RULES)
    options = query(env, lambda fields, used: whole())
    options.append(lit(narrow_text(refusal), ended))
    led = [lit(blank, lambda: options) for blank in (" ", "\n")]
    return Place([*options, *led], loose=True)


def _select(env: Env, then: Selected, want: Wants, offers: Offers) -> Options:
    """One SELECT; ``env`` sees the sources of the queries around it."""
    hidden = {source.text for source in env.ctes}
    tables = (*env.ctes, *(t for t in env.known.tables if t.text not in hidden))
    needs = [roots(kinds) for kinds in want or ()]
    makes = tuple(t for t in tables if all(not need.isdisjoint(t.held) for need in needs))
    style = "open" if makes else "qualified"
    scope = replace(env.scope, style=style, tables=makes or tables)
    here = env.within(scope=scope, demands=frozenset())
    start = Select(here, want, offers)
    return [lit("SELECT ", _items, start, then)]


def _items(select: Select, then: Selected) -> Options:
    if select.want == ():
        one = Value("number", "1", constant=True)
        star = replace(select, star=True)
        return [
            lit("1", _from, replace(select, items=(one,)), then),
            lit("*", _from, star, then),
        ]
    options = item(select, then, _from)
    if select.want is None and select.offers is None:
        options.append(lit("*", _from, replace(select, star=True), then))
    return [*options, lit("DISTINCT ", lambda: list(options))]


def _from(select: Select, then: Selected) -> Options:
    """FROM with what must be in it."""

    def first(source: Source) -> Options:
        return _more(select, (source,), then)

    return [lit(" FROM ", _source, select, (), first)]


def _more(select: Select, sources: tuple[Source, ...], then: Selected) -> Options:
    """The end of FROM, once it brings all that it must, or one more join."""
    env = select.env
    options: Options = []
    if not _missing(env.demands, sources):
        options += where(_settled(select, sources), then)
    if len(sources) == MOST_SOURCES:
        return options

    def more(source: Source) -> Options:
        return _more(select, (*sources, source), then)

    def on(source: Source) -> Options:
        both = (*sources, source)
        scope = Scope(both, env.scope.outer, "free")
        inner = replace(env, scope=scope, aggregates=False, windows=False, depth=2)

        def held(after: Env, value: Value) -> Options:
            return _more(select, both, then)

        shared = _shared(sources, source)
        return [
            lit(" ON ", env.rules.condition, inner, held),
            *(lit(f" USING ({name})", lambda: _more(select, both, then)) for name in shared),
        ]

    options += [lit(word, _source, select, sources, on) for word in _JOINS]
    return options + [lit(word, _source, select, sources, more) for word in (" CROSS JOIN ", ", ")]


def _shared(earlier: tuple[Source, ...], source: Source) -> list[str]:
    """Columns of the last source that exactly one earlier source has, too, of a like kind."""
    found = []
    for field in source.fields:
        folded = field.text.casefold()
        kinds = [f.kind for s in earlier for f in s.fields if f.text.casefold() == folded]
        if len(kinds) == 1 and kinds[0] != "other" and kinds[0] in fellows(field.kind):
            found.append(field.text)
    return found


def _missing(demands: frozenset[Demand], sources: tuple[Source, ...]) -> frozenset[str]:
    """Qualifiers that no source has yet."""
    return qualifiers(demands) - {source.shown for source in sources}


def _source(
    select: Select, earlier: tuple[Source, ...], then: Callable[[Source], Options]
) -> Options:
    """One more table, under its own name or an alias that is asked for, or a new one."""
    demands, tables = select.env.demands, select.env.scope.tables
    bare = asked_of(demands, "")
    if bare and not earlier:
        tables = having(tables, bare)
    elif bare:  # what is written bare stays plain
        names = {text.casefold() for text, _ in bare}
        tables = tuple(t for t in tables if names.isdisjoint(f.text.casefold() for f in t.fields))
    missing = _missing(demands, earlier)
    room = MOST_SOURCES - len(earlier) - len(missing)
    taken = {source.name.casefold() for source in earlier}
    own = {table.shown for table in select.env.scope.tables}
    barred = taken | {name.casefold() for name in own | missing}

    def named(table: Source) -> Options:
        options: Options = []
        if table.name.casefold() not in taken and (room > 0 or table.shown in missing):
            options += then(table)
        fitting = [m for m in missing - own if having((table,), asked_of(demands, m))]
        new = Option(NewName(frozenset(barred), LONGEST_ALIAS), lambda n: then(table.renamed(n)))
        for word in (" AS ", " "):
            options += [lit(f"{word}{name}", then, table.renamed(name)) for name in fitting]
            options += [lit(word, lambda: [new])] if room > 0 else []
        return options

    able = (t for t in tables if room > 0 or t.shown in missing or _fits(t, missing - own, demands))
    return [lit(table.text, named, table) for table in able]


def _fits(table: Source, names: frozenset[str], demands: frozenset[Demand]) -> bool:
    return any(having((table,), asked_of(demands, name)) for name in names)


def _settled(select: Select, sources: tuple[Source, ...]) -> Select:
    """The SELECT where its FROM is known: what its items read is of these sources."""
    env = select.env
    hidden = {source.name.casefold() for source in sources}
    outer = tuple(s for s in env.scope.outer if s.name.casefold() not in hidden)
    names = {source.shown: source.name for source in sources} | {"": sources[0].name}

    def read(one: Read) -> Read:
        (qualifier, text), around = one
        return (names.get(qualifier, qualifier), text), around

    items = tuple(replace(value, reads=frozenset(map(read, value.reads))) for value in select.items)
    fields = select.fields
    if select.star:
        fields = tuple(field for source in sources for field in source.fields)
    here = env.within(scope=Scope(sources, outer, "free"), demands=frozenset())
    titled = _titles(items, fields, sources)
    return replace(select, env=here, items=items, fields=fields, titles=titled)


def _titles(
    items: tuple[Value, ...], fields: tuple[Field, ...], sources: tuple[Source, ...]
) -> tuple[tuple[str, Value], ...]:
    """Names that items were given, and that are no column's: later clauses may use them."""
    columns = {field.text.casefold() for source in sources for field in source.fields}
    pairs = zip(fields, items, strict=False)
    named = [(field.text, value) for field, value in pairs if field.text]
    return tuple((name, value) for name, value in named if name.casefold() not in columns)


_RULES = Rules(
    expression=expression,
    condition=condition,
    comparison=compared,
    query=query,
    select=_select,
    scalars=SPELLED,
    titles=True,
)
