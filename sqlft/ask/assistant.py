"""The corridor: schema, prompt, generate, check, execute; then there is an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlft.ask.answer import Answer, Candidate
from sqlft.ask.choosing import Choice, choices, run_or_mend, voted
from sqlft.ask.confidence import UNKNOWN, Calibration
from sqlft.ask.question import clean_question
from sqlft.ask.writer import Writer
from sqlft.config import Decoding, Limits
from sqlft.database import Database, QueryResult
from sqlft.errors import InputError, SqlError
from sqlft.execute import run_query
from sqlft.model import Cancel, Generator, ReadsAhead, Reply
from sqlft.prompt import Layout, Prompt, extract, layout, notes_for
from sqlft.prompt.strategies import with_correction
from sqlft.schema import Schema, match_values, nearest_tables, pruned, read_schema
from sqlft.sql import Verdict, check_sql, display, nearest
from sqlft.sql.dialects import translate

REFUSAL = "the model says that this schema cannot answer the question"
UNSURE = "the most likely query is right with a chance of only {:.0%}"
TRIAL_S = 3.0
"""Seconds that each of several candidates may run."""
REPAIR_CANDIDATES = 4

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
        decoding: how the model writes, and how its answer is chosen.
        calibration: what is known of the generator's confidence.
        adapters: by name, the writers that a question can ask for instead.
    """

    database: Database
    generator: Generator
    notes: Path | None
    limits: Limits
    decoding: Decoding
    calibration: Calibration = UNKNOWN
    adapters: Mapping[str, Writer] = field(default_factory=dict)

    @property
    def schema(self) -> Schema:
        """What the database contains now. Read again only after the file has changed."""
        return read_schema(self.database, notes=self.notes)

    def ask(
        self,
        question: str,
        *,
        adapter: str | None = None,
        on_stage: OnStage | None = None,
        cancel: Cancel | None = None,
    ) -> Answer:
        """What became of the question: SQL, verdict, rows, and the seconds of every stage.

        A reply without SQL, SQL that is refused, and SQL that fails are outcomes, not exceptions:
        see ``Answer.status``. Of several candidates those that pass the check are run, and those
        that give the same rows vote together. The rows, or why there are none::

            answer = assistant.ask("How many orders?")
            answer.rows.to_pylist() if answer.status == "answered" else answer.error

        Args:
            question: one question, at most 4,000 characters.
            adapter: the name of one of ``adapters``; by default the one that ``load`` chose.
            on_stage: told each stage's name as it begins.
            cancel: asked while the model writes and while the query runs; true ends it.

        Raises:
            InputError: the question is no text, empty or too long, there is no such adapter, or
                the database cannot be read.
            ModelError: the model failed.
        """
        writer = self._writer(adapter)
        clock = _Clock(on_stage)
        written = self._write(writer.generator, clean_question(question), clock, cancel)
        answer, best = self._chosen(written, clock, lambda sql: self._tried(sql, cancel))
        if self.decoding.repair and (best is None or not best.is_good):
            again = self._repaired(writer.generator, written, answer, clock, cancel)
            repaired, other = self._chosen(again, clock, lambda sql: self._tried(sql, cancel))
            if other is not None and other.is_good:
                answer, best = repaired, other
        if answer.error is None and answer.sql is not None:
            sure = writer.calibration.confidence(answer.candidates, beams=self.decoding.beams_used)
            answer = replace(answer, confidence=sure)
            answer = self._sure(answer, written.schema)
        if answer.sql is None or answer.error is not None or answer.refusal is not None:
            return answer
        with clock.stage("execute"):
            return self._run(answer, best, written.schema, cancel)

    def generate(
        self, question: str, *, adapter: str | None = None, cancel: Cancel | None = None
    ) -> str:
        """Checked SQL for the question, not run, in the dialect of the database.

        Of several candidates, equal texts vote together. One query::

            assistant.generate("How many orders?")  # 'SELECT count(*) FROM orders'

        Args:
            question: one question, at most 4,000 characters.
            adapter: the name of one of ``adapters``.
            cancel: asked while the model writes; true ends it.

        Raises:
            InputError: as for ``ask``.
            SqlError: the model wrote no SQL, refused, or wrote SQL that does not pass the check.
        """
        clock = _Clock(None)
        generator = self._writer(adapter).generator
        written = self._write(generator, clean_question(question), clock, cancel)
        answer, _ = self._chosen(written, clock, None)
        if answer.error is not None:
            raise answer.error
        if answer.sql is None:
            raise SqlError(answer.refusal or "the model wrote no SQL", kind="parse_error")
        return answer.sql

    def shown_schema(self, question: str) -> str:
        """The schema text that the model would see for the question."""
        return self._prompt(self.generator, self.schema, clean_question(question)).schema_text

    def read_ahead(self, *, adapter: str | None = None, cancel: Cancel | None = None) -> bool:
        """Has the model read the schema, which every question begins with; true once it is kept.

        For a thread of its own, as soon as it is known what will be asked: the next question need
        not read it, and is answered as it would have been. False where it was cancelled, or gave
        way to a question over another schema; then call it again. Nothing is done, and it is true,
        where nothing can be kept: at an endpoint, and over a schema that is pruned anew for each
        question.

        Args:
            adapter: as for ``ask``.
            cancel: asked about once a second while the model reads; true ends it.

        Raises:
            InputError, ModelError: as for ``ask``.
        """
        generator, schema = self._writer(adapter).generator, self.schema
        if not isinstance(generator, ReadsAhead):
            return True
        prompt = self._prompt(generator, schema, "")
        if prompt.schema is not schema:
            return True
        return generator.read_ahead(prompt, self.decoding, cancel=cancel)

    def _writer(self, adapter: str | None) -> Writer:
        if adapter is None:
            return Writer(generator=self.generator, calibration=self.calibration)
        if adapter not in self.adapters:
            near = nearest(adapter, self.adapters, n=1)
            known = ", ".join(self.adapters) or "none; give them to load as adapters={name: folder}"
            hint = f"did you mean {near[0]}? " if near else ""
            raise InputError(f"no adapter {adapter!r} is loaded", hint=f"{hint}loaded: {known}")
        return self.adapters[adapter]

    def _write(
        self, generator: Generator, question: str, clock: _Clock, cancel: Cancel | None
    ) -> _Written:
        """What the model wrote, unchecked, and the schema that it is for."""
        with clock.stage("schema"):
            schema = self.schema
        with clock.stage("prompt"):
            prompt = self._prompt(generator, schema, question)
        with clock.stage("generate"):
            (replies,) = generator.generate([prompt], self.decoding, cancel=cancel)
        return _written(generator, prompt, question, schema, replies, clock)

    def _prompt(self, generator: Generator, schema: Schema, question: str) -> Prompt:
        chosen = layout(generator.layout)
        values = match_values(self.database, schema, question)
        notes = notes_for(schema, question)
        most = self.decoding.schema_tokens
        shown = pruned(schema, question, values, text=chosen.schema_text, most_tokens=most)
        return chosen.render(shown, question, values=values, notes=notes)

    def _repaired(
        self,
        generator: Generator,
        written: _Written,
        answer: Answer,
        clock: _Clock,
        cancel: Cancel | None,
    ) -> _Written:
        """What the model writes when it is asked once more.

        It is told what went wrong, where it reads English. An adapter was taught nothing but
        questions: it draws other answers to the same one.
        """
        prompt, decoding = written.prompt, self.decoding
        if generator.adapter is None:
            said = answer.error.message if answer.error is not None else "it holds no SQL query"
            prompt = with_correction(prompt, answer.sql or answer.candidates[0].sql, said)
        else:
            decoding = replace(
                decoding,
                candidates=max(decoding.candidates, REPAIR_CANDIDATES),
                temperature=decoding.temperature or 0.7,
                seed=decoding.seed + 1,
            )
        with clock.stage("repair"):
            (replies,) = generator.generate([prompt], decoding, cancel=cancel)
        return _written(generator, prompt, written.answer.question, written.schema, replies, clock)

    def _chosen(
        self, written: _Written, clock: _Clock, run: Callable[[str], QueryResult] | None
    ) -> tuple[Answer, Choice | None]:
        """The answer with what its candidates agree on most, and what that is."""
        answer, schema = written.answer, written.schema
        with clock.stage("check"):
            found = choices(answer.candidates, lambda sql: check_sql(sql, schema), run)
        if not found:
            return replace(answer, error=_cut_off(answer)), None
        best = found[0]
        answer = replace(answer, candidates=voted(found, answer.candidates))
        if best.candidates[0].refused:
            return replace(answer, refusal=_with_tables(REFUSAL, answer.question, schema)), best
        if best.verdict is None:
            return answer, best
        return replace(
            answer,
            sql=self._as_run(best.verdict),
            display_sql=display(best.verdict.sql),
            verdict=best.verdict,
            error=best.error,
        ), best

    def _sure(self, answer: Answer, schema: Schema) -> Answer:
        """The answer, or a refusal where its confidence is known and too low."""
        least = self.decoding.least_confidence
        if answer.confidence is None or answer.confidence >= least:
            return answer
        said = UNSURE.format(answer.confidence)
        return replace(answer, refusal=_with_tables(said, answer.question, schema))

    def _as_run(self, verdict: Verdict) -> str:
        """Models write DuckDB's dialect; a SQLite file is asked in its own."""
        if verdict.ok and self.database.kind == "sqlite":
            return translate(verdict.sql, source="duckdb", target="sqlite")
        return verdict.sql

    def _tried(self, sql: str, cancel: Cancel | None) -> QueryResult:
        limits = replace(self.limits, timeout_s=min(self.limits.timeout_s, TRIAL_S))
        return self._read(sql, cancel, limits)

    def _read(self, sql: str, cancel: Cancel | None, limits: Limits | None = None) -> QueryResult:
        """The rows of a query in DuckDB's dialect."""
        if self.database.kind == "sqlite":
            sql = translate(sql, source="duckdb", target="sqlite")
        return run_query(sql, self.database, limits or self.limits, cancel=cancel)

    def _run(
        self, answer: Answer, best: Choice | None, schema: Schema, cancel: Cancel | None
    ) -> Answer:
        """The answer with its rows, or with what its query failed of."""
        if best is None or best.verdict is None:
            return answer
        rows, instead = best.rows, best.mended
        try:
            if rows is None:
                rows, instead = run_or_mend(
                    best.verdict.sql,
                    lambda sql: check_sql(sql, schema),
                    lambda sql: self._read(sql, cancel),
                )
        except SqlError as error:
            return replace(answer, error=error)
        answer = replace(answer, rows=rows.table, truncated=rows.truncated)
        if instead is None:
            return answer
        verdict = check_sql(instead.sql, schema)
        return replace(
            answer,
            sql=self._as_run(verdict),
            display_sql=display(verdict.sql),
            verdict=verdict,
            mended=instead.change,
        )


@dataclass(frozen=True, kw_only=True)
class _Written:
    """What a model wrote: an answer with candidates and nothing else yet."""

    answer: Answer
    schema: Schema
    prompt: Prompt


def _written(
    generator: Generator,
    prompt: Prompt,
    question: str,
    schema: Schema,
    replies: tuple[Reply, ...],
    clock: _Clock,
) -> _Written:
    chosen = layout(generator.layout)
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
        model=generator.name,
        adapter=generator.adapter,
    )
    return _Written(answer=answer, schema=schema, prompt=prompt)


def _with_tables(said: str, question: str, schema: Schema) -> str:
    """What is said, and the tables that come nearest to the question."""
    near = nearest_tables(schema, question)
    return f"{said}; the nearest tables: {', '.join(near)}" if near else said


def _total_output_tokens(replies: tuple[Reply, ...]) -> int | None:
    counts = [reply.output_tokens for reply in replies]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


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
        tokens=reply.output_tokens,
    )
