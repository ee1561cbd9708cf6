"""The first half of an evaluation: every predictor's prompts, and what the models write.

No gold query is looked at or run. Replies are on the disk after each batch; a killed run asks only
for what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from sqlft.config import Limits, ModelChoice, Progress
from sqlft.errors import InputError, ModelError, SqlftError
from sqlft.evaluate.completion import (
    Completion,
    cut_unfinished,
    prompt_digest,
    read_completions,
    write_completions,
)
from sqlft.evaluate.kept_replies import keeping, kept_folder
from sqlft.evaluate.predictor import Predictor
from sqlft.evaluate.prompting import Prompter, Step, asked_of, layout_with
from sqlft.evaluate.question import Question
from sqlft.evaluate.run_folder import RunFolder, write_text
from sqlft.evaluate.shots import Pool
from sqlft.evaluate.writing import Writer, at_once, side_by_side
from sqlft.model import Generator

GeneratorOf = Callable[[ModelChoice], Generator]

ENDPOINT_THREADS = 8
_FIRST_BATCH, _LEAST_BATCH, _MOST_BATCH = 16, 4, 128
_QUICK_S, _SLOW_S = 20.0, 90.0
"""A batch is lost when a run is killed: it grows while it takes less, and shrinks beyond."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """What all predictors of a run are asked with."""

    questions: Sequence[Question]
    pool: Pool
    in_domain: bool
    limits: Limits
    progress: Progress | None = None


def write_replies(run: RunFolder, asking: Asking, generator_of: GeneratorOf) -> None:
    """Writes what is missing of every predictor's replies. One model is in memory at a time.

    Raises:
        InputError: a predictor, its model or the pool cannot be used.
        ModelError: a model cannot be loaded, or answers nothing at all.
    """
    ordered = sorted(enumerate(run.predictors), key=lambda item: repr(item[1].choice))
    for choice, group in groupby(ordered, key=lambda item: item[1].choice):
        missing = [(place, one) for place, one in group if _is_missing(run, place, one)]
        if not missing:
            continue
        generator = generator_of(choice)
        for place, predictor in missing:
            _Sitting(run=run, asking=asking, place=place, predictor=predictor).write(generator)
            run.mark_written(predictor.name, generator.layout)
        del generator


def _is_missing(run: RunFolder, place: int, predictor: Predictor) -> bool:
    """Not all prompts were asked yet, or some failed in an earlier sitting."""
    if predictor.name not in run.written:
        return True
    found = read_completions(run.replies(place, predictor.name))
    return any(one.error is not None for one in found.values())


@dataclass(frozen=True, kw_only=True)
class _Prompted:
    """A question's prompt, or why there is none."""

    id: str
    step: int
    made: Step | None = None
    error: str | None = None


