"""Stored values that a question names, as hints for the literals of its query."""

from __future__ import annotations

from dataclasses import dataclass

from sqlft.database import Database
from sqlft.schema.definition import Schema
from sqlft.schema.value_cache import value_index
from sqlft.schema.value_candidates import How, candidates
from sqlft.schema.value_ranking import ranked
from sqlft.schema.value_words import question_words


@dataclass(frozen=True, kw_only=True)
class ValueMatch:
    """A stored value that a question names: a hint for the literals of the query."""

    table: str
    """Its qualified name."""
    column: str
    value: str
    """As it is stored."""
    how: How = "exact"
    """How the question says it: letter by letter, but for case (or accents and marks), in another
    number, misspelled, or only a part of it."""
    score: float = 1.0
    """Higher is better; comparable within one question only."""


def match_values(
    database: Database, schema: Schema, question: str, *, at_most: int = 5
) -> tuple[ValueMatch, ...]:
    """The stored values that a question names most clearly, best first.

    Values of private columns and tables are never among them. A server has no index, so none.

    Raises:
        InputError: the database is missing, damaged or locked.
    """
    index = value_index(database, schema)
    if index is None or not len(index) or at_most < 1:
        return ()
    words = question_words(question)
    found = ranked(index, schema, words, candidates(index, words, question), at_most=at_most)
    return tuple(
        ValueMatch(
            table=index.columns[c.column][0],
            column=index.columns[c.column][1],
            value=c.text,
            how=c.how,
            score=round(score, 3),
        )
        for c, score in found
    )
