"""One SQL text as a tree of sqlglot: exactly one statement, and a query."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

from sqlft.errors import SqlError
from sqlft.sql.reading import Node, read_tree
from sqlft.sql.text import Piece, pieces

# Without a handler of its own, sqlglot's warnings on odd texts would go to the user's terminal.
logging.getLogger("sqlglot").addHandler(logging.NullHandler())

_STEPS_LEAST = 5_000
_STEPS_A_TOKEN = 40  # the 258 legitimate queries of the tests need 1.4 at most


_FIRST_WORDS = {
    "duckdb": ("select", "with", "from", "values", "pivot", "pivot_wider", "unpivot"),
    "sqlite": ("select", "with", "values"),
}


def parse_query(sql: str, dialect: str = "duckdb") -> exp.Expression:
    """The tree of one query: SELECT, WITH, FROM-first, set operation, VALUES or PIVOT.

    The tree is ``sqlglot``'s; nothing is resolved or changed in it.

    Args:
        sql: at most 100,000 characters; a closing semicolon is allowed.
        dialect: ``duckdb`` or ``sqlite``.

    Raises:
        SqlError: parse_error when it cannot be read; forbidden when it is not one plain query or
            could be read in two ways.

    >>> parse_query("FROM orders SELECT count(*)").sql(dialect="duckdb")
    'SELECT COUNT(*) FROM orders'
    """
    return read_both(sql, dialect).tree


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One text, read by both readers; ``root`` is DuckDB's tree, none for another dialect."""

    tree: exp.Expression
    root: Node | None


def read_both(sql: str, dialect: str = "duckdb") -> Reading:
    """One query as sqlglot's tree and, for DuckDB, as DuckDB's own.

    DuckDB reads first: it is quick on any text, and refuses expressions nested deeper than 250,
    on which sqlglot can take minutes.

    Raises:
        SqlError: as ``parse_query``.
    """
    found = pieces(sql, dialect)
    _check_first_word(found, dialect)
    root = read_tree(sql, found) if dialect == "duckdb" else None
    return Reading(tree=_parsed(sql, found, dialect), root=root)


def _parsed(sql: str, found: tuple[Piece, ...], dialect: str) -> exp.Expression:
    try:
        trees = _trees(sql, found, dialect)
    except SqlError:
        raise
    except RecursionError:
        raise SqlError("nested too deeply", kind="forbidden") from None
    except SqlglotError as error:
        raise SqlError(_one_line(error), kind="parse_error") from None
    except Exception as error:  # sqlglot's own defects on odd texts are not ours to crash on
        raise SqlError(f"cannot be read ({type(error).__name__})", kind="parse_error") from None
    # sqlglot makes a statement of a comment after the last semicolon
    trees = [tree for tree in trees if not isinstance(tree, exp.Semicolon)]
    if len(trees) != 1:
        raise SqlError("more than one statement", kind="forbidden")
    tree = trees[0]
    if not isinstance(tree, exp.Query | exp.Values | exp.Pivot):
        raise SqlError("not a query", kind="forbidden", hint="begin with SELECT, WITH or FROM")
    return tree


def _trees(sql: str, found: tuple[Piece, ...], dialect: str) -> list[exp.Expression]:
    try:
        return _bounded(sql, dialect)
    except SqlglotError:
        wrapped = _wrapped_pivot(sql, found)
        if wrapped is None:
            raise
        return _bounded(wrapped, dialect)


def _bounded(sql: str, dialect: str) -> list[exp.Expression]:
    """sqlglot's trees of a text, given up when reading takes out of all proportion.

    sqlglot 30 tries some words (type names, ROW, IF ...) in two ways, and so needs twice the time
    for each level of ``row(row(row(...``: 20 levels take a second, 40 would take days.
    """
    chosen = Dialect.get_or_raise(dialect)
    tokens = chosen.tokenize(sql)
    parser = _bounded_parser(dialect)(dialect=chosen)
    parser.steps_left = _STEPS_LEAST + _STEPS_A_TOKEN * len(tokens)
    return [tree for tree in parser.parse(tokens, sql) if tree is not None]


@cache
def _bounded_parser(dialect: str) -> Any:
    """A parser class that counts its steps over tokens."""
    base: Any = type(Dialect.get_or_raise(dialect).parser())

    def advance(self: Any, times: int = 1) -> None:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise SqlError("nested in a way that takes too long to read", kind="forbidden")
        base._advance(self, times)

    return type("BoundedParser", (base,), {"_advance": advance, "steps_left": 0})


def _wrapped_pivot(sql: str, found: tuple[Piece, ...]) -> str | None:
    """``PIVOT ... ORDER BY ...`` as a query around it, which says the same; none for other texts.

    DuckDB lets ORDER BY and LIMIT follow a PIVOT; sqlglot 30 does not.
    """
    if not found[0].is_word("pivot", "pivot_wider", "unpivot"):
        return None
    depth = 0
    for before, piece in pairwise(found):
        if piece.kind == "mark" and piece.text in ")]}":
            depth -= 1
        if depth == 0 and piece.is_word("order", "limit"):
            return f"SELECT * FROM ({sql[: before.end]}\n) {sql[before.end :]}"
        if piece.kind == "mark" and piece.text in "([{":
            depth += 1
    return None


def _check_first_word(found: tuple[Piece, ...], dialect: str) -> None:
    first = next((piece for piece in found if piece.text != "("), found[0])
    if not first.is_word(*_FIRST_WORDS[dialect]):
        known = first.kind == "word" and first.text.isascii()
        shown = first.text[:20].upper() if known else "this"
        raise SqlError(
            f"{shown} is not a query", kind="forbidden", hint="begin with SELECT, WITH or FROM"
        )


def _one_line(error: SqlglotError) -> str:
    details = getattr(error, "errors", None)
    if details:
        first = details[0]
        place = f"line {first.get('line')}, column {first.get('col')}"
        return f"{first.get('description') or 'syntax error'} ({place})"
    return " ".join(str(error).split())[:200] or "syntax error"
