"""Names and values of a database as one line of plain text."""

from __future__ import annotations

import re
import unicodedata

_RESERVED_WORDS = """
    all analyse analyze and any array as asc asymmetric both case cast check collate column
    constraint create default deferrable desc describe distinct do else end except false fetch for
    foreign from group having in initially intersect into lambda lateral leading limit not null
    offset on only or order pivot pivot_longer pivot_wider placing primary qualify references
    returning select show some summarize symmetric table then to trailing true union unique unpivot
    using variadic when where window with
"""
RESERVED = frozenset(_RESERVED_WORDS.split())
"""DuckDB 2.0's reserved words: ``duckdb_keywords()`` of category ``reserved``."""

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ANSI_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # zero-width, but they spell words in Persian and Indic scripts


def one_line(text: str, limit: int | None = None) -> str:
    """The text on one line: no line ends, control or invisible characters, no ANSI escapes.

    Args:
        limit: characters kept at most; what is cut ends with an ellipsis.

    >>> one_line("net price,\\n  \\x1b[31mwithout\\x1b[0m VAT")
    'net price, without VAT'
    >>> one_line("a long comment", limit=7)
    'a long…'
    """
    if not (text.isascii() and text.isprintable()):
        text = _ANSI_ESCAPE.sub("", text)
        text = "".join(_shown(character) for character in text)
    text = " ".join(text.split())
    if limit is not None and len(text) > limit:
        return text[: limit - 1].rstrip() + "…"
    return text


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in _HIDDEN and character not in _JOINERS:
        return ""
    return character


def identifier(name: str) -> str:
    """The name as it is written in SQL: quoted only where DuckDB needs it.

    >>> identifier("city"), identifier("Order"), identifier('net "price"')
    ('city', '"Order"', '"net ""price\"""')
    """
    if _PLAIN_NAME.fullmatch(name) and name.lower() not in RESERVED:
        return name
    return '"' + one_line(name).replace('"', '""') + '"'


def literal(value: str, limit: int | None = None) -> str:
    """The value as a SQL text literal on one line.

    >>> literal("O'Brien")
    "'O''Brien'"
    """
    return "'" + one_line(value, limit).replace("'", "''") + "'"
