"""WHERE, GROUP BY, HAVING, QUALIFY."""

from __future__ import annotations

from dataclasses import replace

from sqlft.generate.grammar.calls import window_calls
from sqlft.generate.grammar.columns import columns
from sqlft.generate.grammar.expressions import MOST_NESTED
from sqlft.generate.grammar.kinds import ANY, NUMBER
from sqlft.generate.grammar.machine import Option, Options, lit
from sqlft.generate.grammar.rules import Then
from sqlft.generate.grammar.scope import Env, Scope, Value
from sqlft.generate.grammar.select import Select, Selected

MOST_GROUPS = 6
_SIGNS = (" = ", " <> ", " < ", " <= ", " > ", " >= ")


def where(select: Select, then: Selected) -> Options:
    """What may come after the items."""

    def held(after: Env, value: Value) -> Options:
        return _grouping(select.reading(after, value), then)

    plain = select.env.within(aggregates=False, windows=False)
    test: Option = lit(" WHERE ", select.env.rules.condition, plain, held)
    return [test, *_grouping(select, then)]


def _grouping(select: Select, then: Selected) -> Options:
    options: Options = []
    if not select.star and select.want != ():
        options.append(lit(" GROUP BY ", _group, select, then))
        options += _grouped_at_once(select, then)
        if select.aggregate and select.groupable:
            options.append(lit(" GROUP BY ALL", _grouped_all, select, then))
    if not select.aggregate:
        return options + _qualified(select, then)
    if not select.open_items:
        options += _having(select, then) + _qualified(select, then)
    return options


def _group(select: Select, then: Selected) -> Options:
    """One more thing that rows are grouped by: a column, or an expression of columns."""
    texts = {group.text for group in select.groups}
    env = select.env
    plain = env.within(
        scope=Scope(env.scope.sources, (), env.scope.style),
        aggregates=False,
        windows=False,
        nesting=MOST_NESTED,
    )

    def chosen(after: Env, value: Value) -> Options:
        return [] if value.text in texts else grouped(after, value)

    def grouped(after: Env, value: Value) -> Options:
        return _grouped(select, env.after(after), value, then) if value.groupable else []

    def written(after: Env, value: Value) -> Options:
        return chosen(after, value) + env.rules.comparison(after, value, tested)

    def tested(after: Env, value: Value) -> Options:
        # May be one that was: there is no other way on from ``x IS NULL`` once it is written.
        return grouped(after, value) if value.loose else []

    if len(select.groups) >= MOST_GROUPS:  # enough, but for what is still to be grouped by
        only = frozenset(key for item in select.open_items for key in item.keys)
        return columns(plain.within(only=only), ANY, chosen, but=select.grouped_keys)
    named = [
        lit(name, _grouped, select, env, value, then)
        for name, value in (*select.titles, *select.numbered)
        if value.groupable and value.text not in texts
    ]
    rule = env.rules.expression
    return named + rule(plain, ANY, written, but=select.grouped_keys, literals=False)


def _grouped_all(select: Select, then: Selected) -> Options:
    groups = tuple(item for item in select.items if not item.aggregate and not item.constant)
    longer = replace(select, groups=groups)  # DuckDB takes no QUALIFY after GROUP BY ALL
    return [*then(longer), *_having(longer, then, then)]


def _grouped_at_once(select: Select, then: Selected) -> Options:
    """All columns that must be grouped by, in one: whoever looks for an end need not try others.

    Where no item holds both such a column and an aggregate, GROUP BY ALL does that.
    """
    if select.groupable or not select.aggregate:
        return []
    bare = select.env.scope.style == "bare"
    still = frozenset(key for item in select.open_items for key in item.keys)
    groups = tuple(
        Value(field.kind, text, frozenset({(key, frozenset())}), plain=True)
        for source in select.env.scope.sources
        for field in source.fields
        for text in [field.text if bare else f"{source.shown}.{field.text}"]
        for key in [(source.name, field.text)]
        if key in still
    )
    if not 0 < len(groups) <= MOST_GROUPS:
        return []
    longer = replace(select, groups=groups)
    text = ", ".join(group.text for group in groups)
    return [lit(f" GROUP BY {text}", lambda: [*_having(longer, then), *_qualified(longer, then)])]


def _grouped(select: Select, env: Env, value: Value, then: Selected) -> Options:
    longer = replace(select.reading(env, value), groups=(*select.groups, value))
    options: Options = []
    if len(longer.groups) < MOST_GROUPS or longer.open_items:
        options.append(lit(", ", _group, longer, then))
    if not longer.open_items:
        options += _having(longer, then) + _qualified(longer, then)
    return options


def _having(select: Select, then: Selected, after_it: Selected | None = None) -> Options:
    def held(after: Env, value: Value) -> Options:
        longer = select.reading(after, value)
        return after_it(longer) if after_it else _qualified(longer, then)

    return [lit(" HAVING ", select.env.rules.condition, select.within_groups(), held)]


def _qualified(select: Select, then: Selected) -> Options:
    """QUALIFY or none; it holds a window unless an item does."""
    if select.want == ():
        return then(select)

    def held(after: Env, value: Value) -> Options:
        return then(select.reading(after, value))

    env = select.ordering()
    tests = env.rules.condition(env, held) if select.windowed else _window_tests(env, held)
    return [*then(select), *([lit(" QUALIFY ", lambda: tests)] if tests else ())]


def _window_tests(env: Env, held: Then) -> Options:
    """Conditions of which the first is on what a window gives."""

    def tested(after: Env, test: Value) -> Options:
        options = held(after, test)
        for word in (" AND ", " OR "):
            options.append(lit(word, env.rules.condition, after, and_(test, word)))
        return options

    def and_(test: Value, word: str) -> Then:
        return lambda e, more: held(e, test.joined(more, test.text + word + more.text, "bool"))

    def compared(after: Env, value: Value) -> Options:
        return env.rules.comparison(after, value, tested)

    def against(after: Env, left: Value) -> Options:
        def both(sign: str) -> Then:
            return lambda e, right: tested(
                e, left.joined(right, left.text + sign + right.text, "bool")
            )

        here = after.within(windows=True)
        return [lit(sign, window_calls, here, NUMBER, both(sign)) for sign in _SIGNS]

    calls = window_calls(env, ANY, compared)
    if not calls:
        return []
    plain = env.within(windows=False)
    return calls + env.rules.expression(plain, NUMBER, against, literals=False)
