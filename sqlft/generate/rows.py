"""Rows: answers while they are written, and what happens to each whoever chooses its tokens."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from sqlft.generate.mask import Mask
from sqlft.generate.stop import goes_round
from sqlft.model.generator import Cancel, Finish

SPARE = 32
"""Tokens more than the way to an answer's end takes: with fewer left it is taken."""

LOOKS_AGAIN = 8
"""Tokens after which a way is looked for again, where none was found."""

Done = Callable[[Sequence[int]], bool]
"""Whether the tokens written so far hold a text that ends the answer."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One prompt, and what its answers may be."""

    shared: tuple[int, ...]
    """The first ids, which other prompts may share."""
    own: tuple[int, ...]
    """The ids after them; at least one."""
    done: Done
    mask: Mask | None = None
    """What answers may be; none: anything."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How answers are written, and what ends each: whichever of the ends comes first.

    After ``cancel`` was true, or a prompt's time is over, no further step is taken for it.
    """

    candidates: int
    """Answers to each prompt."""
    greedy: bool
    """The first answer is the likeliest, token by token; the others are drawn."""
    temperature: float
    """What they are drawn at; above 0."""
    seed: int
    end_ids: frozenset[int]
    max_output_tokens: int
    timeout_s: float
    """Seconds for each prompt, from when reading it begins."""
    cancel: Cancel | None = None


@dataclass(frozen=True, kw_only=True)
class Written:
    """The tokens of one answer, its end mark included where it has one."""

    ids: tuple[int, ...]
    log_probability: float
    """By the model itself, as if nothing were masked."""
    finish: Finish


@dataclass
class Row:
    """One answer while it is written."""

    task: Task
    place: int
    """The task's place among all."""
    number: int
    """Which of the task's candidates it is."""
    draws: random.Random | None
    until: float
    """When its time is over, by the monotonic clock."""
    ids: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    finish: Finish | None = None
    look_at: int | None = None
    """With how many tokens left its way to an end is looked for; none: a quarter of all."""
    no_way: bool = False
    """None was found when it was last looked for."""


def halt_reason(deadline: float, rules: Rules) -> Finish | None:
    """Why writing ends now, before its own end; none where it goes on.

    Args:
        deadline: by the monotonic clock, in seconds.
    """
    if rules.cancel is not None and rules.cancel():
        return "cancelled"
    return "timeout" if time.monotonic() > deadline else None


def forced(row: Row, rules: Rules) -> tuple[int, ...]:
    """Ids that are forced upon a row: by its mask, or because it must come to an end.

    A row that goes round in circles, or has few tokens left, is closed as its mask knows how; else
    it is never forced so far that it ends by its length.
    """
    if row.task.mask is None:
        return ()
    left = rules.max_output_tokens - len(row.ids)
    return _closing(row.task.mask, row, rules) or row.task.mask.forced(row.ids)[: left - 1]


def _closing(mask: Mask, row: Row, rules: Rules) -> tuple[int, ...]:
    """Ids that end the row, where that is due. Looking for them takes as long as some steps."""
    left = rules.max_output_tokens - len(row.ids)
    if row.look_at is None:
        row.look_at = rules.max_output_tokens // 4
    lost = not row.no_way and goes_round(row.ids)
    if not lost and left > row.look_at:
        return ()
    closing = mask.closing(row.ids)
    row.no_way = not closing
    needed = len(closing) + SPARE
    row.look_at = min(left - 1, needed) if closing else left - LOOKS_AGAIN
    return closing if (lost or left <= needed) and len(closing) <= left else ()


def append_runs(
    live: Sequence[Row], runs: Sequence[Sequence[int]], read: torch.Tensor, rules: Rules
) -> torch.Tensor:
    """Appends what follows the first token of each run, and gives the logits after the last ones.

    Args:
        read: (tokens, vocabulary), after every token of the runs.
    """
    ends = torch.tensor([len(run) for run in runs]).cumsum(0) - 1
    following = torch.tensor([token for run in runs for token in (*run[1:], 0)])
    gains = read.gather(1, following.to(read.device)[:, None])[:, 0] - read.logsumexp(dim=-1)
    told = gains.tolist()
    at = 0
    for row, run in zip(live, runs, strict=True):
        for step, token in enumerate(run[1:]):
            if row.finish is None:
                append(row, token, told[at + step], rules)
        at += len(run)
    return read[ends.to(read.device)]


def append(row: Row, token: int, gain: float, rules: Rules) -> None:
    """Writes one more token, whose log-probability is ``gain`` nats, and sees whether it ends."""
    row.ids.append(token)
    row.log_probability += gain
    row.finish = _finish(row, rules)


def _finish(row: Row, rules: Rules) -> Finish | None:
    if row.ids[-1] in rules.end_ids or row.task.done(row.ids):
        return "stop"
    return "length" if len(row.ids) >= rules.max_output_tokens else None


def written(row: Row) -> Written:
    """The row as the answer that it became."""
    return Written(
        ids=tuple(row.ids),
        log_probability=row.log_probability,
        finish=row.finish or "stop",
    )
