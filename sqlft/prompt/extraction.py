"""SQL, or a refusal, out of any reply."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from sqlft.prompt.layout import Layout
from sqlft.prompt.statement_end import find_end
from sqlft.prompt.statement_start import FENCE, after_lead, find_start


@dataclass(frozen=True, kw_only=True)
class Extraction:
    """What a reply says."""

    sql: str | None
    """The first statement, whatever its kind, without its semicolon; not checked."""
    refused: bool
    """The layout's refusal came instead of SQL."""
    prose: bool
    """Something besides one statement (or one refusal) came: talk, thoughts, a second statement.
    Fences, comments, quotes around it, marks such as [SQL] and a JSON wrapper do not count."""


_NOTHING = Extraction(sql=None, refused=False, prose=False)

_THOUGHT = re.compile(r"\s*<(think|thinking|reasoning)>", re.IGNORECASE)
_THOUGHT_END = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
_JSON_VALUE = re.compile(
    r'"(?:sql|query|sql_query|sqlquery|answer)"\s*:\s*"(?P<value>(?:[^"\\]|\\.)*+)"?',
    re.IGNORECASE | re.DOTALL,
)
_DECORATION = re.compile(
    rf"{FENCE.pattern.replace('?P<language>', '?:')}|--[^\n]*+|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
    r"|\[/?SQL\]|</?s>|<\|\w{1,30}\|>|(?i:(?:duckdb )?\bsql[ _]?(?:query)?[ ]*:)"
    r"|(?i:^[ \t]*(?:duckdb|sql)\b)",
    re.MULTILINE,
)


def extract(text: str, layout: Layout) -> Extraction:
    """The first statement or the refusal in a reply to a prompt of this layout.

    Never raises; takes time linear in the text.

    >>> from sqlft.prompt.layouts import layout
    >>> extract("Here it is:\\n```sql\\nSELECT 1;\\n```", layout("ddl"))
    Extraction(sql='SELECT 1', refused=False, prose=True)
    >>> extract("CANNOT_ANSWER.", layout("ddl"))
    Extraction(sql=None, refused=True, prose=False)
    """
    spoken = _without_thoughts(text)
    found = _found(spoken, _refusal(layout.refusal), wrappers=2)
    return replace(found, prose=True) if len(spoken) < len(text) else found


def _without_thoughts(text: str) -> str:
    """The text after a block of thoughts; nothing where the block never ends."""
    if _THOUGHT.match(text):
        end = _THOUGHT_END.search(text)
        return text[end.end() :] if end is not None else ""
    if find_start(text[:400]) is None:  # a template may have opened the block in the prompt
        end = _THOUGHT_END.search(text)
        return text[end.end() :] if end is not None else text
    return text


@lru_cache(maxsize=16)
def _refusal(sentinel: str) -> re.Pattern[str]:
    words = r"\s+".join(map(re.escape, sentinel.split()))
    return re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)


def _found(text: str, refusal: re.Pattern[str], *, wrappers: int) -> Extraction:
    """What the text says. ``wrappers``: JSON documents that may lie around it."""
    said_at_once = refusal.match(text, after_lead(text, 0, len(text)))
    if said_at_once is not None:
        return _refused(text, said_at_once)
    start = find_start(text)
    wrapped = _JSON_VALUE.search(text) if wrappers > 0 else None
    if wrapped is not None and (start is None or wrapped.start() < start):
        inner = _found(_json_text(wrapped["value"]), refusal, wrappers=wrappers - 1)
        if inner.sql is not None or inner.refused:
            around = _has_words(text[: wrapped.start()]) or _has_words(text[wrapped.end() :])
            return replace(inner, prose=inner.prose or around)
    if start is not None:
        return _statement(text, start)
    said = refusal.search(text)
    return _refused(text, said) if said is not None else _broken_sql(text)


def _refused(text: str, said: re.Match[str]) -> Extraction:
    around = _has_words(text[: said.start()]) or _has_words(text[said.end() :])
    return Extraction(sql=None, refused=True, prose=around)


def _statement(text: str, start: int) -> Extraction:
    end = find_end(text, start)
    before, sql, after = text[:start], text[start:end].strip(), text[end:]
    prose = _has_words(before) or _has_words(after)
    if prose and not after.strip():
        sql = sql.rstrip(".").rstrip()  # the end of a sentence that ends with the query
    if before.endswith("*"):
        sql = sql.removesuffix("**").rstrip()
    return Extraction(sql=sql or None, refused=False, prose=prose)


def _broken_sql(text: str) -> Extraction:
    """What stands in a fence that says it is SQL, though it does not look so; else nothing."""
    fences = list(FENCE.finditer(text))
    for fence, after in zip_longest(fences, fences[1:]):
        end = len(text) if after is None else after.start()
        start = after_lead(text, fence.end(), end)
        if (fence["language"] or "").lower() in ("sql", "duckdb") and start < end:
            return _statement(text, start)
    return replace(_NOTHING, prose=_has_words(text))


def _json_text(value: str) -> str:
    try:
        decoded = json.loads(f'"{value}"', strict=False)
    except ValueError:  # cut off, or escaped in a way that JSON has not
        return value
    return str(decoded)


def _has_words(text: str) -> bool:
    return re.search(r"\w", _DECORATION.sub(" ", text)) is not None
