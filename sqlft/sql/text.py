"""The characters of a SQL text, cut into pieces that every reader of SQL cuts alike.

A text is refused before any parser sees it when two readers could cut it differently (a comment
inside a comment, dollar quotes, look-alike characters ...) or when it could blow a parser up.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sqlft.errors import SqlError

MAX_CHARACTERS = 100_000
MAX_PIECES = 20_000
MAX_BRACKET_DEPTH = 40
MAX_CHAIN = 200
"""How often ``).`` and ``][`` may stand in one text: sqlglot needs the cube of a chain's length,
150 s for 4,000 calls in a chain."""
MAX_WITH_DEPTH = 6
"""DuckDB 2.0 needs twice the time for every WITH inside a bracket inside a WITH: 16 levels take
0.2 s, 40 would take days; 6 take a fraction of a millisecond."""

_PIECE = re.compile(
    r"""(?P<space>[ \t\n]+|\r\n)
    |(?P<line_comment>--[^\r\n]*)
    |(?P<block_comment>/\*.*?\*/)
    |(?P<string>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*")
    |(?P<number>[0-9][\w.]*|\.[0-9]\w*)
    |(?P<word>[^\W0-9]\w*)
    |(?P<mark>::|->>|->|<>|<=|>=|!=|=>|:=|==|\|\||\*\*|//|.)""",
    re.VERBOSE | re.DOTALL,
)
_SQLITE_NAME = re.compile(r"`[^`'\"\[\]]*`|\[[^`'\"\[\]]*\]")
_PLAIN_MARKS = frozenset("()[]{},.;:+-*/%<>=!|&^~@?#")
_SIMPLE_ESCAPES = re.compile(r"'(?:[^'\\]|\\[nrtbf])*'")
_PREFIXES = frozenset("e x b n r u q".split())
_OPENING = {"(": ")", "[": "]", "{": "}"}
# Characters that change the order in which a text is shown, so that people would read another
# statement than the one that runs.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of SQL that is neither space nor comment; ``end`` is the offset just after it."""

    kind: str
    """``string``, ``name`` (quoted), ``number``, ``word`` or ``mark``."""
    text: str
    end: int

    def is_word(self, *words: str) -> bool:
        """Whether this is one of these words (given in lower case), in any case, unquoted."""
        return self.kind == "word" and self.text.lower() in words


@lru_cache(4)  # the policy and ``unended`` ask about one text in turn
def pieces(sql: str, dialect: str = "duckdb") -> tuple[Piece, ...]:
    """The pieces of one statement, without its closing semicolon; never empty.

    Bounds: 100,000 characters, 20,000 pieces, 40 brackets deep.

    Raises:
        SqlError: parse_error for what no reader takes; forbidden for what two readers could take
            differently, and for a second statement.

    >>> [piece.text for piece in pieces("SELECT 'a;b' -- note")]
    ['SELECT', "'a;b'"]
    """
    _check_characters(sql)
    found: list[Piece] = []
    ended = False
    position = 0
    while position < len(sql):
        kind, text = _next(sql, position, dialect)
        position += len(text)
        if kind in ("space", "line_comment"):
            continue
        if kind == "block_comment":
            _check_comment(text)
            continue
        if text == ";" and kind == "mark":
            ended = True
            continue
        if ended:
            raise _refused("more than one statement")
        _check_piece(kind, text, found, position)
        found.append(Piece(kind, text, position))
        if len(found) > MAX_PIECES:
            raise _refused(f"the statement has more than {MAX_PIECES:,} words and marks")
    if not found:
        raise SqlError("no statement", kind="parse_error")
    _check_nesting(found)
    links = sum(a.text + b.text in (").", "][", "].", ")[") for a, b in pairwise(found))
    if links > MAX_CHAIN:
        raise _refused(f"more than {MAX_CHAIN} calls or indexes in chains")
    return tuple(found)


def unended(sql: str, dialect: str = "duckdb") -> str:
    """One query without its closing semicolon and the comments around that.

    Engines wrap a query as a subquery, where a semicolon cannot stand.

    Raises:
        SqlError: as ``pieces``.

    >>> unended("SELECT ';' ; -- all of them")
    "SELECT ';'"
    """
    kept = [piece.end for piece in pieces(sql, dialect) if piece.text != ";"]
    return sql[: kept[-1]] if kept else ""


def _next(sql: str, position: int, dialect: str) -> tuple[str, str]:
    if dialect == "sqlite" and (quoted := _SQLITE_NAME.match(sql, position)):
        return "name", quoted.group()
    match = _PIECE.match(sql, position)
    if match is None or match.lastgroup is None:  # only an empty text has no next piece
        raise SqlError("unreadable text", kind="parse_error")
    return match.lastgroup, match.group()


def _refused(message: str) -> SqlError:
    return SqlError(message, kind="forbidden")


def _check_characters(sql: str) -> None:
    if len(sql) > MAX_CHARACTERS:
        raise _refused(f"the statement is longer than {MAX_CHARACTERS:,} characters")
    for character in set(sql):
        if character in "\t\n\r":
            continue
        # Cc control, Cs surrogate, Co private, Cn unassigned, Zl and Zp line separators
        if unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp"):
            raise _refused(f"control character U+{ord(character):04X}")
        if character in _REORDERING:
            raise _refused(f"character U+{ord(character):04X} changes the order of the text")


def _check_comment(text: str) -> None:
    # Readers differ on whether comments nest, and on hints and version comments.
    if "/*" in text[2:] or text[2:3] in ("+", "!"):
        raise _refused("a comment that could be read in two ways")


def _check_piece(kind: str, text: str, before: list[Piece], end: int) -> None:
    if kind == "mark":
        _check_mark(text)
    elif kind == "word":
        if not text.isascii() and not _is_plain_word(text):
            raise _refused(f"look-alike characters in {text!r}")
    elif kind == "number" and not text.isascii():
        raise _refused(f"digits of another script in {text!r}")
    glued = bool(before) and before[-1].end == end - len(text)
    if not glued:
        return
    previous = before[-1]
    if kind in ("string", "name") and previous.kind in ("string", "name", "number"):
        raise _refused("two quoted texts without a space between them")
    if kind in ("string", "name") and previous.kind == "word":
        _check_prefix(previous.text, kind, text)
    if kind == "string" and previous.text in ("&", "@"):
        raise _refused("a string with a prefix")
    if (previous.text + text) in ("{#", "{%", "{{", "#}", "%}", "/*", "*/", "--"):
        raise _refused(f"{previous.text + text} could be read in two ways")


def _is_plain_word(text: str) -> bool:
    if unicodedata.normalize("NFKC", text) != text:
        return False
    return not any(unicodedata.category(each)[0] == "N" for each in text if not each.isascii())


def _check_mark(text: str) -> None:
    if text == "'" or text == '"':
        raise SqlError("a quoted text has no end", kind="parse_error")
    if text == "$":
        raise _refused("dollar quotes and parameters are not read")
    if len(text) == 1 and text not in _PLAIN_MARKS:
        raise _refused(f"character {text!r} (U+{ord(text):04X}) outside of quotes")


def _check_prefix(prefix: str, kind: str, text: str) -> None:
    lowered = prefix.lower()
    if lowered == "e" and kind == "string" and _SIMPLE_ESCAPES.fullmatch(text):
        return
    if lowered in _PREFIXES or kind == "name":
        raise _refused(f"a quoted text with the prefix {prefix}")


def _check_nesting(found: list[Piece]) -> None:
    open_brackets: list[str] = []
    with_depths: list[int] = []  # the bracket depth of every WITH that we are still inside of
    for index, piece in enumerate(found):
        if piece.is_word("with"):
            with_depths.append(len(open_brackets))
            if len(with_depths) > MAX_WITH_DEPTH and len(set(with_depths)) > MAX_WITH_DEPTH:
                raise _refused(f"WITH nested deeper than {MAX_WITH_DEPTH}")
        if piece.kind != "mark":
            continue
        if piece.text in _OPENING:
            open_brackets.append(_OPENING[piece.text])
            if len(open_brackets) > MAX_BRACKET_DEPTH:
                raise _refused(f"brackets nested deeper than {MAX_BRACKET_DEPTH}")
        elif piece.text in (")", "]", "}"):
            if not open_brackets or open_brackets.pop() != piece.text:
                raise SqlError(
                    f"{piece.text} closes nothing (word {index + 1})", kind="parse_error"
                )
            while with_depths and with_depths[-1] > len(open_brackets):
                with_depths.pop()
    if open_brackets:
        raise SqlError(f"{open_brackets[-1]} is missing at the end", kind="parse_error")
