"""Where a SQL statement begins in text that a model wrote."""

from __future__ import annotations

import re
from itertools import zip_longest

FENCE = re.compile(
    r"(?:`{3,}|^[ \t]*~{3,})(?:[ \t]*(?P<language>(?i:sql|duckdb|postgres(?:ql)?|sqlite3?|mysql"
    r"|[pt]l?sql|json|text|plaintext|python))\b|[ \t]*(?!(?i:SELECT|WITH|FROM|VALUES)\b)"
    r"[A-Za-z][\w+.-]{0,20}(?=[ \t]*\r?$))?",
    re.MULTILINE,
)
"""A code fence with its language, wherever in a line it stands."""

LEAD = re.compile(
    rf"""(?:\s+|{FENCE.pattern.replace("?P<language>", "?:")}"""
    r"""|--[^\n]*+(?:\n|\Z)|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"""
    r"""|\[/?SQL\]|</?s>|<\|\w{1,30}\|>|(?i:(?:duckdb[ ]?)?sql[ _]?(?:query)?\s*:)"""
    r"""|(?i:duckdb|sql)(?=\s)"""
    r"""|[`"'\u201c\u201d\u2018\u2019*{]+)*+""",
    re.MULTILINE,
)
"""What may stand before an answer without being prose: fences, marks, comments, quotes."""

# The bounds, possessive repeats and literal alternatives keep every search linear in the text.
_NAME = r'(?:"[^"\n]{1,200}"|[\w.]{1,200})'
_CLAUSE = (
    r"(?i:select|join|left|right|inner|full|cross|natural|where|group|order|limit|union|intersect"
    r"|except|qualify|having)\b"
)
_QUERY = (
    # Capitals are SQL unless the sentence is about it: "SELECT statements are ..."
    r"SELECT\b(?!\s+(?:statement|query|querie|clause|command|keyword)s?\s+(?!from\b|as\b)[a-z])"
    r"|(?i:select)(?=\s*+(?:[*'\"(\d]|(?i:distinct|case|not|null|true|false|exists)\b"
    rf"|(?!(?i:the|an|your|which|those|these|only|from)\b){_NAME}\s*+"
    r"(?:[,(*/+|:;<>=-]|\Z|(?i:from|as)\b|\w{1,100}\s*+(?:,|(?i:from)\b))))"
    r'|WITH\s+(?:RECURSIVE\s+)?["\w]'
    rf"|(?i:with\s+(?:recursive\s+)?){_NAME}\s*+(?:\([^()]{{0,500}}\)\s*+)?"
    r"(?i:as)\s*+(?i:(?:not\s+)?materialized\s*+)?\("
    r"|FROM\s*+[\"'\w(]"
    rf"|from\s+{_NAME}\s*+(?:[,;(]|\Z|(?:(?:as\s+)?\w{{1,100}}\s+)?{_CLAUSE})"
    r"|(?i:values)\s*+\("
)
_OTHER_STATEMENT = (
    r"(?:INSERT|UPDATE|DELETE|DROP|ALTER|TRUNCATE|COPY|ATTACH|DETACH|INSTALL|LOAD|PRAGMA|EXPLAIN"
    r"|DESCRIBE|SHOW|SUMMARIZE|PIVOT|UNPIVOT|CALL|EXPORT|IMPORT|SET|USE|MERGE|GRANT|EXECUTE"
    r"|PREPARE|TABLE)\s+[\w\"'(]"
    r"|(?:BEGIN|VACUUM|CHECKPOINT|COMMIT|ROLLBACK)\s*(?:;|\Z)"
    r"|(?i:insert\s+into|delete\s+from|drop\s+(?:table|view|schema|index))\s+\S"
    r"|(?i:update)\s+\S{1,200}\s+(?i:set)\s"
    # CREATE TABLE with columns is the schema said again; CREATE TABLE ... AS is an answer.
    rf"|(?i:create\s+(?:or\s+replace\s+)?(?:temp(?:orary)?\s+)?(?:table|view|macro)\s+){_NAME}"
    r"\s++(?i:as)\b"
)
_HEAD = rf"(?:\(\s{{0,9}}){{0,3}}(?:{_QUERY}|{_OTHER_STATEMENT})"
HEAD = re.compile(_HEAD)
_ANCHORED = re.compile(
    r"(?:^|(?<=[:\uff1a`\"'\u201c\u2018\]>=*\u3002\uff0c]))"
    r"[ \t]*+(?:(?:[*>\u2022]|-(?!-)|\d{1,3}[.)])[ \t]++)?"
    rf"(?:(?i:sql|duckdb)[ \t]++)?(?P<head>{_HEAD})",
    re.MULTILINE,
)
_ANYWHERE = re.compile(rf"(?<![A-Za-z0-9_])(?:{_QUERY.split('|WITH', 1)[0]})")


def find_start(text: str) -> int | None:
    """Where the first statement of a reply begins, or none.

    A statement right at the beginning comes before one in a code fence, and that before one in
    the midst of prose.

    >>> find_start("Sure: SELECT 1")
    6
    """
    beginning = after_lead(text, 0, len(text))
    if HEAD.match(text, beginning):
        return beginning
    for found in (_in_fence(text), _anchored(text, 0, len(text)), _in_midst(text)):
        if found is not None:
            return found
    return None


def after_lead(text: str, start: int, end: int) -> int:
    """The first position from ``start`` on that is neither space nor decoration.

    >>> after_lead("```sql SELECT 1", 0, 15)
    7
    """
    lead = LEAD.match(text, start, end)
    return lead.end() if lead is not None else start


def _anchored(text: str, start: int, end: int) -> int | None:
    found = _ANCHORED.search(text, start, end)
    return found.start("head") if found is not None else None


def _in_fence(text: str) -> int | None:
    fences = list(FENCE.finditer(text))
    for opening, closing in zip_longest(fences[::2], fences[1::2]):
        start, end = opening.end(), len(text) if closing is None else closing.start()
        beginning = after_lead(text, start, end)
        if HEAD.match(text, beginning, end):
            return beginning
        found = _anchored(text, start, end)
        if found is not None:
            return found
    return None


def _in_midst(text: str) -> int | None:
    """A SELECT within a line of prose, if a FROM follows."""
    found = _ANYWHERE.search(text)
    if found is None or text.upper().rfind("FROM") < found.start():
        return None
    return found.start()
