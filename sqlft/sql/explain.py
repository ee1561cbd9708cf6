"""A query explained in plain words, from its tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from sqlft.sql.explain_words import Words, conditions, is_aggregate, listed
from sqlft.sql.from_first import hoist_joins
from sqlft.sql.parse import parse_query

_DEEPEST = 4
_SETS: dict[type[exp.Expr], str] = {
    exp.Union: "Puts the rows of these queries together",
    exp.Except: "Takes the rows of the first query that the next does not have",
    exp.Intersect: "Takes the rows that these queries share",
}
_KEPT = {
    "LEFT": "keeping rows without a match",
    "RIGHT": "keeping rows of {0} without a match",
    "FULL": "keeping rows of both sides without a match",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that a query does, in a sentence; ``depth`` says inside how many others."""

    text: str
    depth: int = 0


def explain(sql: str, dialect: str = "duckdb") -> tuple[Step, ...]:
    """What a query does, step by step, in the order in which it is best understood.

    The words come from the tree alone: names and values are as in the text, tables instead of
    their aliases. Expressions that have no words here stand as SQL.

    Raises:
        SqlError: as from ``parse_query``.

    >>> for step in explain("SELECT city, count(*) FROM shops s WHERE s.open GROUP BY city"):
    ...     print(step.text)
    Reads shops.
    Keeps rows where open is true.
    Makes one row for each city.
    Shows city and number of rows.
    """
    tree = hoist_joins(parse_query(sql, dialect))
    try:
        return tuple(_steps(tree, 0))
    except RecursionError:
        return (Step(text="Is nested too deeply to be explained."),)


def value_words(sql: str, dialect: str = "duckdb") -> str | None:
    """What the one value of a query is, as a noun phrase; none where it has several columns.

    Raises:
        SqlError: as from ``parse_query``.

    >>> value_words("SELECT count(*) FROM shops WHERE city = 'Rome'")
    "number of shops where city is 'Rome'"
    """
    tree = hoist_joins(parse_query(sql, dialect))
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1:
        return None
    try:
        return _phrase(tree, 0)
    except RecursionError:
        return None


def _steps(tree: exp.Expr, depth: int) -> Iterator[Step]:
    if depth > _DEEPEST:
        yield Step(text="More queries inside.", depth=depth)
        return
    for made in tree.ctes if isinstance(tree, exp.Query) else ():
        yield Step(text=f"First makes {made.alias}:", depth=depth)
        yield from _steps(made.this, depth + 1)
    if isinstance(tree, exp.SetOperation):
        yield from _set_steps(tree, depth)
    elif isinstance(tree, exp.Select):
        yield from _select_steps(tree, depth)
    elif isinstance(tree, exp.Subquery):
        yield from _steps(tree.this, depth)
        yield from _end_steps(tree, _words(tree), depth)
    elif isinstance(tree, exp.Pivot):
        yield Step(text=f"Turns values of {_source_name(tree.this)} into columns.", depth=depth)
    elif isinstance(tree, exp.Values):
        yield Step(text="Makes rows from the values in the query itself.", depth=depth)
    else:
        yield Step(text=f"Runs {tree.sql(dialect='duckdb')}.", depth=depth)


def _set_steps(tree: exp.SetOperation, depth: int) -> Iterator[Step]:
    dropped = "" if tree.args.get("distinct") is False else ", without repeats"
    yield Step(text=f"{_SETS[type(tree)]}{dropped}:", depth=depth)
    yield from _steps(tree.left, depth + 1)
    yield Step(text="and", depth=depth + 1)
    yield from _steps(tree.right, depth + 1)
    yield from _end_steps(tree, _words(tree), depth)


def _select_steps(tree: exp.Select, depth: int) -> Iterator[Step]:
    words = _words(tree)
    yield from _source_steps(tree, words, depth)
    where, having = tree.args.get("where"), tree.args.get("having")
    if where is not None:
        yield Step(text=f"Keeps rows where {_all(where.this, words)}.", depth=depth)
    group = tree.args.get("group")
    if group is not None:
        yield Step(text=f"Makes one row for each {_groups(tree, group, words)}.", depth=depth)
    if having is not None:
        yield Step(text=f"Keeps groups where {_all(having.this, words)}.", depth=depth)
    yield Step(text=f"Shows {_shown(tree, words)}.", depth=depth)
    qualify = tree.args.get("qualify")
    if qualify is not None:
        yield Step(text=f"Keeps rows where {_all(qualify.this, words)}.", depth=depth)
    distinct = tree.args.get("distinct")
    if distinct is not None:
        on = distinct.args.get("on")
        of = f" of {words.listed(on.expressions)}" if on is not None else ""
        yield Step(text=f"Drops repeated rows{of}.", depth=depth)
    yield from _end_steps(tree, words, depth)


def _source_steps(tree: exp.Select, words: Words, depth: int) -> Iterator[Step]:
    start = tree.args.get("from_")
    if start is None:
        return
    if isinstance(start.this, exp.Subquery):
        yield Step(text="Reads the result of a query of its own:", depth=depth)
        yield from _steps(start.this.this, depth + 1)
    else:
        yield Step(text=f"Reads {_source_name(start.this)}.", depth=depth)
    for join in tree.args.get("joins") or ():
        inner = isinstance(join.this, exp.Subquery)
        name = "the result of a query of its own" if inner else _source_name(join.this)
        yield Step(text=f"Joins {name}{_matched(join, words, name)}.", depth=depth)
        if inner:
            yield from _steps(join.this.this, depth + 1)


