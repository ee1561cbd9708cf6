"""Sources that the query itself lists or counts: VALUES, RANGE, GENERATE_SERIES."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlft.generate.grammar.kinds import Kind
from sqlft.generate.grammar.literals import date_literals, listed_literals, span_literals
from sqlft.generate.grammar.machine import Option, Options, lit
from sqlft.generate.grammar.scope import Env, Field, Source, Value
from sqlft.generate.grammar.shapes import NewName, Number

_MOST_COLUMNS = 3
_MOST_ROWS = 24
_COUNTED = Number(digits=6, decimals=0)
_LISTED: frozenset[Kind] = frozenset({"number", "text", "date"})
_SERIES = ("RANGE", "GENERATE_SERIES")

Made: TypeAlias = "Callable[[Source], Options]"


def series(env: Env, kinds: frozenset[Kind], taken: set[str], then: Made, *, rows: bool) -> Options:
    """A list of rows, or numbers or times in steps.

    Args:
        rows: whether it may be a list: sqlglot reads none that others are joined to.
        kinds: of which its first column is.
        taken: names, in lower case, that it must not be given.
    """
    name = NewName(frozenset(taken | {table.name.lower() for table in env.known.tables}))
    options: Options = []
    if rows and kinds & _LISTED:
        options.append(lit("(VALUES (", _cells, env, kinds & _LISTED, (), (), 1, name, then))
    for word in _SERIES:
        if "number" in kinds:
            options.append(lit(f"{word}(", _numbers, name, then))
        if "timestamp" in kinds:
            options.append(lit(f"{word}(", _times, env, name, then))
    return options


def _cells(
    env: Env,
    allowed: frozenset[Kind],
    first: tuple[Kind, ...],
    row: tuple[Kind, ...],
    rows: int,
    name: NewName,
    then: Made,
) -> Options:
    """One more cell of a row; ``first``: the kinds of the first row, where it is written."""

    def cell(after: Env, value: Value) -> Options:
        longer = (*row, value.kind)
        options: Options = []
        if len(longer) < (len(first) or _MOST_COLUMNS):
            options.append(lit(", ", _cells, env, _LISTED, first, longer, rows, name, then))
        if not first or len(longer) == len(first):
            options.append(lit(")", ended, longer))
        return options

    def ended(kinds: tuple[Kind, ...]) -> Options:
        options = [lit(") AS ", _called, name, kinds, then)]
        if rows < _MOST_ROWS:
            options.append(lit(", (", _cells, env, _LISTED, kinds, (), rows + 1, name, then))
        return options

    options: Options = []
    for kind in (first[len(row)],) if first else sorted(allowed):
        if kind == "date":
            options += date_literals(env, frozenset({kind}), cell)
        else:
            options += listed_literals(env, kind, cell)
    return options


def _called(name: NewName, kinds: tuple[Kind, ...], then: Made) -> Options:
    """The names of the list and its columns."""

    def named(alias: str) -> Options:
        return [lit("(", column, alias, ())]

    def column(alias: str, fields: tuple[Field, ...]) -> Options:
        taken = frozenset(field.text.lower() for field in fields)
        return [Option(NewName(taken), lambda text: ended(alias, fields, text))]

    def ended(alias: str, fields: tuple[Field, ...], text: str) -> Options:
        longer = (*fields, Field(text, kinds[len(fields)]))
        if len(longer) < len(kinds):
            return [lit(", ", column, alias, longer)]
        return [lit(")", then, Source("", alias, longer))]

    return [Option(name, named)]


def _numbers(name: NewName, then: Made) -> Options:
    def number(left: int) -> Options:
        return [Option(_COUNTED, lambda text: more(left - 1))]

    def more(left: int) -> Options:
        options: Options = [lit(", ", number, left)] if left else []
        return options + ([_stepped("number", name, then)] if left < 2 else [])

    return number(3)


def _times(env: Env, name: NewName, then: Made) -> Options:
    days: frozenset[Kind] = frozenset({"date"})

    def until(after: Env, value: Value) -> Options:
        return [lit(", ", date_literals, env, days, by)]

    def by(after: Env, value: Value) -> Options:
        return [lit(", ", span_literals, env, ended)]

    def ended(after: Env, value: Value) -> Options:
        return [_stepped("timestamp", name, then)]

    return date_literals(env, days, until)


def _stepped(kind: Kind, name: NewName, then: Made) -> Option:
    """The end of a series, its name, and its column's."""
    return lit(") AS ", _called, name, (kind,), then)
