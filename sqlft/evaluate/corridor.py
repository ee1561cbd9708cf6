"""Recorded replies through the very corridor that `sqlft ask` walks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlft.ask import Answer, Assistant
from sqlft.ask.confidence import calibration_of, signals
from sqlft.config import Decoding, Limits
from sqlft.database import Database
from sqlft.errors import SqlError
from sqlft.evaluate.prediction import Prediction
from sqlft.examples import Example
from sqlft.model import Cancel, Reply
from sqlft.prompt import Prompt
from sqlft.schema import Schema, notes_path

TIMED_OUT = "the model wrote for too long"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question with the database that it is asked of."""

    example: Example
    question: str
    """As the corridor cleans it."""
    database: Database
    schema: Schema


class AskedAgainError(Exception):
    """The corridor asks the model once more than was recorded, and with what."""

    def __init__(self, prompt: Prompt, decoding: Decoding) -> None:
        super().__init__("asked once more than was recorded")
        self.prompt = prompt
        self.decoding = decoding


class Recorded:
    """A generator that says again what was said: the first call's replies, then the next one's."""

    def __init__(
        self, said: Sequence[tuple[Reply, ...]], layout: str, adapter: str | None = None
    ) -> None:
        self._said = iter(said)
        self.name, self.layout, self.adapter = "recorded", layout, adapter

    def generate(
        self, prompts: Sequence[Prompt], decoding: Decoding, *, cancel: Cancel | None = None
    ) -> list[tuple[Reply, ...]]:
        """The recorded replies, whatever the one prompt is."""
        (prompt,) = prompts
        replies = next(self._said, None)
        if replies is None:
            raise AskedAgainError(prompt, decoding)
        return [replies]


def answer_of(
    asked: Asked,
    said: Sequence[tuple[Reply, ...]],
    *,
    layout: str,
    adapter: str | None,
    decoding: Decoding,
    limits: Limits,
) -> Answer:
    """What the corridor makes of these replies: extracted, checked, chosen among, run.

    Args:
        said: the replies to each call of the model, in order.

    Raises:
        AskedAgainError: the corridor wants a further reply.
        InputError: the database can no longer be read.
    """
    assistant = Assistant(
        database=asked.database,
        generator=Recorded(said, layout, adapter),
        notes=notes_path(asked.database),
        limits=limits,
        decoding=decoding,
        calibration=calibration_of(adapter),
    )
    return assistant.ask(asked.question)


def prediction_of(answer: Answer, replies: Sequence[Reply]) -> Prediction:
    """What the corridor's answer says to the question, for the scorer to compare."""
    if answer.error is not None and all(reply.finish == "timeout" for reply in replies):
        return Prediction(error=TIMED_OUT)
    return Prediction(
        sql=answer.sql,
        refused=answer.refusal is not None,
        failure=answer.error,
        confidence=answer.confidence,
        signals=signals(answer.candidates) if answer.status == "answered" else None,
    )


def failure_line(answer: Answer) -> str | None:
    """How the answer failed, in words for the model that wrote it; none where it did not."""
    if answer.refusal is not None:
        return None
    error: SqlError | None = answer.error
    if error is not None:
        return f"{error.message}; {error.hint}" if error.hint else error.message
    return "it holds no SQL query" if answer.sql is None else None
