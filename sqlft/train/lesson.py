"""An exercise as token ids: what is shown, what is asked, what is to be answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlft.errors import SqlError
from sqlft.prompt import Layout, answer, notes_for, tokenise, tokenise_answer
from sqlft.sql import canonical
from sqlft.train.exercise import Exercise


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """Token ids of one exercise. The loss is taken on ``answer`` alone."""

    id: str
    prefix: tuple[int, ...]
    """The part of the prompt that other questions over the schema share; may be empty."""
    question: tuple[int, ...]
    """The rest of the prompt; never empty."""
    answer: tuple[int, ...]
    """The answer with the end token after it."""

    @property
    def tokens(self) -> int:
        """Of prompt and answer together."""
        return len(self.prefix) + len(self.question) + len(self.answer)


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """Why an exercise cannot be taught."""

    id: str
    reason: str
    """``too_long``, ``not_taught`` (its gold has no answer form) or ``no_round_trip``."""


def lesson(
    exercise: Exercise, layout: Layout, tokenizer: Any, *, max_tokens: int
) -> Lesson | Dropped:
    """The token ids of the prompt that inference would make, and of the answer after it.

    Of several golds the first is taught. An exercise whose tokens are more than ``max_tokens`` is
    dropped, never cut.
    """
    example, schema = exercise.example, exercise.schema
    notes = [*notes_for(schema, example.question)]
    if example.evidence:
        notes.append(example.evidence)
    solved = exercise if exercise.answer is not None else answered(exercise, layout)
    if isinstance(solved, Dropped):
        return solved
    prompt = layout.render(schema, example.question, values=exercise.values, notes=notes)
    tokens = tokenise(prompt, tokenizer)
    made = Lesson(
        id=example.id,
        prefix=tokens.ids[: tokens.shared_tokens],
        question=tokens.ids[tokens.shared_tokens :],
        answer=(
            *tokenise_answer(f"{solved.answer}{_closing(layout)}", tokenizer),
            tokenizer.eos_token_id,
        ),
    )
    if made.tokens > max_tokens:
        return Dropped(id=example.id, reason="too_long")
    return made


def answered(exercise: Exercise, layout: Layout) -> Exercise | Dropped:
    """The exercise with its answer in the layout's form, which takes most of a lesson's time."""
    example, schema = exercise.example, exercise.schema
    try:
        text = answer(example.gold[0] if example.gold else None, schema, layout)
        if example.gold and layout.answer_form == "canonical" and canonical(text, schema) != text:
            return Dropped(id=example.id, reason="no_round_trip")
    except SqlError:
        return Dropped(id=example.id, reason="not_taught")
    return replace(exercise, answer=text)


def _closing(layout: Layout) -> str:
    """What closes an answer whose beginning the layout has opened, such as a code fence."""
    return f"\n{layout.stop[0]}" if layout.answer_start and layout.stop else ""
