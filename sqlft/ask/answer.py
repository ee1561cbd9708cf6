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
    """One thing the model wrote for the question.

    Attributes:
        reply: the raw completion.
        sql: the SQL in it, or none.
        refused: it says that the schema cannot answer the question.
        finish: why the writing ended: ``stop`` (by itself), ``length`` or ``timeout`` (a limit of
            tokens or seconds), or ``cancelled``.
        group: a number that it shares with the candidates that say the same; 0 is the answer's.
        votes: how many candidates say the same: they give the same rows, or all refuse; none where
            the likeliest were searched for, which are no draws, and do not vote.
        log_probability: sum of the natural log-probabilities of its tokens, where the model tells.
        tokens: how many tokens it has, likewise.
        doubts: what speaks against it though it passed the check, as can be said after "it": it
            "finds nothing", or "does not use 'Oslo'", which the question names.
    """

    reply: str
    sql: str | None
    refused: bool = False
    finish: Finish = "stop"
    group: int = 0
    votes: int | None = 1
    log_probability: float | None = None
    tokens: int | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, repr=False)
class Answer:
    """What became of one question, from the model's words to the rows.

    ``status`` says how it ended. ``answered``: ``rows`` is there. ``refused``: ``refusal`` is
    there. ``no_sql``: the reply held no SQL. Every other status is the kind of ``error``: the SQL
    did not pass the check (``sql`` is there, and did not run), failed when run, or was cut off as
    it was written (``sql`` is none).

    Attributes:
        question: as it was asked, on one line.
        sql: the SQL as it was checked and run, or none.
        display_sql: the same query laid out for people, or none.
        verdict: what the check said of it, or none where there was nothing to check.
        rows: the result as an Arrow table, or none.
        truncated: there are more rows than the cap let through.
        refusal: why the question was not answered with SQL, and the tables that are nearest to it;
            or none.
        error: why the SQL was not run or failed, or none.
        mended: what was changed in the SQL because it failed as the model wrote it, or none.
        passed_over: why a likelier query, one of the candidates, is not the answer, or none.
        confidence: 0 to 1, or none where it is not known.
        candidates: everything that the model wrote, best first.
        schema_text: what the model saw of the schema.
        prompt_tokens: tokens read by the model, or none where it does not tell.
        output_tokens: tokens written by it, over all candidates; likewise.
        seconds: seconds of each stage, in the order they ran.
        model: the model's name.
        adapter: the adapter's folder, or none.
    """

    question: str
    sql: str | None
    display_sql: str | None
    verdict: Verdict | None
    rows: pyarrow.Table | None
    truncated: bool
    refusal: str | None
    error: SqlError | None
    confidence: float | None
    candidates: tuple[Candidate, ...]
    mended: str | None = None
    passed_over: str | None = None
    schema_text: str
    prompt_tokens: int | None
    output_tokens: int | None
    seconds: Mapping[str, float] = field(default_factory=dict)
    model: str
    adapter: str | None

    def __repr__(self) -> str:
        # The rest is the whole schema and every row: too long for a prompt or a traceback.
        sql = self.sql if self.sql is None or len(self.sql) <= 200 else f"{self.sql[:199]}…"
        rows = None if self.rows is None else self.rows.num_rows
        return f"Answer(status={self.status!r}, sql={sql!r}, rows={rows})"

    @property
    def status(self) -> Status:
        """How it ended, in the words of an evaluation's outcomes."""
        if self.error is not None:
            return self.error.kind
        if self.refusal is not None:
            return "refused"
        return "no_sql" if self.sql is None else "answered"

    @property
    def doubts(self) -> tuple[str, ...]:
        """What speaks against the answer, as can be said after "it": see ``Candidate``."""
        return self.candidates[0].doubts if self.candidates else ()
