"""The corridor: schema, prompt, generate, check, execute; then there is an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlft.ask.answer import Answer, Candidate
from sqlft.ask.choosing import Choice, choices, passed_over, ranked
from sqlft.ask.confidence import UNKNOWN, Calibration
from sqlft.ask.question import clean_question
from sqlft.ask.running import TRIAL_S, Runner
from sqlft.ask.writer import Writer
from sqlft.ask.written import Asked, Written, as_written
from sqlft.config import Decoding, Limits
from sqlft.database import Database
from sqlft.errors import InputError, SqlError
from sqlft.model import Cancel, Generator, ReadsAhead
from sqlft.prompt import layout, notes_for
from sqlft.prompt.strategies import with_correction
from sqlft.schema import Schema, match_values, nearest_tables, pruned, read_schema
from sqlft.sql import nearest

REFUSAL = "the model says that this schema cannot answer the question"
UNSURE = "the most likely query is right with a chance of only {:.0%}"
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
        see ``Answer.status``. Of several drawn candidates those that pass the check are run, and
        those that give the same rows vote together; of those that were searched for the likeliest
        is run, and where it finds nothing or fails the next. The rows, or why there are none::

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
        runner = self._runner(written.asked.schema, cancel)
        answer, found = self._chosen(written, clock, runner)
        if self.decoding.repair and not (found and found[0].is_good):
            again = self._repaired(writer.generator, written, answer, clock, cancel)
            repaired, others = self._chosen(again, clock, runner)
            if others and others[0].is_good:
                answer, found = repaired, others
        answer, found = self._surest(answer, found, writer.calibration, runner)
        if not _is_to_run(answer):
            return answer
        with clock.stage("execute"):
            return self._run(answer, found, writer.calibration, runner)

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
        runner = self._runner(written.asked.schema, cancel)
        answer, _ = self._chosen(written, clock, runner, tried=False)
        if answer.error is not None:
            raise answer.error
        if answer.sql is None:
            raise SqlError(answer.refusal or "the model wrote no SQL", kind="parse_error")
        return answer.sql

    def shown_schema(self, question: str) -> str:
        """The schema text that the model would see for the question."""
        asked = self._asked(self.generator, self.schema, clean_question(question))
        return asked.prompt.schema_text

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
        prompt = self._asked(generator, schema, "").prompt
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
    ) -> Written:
        """What the model wrote, unchecked, and what it was asked."""
        with clock.stage("schema"):
            schema = self.schema
        with clock.stage("prompt"):
            asked = self._asked(generator, schema, question)
        with clock.stage("generate"):
            (replies,) = generator.generate([asked.prompt], self.decoding, cancel=cancel)
        return as_written(generator, asked, replies, clock.seconds, self.decoding)

    def _asked(self, generator: Generator, schema: Schema, question: str) -> Asked:
        chosen = layout(generator.layout)
        values = match_values(self.database, schema, question)
        notes = notes_for(schema, question)
        most = self.decoding.schema_tokens
        shown = pruned(schema, question, values, text=chosen.schema_text, most_tokens=most)
        prompt = chosen.render(shown, question, values=values, notes=notes)
        return Asked(question=question, schema=schema, values=values, prompt=prompt)

    def _repaired(
        self,
        generator: Generator,
        written: Written,
        answer: Answer,
        clock: _Clock,
        cancel: Cancel | None,
    ) -> Written:
        """What the model writes when it is asked once more.

        It is told what went wrong, where it reads English. An adapter was taught nothing but
        questions: it draws other answers to the same one.
        """
        prompt, decoding = written.asked.prompt, self.decoding
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
        asked = replace(written.asked, prompt=prompt)
        return as_written(generator, asked, replies, clock.seconds, decoding)

    def _chosen(
        self, written: Written, clock: _Clock, runner: Runner, *, tried: bool = True
    ) -> tuple[Answer, list[Choice]]:
        """The answer with the best of what its candidates say, and all that they say, best first.

        Args:
            tried: candidates that were drawn are run, and those that give the same rows agree.
        """
        answer = written.answer
        draws = answer.candidates[0].votes is not None
        trial = runner.within(TRIAL_S).read if tried and draws else None
        with clock.stage("check"):
            found = choices(answer.candidates, runner.verdict, trial, written.asked.doubts)
        if not found:
            return replace(answer, error=_cut_off(answer)), []
        return self._saying(answer, found, runner), found

    def _saying(self, answer: Answer, found: Sequence[Choice], runner: Runner) -> Answer:
        """The answer with what the first of these says."""
        best = found[0]
        answer = _ranked(answer, found, answer.candidates)
        if best.candidates[0].refused:
            return replace(answer, refusal=_with_tables(REFUSAL, answer.question, runner.schema))
        if best.verdict is None:
            return answer
        return replace(runner.with_verdict(answer, best.verdict), error=best.error)

    def _sure(self, answer: Answer, calibration: Calibration, schema: Schema) -> Answer:
        """The answer with its confidence; a refusal where that is known and too low."""
        if not _is_to_run(answer):
            return answer
        sure = calibration.confidence(answer.candidates, beams=self.decoding.beams_used)
        answer = replace(answer, confidence=sure)
        if sure is None or sure >= self.decoding.least_confidence:
            return answer
        said = UNSURE.format(sure)
        return replace(answer, refusal=_with_tables(said, answer.question, schema))

    def _surest(
        self, answer: Answer, found: list[Choice], calibration: Calibration, runner: Runner
    ) -> tuple[Answer, list[Choice]]:
        """The answer with its confidence. Where that is too low, and it was searched for, the first
        alternative that is sure enough is the answer instead; else it is refused."""
        first = self._sure(answer, calibration, runner.schema)
        if _is_to_run(first) or not _is_to_run(answer) or answer.candidates[0].votes is not None:
            return first, found
        for choice in found[1:]:
            other = self._alternative(answer, choice, calibration, runner)
            if choice.is_good and _is_to_run(other):
                ordered = [choice, *(one for one in found if one is not choice)]
                return _ranked(other, ordered, answer.candidates), ordered
        return first, found

    def _runner(self, schema: Schema, cancel: Cancel | None) -> Runner:
        return Runner(database=self.database, schema=schema, limits=self.limits, cancel=cancel)

    def _run(
        self, answer: Answer, found: Sequence[Choice], calibration: Calibration, runner: Runner
    ) -> Answer:
        """The answer with its rows. Where it was searched for, and finds nothing or fails, an
        alternative is run, and stands in its place if it does better."""
        best, said = found[0], runner.run(answer, found[0])
        failed = said.error is not None and said.error.kind != "query_error"
        searched = answer.candidates[0].votes is None
        until = time.monotonic() + TRIAL_S
        for choice in found[1:] if searched and not failed else ():
            left = until - time.monotonic()
            if left > 0 and choice.is_better_than(best):
                other = self._alternative(answer, choice, calibration, runner)
                other = runner.within(left).run(other, choice) if _is_to_run(other) else other
                if other.rows is not None and choice.is_better_than(best):
                    best, said = choice, other
        ordered = [best, *(one for one in found if one is not best)]
        return _ranked(said, ordered, answer.candidates)

    def _alternative(
        self, answer: Answer, choice: Choice, calibration: Calibration, runner: Runner
    ) -> Answer:
        """The answer with what another one of its candidates says."""
        return self._sure(self._saying(answer, [choice], runner), calibration, runner.schema)


def _ranked(answer: Answer, found: Sequence[Choice], candidates: Sequence[Candidate]) -> Answer:
    """The answer with its candidates in the order of these, and why it is the first of them."""
    over = passed_over(found, candidates)
    return replace(answer, candidates=ranked(found, candidates), passed_over=over)


def _is_to_run(answer: Answer) -> bool:
    return answer.sql is not None and answer.error is None and answer.refusal is None


def _with_tables(said: str, question: str, schema: Schema) -> str:
    """What is said, and the tables that come nearest to the question."""
    near = nearest_tables(schema, question)
    return f"{said}; the nearest tables: {', '.join(near)}" if near else said


def _cut_off(answer: Answer) -> SqlError:
    first = answer.candidates[0]
    why = {"length": f"after {first.tokens} tokens", "cancelled": "because it was stopped"}
    return SqlError(
        f"the model's answer was cut off {why.get(first.finish, 'at its time limit')}",
        kind="timeout" if first.finish == "timeout" else "parse_error",
        hint="raise --max-output-tokens or --write-timeout",
    )
