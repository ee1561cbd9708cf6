"""What a query on a SQLite file may touch, asked by SQLite itself while it compiles the query."""

from __future__ import annotations

import sqlite3

_SCALARS = """
abs char coalesce concat concat_ws format glob hex ifnull iif if instr length like likelihood likely
lower ltrim max min nullif octet_length printf quote random randomblob replace round rtrim sign
soundex substr substring trim typeof unhex unicode unistr unistr_quote unlikely upper zeroblob
acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod
pi pow power radians sin sinh sqrt tan tanh trunc
date time datetime julianday unixepoch strftime timediff
current_date current_time current_timestamp
"""
_AGGREGATES = """
avg count group_concat string_agg sum total median percentile percentile_cont percentile_disc
row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
"""
_JSON = """
json json_array json_array_length json_error_position json_extract json_group_array
json_group_object json_insert json_object json_patch json_pretty json_quote json_remove json_replace
json_set json_type json_valid jsonb jsonb_array jsonb_extract jsonb_group_array jsonb_group_object
jsonb_insert jsonb_object jsonb_patch jsonb_remove jsonb_replace jsonb_set -> ->>
"""
_FULL_TEXT = "match bm25 highlight snippet"
_FUNCTIONS = frozenset((_SCALARS + _AGGREGATES + _JSON + _FULL_TEXT).split())
"""Reading functions of SQLite's own documentation; a function not named here is refused."""

_CATALOG = frozenset({"sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"})

_CATALOG_COLUMNS = frozenset({"type", "name", "tbl_name", "rootpage", "sql"})

_SCHEMA_PRAGMAS = frozenset(
    {
        "table_info",
        "table_xinfo",
        "table_list",
        "foreign_key_list",
        "index_list",
        "index_info",
        "index_xinfo",
    }
)

_INTERNAL_TABLES = ("sqlite_", "pragma_", "dbstat", "bytecode", "tables_used")

_SQLITE_RECURSIVE = 33
"""SQLITE_RECURSIVE; the sqlite3 module has a name for it only since Python 3.13."""


def authorize(trusted: bool, action: int, first: str | None, second: str | None) -> int:
    """SQLITE_OK for a read of the file's own tables, else SQLITE_DENY.

    ``trusted`` text (sqlft's own) may also read the catalog: ``sqlite_master`` and the PRAGMAs
    that describe tables. Nothing may write, attach, load or set, whoever asks.
    """
    name, part = (first or "").casefold(), (second or "").casefold()
    if action in (sqlite3.SQLITE_SELECT, _SQLITE_RECURSIVE):
        allowed = True
    elif action == sqlite3.SQLITE_READ:
        allowed = _may_read(name, part, trusted)
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = part in _FUNCTIONS
    elif action == sqlite3.SQLITE_PRAGMA:
        # a full-text index asks for data_version while it is read
        asks_version = name == "data_version" and second is None
        allowed = asks_version or (trusted and name in _SCHEMA_PRAGMAS)
    elif action == sqlite3.SQLITE_UPDATE:
        # So SQLite asks when a virtual table (json_each, a full-text index) is first met. A real
        # change of this table fails three times: writable_schema, query_only and mode=ro.
        allowed = name == "sqlite_master" and part in _CATALOG_COLUMNS
    else:
        allowed = False
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _may_read(table: str, column: str, trusted: bool) -> bool:
    if not table.startswith(_INTERNAL_TABLES):
        return True
    if trusted and (table in _CATALOG or table.removeprefix("pragma_") in _SCHEMA_PRAGMAS):
        return True
    return table == "sqlite_master" and column == "rowid"  # asked with the UPDATE above
