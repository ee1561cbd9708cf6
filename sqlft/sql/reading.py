"""DuckDB's own reading of a query, as a tree: the second opinion that decides.

sqlglot and DuckDB could read one text differently; what runs is DuckDB's reading. So the policy
walks DuckDB's own tree, as ``json_serialize_sql`` of an in-memory, locked-down connection gives
it. That function parses and binds nothing: no table is looked up, no function runs, no file or
setting is touched. It takes about 0.4 ms for a query of ordinary length; 100,000 characters
take up to 0.3 s. It only ever sees texts within the bounds of ``sqlft.sql.text``.
"""

from __future__ import annotations

import ctypes
import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlft.errors import SqlError
from sqlft.sql.text import Piece

if TYPE_CHECKING:
    import duckdb

Node = dict[str, Any]

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "threads": "1",
    "memory_limit": "512MB",
    "temp_directory": "",
    "max_expression_depth": "250",  # what the JSON reader's recursion takes with a wide margin
    "lock_configuration": "true",
}


class _Pool:
    """The idle connections of one process: never more than threads that read at one time."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.idle: list[duckdb.DuckDBPyConnection] = []


_pool = _Pool()
_kept: list[duckdb.DuckDBPyConnection] = []  # every connection: one in use at a fork is in no pool


def read_tree(sql: str, pieces: tuple[Piece, ...]) -> Node:
    """The root node of DuckDB's tree of one query; see ``sqlft.sql.policy`` for its shapes.

    A PIVOT without IN has no tree of its own (DuckDB makes two statements of it), so it is read
    with ``IN (1)`` put in after each of its ON expressions. The text put in has no quotes and
    stands between two pieces, so the rest is cut as before whatever the reader.

    Raises:
        SqlError: parse_error when DuckDB cannot read it; forbidden when it is no query.
    """
    answer = _serialized(sql)
    if answer.get("error_type") == "not implemented":
        filled = _with_pivot_values(sql, pieces)
        if filled is not None:
            answer = _serialized(filled)
    if answer.get("error"):
        if answer.get("error_type") == "parser":
            message = " ".join(str(answer.get("error_message")).split())[:200]
            raise SqlError(message, kind="parse_error")
        raise SqlError("DuckDB does not read this as a query", kind="forbidden")
    statements = answer["statements"]
    if len(statements) != 1:
        raise SqlError("more than one statement", kind="forbidden")
    if statements[0].get("named_param_map"):
        raise SqlError("parameters are not filled in", kind="forbidden")
    root: Node = statements[0]["node"]
    return root


def _serialized(sql: str) -> Node:
    import duckdb

    try:
        with _connection() as connection:
            row = connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
        answer: Node = json.loads(row[0]) if row else {}
    except RecursionError:
        raise SqlError("nested too deeply", kind="forbidden") from None
    except (duckdb.Error, ValueError) as error:
        message = " ".join(str(error).split())[:200]
        raise SqlError(f"cannot be read: {message}", kind="parse_error") from None
    return answer


@contextmanager
def _connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that no other thread uses meanwhile."""
    import duckdb

    pool = _pool  # given back where it came from, whatever a fork puts in its place
    with pool.lock:
        if pool.idle:
            connection = pool.idle.pop()
        else:
            connection = duckdb.connect(":memory:", config=_CONFIG)
            _kept.append(connection)
    try:
        yield connection
    finally:
        with pool.lock:
            pool.idle.append(connection)


def _before_fork() -> None:
    _pool.lock.acquire()  # no connection is half made, and DuckDB's own lock for that is free


def _after_fork_in_parent() -> None:
    _pool.lock.release()


def _after_fork_in_child() -> None:
    """Leaves the parent's connections as they are: to use or close one here hangs or crashes.

    Their threads and the owners of their locks are not in this process. A reference that nothing
    gives back keeps them from being closed even when the interpreter ends.
    """
    global _pool
    for connection in _kept:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
    _kept.clear()
    _pool = _Pool()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)

_AFTER_ON = ("using", "group", "order", "limit", "union", "intersect", "except")


def _with_pivot_values(sql: str, pieces: tuple[Piece, ...]) -> str | None:
    ends: set[int] = set()
    for index, piece in enumerate(pieces):
        if piece.is_word("pivot", "pivot_wider"):
            ends.update(_open_pivots(pieces[index + 1 :]))
    if not ends:
        return None
    text = sql
    for end in sorted(ends, reverse=True):
        text = f"{text[:end]} IN (1) {text[end:]}"
    return text


def _open_pivots(rest: tuple[Piece, ...]) -> list[int]:
    """Where each ON expression without IN ends, for the PIVOT that ``rest`` follows."""
    ends: list[int] = []
    depth, inside_on, has_in, last = 0, False, False, -1
    for piece in rest:
        is_end = piece.is_word(*_AFTER_ON) or piece.text == "," or piece.text in ")]}"
        if depth == 0 and inside_on and is_end:
            if not has_in:
                ends.append(last)
            has_in = False
            if piece.text != ",":
                return ends
        elif depth == 0 and piece.is_word("on"):
            inside_on = True
        elif depth == 0 and inside_on and piece.is_word("in"):
            has_in = True
        if piece.kind == "mark" and piece.text in "([{":
            depth += 1
        elif piece.kind == "mark" and piece.text in ")]}":
            depth -= 1
            if depth < 0:
                return ends
        last = piece.end
    if inside_on and not has_in:
        ends.append(last)
    return ends
