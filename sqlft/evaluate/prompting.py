"""The prompts that a strategy makes of a question: one, or a second after the first's reply."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlft.ask import clean_question
from sqlft.config import Decoding, Limits
from sqlft.errors import InputError
from sqlft.evaluate.corridor import Asked, AskedAgainError, answer_of, failure_line
from sqlft.evaluate.predictor import Predictor
from sqlft.evaluate.question import Question
from sqlft.evaluate.shots import Pool, is_few_shot, shots_for
from sqlft.model import Reply
from sqlft.prompt import Layout, Prompt, layout, notes_for
from sqlft.prompt.compact import compact
from sqlft.prompt.create_tables import create_tables
from sqlft.prompt.strategies import (
    plan_request,
    with_correction,
    with_persona,
    with_plan,
    with_shots,
)
from sqlft.schema import match_values, notes_path, pruned, read_schema

_TEXTS = {"compact": compact, "create-tables": create_tables}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One prompt, and how its reply is written."""

    prompt: Prompt
    decoding: Decoding


@dataclass(frozen=True, kw_only=True)
class Prompter:
    """Makes one predictor's prompts."""

    predictor: Predictor
    layout: Layout
    pool: Pool
    in_domain: bool
    limits: Limits

    def first(self, asked: Asked) -> Step:
        """The first prompt of a question.

        Raises:
            InputError: there is no example to show, or the database cannot be read.
        """
        strategy, asking = self.predictor.asking.strategy, self.predictor.asking
        prompt = self._plain(asked)
        if strategy == "persona":
            prompt = with_persona(prompt)
        elif is_few_shot(strategy):
            shots = shots_for(
                self.pool,
                asked.example,
                strategy,
                count=asking.shots,
                layout=self.layout,
                in_domain=self.in_domain,
            )
            prompt = with_shots(prompt, shots, fixed=strategy == "few-shot")
        elif strategy == "plan":
            alone = replace(self.predictor.decoding, candidates=1, temperature=0.0)
            return Step(prompt=plan_request(prompt), decoding=alone)
        return Step(prompt=prompt, decoding=self.predictor.decoding)

    def second(self, asked: Asked, replies: tuple[Reply, ...]) -> Step | None:
        """What is asked after the first replies; none where these are the answer.

        Raises:
            InputError: the database cannot be read.
        """
        predictor = self.predictor
        if predictor.asking.strategy == "plan":
            planned = with_plan(self._plain(asked), replies[0].text)
            return Step(prompt=planned, decoding=predictor.decoding)
        try:
            answer = answer_of(
                asked,
                [replies],
                layout=self.layout.name,
                adapter=predictor.adapter,
                decoding=predictor.decoding,
                limits=self.limits,
            )
        except AskedAgainError as again:  # the corridor's own way to mend what failed
            return Step(prompt=again.prompt, decoding=again.decoding)
        failure = failure_line(answer)
        if predictor.asking.strategy != "self-correct" or failure is None:
            return None
        tried = answer.sql or answer.candidates[0].sql
        corrected = with_correction(self._plain(asked), tried, failure)
        return Step(prompt=corrected, decoding=predictor.decoding)

    @property
    def has_second(self) -> bool:
        """Some question may be asked twice."""
        asks_twice = self.predictor.asking.strategy in ("plan", "self-correct")
        return asks_twice or self.predictor.decoding.repair

    def _plain(self, asked: Asked) -> Prompt:
        """Schema and question; of a schema over the budget, what the question needs, for all."""
        values = match_values(asked.database, asked.schema, asked.question)
        shown = pruned(
            asked.schema,
            asked.question,
            values,
            text=self.layout.schema_text,
            most_tokens=self.predictor.decoding.schema_tokens,
        )
        if self.predictor.asking.strategy != "rag":
            return self.layout.render(shown, asked.question)
        notes = notes_for(asked.schema, asked.question)
        return self.layout.render(shown, asked.question, values=values, notes=notes)


def layout_with(name: str, schema_text: str | None) -> Layout:
    """The layout, with another one's schema text where one is named."""
    found = layout(name)
    return found if schema_text is None else replace(found, schema_text=_TEXTS[schema_text])


def schema_text_of(name: str) -> str:
    """Which of the schema texts a layout writes.

    >>> schema_text_of("sqlft"), schema_text_of("ddl")
    ('compact', 'create-tables')
    """
    write = layout(name).schema_text
    return next(known for known, text in _TEXTS.items() if text is write)


def asked_of(question: Question) -> Asked:
    """The question, ready to be asked.

    Raises:
        InputError: its database is missing or damaged, or it is no question that can be asked.
    """
    place = question.place
    if not place.databases:
        raise InputError(place.problem or "there is no database")
    database = place.databases[0]
    return Asked(
        example=question.example,
        question=clean_question(question.example.question),
        database=database,
        schema=read_schema(database, notes=notes_path(database)),
    )
