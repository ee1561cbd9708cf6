"""What speaks against a query that passes the check: it finds nothing, or does not use what the
question names. Execution-guided decoding (Wang et al. 2018) looks at the first of these."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pyarrow

from sqlft.schema import ValueMatch

FINDS_NOTHING = "finds nothing"

DOUBTED = 0.05
"""What a query is worth with a doubt, of what it is worth without. Of the likeliest answers to 300
questions over unseen databases, 1 of 180 right ones and 27 of 120 wrong ones did not use what the
question named; none and 34 found nothing, while of 6,431 questions of Spider 2 % have no answer
but nothing."""


def finds_nothing(rows: pyarrow.Table) -> bool:
    """There is no row, or nothing but NULL in them.

    >>> finds_nothing(pyarrow.table({"max": pyarrow.array([None], "int64")}))
    True
    """
    return all(column.null_count == len(column) for column in rows.columns)


_QUOTED = re.compile(r""""([^"]+)"|“([^”]+)”|(?<!\w)'([^']+)'(?!\w)""")
_NUMBER = re.compile(r"(?<![\w.,'-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w'-]|[.,]\d)")
_RECKONED = re.compile(
    r"[\s-]*(?:thousand|million|billion|k|m|bn|(?:minute|hour|day|week|month|quarter|year)s?|[ap]m)\b",
    re.IGNORECASE,
)
"""After a number: what is written may be another one, such as the first of the last 30 days."""
_WORDS = {"three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_WORD = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Z0-9]|\s")
"""In a stored value: it is a name or a code, and no word that a question may use for itself."""


def doubts(sql: str, question: str, values: Sequence[ValueMatch]) -> tuple[str, ...]:
    """Each doubt about a query, as what can be said after "it".

    What is quoted must stand in the query, or a stored value that was found for it; of the stored
    values that the question names letter by letter, one; and each number, or one next to it, as
    "at least 3" can be said with ``> 2``.

    Args:
        values: the stored values that the question names.

    >>> doubts("SELECT name FROM shops", 'Which shops are in "Oslo"?', ())
    ("does not use 'Oslo'",)
    >>> doubts("SELECT city FROM shops LIMIT 5", "The 9 largest cities of the last 30 days", ())
    ('does not use 9',)
    """
    text = sql.lower()
    unused = [*_unused_values(text, question, values), *_unused_numbers(text, question)]
    return tuple(f"does not use {one}" for one in unused)


def _unused_values(text: str, question: str, values: Sequence[ValueMatch]) -> Iterator[str]:
    quoted = [found.strip(" .,?!") for parts in _QUOTED.findall(question) for found in parts]
    quoted = [one for one in quoted if one]
    near = any(_holds(text, one.value) for one in values if one.how != "exact")
    missing = [one for one in quoted if not near and not _holds(text, one)]
    yield from map(repr, missing)
    exact = [v.value.strip() for v in values if v.how == "exact" and _NAME.search(v.value)]
    if exact and not near and not any(_holds(text, one) for one in exact):
        known = {one.lower() for one in missing}
        yield from (repr(one) for one in exact[:1] if one.lower() not in known)


def _holds(text: str, value: str) -> bool:
    return value.strip().lower().replace("'", "''") in text


def _unused_numbers(text: str, question: str) -> Iterator[str]:
    bare = _QUOTED.sub(" ", question)
    said = [
        (found.group(), float(found.group().replace(",", "")))
        for found in _NUMBER.finditer(bare)
        if not _RECKONED.match(bare, found.end())
    ]
    said += [
        (found.group(), float(_WORDS[found.group().lower()]))
        for found in _WORD.finditer(bare)
        if not _RECKONED.match(bare, found.end())
    ]
    written = {float(one) for one in re.findall(r"\d+(?:\.\d+)?", text)}
    for word, number in said:
        near = {number - 1, number, number + 1, number / 100}
        if word not in text and not written & near:
            yield word
