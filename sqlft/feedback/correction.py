"""What a person said of one answer."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Literal

from sqlft.ask import Answer
from sqlft.database import Database
from sqlft.prompt import fingerprint, layout
from sqlft.schema import bundled_names, bundled_path

Judged = Literal["right", "wrong", "corrected"]
"""``corrected``: wrong, and the person wrote the right SQL."""


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One judgement of one answer, with what the answer was made with.

    Attributes:
        id: 12 hex digits.
        said_at: when, as an ISO time in UTC, to the second.
        question: as it was asked.
        database: a bundled schema's name, a file's path, or a URL without its account.
        schema_digest: of the database's schema then.
        model, adapter, layout: what wrote the SQL, and the prompt layout it was asked in.
        prompt_fingerprint: of that layout, without a tokenizer.
        outcome: how the question ended (``Answer.status``).
        sql: what was written, or none.
        judged: what the person said of it.
        right_sql: the person's own SQL, where ``judged`` is ``corrected``.
        exported_at: when it first became a training example; none: it waits.
    """

    id: str
    said_at: str
    question: str
    database: str
    schema_digest: str
    model: str
    adapter: str | None
    layout: str
    prompt_fingerprint: str
    outcome: str
    sql: str | None
    judged: Judged
    right_sql: str | None = None
    exported_at: str | None = None


def correction_of(
    answer: Answer,
    judged: Judged,
    *,
    database: Database,
    schema_digest: str,
    layout_name: str,
    right_sql: str | None = None,
) -> Correction:
    """The judgement of an answer, now.

    Raises:
        InputError: no such layout.
    """
    return Correction(
        id=uuid.uuid4().hex[:12],
        said_at=now(),
        question=answer.question,
        database=database_name(database),
        schema_digest=schema_digest,
        model=answer.model,
        adapter=answer.adapter,
        layout=layout_name,
        prompt_fingerprint=fingerprint(layout(layout_name), None),
        outcome=answer.status,
        sql=answer.sql,
        judged=judged,
        right_sql=right_sql,
    )


def database_name(database: Database) -> str:
    """How a database is remembered: a bundled name, a path, or a URL without its account."""
    if database.name in bundled_names() and database.location == str(bundled_path(database.name)):
        return database.name
    return database.shown


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
