"""Whether every table and column of a query is there, on DuckDB's own tree of it.

An exact binder exists, DuckDB's own; but binding evaluates the constant arguments of functions
(``FROM range(length(repeat('a', 1000000000)))`` would run in the process that asks), so names
are resolved here by DuckDB's rules, without running anything. Tables are certain. A column is
refused only where the columns of everything in scope are certain; what a PIVOT, an unnested
struct or ``COLUMNS`` makes is taken as it comes, and DuckDB has the last word when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec

from sqlft.sql.catalog import Catalog
from sqlft.sql.reading import Node
from sqlft.sql.resolve_columns import (
    called_rows,
    makes_columns,
    parameters_of,
    parts_of,
    path_of,
    rows_of,
    starred_columns,
)
from sqlft.sql.resolve_problems import Known, unknown_column, unknown_relation, unknown_table
from sqlft.sql.scope import OutputColumn, Relation, Scope
from sqlft.sql.verdict import Problem

# Names that DuckDB takes as calls without brackets where no column has that name.
_VALUE_NAMES = frozenset(
    "current_date current_time current_timestamp localtime localtimestamp".split()
)
_LAMBDA_TAKERS = ("list_", "array_", "apply", "filter", "reduce", "aggregate")
# ``c1 AS (SELECT * FROM c0 a, c0 b)`` doubles the columns: 25 such lines would make 10**8.
_MOST_COLUMNS = 10_000  # of one relation, or that one place can see
_MOST_STARRED = 200_000  # that every ``*`` of a query gives together: 0.2 s
_TOO_WIDE = Problem(kind="forbidden", message=f"more than {_MOST_COLUMNS:,} columns at one place")
_MOST_PROBLEMS = 20  # each is compared with every name in sight
_ONE_SIDED = ("SEMI", "ANTI")


P = ParamSpec("P")


class Resolver:
    """Walks one query; afterwards ``problems``, ``tables`` and ``columns`` say what it found."""

    def __init__(self, catalog: Catalog) -> None:
        self._known = Known(catalog)
        self.problems: dict[Problem, None] = {}
        self.tables: set[str] = set()
        self.columns: set[str] = set()
        self._starred_left = _MOST_STARRED
        self._told = 0

    # Queries: each gives the relation that its rows are.

    def query(self, node: Node, outer: Scope) -> Relation:
        """The rows of a query node, seen from around it: columns without a relation name."""
        scope = Scope(ctes=self._ctes(node, outer), outer=outer)
        kind = node["type"]
        if kind == "SELECT_NODE":
            return self._select(node, scope)
        if kind == "SET_OPERATION_NODE":
            return self._set_operation(node, scope)
        if kind == "RECURSIVE_CTE_NODE":
            return self._recursive(node, scope)
        return Relation(is_open=True)

    def _ctes(self, node: Node, outer: Scope) -> dict[str, Relation]:
        known: dict[str, Relation] = {}
        for entry in (node.get("cte_map") or {}).get("map", ()):
            name, value = entry["key"], entry["value"]
            scope = Scope(ctes=dict(known), outer=outer)
            body = value.get("query_node") or (value.get("query") or {}).get("node")
            rows = self.query(body, scope) if body else Relation(is_open=True)
            rows = rows.named(name, value.get("aliases") or [])
            known[name.lower()] = rows
            self._expressions(value.get("key_targets"), Scope(relations=(rows,), outer=scope))
        return known

    def _recursive(self, node: Node, scope: Scope) -> Relation:
        name = node["cte_name"].lower()
        first = self.query(node["left"], scope).named(name, node.get("aliases") or [])
        around = Scope(ctes={name: first, f"recurring.{name}": first}, outer=scope)
        self.query(node["right"], around)
        return first

    def _set_operation(self, node: Node, scope: Scope) -> Relation:
        sides = node.get("children") or [node["left"], node["right"]]
        rows = [self.query(side, scope) for side in sides]
        merged = rows[0]
        if "BY_NAME" in str(node.get("setop_type")):
            columns = {column.name.lower(): column for row in rows for column in row.columns}
            merged = Relation(
                columns=tuple(columns.values()),
                is_open=any(row.is_open for row in rows),
                has_unnamed=any(row.has_unnamed for row in rows),
            )
        seen = Scope(relations=tuple(rows), outer=scope)
        self._expressions(node.get("modifiers"), seen)
        return merged

    def _select(self, node: Node, scope: Scope) -> Relation:
        relations = self._fitting(self._source(node.get("from_table"), scope), scope)
        here = Scope(relations=relations, ctes=scope.ctes, outer=scope.outer)
        selected: list[Node] = node.get("select_list") or []
        earlier: frozenset[str] = frozenset()
        for item in selected:
            self._expressions(item, here.with_names(earlier))
            if item.get("alias"):
                earlier |= {item["alias"].lower()}
        rows = self._output(selected, here)
        everywhere = here.with_names(earlier)
        for part in ("where_clause", "group_expressions", "having", "qualify"):
            self._expressions(node.get(part), everywhere)
        outputs = frozenset(column.name.lower() for column in rows.columns)
        self._expressions(node.get("modifiers"), everywhere.with_names(outputs))
        return rows

    def _output(self, selected: list[Node], here: Scope) -> Relation:
        columns: list[OutputColumn] = []
        is_open = has_unnamed = False
        for item in selected:
            if item["class"] == "STAR":
                starred, more = self._starred(item, here, len(columns))
                columns += starred
                is_open |= more
            elif item.get("alias"):
                found = here.find(path_of(item)) if item["class"] == "COLUMN_REF" else None
                found = found or OutputColumn(name="")
                columns.append(
                    OutputColumn(name=item["alias"], type=found.type, source=found.source)
                )
            elif item["class"] == "COLUMN_REF":
                path = path_of(item)
                found = here.find(path)
                columns.append(OutputColumn(name=path[-1], type=found.type if found else None))
            elif makes_columns(item):
                is_open = True
            else:
                has_unnamed = True
                columns.append(OutputColumn(name=""))
        return Relation(columns=tuple(columns), is_open=is_open, has_unnamed=has_unnamed)

    # Sources: each gives the relations that it adds to the scope.

    def _source(self, node: Node | None, scope: Scope) -> tuple[Relation, ...]:
        if node is None:
            return ()
        kind, alias = node["type"], str(node.get("alias") or "")
        renamed: list[str] = node.get("column_name_alias") or []
        if kind == "EMPTY":
            return ()
        if kind == "JOIN":
            return self._join(node, scope)
        if kind == "BASE_TABLE":
            return (self._base_table(node, scope).named(alias, renamed),)
        if kind == "SUBQUERY":
            return (self.query(node["subquery"]["node"], scope).named(alias, renamed),)
        if kind == "TABLE_FUNCTION":
            return (self._table_function(node, scope).named(alias, renamed),)
        if kind == "EXPRESSION_LIST":
            return (self._values(node, scope).named(alias, renamed),)
        if kind == "PIVOT":
            return (self._pivot(node, scope).named(alias, renamed),)
        return (Relation(name=alias.lower(), is_open=True),)

    def _join(self, node: Node, scope: Scope) -> tuple[Relation, ...]:
        left = self._source(node["left"], scope)
        # The right side may look at the left one, with LATERAL written or not.
        right = self._source(node["right"], Scope(relations=left, outer=scope))
        both = self._fitting((*left, *right), scope)
        if len(both) < len(left) + len(right):
            return both
        self._expressions(node.get("condition"), Scope(relations=both, outer=scope))
        for name in node.get("using_columns") or ():
            for side in (left, right):
                self._column((name,), Scope(relations=side))
        one_sided = node.get("join_type") in _ONE_SIDED
        return left if one_sided else (*left, *right)

    def _base_table(self, node: Node, scope: Scope) -> Relation:
        path = tuple(str(part) for part in node["qualified_name"]["path"])
        name = path[-1]
        cte = scope.cte(".".join(path)) if path[0].lower() == "recurring" else scope.cte(name)
        if cte is not None and (len(path) == 1 or path[0].lower() == "recurring"):
            return cte.named(name, [])
        table = self._known.table(path)
        if table is None:
            self._report(unknown_table, path, self._known)
            return Relation(name=name.lower(), is_open=True)
        self.tables.add(table.name)
        return rows_of(table)

    def _table_function(self, node: Node, scope: Scope) -> Relation:
        call = node["function"]
        name = str(call["function_name"]).lower()
        self._expressions(call.get("arguments"), scope)
        return called_rows(node, name)

    def _values(self, node: Node, scope: Scope) -> Relation:
        rows: list[list[Node]] = node.get("values") or []
        self._expressions(rows, scope)
        width = len(rows[0]) if rows else 0
        columns = tuple(OutputColumn(name=f"col{index}") for index in range(width))
        return Relation(columns=columns)

    def _pivot(self, node: Node, scope: Scope) -> Relation:
        source = self._source(node["source"], scope)
        here = Scope(relations=source, outer=scope)
        self._expressions(node.get("aggregates"), here)
        for name in node.get("groups") or ():
            self._column((name,), here)
        for pivot in node.get("pivots") or ():
            self._expressions(pivot.get("pivot_expressions"), here)
            self._expressions(pivot.get("entries"), here)
            self._subqueries(pivot.get("subquery"), here)
        return Relation(is_open=True)

    # Expressions.

    def _expressions(self, item: Any, scope: Scope) -> None:
        if isinstance(item, list):
            for part in item:
                self._expressions(part, scope)
        elif isinstance(item, dict):
            kind = item.get("class")
            if kind == "CONSTANT" or kind == "TYPE":
                return
            if kind == "COLUMN_REF":
                self._column(path_of(item), scope)
            elif kind == "LAMBDA":
                self._lambda(item, scope, is_argument=False)
            elif kind == "STAR":
                self._star(item, scope)
            elif kind == "SUBQUERY":
                self._expressions(item.get("child"), scope)
                self._subqueries(item["subquery"], scope)
            else:
                self._call_path(item, scope)
                takes = str(item.get("function_name") or "").startswith(_LAMBDA_TAKERS)
                for value in item.values():
                    self._parts(value, scope, takes)

    def _parts(self, item: Any, scope: Scope, takes_lambda: bool) -> None:
        if isinstance(item, list):
            for part in item:
                self._parts(part, scope, takes_lambda)
        elif isinstance(item, dict):
            inner = item.get("expression")
            if takes_lambda and isinstance(inner, dict) and inner.get("class") == "LAMBDA":
                self._lambda(inner, scope, is_argument=True)
            else:
                self._expressions(item, scope)

    def _subqueries(self, statement: Node | None, scope: Scope) -> None:
        if statement:
            self.query(statement.get("node") or statement, scope)

    def _lambda(self, item: Node, scope: Scope, *, is_argument: bool) -> None:
        # ``a -> b`` is a lambda as an argument of a list function, and JSON's arrow elsewhere.
        if not is_argument and item.get("syntax_type") == "SINGLE_ARROW":
            self._expressions([item["lhs"], item["expr"]], scope)
            return
        self._expressions(item["expr"], scope.with_names(parameters_of(item["lhs"])))

    def _call_path(self, item: Node, scope: Scope) -> None:
        """``a.b.upper()``: what stands before the function's name is a column or a namespace."""
        path = tuple(str(part) for part in (item.get("qualified_name") or {}).get("path", ()))[:-1]
        if item.get("class") not in ("FUNCTION", "WINDOW") or not path:
            return
        if path[-1].lower() != "main" or scope.find(path) is not None:
            self._column(path, scope)

    def _star(self, item: Node, scope: Scope) -> None:
        name = str(item.get("relation_name") or "")
        here = scope.relations
        if name:
            here = tuple(relation for relation in here if relation.name == name.lower())
            if not here and scope.find((name,)) is None:
                self._report(unknown_relation, (name,), scope, self._known)
                return
        rows = Scope(relations=here, names=scope.names, outer=scope.outer)
        for excluded in item.get("exclude_list") or ():
            self._column((str(excluded),), rows)
        for excluded in item.get("qualified_exclude_list") or ():
            self._column(parts_of(excluded), scope)
        for renamed in item.get("rename_list") or ():
            self._column(parts_of(renamed["key"]), rows)
        for replaced in item.get("replace_list") or ():
            self._expressions(replaced["value"], scope)
        inner = item.get("expr")
        if isinstance(inner, dict) and inner.get("class") == "LAMBDA":
            self._lambda(inner, scope, is_argument=True)
        else:
            self._expressions(inner, scope)

    def _column(self, path: tuple[str, ...], scope: Scope) -> None:
        found = scope.find(path)
        if found is None:
            if len(path) == 1 and path[0].lower() in _VALUE_NAMES:
                return
            self._report(unknown_column, path, scope, self._known)
        elif found.source is not None:
            self.columns.add(".".join(found.source))

    def _report(self, tell: Callable[P, Problem], *what: P.args, **more: P.kwargs) -> None:
        if self._told < _MOST_PROBLEMS:
            self._told += 1
            self.problems[tell(*what, **more)] = None

    # Bounds: past one, the query is refused and the rest is taken as it comes.

    def _fitting(self, relations: tuple[Relation, ...], scope: Scope) -> tuple[Relation, ...]:
        """The relations, or an open one in their place when a place would see too many columns."""
        if Scope(relations=relations, outer=scope).width() <= _MOST_COLUMNS:
            return relations
        self.problems[_TOO_WIDE] = None
        return (Relation(is_open=True),)

    def _starred(self, item: Node, here: Scope, before: int) -> tuple[list[OutputColumn], bool]:
        """As ``starred_columns``; ``before`` columns are in the same output already."""
        width = sum(len(relation.columns) for relation in here.relations)
        self._starred_left -= width
        if before + width > _MOST_COLUMNS or self._starred_left < 0:
            self.problems[_TOO_WIDE] = None
            return [], True
        return starred_columns(item, here)
