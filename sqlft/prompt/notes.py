"""Which of a schema's notes help with one question."""

from __future__ import annotations

import re

from sqlft.prompt.plain import one_line
from sqlft.schema import Schema, Term


def notes_for(schema: Schema, question: str) -> tuple[str, ...]:
    """The business terms that the question names, each as ``term: SQL``, in the glossary's order.

    A term is named by its name or a synonym, as whole words, in any case, singular or plural.

    >>> term = Term(name="live order", sql="orders.closed IS NULL", synonyms=("open order",))
    >>> shop = Schema(name="shop", tables=(), glossary=(term,))
    >>> notes_for(shop, "How many Open Orders are there?")
    ('live order: orders.closed IS NULL',)
    """
    asked = " ".join(question.casefold().split())
    return tuple(_line(term) for term in schema.glossary if _names(term, asked))


def _names(term: Term, asked: str) -> bool:
    return any(_occurs(name, asked) for name in (term.name, *term.synonyms))


def _occurs(name: str, asked: str) -> bool:
    words = " ".join(name.casefold().split())
    if not words or words not in asked:
        return False
    # Scripts without spaces between words have no word ends to look for.
    before = r"(?<!\w)" if words[0].isascii() else ""
    after = r"(?:e?s)?(?!\w)" if words[-1].isascii() else ""
    return re.search(before + re.escape(words) + after, asked) is not None


def _line(term: Term) -> str:
    return one_line(f"{term.name}: {term.sql}")