def _matched(join: exp.Join, words: Words, name: str) -> str:
    on, using = join.args.get("on"), join.args.get("using")
    kept = _KEPT.get(join.side, "").format(name)
    kind = join.kind
    if on is not None:
        said = f" where {words.condition(on)}"
    elif using:
        said = f" where {listed([column.name for column in using])} agrees"
    elif kind in ("SEMI", "ANTI") or join.method:
        said = f" ({' '.join(filter(None, (join.method, kind))).lower()})"
    else:
        said = ", every row with every row"
    if kind == "ANTI" and on is not None:
        return f", keeping only rows without one{said}"
    if kind == "SEMI" and on is not None:
        return f", keeping only rows that have one{said}"
    return f"{said}, {kept}" if kept else said


def _end_steps(tree: exp.Expr, words: Words, depth: int) -> Iterator[Step]:
    order, limit, offset = (tree.args.get(key) for key in ("order", "limit", "offset"))
    if order is not None:
        yield Step(text=f"Sorts by {words.ordered(order.expressions)}.", depth=depth)
    if limit is not None and limit.expression is not None:
        count = words.value(limit.expression)
        kept = "the first row" if count == "1" else f"the first {count} rows"
        skipped = f", after skipping {words.value(offset.expression)}" if offset else ""
        yield Step(text=f"Keeps {kept}{skipped}.", depth=depth)
    elif offset is not None:
        yield Step(text=f"Skips the first {words.value(offset.expression)} rows.", depth=depth)


def _groups(tree: exp.Select, group: exp.Group, words: Words) -> str:
    """What rows are grouped by; names and numbers of shown columns are followed to these."""
    keys = list(group.expressions)
    if group.args.get("all"):
        keys = [each for each in tree.expressions if not is_aggregate(each)]
        return words.listed(keys) if keys else "result"
    shown = {each.alias.casefold(): each.this for each in tree.expressions if each.alias}
    said = []
    for key in keys:
        if isinstance(key, exp.Literal) and key.name.isdigit():
            place = int(key.name) - 1
            key = tree.expressions[place] if place < len(tree.expressions) else key
        elif isinstance(key, exp.Column) and not key.table:
            key = shown.get(key.name.casefold(), key)
        said.append(words.value(key))
    return listed(said) or "combination"


def _shown(tree: exp.Select, words: Words) -> str:
    said = []
    for each in tree.expressions:
        value = words.value(each)
        same = not each.alias or value.casefold().replace(" ", "_") == each.alias.casefold()
        plain = isinstance(each, exp.Alias) and isinstance(each.this, exp.Column)
        said.append(value if same or plain else f"{value} (as {each.alias})")
    return listed(said)


def _all(node: exp.Expr, words: Words) -> str:
    parts = conditions(node)
    said = [
        f"({words.condition(part)})"
        if isinstance(part, exp.Or) and len(parts) > 1
        else words.condition(part)
        for part in parts
    ]
    return " and ".join(said)


def _words(tree: exp.Expr) -> Words:
    sources = list(_sources(tree))
    tables = {
        (source.alias or source.name).casefold(): _source_name(source)
        for source in sources
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)
    }
    names = list(tables.values())
    # A table that is read twice keeps its aliases: its name alone would not tell the two apart.
    tables = {alias: name for alias, name in tables.items() if names.count(name) == 1}
    return Words(
        tables=tables,
        several=len(sources) > 1,
        summary=lambda query: _phrase(query, 1),
    )


def _sources(tree: exp.Expr) -> Iterator[exp.Expr]:
    start = tree.args.get("from_")
    if start is not None:
        yield start.this
    for join in tree.args.get("joins") or ():
        yield join.this


def _source_name(source: exp.Expr) -> str:
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
        return f"{source.db}.{source.name}" if source.db else source.name
    if isinstance(source, exp.Subquery):
        return source.alias or "the result of a query"
    bare = source.copy()
    bare.set("alias", None)
    return bare.sql(dialect="duckdb")


def _phrase(tree: exp.Expr, depth: int) -> str:
    """A query as one noun phrase."""
    if not isinstance(tree, exp.Select) or depth > _DEEPEST:
        return "the result of another query"
    sources = list(_sources(tree))
    words = _words(tree)
    where = tree.args.get("where")
    end = f" where {_all(where.this, words)}" if where is not None else ""
    names = listed([_source_name(source) for source in sources])
    first = tree.expressions[0].unalias() if tree.expressions else exp.Star()
    rows = isinstance(first, exp.Star | exp.Literal) or tree.args.get("group") is not None
    if isinstance(first, exp.Count) and isinstance(first.this, exp.Star | None):
        counted = names if len(sources) == 1 else f"rows of {names}"
        return f"number of {counted}{end}" if depth == 0 else f"the number of {counted}{end}"
    if rows and depth:
        return f"{names}{end}"
    value = words.listed(tree.expressions)
    of = f" in {names}" if names else ""
    start = "the " if depth and is_aggregate(first) else ""
    return f"{start}{value}{of}{end}"
