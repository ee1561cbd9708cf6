"""What kind of value each part of a query is, by the columns of its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from sqlft.sql import Catalog

Kind = Literal["integer", "number", "text", "time", "boolean", "unknown"]

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT")
_OF_TYPE: Mapping[str, Kind] = {
    **dict.fromkeys(_INTEGERS, "integer"),
    "DOUBLE": "number",
    "FLOAT": "number",
    "INT": "integer",
    "VARCHAR": "text",
    "TEXT": "text",
    "BLOB": "text",
    "DATE": "time",
    "TIMESTAMP": "time",
    "BOOLEAN": "boolean",
}
_TEXTS = (exp.Substring, exp.Upper, exp.Lower, exp.DPipe, exp.Concat, exp.Trim, exp.TimeToStr)
_KEEPS = (exp.Paren, exp.Min, exp.Max, exp.Neg, exp.Distinct, exp.Alias, exp.AnyValue, exp.Abs)
_WHOLE = (exp.Count, exp.Length)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.IntDiv)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a column name leads: the source that it is a column of, and its kind."""

    source: str
    """The source's name in the query; empty for a name that SELECT gives."""
    name: str
    kind: Kind


class ValueKinds:
    """The kinds of a query's values. It looks names up as they stand when it is made."""

    def __init__(self, tree: exp.Expr, schema: Catalog) -> None:
        self._tables = {
            table.name.casefold(): {c.name.casefold(): kind_of(c.type) for c in table.columns}
            for table in schema.tables
        }
        self._outputs: dict[int, dict[str, Kind]] = {}
        self._places: dict[int, Place] = {}
        for scope in traverse_scope(tree):
            self._read(scope)

    def place(self, column: exp.Column) -> Place | None:
        """Where a column's name leads, or none where there is no such column."""
        return self._places.get(id(column))

    def kind(self, node: exp.Expr | None) -> Kind:
        """The kind of value that an expression has."""
        if isinstance(node, exp.Column):
            place = self._places.get(id(node))
            return place.kind if place else "unknown"
        if isinstance(node, exp.Literal):
            return "text" if node.is_string else "integer" if node.is_int else "number"
        if isinstance(node, _TEXTS):
            return "text"
        if isinstance(node, _WHOLE):
            return "integer"
        if isinstance(node, (exp.Avg, exp.Round)):
            return "number"
        if isinstance(node, exp.Cast):
            return kind_of(node.to.sql("duckdb"))
        if isinstance(node, exp.Sum):
            return "integer" if self.kind(node.this) == "integer" else "number"
        if isinstance(node, _ARITHMETIC):
            both = {self.kind(node.left), self.kind(node.right)}
            return "integer" if both == {"integer"} else "number"
        if isinstance(node, (exp.Subquery, exp.Query)):
            query = node.unnest()
            selects = query.selects if isinstance(query, exp.Query) else []
            return self.kind(selects[0]) if selects else "unknown"
        if isinstance(node, _KEEPS):
            return self.kind(node.this)
        if isinstance(node, exp.Case):
            return self.kind(node.args["ifs"][0].args["true"])
        return "unknown"

    def _columns(self, source: object) -> dict[str, Kind]:
        if isinstance(source, exp.Table):
            return self._tables.get(source.name.casefold(), {})
        if isinstance(source, Scope):
            return self._outputs.get(id(source.expression), {})
        return {}

    def _read(self, scope: Scope) -> None:
        aliases = _given_names(scope)
        waiting: list[tuple[exp.Column, exp.Expr]] = []
        for column in scope.find_all(exp.Column):
            place = self._find(column, scope)
            if place is not None:
                self._places[id(column)] = place
            elif not column.table and column.name.casefold() in aliases:
                waiting.append((column, aliases[column.name.casefold()]))
        for column, meant in waiting:
            self._places[id(column)] = Place(
                source="", name=column.name.casefold(), kind=self.kind(meant)
            )
        self._outputs[id(scope.expression)] = self._projected(scope)

    def _find(self, column: exp.Column, scope: Scope | None) -> Place | None:
        name = column.name.casefold()
        while scope is not None:
            wanted = column.table.casefold()
            for alias, source in scope.sources.items():
                if wanted and alias.casefold() != wanted:
                    continue
                columns = self._columns(source)
                if name in columns:
                    return Place(source=alias.casefold(), name=name, kind=columns[name])
            scope = scope.parent
        return None

    def _projected(self, scope: Scope) -> dict[str, Kind]:
        found: dict[str, Kind] = {}
        query = scope.expression
        for part in query.selects if isinstance(query, exp.Query) else ():
            if part.is_star:
                only = part.table.casefold() if isinstance(part, exp.Column) else ""
                for alias, source in scope.sources.items():
                    if not only or alias.casefold() == only:
                        found.update(self._columns(source))
            else:
                found.setdefault(part.alias_or_name.casefold(), self.kind(part))
        return found


def kind_of(type_: str) -> Kind:
    """The kind of a DuckDB type.

    >>> kind_of("DECIMAL(10,2)"), kind_of("TIMESTAMP"), kind_of("UUID")
    ('number', 'time', 'unknown')
    """
    return "number" if type_.startswith("DECIMAL") else _OF_TYPE.get(type_, "unknown")


def _given_names(scope: Scope) -> dict[str, exp.Expr]:
    query = scope.expression
    parts = query.selects if isinstance(query, exp.Query) else []
    return {part.alias.casefold(): part for part in parts if part.alias}