@dataclass(kw_only=True)
class _Batch:
    """How many prompts are handed over at once."""

    size: int = field(default_factory=lambda: _FIRST_BATCH)

    def took(self, seconds: float) -> None:
        if seconds < _QUICK_S:
            self.size = min(_MOST_BATCH, self.size * 2)
        elif seconds > _SLOW_S:
            self.size = max(_LEAST_BATCH, self.size // 2)


@dataclass(kw_only=True)
class _Sitting:
    """One predictor's replies, written as far as they are missing."""

    run: RunFolder
    asking: Asking
    place: int
    predictor: Predictor
    done: dict[tuple[str, int], Completion] = field(default_factory=dict)
    any_reply: bool = False

    def write(self, generator: Generator) -> None:
        prompter = Prompter(
            predictor=self.predictor,
            layout=layout_with(generator.layout, self.predictor.asking.schema_text),
            pool=self.asking.pool,
            in_domain=self.asking.in_domain,
            limits=self.asking.limits,
        )
        writer = at_once(generator)
        if self.predictor.is_endpoint:
            asking = side_by_side(generator, ENDPOINT_THREADS)
            writer = keeping(asking, generator.name, kept_folder())
        path = self.run.replies(self.place, self.predictor.name)
        cut_unfinished(path)
        self.done = read_completions(path)
        self.any_reply = any(one.error is None for one in self.done.values())
        for step in (1, 2) if prompter.has_second else (1,):
            self._write_step(step, prompter, writer, path)

    def _write_step(self, step: int, prompter: Prompter, writer: Writer, path: Path) -> None:
        batch = _Batch()
        waiting: list[_Prompted] = []
        ordered = _by_database(self.asking.questions)
        for number, question in enumerate(ordered):
            prompted = self._prompted(step, prompter, question)
            if prompted is not None and not self._is_done(prompted):
                waiting.append(prompted)
            if len(waiting) >= batch.size:
                batch.took(self._write_batch(waiting, writer, path))
                waiting = []
                self._tell(step, (number + 1) / len(ordered))
        if waiting:
            self._write_batch(waiting, writer, path)
        self._tell(step, 1.0)

    def _prompted(self, step: int, prompter: Prompter, question: Question) -> _Prompted | None:
        """The question's prompt of this step; none where it has none."""
        key = question.example.id
        first = self.done.get((key, 1))
        if step == 2 and (first is None or first.error is not None):
            return None
        try:
            asked = asked_of(question)
        except InputError as error:  # of this question alone; its gold tells of a lost database
            return _Prompted(id=key, step=step, error=error.message)
        if step == 1:
            made: Step | None = prompter.first(asked)
        else:
            made = None if first is None else prompter.second(asked, first.replies)
        return None if made is None else _Prompted(id=key, step=step, made=made)

    def _is_done(self, prompted: _Prompted) -> bool:
        known = self.done.get((prompted.id, prompted.step))
        if known is None or prompted.made is None:
            return known is not None
        return known.error is None and known.prompt == prompt_digest(prompted.made.prompt)

    def _write_batch(self, waiting: Sequence[_Prompted], writer: Writer, path: Path) -> float:
        found = list(self._completions(waiting, writer))
        with path.open("a", encoding="utf-8", newline="\n") as file:
            write_completions(file, found)
        self.done |= {(one.id, one.step): one for one in found}
        return sum(one.seconds for one in found)

    def _completions(self, waiting: Sequence[_Prompted], writer: Writer) -> Iterator[Completion]:
        for one in waiting:
            if one.made is None:
                yield Completion(id=one.id, step=one.step, prompt="", error=one.error)
        made = [(one, one.made) for one in waiting if one.made is not None]
        if not made:
            return
        self._keep_first_prompt(made[0][1])
        written = writer([step.prompt for _, step in made], made[0][1].decoding)
        self._stop_if_nothing_comes([one.error for one in written])
        for (one, step), found in zip(made, written, strict=True):
            yield Completion(
                id=one.id,
                step=one.step,
                prompt=prompt_digest(step.prompt),
                replies=found.replies,
                error=None if found.error is None else found.error.message,
                seconds=found.seconds,
                together=found.together,
            )

    def _stop_if_nothing_comes(self, errors: Sequence[SqlftError | None]) -> None:
        """A wrong key or a server that is down must not become the outcome of every question."""
        self.any_reply = self.any_reply or None in errors
        first = errors[0]
        if not self.any_reply and isinstance(first, ModelError):
            raise first

    def _keep_first_prompt(self, step: Step) -> None:
        path = self.run.prompt(self.place, self.predictor.name)
        if not path.exists():
            texts = [f"[{m.role}]\n{m.text}\n" for m in step.prompt.messages]
            write_text(path, "\n".join([*texts, f"[assistant]\n{step.prompt.answer_start}"]))

    def _tell(self, step: int, share: float) -> None:
        if self.asking.progress is not None:
            again = "" if step == 1 else ", second prompts"
            self.asking.progress(f"{self.predictor.name}{again}: asking", share)


def _by_database(questions: Sequence[Question]) -> list[Question]:
    """Questions over one database together: they share the beginning of their prompts."""
    return sorted(questions, key=lambda question: question.example.database)
