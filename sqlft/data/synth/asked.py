"""A question and the query that answers it, before it is proven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlft.data.synth.query import Query
from sqlft.data.synth.view import View
from sqlft.data.synth.wording import Voice


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One query and its question."""

    sql: str | None
    """None: the schema cannot answer."""
    question: str
    probe: str | None = None
    """Gives the sort keys to one row past the LIMIT: a tie at its cut makes the answer
    ambiguous."""
    is_list: bool = False
    """Whether the rows themselves are asked for, so that a long result is still fair."""


Kind = Callable[[View, Voice], Asked | None]
"""Makes a question of one kind; none where this draw found nothing to ask."""


def asked(query: Query | str, question: str, *, is_list: bool = False) -> Asked:
    """A query with its question."""
    if isinstance(query, str):
        return Asked(sql=query, question=question, is_list=is_list)
    return Asked(sql=query.sql(), question=question, probe=query.probe(), is_list=is_list)
