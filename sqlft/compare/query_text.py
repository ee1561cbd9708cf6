"""What the rules read in the text of a query or a question."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LEXEME = re.compile(
    r"""
      (?P<space> \s+ | --[^\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<quoted> '(?:[^']|'')*'? | "(?:[^"]|"")*"? | `(?:[^`]|``)*`? | \[[\w ]*\]
        | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z) )
    | (?P<word> [\w$]+ )
    | (?P<mark> . )
    """,
    re.VERBOSE | re.DOTALL,
)
# Whole words: "orders" and "ordered" are about purchases far more often than about sorting.
_ASKS_ORDER = re.compile(r"\b(?:order|sort|sorted|arrange|arranged)\b", re.IGNORECASE)


def _lexemes(sql: str) -> Iterator[tuple[str, str]]:
    """(kind, text) of each piece; a comment is space."""
    for found in _LEXEME.finditer(sql):
        yield found.lastgroup or "mark", found.group()


def without_distinct(sql: str) -> str:
    """The query without its DISTINCT words, also inside COUNT; literals stay as they are.

    The operator ``IS [NOT] DISTINCT FROM`` and ``DISTINCT ON (...)``, which do something else,
    stay too. The ``spider`` rule applies this to both queries before they are run.

    >>> without_distinct("SELECT count(DISTINCT a), 'DISTINCT' FROM t")
    "SELECT count(a), 'DISTINCT' FROM t"
    """
    pieces = list(_lexemes(sql))
    solid = [at for at, (kind, _) in enumerate(pieces) if kind != "space"]
    words = ["", *(pieces[at][1].lower() for at in solid), ""]
    dropped: set[int] = set()
    for at, before, word, after in zip(solid, words, words[1:], words[2:], strict=False):
        operator = after == "from" and before in ("is", "not")
        if word == "distinct" and after != "on" and not operator:
            dropped.add(at)
            if pieces[at + 1 : at + 2] and pieces[at + 1][1].isspace():
                dropped.add(at + 1)
    return "".join(text for at, (_, text) in enumerate(pieces) if at not in dropped)


def mentions_order_by(sql: str) -> bool:
    """Whether the text contains ``order by`` at all, be it in a subquery or a literal.

    >>> mentions_order_by("SELECT a FROM (SELECT a FROM t ORDER\\n BY b LIMIT 3)")
    True
    """
    return "order by" in " ".join(sql.lower().split())


def orders_rows(sql: str) -> bool:
    """Whether the query itself, not a part of it in parentheses, ends in ORDER BY.

    >>> orders_rows("SELECT rank() OVER (ORDER BY a) FROM t"), orders_rows("FROM t ORDER BY a")
    (False, True)
    """
    depth, previous = 0, ""
    for kind, text in _lexemes(sql):
        depth += (text == "(") - (text == ")") if kind == "mark" else 0
        if kind == "space":
            continue
        if depth == 0 and previous == "order" and text.lower() == "by":
            return True
        previous = text.lower()
    return False


def asks_for_order(question: str) -> bool:
    """Whether the question says order, sort or arrange.

    >>> asks_for_order("Sort the cities by name"), asks_for_order("How many orders are late?")
    (True, False)
    """
    return _ASKS_ORDER.search(question) is not None
