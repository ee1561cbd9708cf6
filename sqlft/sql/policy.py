"""Whether one SQL text is a plain query by its form alone: statement, functions, relations.

DuckDB's own tree decides (``sqlft.sql.reading``), node by node: what is not named here as allowed
is refused, whatever it may be. sqlglot must read the text as a query too, and must find the same
tables in it, because people see sqlglot's rendering of what runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from sqlglot import exp

from sqlft.errors import SqlError
from sqlft.sql.functions import (
    Place,
    allowed_functions,
    refused_namespaces,
    refused_relations,
)
from sqlft.sql.nearest import nearest
from sqlft.sql.parse import Reading, read_both
from sqlft.sql.reading import Node
from sqlft.sql.sqlite_policy import sqlite_problems
from sqlft.sql.verdict import Problem

# Nodes of DuckDB's tree without a "class": queries, sources of rows, and what hangs on a query.
_NODES = frozenset(
    "SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE "
    "BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION EXPRESSION_LIST PIVOT EMPTY "
    "ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER "
    "ORDER_DEFAULT ASCENDING DESCENDING".split()
)
_CLASSES = frozenset(
    "COLUMN_REF CONSTANT FUNCTION WINDOW STAR COMPARISON CONJUNCTION OPERATOR CAST TYPE CASE "
    "BETWEEN SUBQUERY LAMBDA COLLATE POSITIONAL_REFERENCE".split()
)
_WHY_NOT = {
    "SHOW_REF": "SHOW, DESCRIBE and SUMMARIZE read the catalogue",
    "INSERT_QUERY_NODE": "INSERT changes data",
    "UPDATE_QUERY_NODE": "UPDATE changes data",
    "DELETE_QUERY_NODE": "DELETE changes data",
    "PARAMETER": "parameters are not filled in",
    "DEFAULT": "DEFAULT is no value here",
}
_NOT_A_READ = (
    exp.DML,
    exp.DDL,
    exp.Command,
    exp.Into,
    exp.Lock,
    exp.Set,
    exp.Pragma,
    exp.Show,
    exp.Describe,
    exp.Summarize,
    exp.Parameter,
    exp.Placeholder,
    exp.SessionParameter,
    exp.Attach,
    exp.Copy,
)
_MOST_PROBLEMS = 20  # more help nobody, and each unknown function is compared with 1,000 names
# A relation named like a file or an address would be read from there by DuckDB's replacement scan.
# DuckDB joins the parts of a dotted name for that: ``FROM secret.csv`` reads the file secret.csv.
_FILE_LIKE = re.compile(r"[/\\:*?|]|\.[^.\s]{1,12}$|^~")
_FILE_SUFFIXES = frozenset(
    "csv tsv txt parquet json jsonl ndjson geojson gz zst bz2 db duckdb sqlite xlsx avro arrow "
    "feather orc vortex lance shp gpkg fgb".split()
)


def check_policy(sql: str, dialect: str = "duckdb") -> tuple[Problem, ...]:
    """Why this text is not one plain query of allowed functions: 20 reasons at most; none if it is.

    Needs no schema and raises nothing. Sources of rows may be tables, subqueries, VALUES and the
    functions that make rows from nothing (``range``, ``generate_series``, ``unnest`` ...).

    >>> check_policy("SELECT city, count(*) FROM customers GROUP BY ALL")
    ()
    >>> check_policy("FROM read_csv('/etc/passwd')")[0].message
    'function read_csv is not allowed as a source of rows'
    """
    try:
        reading = read_both(sql, dialect)
    except SqlError as error:
        return (Problem(kind=error.kind, message=error.message, hint=error.hint),)
    return policy_problems(reading, dialect)


def policy_problems(reading: Reading, dialect: str = "duckdb") -> tuple[Problem, ...]:
    """As ``check_policy``, for a text that is already read."""
    distinct: dict[Problem, None] = {}
    for problem in _problems(reading):
        distinct[problem] = None
        if len(distinct) == _MOST_PROBLEMS:
            break
    return tuple(distinct)


def _problems(reading: Reading) -> Iterator[Problem]:
    ours = list(reading.tree.walk())
    for found in ours:
        if isinstance(found, _NOT_A_READ):
            yield _forbidden(f"{type(found).__name__.upper()} is not a plain read")
    if reading.root is None:
        yield from sqlite_problems(ours)
        return
    nodes = list(walk(reading.root))
    sources = {id(node["function"]) for node in nodes if node["type"] == "TABLE_FUNCTION"}
    for node in nodes:
        if id(node) not in sources:  # judged as a source of rows, not as an expression
            yield from _node_problems(node)
    yield from _disagreements(ours, nodes)


def walk(root: Node) -> Iterator[Node]:
    """Every dict of DuckDB's tree that is a node (has a ``type`` text), in reading order."""
    stack: list[object] = [root]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            if isinstance(item.get("type"), str):
                yield item
            if item.get("class") == "CONSTANT":
                continue  # a literal's value is data, whatever its shape
            stack.extend(reversed(list(item.values())))


