"""Which table every column of a query belongs to, by DuckDB's rules of names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from sqlft.sql.catalog import Catalog, CatalogTable

Columns = tuple[str, ...] | None
"""The columns that a source offers, in order; none where they cannot be told."""


class Untouched(Exception):
    """The query holds names that cannot be followed for certain: it is to be left as it stands."""


@dataclass(eq=False, slots=True)
class Source:
    """One table, view, CTE, derived table or table function, where a FROM names it."""

    node: exp.Expr
    written: str
    """The name by which the text refers to it; empty where it has none."""
    own: str
    """The name it is to have, unless that is taken."""
    columns: Columns
    needs_alias: bool = False
    """Its alias carries column names, or stands for a function's name."""
    hidden: bool = False
    """The right side of a SEMI or ANTI join: seen by ON alone."""
    plain: frozenset[str] = frozenset()
    """Its columns, casefolded, that certainly hold no fields: no dot may follow them."""
    name: str = ""
    """The name it gets."""

    def column(self, folded: str) -> str | None:
        """The column of that casefolded name as the source spells it, or none."""
        return next((c for c in self.columns or () if c.casefold() == folded), None)


@dataclass(eq=False, slots=True)
class Block:
    """One SELECT with the names it sees."""

    select: exp.Select
    outer: Block | None
    named: bool
    """Whether the names of its output columns are referred to from outside."""
    sources: list[Source] = field(default_factory=list)
    aliases: dict[str, exp.Alias] = field(default_factory=dict)
    merged: dict[str, Source | None] = field(default_factory=dict)
    """USING's columns: the source that stands for both, none where neither may."""

    @property
    def has_star(self) -> bool:
        return any(e.is_star for e in self.select.expressions)

    def source(self, folded: str) -> Source | None:
        return next((s for s in self.sources if s.written.casefold() == folded), None)

    def holders(self, folded: str) -> list[Source]:
        """The sources with that column; visible ones only, where there are any."""
        found = [s for s in self.sources if s.column(folded) is not None]
        return [s for s in found if not s.hidden] or found

    @property
    def unknowns(self) -> list[Source]:
        return [s for s in self.sources if s.columns is None]


@dataclass(eq=False, slots=True)
class Binding:
    """A column (or ``t.*``), the block it stands in, its source and the source's block."""

    column: exp.Column
    block: Block
    source: Source
    home: Block


@dataclass(frozen=True, slots=True)
class Tables:
    """The catalog's tables and views, and the CTEs in sight."""

    catalog: dict[str, list[CatalogTable]]
    ctes: dict[str, tuple[str, Columns]]

    @staticmethod
    def of(schema: Catalog) -> Tables:
        catalog: dict[str, list[CatalogTable]] = {}
        for table in schema.tables:
            catalog.setdefault(table.name.casefold(), []).append(table)
        return Tables(catalog, {})

    def with_cte(self, name: str, columns: Columns) -> Tables:
        return Tables(self.catalog, {**self.ctes, name.casefold(): (name, columns)})

    def find(self, name: str, namespace: str) -> CatalogTable | None:
        """The table of that name: in that namespace, else the default one, else the only one."""
        found = self.catalog.get(name.casefold(), [])
        wanted = namespace.casefold()
        if wanted in ("", "main"):
            default = [t for t in found if (t.namespace or "main").casefold() == "main"]
            return default[0] if default else found[0] if len(found) == 1 and not wanted else None
        return next((t for t in found if (t.namespace or "main").casefold() == wanted), None)


def renamed(columns: Columns, names: Sequence[str]) -> Columns:
    """The columns under the names of an alias list, which may be shorter.

    >>> renamed(("a", "b"), ("x",))
    ('x', 'b')
    """
    if not names:
        return columns
    return (*names, *(columns or ())[len(names) :])


def is_same_name(alias: exp.Alias) -> bool:
    """Whether the alias only repeats the name of its column."""
    inner = alias.this
    return isinstance(inner, exp.Column) and inner.name.casefold() == alias.alias.casefold()


def output_columns(block: Block) -> Columns:
    """What the block offers to an outer query; an expression without a name offers ''."""
    columns: list[str] = []
    for expression in block.select.expressions:
        if isinstance(expression, exp.Alias):
            named = expression.this if is_same_name(expression) else expression
            columns.append(named.alias_or_name)
        elif isinstance(expression, exp.Column) and not expression.is_star:
            columns.append(expression.name)
        elif expression.is_star:
            star = expression.this if isinstance(expression, exp.Column) else expression
            if not isinstance(star, exp.Star) or any(star.args.values()) or block.merged:
                return None
            qualifier = expression.text("table").casefold()
            for source in block.sources:
                if source.hidden or (qualifier and source.written.casefold() != qualifier):
                    continue
                if source.columns is None:
                    return None
                columns += source.columns
        elif isinstance(expression, (exp.Aliases, exp.Explode, exp.Columns)):
            return None
        else:
            columns.append("")
    return tuple(columns)


def leftmost(query: exp.Expr) -> exp.Select:
    """The first SELECT of a set operation: the one that names the output."""
    while not isinstance(query, exp.Select):
        if not isinstance(query, (exp.SetOperation, exp.Subquery)):
            raise Untouched
        query = query.this
    return query
