"""The corridor: schema, prompt, generate, check, execute; then there is an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlft.ask.answer import Answer, Candidate
from sqlft.config import DEFAULT_MODEL, Decoding, Limits, ModelChoice, Progress
from sqlft.database import Database, QueryResult
from sqlft.errors import InputError, SqlError
from sqlft.execute import run_query
from sqlft.model import Cancel, Generator, Reply
from sqlft.prompt import Layout, extract, layout, notes_for
from sqlft.schema import Schema, match_values, notes_path, open_database, read_schema, value_index
from sqlft.sql import Verdict, check_sql, display
from sqlft.sql.dialects import translate

MAX_QUESTION_CHARACTERS = 4000
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


def clean_question(question: str) -> str:
    """The question on one line, without control characters.

    Raises:
        InputError: it is empty, or longer than MAX_QUESTION_CHARACTERS.

    >>> clean_question(" how many\\n orders? ")
    'how many orders?'
    """
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise InputError(
            f"the question has {len(question):,} characters; "
            f"at most {MAX_QUESTION_CHARACTERS:,} are read",
            hint="ask one short question",
        )
    text = " ".join("".join(c if c.isprintable() else " " for c in question).split())
    if not text:
        raise InputError("the question is empty", hint='ask something like "How many orders?"')
    return text


@dataclass(frozen=True, kw_only=True)
class Assistant:
    """Answers questions over one database with one model. Safe to use from several threads.

    Made by :func:`load`.
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
        see ``Answer.status``. Only the first candidate that passes the check is run.

        Raises:
            InputError: the question is empty or too long, or the database cannot be read.
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
        """Checked SQL for the question, not run.

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


def load(
    *,
    database: str | Path,
    model: str = DEFAULT_MODEL,
    adapter: str | None = None,
    layout: str | None = None,
    device: str = "auto",
    quantize: str = "none",
    api_key_variable: str | None = None,
    notes: Path | None = None,
    generator: Generator | None = None,
    limits: Limits | None = None,
    decoding: Decoding | None = None,
    progress: Progress | None = None,
) -> Assistant:
    """An assistant for one database.

    Args:
        database: a bundled schema's name, a DuckDB or SQLite file, or a SQLAlchemy URL.
        model: a known model's name, a Hugging Face causal LM id, a local folder, or
            ``endpoint:MODEL@URL``.
        adapter: a PEFT adapter folder.
        layout: the prompt layout; by default the adapter's, else one that fits the model.
        device: auto, cpu or cuda.
        quantize: none or nf4.
        api_key_variable: the environment variable that holds an endpoint's key.
        notes: a notes.toml; by default the one beside the database.
        generator: writes the SQL instead of a model that is loaded here.

    Raises:
        InputError: the database or the notes cannot be read, or an option is out of bounds.
        ModelError: the model cannot be loaded.
    """
    choice = ModelChoice(
        model=model,
        adapter=adapter,
        layout=layout,
        device=device,
        quantize=quantize,
        api_key_variable=api_key_variable,
    )
    place = open_database(database, progress=progress)
    notes = notes or notes_path(place)
    # What is wrong with the database is said before a model loads, and the first question does not
    # wait for the index of its values.
    value_index(place, read_schema(place, notes=notes), progress=progress)
    return Assistant(
        database=place,
        generator=generator or _local_generator(choice, progress),
        notes=notes,
        limits=limits or Limits(),
        decoding=decoding or Decoding(),
    )


def _local_generator(choice: ModelChoice, progress: Progress | None) -> Generator:
    if choice.model.startswith("endpoint:"):
        from sqlft.model import EndpointGenerator

        return EndpointGenerator(choice)
    # Imported here: torch and transformers take seconds, and a given generator needs neither.
    from sqlft.generate import LocalGenerator
    from sqlft.model import load_model

    return LocalGenerator(load_model(choice, progress=progress))
