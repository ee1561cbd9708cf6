"""Where a SQL statement ends in text that a model wrote."""

from __future__ import annotations

import re

from sqlft.prompt.statement_start import FENCE

_MARK = re.compile(
    r"['\"();\n]|\$\w{0,30}\$|--|/\*|`{3}|^[ \t]*~{3}|\[/?(?:SQL|QUESTION|INST)\]|</s>"
    r"|<\|\w{1,30}\|>|[\u3002\uff1b]",
    re.MULTILINE,
)
# A text that would run over a closing fence is an unclosed quote. The possessive repeats keep a
# failed attempt linear.
_TEXT = re.compile(r"'(?:[^'\n]|''|\n(?![ \t]*(?:```|~~~)))*+'")
_ESCAPED_TEXT = re.compile(r"'(?:[^'\\]|''|\\.)*+'", re.DOTALL)
_QUOTED_NAME = re.compile(r'"(?:[^"\n]|"")*+"')
_LINE_COMMENT = re.compile(r"--(?:[^\n`]|`(?!``))*+")
_BLANK_LINES = re.compile(r"(?:[ \t\r]*+\n)*+")

_CONTINUES = re.compile(r"[ \t]*+(?:[(),+/=<>]|--|\|\||(?P<word>\w{1,40}))")
_UNFINISHED = re.compile(r"(?:[,(+*/=<>|-]|(?<![\w.\"'])(?P<word>[A-Za-z]{1,20}))\s*\Z")
_KEYWORD_LIST = """
    select from where group order having limit offset join left right inner outer full cross
    natural semi anti asof positional union intersect except all and or on using qualify window
    case when then else end not in exists between like ilike is as by with values distinct fetch
    tablesample pivot unpivot filter over partition
"""
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_PROSE = re.compile(
    r"[ \t]*+(?:(?:This|The|Here|It|In|I|We|You|To|Let|Please|If|That|These|Hope|However|Also"
    r"|Alternatively|For|Since|Because|Finally|Note|Explanation|Answer|Output|Query|Question"
    r"|Results?)(?:[ \t]++(?!as\b|from\b)[a-z]|['\u2019]|[ \t]*+:)"
    r"|\#{2,}|\*\*[A-Z]|(?=[^\x00-\x7f])[^\n'\"]{0,200}[\uff0c\uff1a\uff01\uff1f])"
)


def find_end(text: str, start: int) -> int:
    """Where the statement that begins at ``start`` ends: its semicolon, fence, mark or last line.

    Semicolons and marks in quoted text and comments do not count. Time is linear in the text.

    >>> text = "SELECT ';' FROM t; SELECT 2"
    >>> text[:find_end(text, 0)]
    "SELECT ';' FROM t"
    """
    end = _outer_quote(text, start)
    fenced = sum(1 for _ in FENCE.finditer(text, 0, start)) % 2 == 1
    depth, position = 0, start
    dead: set[str] = set()  # what was looked for up to the end in vain is not looked for again
    while (found := _MARK.search(text, position, end)) is not None:
        mark, here, position = found.group(), found.start(), found.end()
        if mark in ("'", '"', "--", "/*") or mark.startswith("$"):
            position = _after_quoted(text, here, mark, end, dead)
        elif mark == "\n":
            position = _after_blank_lines(text, position, end)
            if not fenced and depth == 0 and _ends_at(text, start, here, position, end):
                return here
        elif mark == "(":
            depth += 1
        elif mark == ")" and depth > 0:
            depth -= 1
        else:
            return here
    return end


def _outer_quote(text: str, start: int) -> int:
    """Where a query that stands in quotes as a whole must end; else the end of the text."""
    before = text[max(0, start - 40) : start].rstrip()
    quote = before[-1:]
    if before.endswith('"""'):
        close = text.find('"""', start)
    elif quote and quote in "\"'`\u201c\u2018" and not before.endswith("```"):
        line_end = text.find("\n", start)
        closing = {"\u201c": "\u201d", "\u2018": "\u2019"}.get(quote, quote)
        close = text.rfind(closing, start, len(text) if line_end < 0 else line_end)
    else:
        close = -1
    return len(text) if close < 0 else close


def _after_quoted(text: str, here: int, mark: str, end: int, dead: set[str]) -> int:
    """The position behind a quoted text, name or comment; behind its mark where it never ends."""
    behind = here + len(mark)
    if mark == "--":
        comment = _LINE_COMMENT.match(text, here, end)
        return comment.end() if comment is not None else behind
    if mark in ("'", '"'):
        escaped = mark == "'" and re.search(r"(?<!\w)[eE]\Z", text[max(0, here - 2) : here])
        pattern = _QUOTED_NAME if mark == '"' else _ESCAPED_TEXT if escaped else _TEXT
        quoted = pattern.match(text, here, end)
        return quoted.end() if quoted is not None else behind
    kind = "*/" if mark == "/*" else "$"
    close = -1 if kind in dead else text.find("*/" if mark == "/*" else mark, behind, end)
    if close < 0:
        dead.add(kind)
        return behind
    return close + len(mark)


def _after_blank_lines(text: str, position: int, end: int) -> int:
    blank = _BLANK_LINES.match(text, position, end)
    return blank.end() if blank is not None else position


def _ends_at(text: str, start: int, newline: int, line: int, end: int) -> bool:
    """Whether prose begins with the line at ``line``, the first with text after ``newline``."""
    before = _UNFINISHED.search(text, max(start, newline - 30), newline)
    if before is not None and (before["word"] is None or before["word"].lower() in _KEYWORDS):
        return False
    if _PROSE.match(text, line, end):
        return True
    if line == newline + 1 or line >= end:
        return False
    after = _CONTINUES.match(text, line, end)
    if after is None:
        return True
    word = after["word"]
    return word is not None and not (
        word.lower() in _KEYWORDS and (word.isupper() or word.islower())
    )
