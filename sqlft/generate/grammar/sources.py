"""The FROM clause: tables, queries in the place of tables, and the joins between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from sqlft.generate.grammar.kinds import ANY, Kind, fellows, roots
from sqlft.generate.grammar.machine import Options, lit
from sqlft.generate.grammar.rules import Wants
from sqlft.generate.grammar.scope import Env, Field, Key, Scope, Source, quoted
from sqlft.generate.grammar.series import series

MOST_SOURCES = 8
_MOST_NESTED = 3
_VAGUE = ("id", "name", "code", "type", "date", "year", "status", "description")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\da-zA-Z_]+")
_UNEQUAL = (" <> ", " < ", " <= ", " > ", " >= ")
"""How two rows of one table may be joined, too."""
_PLAIN = 2
"""The depth at which what else a join is on begins: what is in it is plain."""

Joined: TypeAlias = "Callable[[tuple[Source, ...]], Options]"
"""What may come after the FROM clause, given its sources in order."""


def from_clause(env: Env, then: Joined, want: Wants = None) -> Options:
    """``FROM ...`` with its joins; ``env`` sees the sources of the queries around it.

    Args:
        want: the kinds of the query's columns: the first source is one that they can be made of.
    """
    needs = tuple(roots(kinds) for kinds in want or ())
    return [lit("FROM ", _source, env, (), lambda source: _more(env, (source,), then), needs)]


def _more(env: Env, sources: tuple[Source, ...], then: Joined) -> Options:
    """The end of the clause, or one more join."""
    options = then(sources)
    if len(sources) == MOST_SOURCES or not _joinable(env, sources):
        return options

    def joined(source: Source) -> Options:
        return [lit(" ON ", _on, env, (*sources, source), more)]

    def filtered(source: Source) -> Options:
        return [lit(" ON ", _on, env, (*sources, source), only_left)]

    def crossed(source: Source) -> Options:
        return _more(env, (*sources, source), then)

    def more(sources: tuple[Source, ...]) -> Options:
        return _more(env, sources, then)

    def only_left(sources: tuple[Source, ...]) -> Options:
        return more((*sources[:-1], sources[-1].hidden()))

    for word in (" JOIN ", " LEFT JOIN ", " RIGHT JOIN ", " FULL JOIN "):
        options.append(lit(word, _source, env, sources, joined))
    for word in (" SEMI JOIN ", " ANTI JOIN "):
        options.append(lit(word, _source, env, sources, filtered))
    options.append(lit(" CROSS JOIN ", _source, env, sources, crossed))
    return options


def _joinable(env: Env, earlier: tuple[Source, ...]) -> bool:
    """Whether there is anything to join them to."""
    compared = frozenset(kind for source in earlier for kind in source.kinds)
    known = any(compared & table.kinds for table in (*env.ctes, *env.known.tables))
    return known or (env.nesting < _MOST_NESTED and bool(compared))


def _source(
    env: Env,
    earlier: tuple[Source, ...],
    then: Callable[[Source], Options],
    needs: tuple[frozenset[Kind], ...] = (),
) -> Options:
    """One more source, under a name that no earlier one of this FROM has.

    A name of a query around this one may be taken again, and is hidden by that, or avoided.
    """
    options: Options = []
    taken = {source.name.casefold() for source in earlier}
    around = {source.name.casefold() for source in env.scope.outer}
    if env.reading:
        seen = {source.name.casefold() for source in env.scope.outer if source.fields} - taken
        taken |= seen if len(seen) == 1 else set()
    hidden = {source.text for source in env.ctes}
    tables = [table for table in env.known.tables if table.text not in hidden]
    compared = frozenset(kind for source in earlier for kind in source.kinds)
    for table in (*env.ctes, *tables):
        makes = all(not need.isdisjoint(table.held) for need in needs)
        if compared & table.kinds if earlier else makes:
            options += _named(table, taken, around, then)
    listed = compared if earlier else min(needs, key=len, default=ANY)
    if len(needs) < 2:
        options += series(env, listed, taken, then, rows=bool(earlier))
    if env.nesting < _MOST_NESTED:
        options.append(lit("(", _derived, env, earlier, taken, then, needs))
    return options


def _named(
    table: Source, taken: set[str], around: set[str], then: Callable[[Source], Options]
) -> Options:
    options: Options = []
    if table.name.casefold() not in taken:
        options.append(lit(table.text, then, table))
    if table.name.casefold() in taken | around:
        other = table.renamed(free_name(table.name, taken | around))
        options.append(lit(f"{table.text} AS {other.shown}", then, other))
        if table.name.casefold() in taken:
            own = table.renamed(free_name(table.name, taken))
            if own.name != other.name:
                options.append(lit(f"{table.text} AS {own.shown}", then, own))
    return options


def free_name(own: str, taken: Iterable[str]) -> str:
    """The name, with a number behind it where it is taken.

    >>> free_name("staff", {"staff", "staff_2"})
    'staff_3'
    """
    name, number, held = own, 1, set(taken)
    while name.casefold() in held:
        number += 1
        name = f"{own}_{number}"
    return name


def _derived(
    env: Env,
    earlier: tuple[Source, ...],
    taken: set[str],
    then: Callable[[Source], Options],
    needs: tuple[frozenset[Kind], ...],
) -> Options:
    """A query in the place of a table, after its opening bracket."""

    def closing(fields: tuple[Field, ...], used: frozenset[Key]) -> Options:
        name = free_name("derived", taken)
        source = Source("", name, unambiguous(fields))
        if earlier:
            return [lit(f") AS {quoted(name)}", then, source)]
        alone = lit(")", _alone, source.renamed(""), then)
        if not _joinable(env, (source,)):
            return [alone]
        return [alone, lit(f") AS {quoted(name)}", _accompanied, source, then)]

    inner = replace(env, scope=Scope((), (), "bare"), aggregates=False, windows=False)
    compared = frozenset(kind for source in earlier for kind in source.kinds)
    offers = (compared,) if earlier else needs or (ANY,)
    return env.rules.query(inner, closing, offers=offers)


def _alone(source: Source, then: Callable[[Source], Options]) -> Options:
    """After the one source of a FROM that has no name: nothing is joined to it."""
    return [option for option in then(source) if option.what == " SELECT "]


def _accompanied(source: Source, then: Callable[[Source], Options]) -> Options:
    """After a query that was given a name: it is joined to something."""
    return [option for option in then(source) if option.what != " SELECT "]


def unambiguous(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields that have a name, and one that no other has."""
    names = [field.text.casefold() for field in fields]
    return tuple(f for f in fields if f.text and names.count(f.text.casefold()) == 1)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two columns that a join may be on."""

    left: str
    right: str
    tied: bool
    alike: bool
    again: bool
    """They are of two rows of one table."""


def pairs(env: Env, earlier: tuple[Source, ...], source: Source) -> list[_Pair]:
    """The column pairs that a join may be on: all that compare, where keys tie none.

    Else those that keys tie, those with the same telling name, or one that only adds to it, and any
    of two rows of one table.
    """
    found = [
        _Pair(
            _shown(left, a, b),
            _shown(source, b, a),
            env.known.tied(left, a, source, b),
            _alike(left, a, source, b),
            left.table is not None and left.table == source.table,
        )
        for left in earlier
        for a in left.fields
        for b in source.fields
        if _comparable(a, b)
        or (_castable(a, b) and (env.known.tied(left, a, source, b) or _alike(left, a, source, b)))
    ]
    if not any(pair.tied for pair in found):
        return found
    return [pair for pair in found if pair.tied or pair.alike]


def _earlier_pairs(env: Env, sources: tuple[Source, ...]) -> list[_Pair]:
    """Pairs of sources before the last one: after a CROSS JOIN they may still be joined."""
    numbered = range(1, len(sources) - 1)
    found = (pair for n in numbered for pair in pairs(env, sources[:n], sources[n]))
    return [pair for pair in found if pair.tied or (pair.alike and not pair.again)]


def _alike(left: Source, a: Field, right: Source, b: Field) -> bool:
    if left.table is None or right.table is None:
        return False
    one, other = a.text.casefold(), b.text.casefold()
    named = (one == other and one not in _VAGUE) or _lengthened(one, other)
    texts = a.kind == b.kind == "text"
    by_name = texts and (_tells_name(a, left) or _tells_name(b, right))
    pointing = _points(a, right, b) or _points(b, left, a)
    return left.table == right.table or named or pointing or by_name


def _lengthened(one: str, other: str) -> bool:
    """Whether one name is the other with something added.

    >>> _lengthened("team_id", "team_id_br"), _lengthened("id", "team_id")
    (True, False)
    """
    fewer, more = sorted((_words(one), _words(other)), key=len)
    return len(fewer) > 1 and fewer < more


def _tells_name(field: Field, source: Source) -> bool:
    """Whether it is what a table's things are called by, as ``city.city_name``.

    Any text may refer to one, as ``state.capital`` does.
    """
    return _words(field.text) == _words(source.name) | {"name"}


def _points(field: Field, source: Source, target: Field) -> bool:
    """Whether a column is called what it refers to.

    So are ``phone.screen_mode``, and ``trip.start_station_id`` beside ``station.id``.
    """
    said, named = _words(field.text), _words(source.name)
    return said == named or (named < said and _words(target.text) <= said)


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    """The words of a name, in lower case and as of one thing.

    >>> sorted(_words("startStations_ID"))
    ['id', 'start', 'station']
    """
    return frozenset(word.casefold().removesuffix("s") for word in _WORD.findall(name))


def _comparable(a: Field, b: Field) -> bool:
    return a.kind != "other" and b.kind in fellows(a.kind)


def _castable(a: Field, b: Field) -> bool:
    return {a.kind, b.kind} == {"number", "text"}


def _shown(source: Source, field: Field, other: Field) -> str:
    """The column; a text that is compared with a number is read as one."""
    text = f"{source.shown}.{field.text}"
    cast = field.kind == "text" and other.kind == "number"
    return f"TRY_CAST({text} AS DOUBLE)" if cast else text


def _on(env: Env, sources: tuple[Source, ...], then: Joined) -> Options:
    """The condition of the last join: a comparison of columns, and what else is to hold.

    What no key ties, such as a query in the place of a table, may be joined on any condition.
    """
    scope = Scope(sources, env.scope.outer, "qualified")
    inner = replace(env, scope=scope, aggregates=False, windows=False, depth=_PLAIN)
    found = pairs(env, sources[:-1], sources[-1])
    if not found[0].tied and any(source.table is None for source in sources):
        return env.rules.condition(inner, lambda after, value: then(sources))
    rights: dict[str, list[str]] = {}
    for pair in found + _earlier_pairs(env, sources):
        for sign in (" = ", *(_UNEQUAL if pair.again else ())):
            rights.setdefault(pair.left + sign, []).append(pair.right)

    def tied() -> Options:
        further = lit(" AND ", env.rules.condition, inner, lambda after, value: then(sources))
        return [*then(sources), further]

    def right(texts: list[str]) -> Options:
        return [lit(text, tied) for text in dict.fromkeys(texts)]

    return [lit(left, right, texts) for left, texts in rights.items()]
