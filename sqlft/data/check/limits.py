"""LIMIT without a total order: rows that are kept or cut by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from sqlft.data.check.finding import Finding
from sqlft.data.check.subject import Gold, Subject
from sqlft.errors import SqlError

_BEYOND = 200
"""Rows looked at beyond the cut: of a larger tie it is enough to know that it is one."""

Row = tuple[object, ...]


def limit_findings(subject: Subject) -> Iterator[Finding]:
    """Each LIMIT, in a subquery too, that cuts rows off by chance in this database.

    The query around the LIMIT is run without it, with the sort keys beside its columns. Rows that
    tie at the cut but are alike do no harm. A subquery that needs the query around it cannot be
    run by itself; what it does to the result is for ``row_order`` to see.
    """
    for place, outcome in enumerate(subject.outcomes):
        if isinstance(outcome, Gold):
            for query in outcome.tree.find_all(exp.Query):
                message = _cut_by_chance(subject, query)
                if message is not None:
                    yield subject.found("gold-limit", f"{subject.label(place)}: {message}")


def _cut_by_chance(subject: Subject, query: exp.Query) -> str | None:
    kept, skipped = _count(query.args.get("limit")), _count(query.args.get("offset"))
    if kept is None and skipped is None:
        return None
    if isinstance(query.parent, exp.Exists):
        return None
    try:
        rows, width = _rows(subject, query, (kept or 0) + (skipped or 0) + _BEYOND)
    except SqlError:
        return None
    if width is None:
        cuts = [cut for cut in (skipped, _end(kept, skipped)) if cut and cut < len(rows)]
        unlike = len(set(map(repr, rows))) > 1
        return "LIMIT without ORDER BY keeps rows by chance" if cuts and unlike else None
    for cut in (skipped, _end(kept, skipped)):
        if cut and _splits_a_tie(rows, width, cut):
            return f"the cut after row {cut} goes through a tie of the ORDER BY"
    return None


def _end(kept: int | None, skipped: int | None) -> int | None:
    return None if kept is None else kept + (skipped or 0)


def _count(clause: exp.Expression | None) -> int | None:
    number = clause.expression if clause is not None else None
    if isinstance(number, exp.Literal) and not number.is_string and number.name.isdigit():
        return int(number.name)
    return None


def _splits_a_tie(rows: Sequence[Row], width: int, cut: int) -> bool:
    """Whether rows around a cut have equal keys (what follows ``width`` columns) and differ."""
    if cut >= len(rows) or rows[cut - 1][width:] != rows[cut][width:]:
        return False
    key = rows[cut][width:]
    return len({repr(row[:width]) for row in rows if row[width:] == key}) > 1


def _rows(subject: Subject, query: exp.Query, at_most: int) -> tuple[list[Row], int | None]:
    """Rows of the query without its LIMIT, sort keys last; the width without them (none: unsorted).

    Raises:
        SqlError: it cannot be run by itself.
    """
    probe = query.copy()
    probe.set("offset", None)
    probe.set("limit", exp.Limit(expression=exp.Literal.number(at_most)))
    probe.set("with_", _with_of(query))
    order = probe.args.get("order")
    keys = [ordered.this for ordered in order.expressions] if order else []
    if any(isinstance(key, exp.Var) for key in keys):  # ORDER BY ALL
        keys = [exp.Literal.number(at) for at in range(1, len(probe.selects) + 1)]
    if isinstance(probe, exp.Select) and not probe.args.get("distinct"):
        extra = [_resolved(key, probe) for key in keys]
        named = [exp.alias_(key, f"sort_key_{at}") for at, key in enumerate(extra)]
        probe.set("expressions", [*probe.expressions, *named])
        result, _ = subject.run(probe.sql(dialect="duckdb"))
        return list(result.rows), len(result.columns) - len(keys) if keys else None
    result, _ = subject.run(probe.sql(dialect="duckdb"))
    places = [_output_place(key, result.columns) for key in keys]
    width = len(result.columns)
    rows = [(*row, *(row[at] for at in places)) for row in result.rows]
    return rows, width if keys else None


def _with_of(query: exp.Query) -> exp.With | None:
    """The CTEs that the query can see, outer ones first."""
    found: list[exp.With] = []
    node: exp.Expr | None = query
    while node is not None:
        with_ = node.args.get("with_")
        if with_ is not None:
            found.insert(0, with_)
        node = node.parent
    ctes = [cte.copy() for with_ in found for cte in with_.expressions]
    recursive = any(with_.args.get("recursive") for with_ in found)
    return exp.With(expressions=ctes, recursive=recursive) if ctes else None


def _resolved(key: exp.Expr, select: exp.Select) -> exp.Expr:
    """The sort key as the SELECT list can repeat it: places and aliases as what they stand for."""
    shown = select.expressions
    if isinstance(key, exp.Literal) and key.name.isdigit() and int(key.name) <= len(shown):
        chosen = shown[int(key.name) - 1]
        return chosen.unalias().copy() if not chosen.is_star else key.copy()
    if isinstance(key, exp.Column) and not key.table:
        for item in shown:
            if isinstance(item, exp.Alias) and item.alias.casefold() == key.name.casefold():
                return item.unalias().copy()
    return key.copy()


def _output_place(key: exp.Expr, columns: Sequence[str]) -> int:
    if isinstance(key, exp.Literal) and key.name.isdigit() and int(key.name) <= len(columns):
        return int(key.name) - 1
    folded = [name.casefold() for name in columns]
    if isinstance(key, exp.Column) and key.name.casefold() in folded:
        return folded.index(key.name.casefold())
    raise SqlError("sorted by what is not shown", kind="query_error")
