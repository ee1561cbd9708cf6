"""Which questions of a pool are most like the one asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, get_args

import numpy as np

Likeness = Literal["jaccard", "bm25"]
LIKENESSES: tuple[Likeness, ...] = get_args(Likeness)

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of a text, in lower case.

    >>> words("How many Orders, per city?")
    ['how', 'many', 'orders', 'per', 'city']
    """
    return _WORD.findall(text.casefold())


class Selector:
    """Ranks a pool of questions by their likeness to one.

    ``jaccard``: shared words of all words of both. ``bm25``: Robertson and Zaragoza 2009, "The
    Probabilistic Relevance Framework: BM25 and Beyond", by ``bm25s`` in its Lucene form.
    """

    def __init__(self, pool: Sequence[str], likeness: Likeness) -> None:
        self._likeness = likeness
        self._pool = [words(question) for question in pool]
        self._sets = [frozenset(found) for found in self._pool]
        self._index = _bm25(self._pool) if likeness == "bm25" and any(self._pool) else None

    def ranked(self, question: str) -> list[int]:
        """Places in the pool, the most like first; equals in the pool's order.

        >>> pool = ["How many orders?", "List all cities", "How many orders per city?"]
        >>> Selector(pool, "jaccard").ranked("orders per city")
        [2, 0, 1]
        """
        scores = self._scores(words(question))
        return sorted(range(len(self._pool)), key=lambda place: -scores[place])

    def _scores(self, asked: list[str]) -> Sequence[float]:
        if self._likeness == "jaccard":
            wanted = frozenset(asked)
            return [len(wanted & one) / (len(wanted | one) or 1) for one in self._sets]
        index = self._index
        known = [] if index is None else [word for word in asked if word in index.vocab_dict]
        if index is None or not known:
            return [0.0] * len(self._pool)
        scores: Sequence[float] = np.asarray(index.get_scores(known)).tolist()
        return scores


def _bm25(pool: Sequence[list[str]]) -> Any:
    import bm25s

    index = bm25s.BM25()
    index.index(list(pool), show_progress=False)
    return index
