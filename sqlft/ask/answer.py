"""The one result of a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pyarrow

from sqlft.errors import SqlError, SqlErrorKind
from sqlft.model import Finish
from sqlft.sql import Verdict

Status = Literal["answered", "refused", "no_sql"] | SqlErrorKind
"""How a question ended: rows, a refusal, a reply without SQL, or why its SQL failed."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One thing the model wrote for the question."""

    reply: str
    """The raw completion."""
    sql: str | None
    """The SQL in it, or none."""
    refused: bool = False
    finish: Finish = "stop"
    """Why the writing ended: by itself, at a limit of tokens or seconds, or cancelled."""
    votes: int = 1
    """How many candidates say the same."""
    log_probability: float | None = None
    """Sum of natural log-probabilities of its tokens, where the model tells."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of one question, from the model's words to the rows.

    Exactly one of these holds: ``rows`` is there; ``refusal`` is there; ``sql`` is none (the reply
    held no SQL); or ``error`` says why the SQL was not run or failed.
    """

    question: str
    sql: str | None
    """The SQL as it was checked and run."""
    display_sql: str | None
    """The same query laid out for people."""
    verdict: Verdict | None
    rows: pyarrow.Table | None
    truncated: bool
    """There are more rows than the cap let through."""
    refusal: str | None
    """Why the question was not answered with SQL, or none."""
    error: SqlError | None
    confidence: float | None
    """0 to 1, or none where it is not known."""
    candidates: tuple[Candidate, ...]
    schema_text: str
    """What the model saw of the schema."""
    prompt_tokens: int | None
    output_tokens: int | None
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Seconds of each stage, in the order they ran."""
    model: str
    adapter: str | None

    @property
    def status(self) -> Status:
        """How it ended, in the words of an evaluation's outcomes."""
        if self.error is not None:
            return self.error.kind
        if self.refusal is not None:
            return "refused"
        return "no_sql" if self.sql is None else "answered"
