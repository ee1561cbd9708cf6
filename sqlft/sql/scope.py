"""What names mean at one place of a query: relations, their columns, and what lies around."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

_PLAIN_NAME = re.compile(r"[^\W0-9]\w*")
_NESTED_TYPE = re.compile(r"STRUCT|UNION|MAP|JSON|VARIANT|GEOMETRY|POINT|BOX", re.IGNORECASE)


def is_nested(type_name: str) -> bool:
    """Whether values of a DuckDB type hold fields, which a dot after the column's name asks for.

    >>> is_nested("STRUCT(b INTEGER)"), is_nested("INTEGER")
    (True, False)
    """
    return _NESTED_TYPE.match(type_name.strip()) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputColumn:
    """One column that a relation offers."""

    name: str
    type: str | None = None
    """Its type where the schema tells it; none for what a query computes."""
    source: tuple[str, str] | None = None
    """The schema's table and column that it passes on, if it does."""

    def may_hold(self, fields: tuple[str, ...]) -> bool:
        """Whether ``column.field`` can be: a nested type, with that field if it lists its fields.

        >>> OutputColumn(name="a", type="INTEGER").may_hold(("b",))
        False
        >>> OutputColumn(name="a", type="STRUCT(b INTEGER)").may_hold(("B",))
        True
        """
        if not fields or self.type is None:
            return True
        kind = self.type.strip()
        if not is_nested(kind):
            return False
        if not kind.upper().startswith("STRUCT("):
            return True
        return re.search(rf"\b{re.escape(fields[0])}\b", kind, re.IGNORECASE) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """A source of rows under one name: a table, a subquery, a call."""

    name: str = ""
    """Its alias or name in this query, in lower case; empty when it has none."""
    namespace: str = ""
    columns: tuple[OutputColumn, ...] = ()
    is_open: bool = False
    """It may have columns that cannot be told from the text, as those that a PIVOT makes."""
    has_unnamed: bool = False
    """It has columns that DuckDB names after an expression, such as ``count_star()``."""
    table: str | None = None
    """The schema's table that it is, in the schema's spelling."""
    _index: dict[str, OutputColumn] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """The first column of each name, made at the first look: a query may look 10,000 times."""

    def column(self, name: str) -> OutputColumn | None:
        """The column of that name in any case; one made up on the spot where nothing is certain."""
        folded = name.lower()
        if not self._index:
            for column in self.columns:
                self._index.setdefault(column.name.lower(), column)
        if folded in self._index:
            return self._index[folded]
        if self.is_open or (self.table is not None and folded == "rowid"):
            return OutputColumn(name=name)
        if self.has_unnamed and not _PLAIN_NAME.fullmatch(name):
            return OutputColumn(name=name)
        return None

    def named(self, name: str, columns: list[str]) -> Relation:
        """The relation under an alias, its first columns renamed."""
        renamed = [
            OutputColumn(name=new, type=old.type, source=old.source)
            for new, old in zip(columns, self.columns, strict=False)
        ]
        extra = [OutputColumn(name=new) for new in columns[len(self.columns) :]]
        return replace(
            self,
            name=name.lower() if name else self.name,
            namespace="" if name else self.namespace,
            columns=(*renamed, *self.columns[len(columns) :], *extra),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """The names that one place of a query can use, and the scope around it."""

    relations: tuple[Relation, ...] = ()
    ctes: Mapping[str, Relation] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    """Aliases of the SELECT list and parameters of lambdas, in lower case."""
    outer: Scope | None = None

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, inner first."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer

    def width(self) -> int:
        """How many columns this place can see."""
        return sum(len(each.columns) for scope in self.chain() for each in scope.relations)

    def with_names(self, names: frozenset[str]) -> Scope:
        """The same place with more aliases or parameters."""
        return replace(self, names=self.names | names)

    def cte(self, name: str) -> Relation | None:
        """The CTE of that name that is visible here."""
        folded = name.lower()
        return next((scope.ctes[folded] for scope in self.chain() if folded in scope.ctes), None)

    def find(self, path: tuple[str, ...]) -> OutputColumn | None:
        """The column that a dotted name means here, or none.

        DuckDB's order: a name in scope, then ``relation.column``, ``namespace.relation.column``,
        the relation itself as one value; what is left of the path are fields of the value.
        """
        for scope in self.chain():
            found = scope._find_here(path)
            if found is not None:
                return found
        return None

    def _find_here(self, path: tuple[str, ...]) -> OutputColumn | None:
        first = path[0].lower()
        if first in self.names:
            return OutputColumn(name=path[0])
        for relation in self.relations:
            for skipped in (1, 2, 3):
                if len(path) > skipped and _names(relation, path[:skipped]):
                    column = relation.column(path[skipped])
                    if column is not None and column.may_hold(path[skipped + 1 :]):
                        return column
        for relation in self.relations:
            column = relation.column(path[0])
            if column is not None and column.may_hold(path[1:]):
                return column
        if len(path) == 1 and any(relation.name == first for relation in self.relations):
            return OutputColumn(name=path[0])
        return None


def _names(relation: Relation, path: tuple[str, ...]) -> bool:
    """Whether the path is this relation's name, with its namespace or database before it or not."""
    if not relation.name or path[-1].lower() != relation.name:
        return False
    if len(path) == 1:
        return True
    # A database's name is not in the schema, so the first of three parts cannot be checked here.
    return relation.table is not None and path[-2].lower() == (relation.namespace or "main")
