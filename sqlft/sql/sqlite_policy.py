"""The policy's half for SQLite: functions and relations, on sqlglot's tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from sqlft.sql.verdict import Problem

# SQLite's built-in functions that only compute from their arguments, from its manual's lists of
# core, date, mathematical, aggregate, window and JSON functions. Extension loading, file helpers
# of its shell, full-text helpers, random blobs of any size and state of the connection
# (changes, last_insert_rowid, sqlite_version ...) are left out.
FUNCTIONS = frozenset(
    """
    abs char coalesce concat concat_ws format glob hex if ifnull iif instr length like lower ltrim
    max min nullif octet_length printf quote random replace round rtrim sign soundex substr
    substring trim typeof unhex unicode upper
    date time datetime julianday strftime timediff unixepoch current_date current_time
    current_timestamp
    acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10
    log2 mod pi pow power radians sin sinh sqrt tan tanh trunc
    avg count group_concat string_agg sum total median percentile percentile_cont percentile_disc
    row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value
    nth_value
    json json_array json_array_length json_error_position json_extract json_group_array
    json_group_object json_insert json_object json_patch json_pretty json_quote json_remove
    json_replace json_set json_type json_valid
    """.split()
)
TABLE_FUNCTIONS = frozenset({"json_each", "json_tree"})
_PREFIXES = ("sqlite_", "pragma_", "dbstat", "fts", "bytecode", "tables_used", "completion")


# Most calls are one of these, and to print a call only for its name takes long.
_COMMON: dict[type[exp.Expr], str] = {
    exp.Count: "count",
    exp.Sum: "sum",
    exp.Avg: "avg",
    exp.Min: "min",
    exp.Max: "max",
}


def sqlite_problems(nodes: Sequence[exp.Expr]) -> list[Problem]:
    """What in a query for SQLite is not a plain read, by its functions and relations.

    ``nodes``: all of its tree.
    """
    return [*_calls(nodes), *_relations(nodes)]


def _calls(nodes: Sequence[exp.Expr]) -> Iterator[Problem]:
    for node in nodes:
        if not isinstance(node, exp.Func) or isinstance(node.parent, exp.Table):
            continue
        name = call_name(node)
        if name is not None and name not in FUNCTIONS:
            yield Problem(kind="forbidden", message=f"function {name} is not allowed")


def _relations(nodes: Sequence[exp.Expr]) -> Iterator[Problem]:
    for table in nodes:
        if not isinstance(table, exp.Table):
            continue
        if not isinstance(table.this, exp.Identifier):
            name = call_name(table.this) or table.this.sql(dialect="sqlite")
            if name not in TABLE_FUNCTIONS:
                message = f"function {name} is not allowed as a source of rows"
                yield Problem(kind="forbidden", message=message)
        elif table.name.lower().startswith(_PREFIXES) or table.db.lower() == "temp":
            yield Problem(kind="forbidden", message=f"{table.name} is a system catalogue")


def call_name(node: exp.Expr) -> str | None:
    """The name that SQLite will see called, in lower case; none for syntax such as CASE or CAST."""
    if type(node) in _COMMON:
        return _COMMON[type(node)]
    if isinstance(node, exp.Anonymous):
        return node.name.lower()
    if isinstance(node, exp.Case | exp.Cast | exp.TryCast | exp.And | exp.Or | exp.Xor | exp.Not):
        return None
    text = node.sql(dialect="sqlite").lower()
    name, bracket, _ = text.partition("(")
    return name.strip() if bracket and name.strip().replace("_", "a").isalnum() else None
