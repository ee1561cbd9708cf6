"""The corridor: schema, prompt, generate, check, execute; then there is an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlft.ask.answer import Answer, Candidate
from sqlft.ask.question import clean_question
from sqlft.config import Decoding, Limits
from sqlft.database import Database, QueryResult
from sqlft.errors import SqlError
from sqlft.execute import run_query
from sqlft.model import Cancel, Generator, Reply
from sqlft.prompt import Layout, extract, layout, notes_for
from sqlft.schema import Schema, match_values, read_schema
from sqlft.sql import Verdict, check_sql, display
from sqlft.sql.dialects import translate

REFUSAL = "the model says that this schema cannot answer the question"

OnStage = Callable[[str], None]
"""Called with a stage's name as it begins: schema, prompt, generate, check, execute."""


@dataclass
class _Clock:
    """Seconds of each stage, filled in as they run."""

    on_stage: OnStage | None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        if self.on_stage is not None:
            self.on_stage(name)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = time.perf_counter() - start


@dataclass(frozen=True, kw_only=True)
class Assistant:
    """Answers questions over one database with one model. Safe to use from several threads.

    Made by :func:`load`; two questions to one assistant::

        assistant = sqlft.load("shop.duckdb")
        for question in ("How many orders?", "Which city has the most orders?"):
            print(assistant.ask(question))

    Attributes:
        database: the place that is asked; nothing of it is held open.
        generator: writes the SQL.
        notes: the notes.toml in use, or none.
        limits: what one query may use.
        decoding: how the model writes.
    """

    database: Database
    generator: Generator
    notes: Path | None
    limits: Limits
    decoding: Decoding

    @property
    def schema(self) -> Schema:
        """What the database contains now. Read again only after the file has changed."""
        return read_schema(self.database, notes=self.notes)

    def ask(
        self, question: str, *, on_stage: OnStage | None = None, cancel: Cancel | None = None
    ) -> Answer:
        """What became of the question: SQL, verdict, rows, and the seconds of every stage.

        A reply without SQL, SQL that is refused, and SQL that fails are outcomes, not exceptions:
        see ``Answer.status``. Only the first candidate that passes the check is run. The rows, or
        why there are none::

            answer = assistant.ask("How many orders?")
            answer.rows.to_pylist() if answer.status == "answered" else answer.error

        Args:
            question: one question, at most 4,000 characters.
            on_stage: told each stage's name as it begins.
            cancel: asked while the model writes and while the query runs; true ends it.

        Raises:
            InputError: the question is no text, empty or too long, or the database cannot be read.
            ModelError: the model failed.
        """
        clock = _Clock(on_stage)
        answer, schema = self._write(clean_question(question), clock, cancel)
        answer = self._checked(answer, schema, clock)
        if answer.sql is None or answer.error is not None:
            return answer
        with clock.stage("execute"):
            result, error = self._run(answer.sql, cancel)
        if result is None:
            return replace(answer, error=error)
        return replace(answer, rows=result.table, truncated=result.truncated)

    def generate(self, question: str, *, cancel: Cancel | None = None) -> str:
        """Checked SQL for the question, not run, in the dialect of the database.

        One query::

            assistant.generate("How many orders?")  # 'SELECT count(*) FROM orders'

        Args:
            question: one question, at most 4,000 characters.
            cancel: asked while the model writes; true ends it.

        Raises:
            InputError: as for ``ask``.
            SqlError: the model wrote no SQL, refused, or wrote SQL that does not pass the check.
        """
        clock = _Clock(None)
        answer, schema = self._write(clean_question(question), clock, cancel)
        answer = self._checked(answer, schema, clock)
        if answer.error is not None:
            raise answer.error
        if answer.sql is None:
            raise SqlError(answer.refusal or "the model wrote no SQL", kind="parse_error")
        return answer.sql

    def _write(self, question: str, clock: _Clock, cancel: Cancel | None) -> tuple[Answer, Schema]:
        """The candidates that the model wrote, unchecked, and the schema they are for."""
        with clock.stage("schema"):
            schema = self.schema
        with clock.stage("prompt"):
            chosen = layout(self.generator.layout)
            values = match_values(self.database, schema, question)
            notes = notes_for(schema, question)
            prompt = chosen.render(schema, question, values=values, notes=notes)
        with clock.stage("generate"):
            (replies,) = self.generator.generate([prompt], self.decoding, cancel=cancel)
        answer = Answer(
            question=question,
            sql=None,
            display_sql=None,
            verdict=None,
            rows=None,
            truncated=False,
            refusal=None,
            error=None,
            confidence=None,
            candidates=tuple(_candidate(reply, chosen) for reply in replies),
            schema_text=prompt.schema_text,
            prompt_tokens=replies[0].prompt_tokens,
            output_tokens=_total_output_tokens(replies),
            seconds=clock.seconds,
            model=self.generator.name,
            adapter=self.generator.adapter,
        )
        return answer, schema

    def _checked(self, answer: Answer, schema: Schema, clock: _Clock) -> Answer:
        """The answer with the first candidate that passes the check, else the first with SQL."""
        if answer.candidates[0].refused:
            return replace(answer, refusal=REFUSAL)
        with clock.stage("check"):
            whole = [c for c in answer.candidates if not _is_cut_off(c)]
            verdict = _first_good([c.sql for c in whole if c.sql is not None], schema)
            if verdict is None:
                return answer if whole else replace(answer, error=_cut_off(answer))
            return replace(
                answer,
                sql=self._as_run(verdict),
                display_sql=display(verdict.sql),
                verdict=verdict,
                error=verdict.error(),
            )

    def _as_run(self, verdict: Verdict) -> str:
        """Models write DuckDB's dialect; a SQLite file is asked in its own."""
        if verdict.ok and self.database.kind == "sqlite":
            return translate(verdict.sql, source="duckdb", target="sqlite")
        return verdict.sql

    def _run(self, sql: str, cancel: Cancel | None) -> tuple[QueryResult | None, SqlError | None]:
        try:
            return run_query(sql, self.database, self.limits, cancel=cancel), None
        except SqlError as error:
            return None, error


def _total_output_tokens(replies: tuple[Reply, ...]) -> int | None:
    counts = [reply.output_tokens for reply in replies]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


def _first_good(queries: list[str], schema: Schema) -> Verdict | None:
    """The verdict of the first query that passes the check, else of the first; none of none."""
    first: Verdict | None = None
    for sql in queries:
        verdict = check_sql(sql, schema)
        if verdict.ok:
            return verdict
        first = first or verdict
    return first


def _is_cut_off(candidate: Candidate) -> bool:
    """The writing was ended from outside, and nothing shows that the SQL was complete by then."""
    if candidate.finish == "stop":
        return False
    return candidate.sql is None or candidate.reply.rstrip().endswith(candidate.sql[-20:])


def _cut_off(answer: Answer) -> SqlError:
    first = answer.candidates[0]
    why = {"length": f"after {answer.output_tokens} tokens", "cancelled": "because it was stopped"}
    return SqlError(
        f"the model's answer was cut off {why.get(first.finish, 'at its time limit')}",
        kind="timeout" if first.finish == "timeout" else "parse_error",
        hint="raise --max-output-tokens or --write-timeout",
    )


def _candidate(reply: Reply, chosen: Layout) -> Candidate:
    found = extract(reply.text, chosen)
    return Candidate(
        reply=reply.text,
        sql=found.sql,
        refused=found.refused,
        finish=reply.finish,
        log_probability=reply.log_probability,
    )