def _forbidden(message: str, hint: str | None = None) -> Problem:
    return Problem(kind="forbidden", message=message, hint=hint)


def _node_problems(node: Node) -> Iterator[Problem]:
    name, kind = node.get("class"), node["type"]
    if name is None:
        if kind not in _NODES:
            yield _forbidden(_WHY_NOT.get(kind, f"{kind} is not a plain read"))
        elif kind == "BASE_TABLE":
            yield from _relation_problems(node)
        elif kind == "TABLE_FUNCTION":
            yield from _call_problems(node["function"], "table")
    elif name not in _CLASSES:
        yield _forbidden(_WHY_NOT.get(name, f"{name} is not a plain read"))
    elif name in ("FUNCTION", "WINDOW"):
        yield from _call_problems(node, "expression")


def _call_problems(node: Node, place: Place) -> Iterator[Problem]:
    path = [str(part) for part in (node.get("qualified_name") or {}).get("path", ())]
    name = str(node.get("function_name") or "").lower()
    if not path or path[-1].lower() != name:
        yield _forbidden(f"a call that could be read in two ways: {name}")
    if place == "expression" and name in allowed_functions("expression"):
        return
    if place == "table" and name in allowed_functions("table"):
        if len(path) > 1:
            yield _forbidden(f"function {name} is called through a namespace")
        return
    yield _unknown_call(name, place)


@lru_cache(maxsize=256)  # one unknown function may be called thousands of times
def _unknown_call(name: str, place: Place) -> Problem:
    where = " as a source of rows" if place == "table" else ""
    known = nearest(name, allowed_functions(place), 2)
    hint = f"nearest allowed: {', '.join(known)}" if known else None
    return _forbidden(f"function {name} is not allowed{where}", hint)


def _relation_problems(node: Node) -> Iterator[Problem]:
    path = [str(part) for part in (node.get("qualified_name") or {}).get("path", ())]
    name = str(node.get("table_name") or "")
    if not path or path[-1] != name:
        yield _forbidden(f"a table that could be read in two ways: {name}")
    if node.get("at_clause"):
        yield _forbidden("AT reads another version of a table")
    folded = name.lower()
    if any(part.lower() in refused_namespaces() for part in path[:-1]):
        yield _forbidden(f"{'.'.join(path)} is a system catalogue")
    elif folded in refused_relations():
        yield _forbidden(f"{name} is a system catalogue")
    elif (
        not name
        or any(_FILE_LIKE.search(part) for part in path)
        or (len(path) > 1 and folded.strip() in _FILE_SUFFIXES)
    ):
        yield _forbidden(f"{'.'.join(path)!r} looks like a file, not a table")


def _disagreements(tree: list[exp.Expr], nodes: list[Node]) -> list[Problem]:
    """What DuckDB reads as a table and sqlglot does not, or the other way round."""
    engine = {str(node["table_name"]).lower() for node in nodes if node["type"] == "BASE_TABLE"}
    tables = (node for node in tree if isinstance(node, exp.Table))
    ours = {table.name.lower() for table in tables if _is_named(table)}
    return [
        _forbidden(f"the text can be read in two ways: is {name!r} a table?")
        for name in sorted(engine ^ ours)
    ]


def _is_named(table: exp.Table) -> bool:
    return isinstance(table.this, exp.Identifier)
