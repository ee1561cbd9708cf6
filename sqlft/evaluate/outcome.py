"""What became of one question: exactly one outcome, by a fixed precedence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from sqlft.compare import Comparison
from sqlft.errors import SqlError

Outcome = Literal[
    "gold_failed",
    "model_failed",
    "refused_rightly",
    "refused_wrongly",
    "answered_unanswerable",
    "no_sql",
    "parse_error",
    "forbidden",
    "unknown_table",
    "unknown_column",
    "query_error",
    "timeout",
    "too_large",
    "correct",
    "extra_columns",
    "missing_columns",
    "wrong_order",
    "empty_result",
    "wrong_rows",
]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""In order of precedence, in which reports show them."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that is known of one question and what a predictor said to it."""

    answerable: bool = True
    """There is a gold query."""
    gold_error: str | None = None
    """Why no gold query gave a result to compare with."""
    model_error: str | None = None
    """Why the model gave nothing at all: its endpoint failed, or it wrote for too long."""
    refused: bool = False
    predicted_sql: str | None = None
    failure: SqlError | None = None
    """Why the predicted query was not run, or what went wrong when it was."""
    comparison: Comparison | None = None
    """Of the predicted result with the gold one, under the headline rule."""


def outcome_of(facts: Facts) -> Outcome:
    """The first outcome of ``OUTCOMES`` that holds.

    A question without a gold query to which neither SQL nor a refusal came is ``no_sql``: nothing
    was answered.

    Raises:
        ValueError: SQL was predicted for an answerable question, and nothing tells how it fared.

    >>> outcome_of(Facts(answerable=False, refused=True)), outcome_of(Facts(predicted_sql=" "))
    ('refused_rightly', 'no_sql')
    """
    if facts.gold_error is not None:
        return "gold_failed"
    if facts.model_error is not None:
        return "model_failed"
    if facts.refused:
        return "refused_wrongly" if facts.answerable else "refused_rightly"
    if facts.predicted_sql is None or not facts.predicted_sql.strip():
        return "no_sql"
    if not facts.answerable:
        return "answered_unanswerable"
    if facts.failure is not None:
        return facts.failure.kind
    if facts.comparison is None:
        raise ValueError("a predicted query needs a failure or a comparison")
    return "correct" if facts.comparison.equal else facts.comparison.reason or "wrong_rows"
