"""The decoding loop: token ids in, written token ids out."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch

from sqlft.generate.choice import picked, stream
from sqlft.generate.mask import Mask
from sqlft.generate.reader import Halted, Reader
from sqlft.generate.stop import goes_round
from sqlft.model.generator import Cancel, Finish

STRUCK_OUT = 4
"""Tokens that are struck out one by one before the whole mask is worked out."""

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
class _Row:
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


def write(
    reader: Reader, tasks: Sequence[Task], rules: Rules, *, rows: int
) -> list[tuple[Written, ...]]:
    """``rules.candidates`` answers to each prompt, several prompts side by side.

    Rows that have ended leave at once, and the next prompts take their places when a quarter of
    the places is free: reading a prompt costs a step of its own.

    Args:
        rows: answers written side by side at most, at least ``rules.candidates``.
    """
    waiting = deque(enumerate(tasks))
    prompts = rows // rules.candidates
    ended: list[_Row] = []
    live: list[_Row] = []
    logits = torch.empty(0)
    with torch.inference_mode():
        while waiting or live:
            free = (rows - len(live)) // rules.candidates
            if waiting and (not live or free >= max(1, prompts // 4)):
                some = [waiting.popleft() for _ in range(min(free, len(waiting)))]
                begun, read = _begin(reader, len(live), some, ended, rules)
                logits = torch.cat([logits, read]) if live else read
                live += begun
            _end_late(live, rules)
            live, logits = _going_on(reader, live, logits, ended)
            if live:
                live, logits = _advance(reader, live, logits, ended, rules)
    return _by_task(ended, len(tasks))


def _by_task(ended: Sequence[_Row], tasks: int) -> list[tuple[Written, ...]]:
    found: list[list[_Row]] = [[] for _ in range(tasks)]
    for row in ended:
        found[row.place].append(row)
    return [tuple(map(_written, sorted(rows, key=lambda row: row.number))) for rows in found]


def _begin(
    reader: Reader,
    first: int,
    some: Sequence[tuple[int, Task]],
    ended: list[_Row],
    rules: Rules,
) -> tuple[list[_Row], torch.Tensor]:
    """The rows of some prompts and their logits (rows, vocabulary): first the greedy row of each
    prompt, then the second of each, and so on. None where reading was ended from outside."""
    deadline = time.monotonic() + rules.timeout_s
    rows = [
        _Row(
            task=task,
            place=place,
            number=number,
            draws=stream(rules.seed, number, greedy=rules.greedy),
            until=deadline,
        )
        for number in range(rules.candidates)
        for place, task in some
    ]
    try:
        prompts = [(task.shared, task.own) for _, task in some]
        logits = reader.begin(first, prompts, lambda: _halt(deadline, rules))
    except Halted as halted:
        for row in rows:
            row.finish = halted.finish
        ended += rows
        return [], torch.empty(0)
    for number in range(len(some), len(rows)):
        reader.copy(first + number % len(some), first + number)
    return rows, logits.float().repeat(rules.candidates, 1)


def _halt(deadline: float, rules: Rules) -> Finish | None:
    if rules.cancel is not None and rules.cancel():
        return "cancelled"
    return "timeout" if time.monotonic() > deadline else None


def _end_late(live: Sequence[_Row], rules: Rules) -> None:
    """Ends the rows whose time is over, or all."""
    cancelled = rules.cancel is not None and rules.cancel()
    now = time.monotonic()
    for row in live:
        row.finish = "cancelled" if cancelled else "timeout" if now > row.until else None


def _advance(
    reader: Reader, live: list[_Row], logits: torch.Tensor, ended: list[_Row], rules: Rules
) -> tuple[list[_Row], torch.Tensor]:
    """Each row one token further, and past those that its mask forces: the rows, their logits."""
    total = logits.logsumexp(dim=-1)
    tokens = _picked(logits.clone() if any(row.task.mask for row in live) else logits, live, rules)
    gained = logits.gather(1, tokens[:, None])[:, 0] - total
    for row, token, gain in zip(live, tokens.tolist(), gained.tolist(), strict=True):
        _append(row, token, gain, rules)
    live, logits = _going_on(reader, live, logits, ended)
    if not live:
        return live, logits
    runs = [(row.ids[-1], *_forced(row, rules)) for row in live]
    read = reader.read(runs).float()  # bf16 has three digits, too few for sums of logarithms
    if len(read) > len(live):
        read = _append_runs(live, runs, read, rules)
    return _going_on(reader, live, read, ended)


def _going_on(
    reader: Reader, live: list[_Row], logits: torch.Tensor, ended: list[_Row]
) -> tuple[list[_Row], torch.Tensor]:
    """The rows that have not ended and their logits; the last take the places of the others."""
    order = list(range(len(live)))
    for place in reversed(order):
        if live[order[place]].finish is not None:
            ended.append(live[order[place]])
            if place < len(order) - 1:
                reader.copy(len(order) - 1, place)
                order[place] = order[-1]
            order.pop()
    if len(order) == len(live):
        return live, logits
    places = torch.tensor(order, dtype=torch.long, device=logits.device)
    return [live[place] for place in order], logits[places]


def _picked(logits: torch.Tensor, live: list[_Row], rules: Rules) -> torch.Tensor:
    """One token id (rows,) for each row, which its mask allows.

    A token that it does not allow is struck out of the logits and another one picked: this draws
    from the masked distribution as if all were struck out first, and mostly costs one look.
    """
    streams = [row.draws for row in live]
    tokens = picked(logits, streams, rules.temperature)
    for place, (row, token) in enumerate(zip(live, tokens.tolist(), strict=True)):
        if row.task.mask is None:
            continue
        one = slice(place, place + 1)
        tries = 0
        while not row.task.mask.allows(row.ids, token):
            logits[place, token] = -torch.inf
            tries += 1
            if tries == STRUCK_OUT:
                row.task.mask.narrow(logits[one], [row.ids])
            token = int(picked(logits[one], streams[one], rules.temperature)[0])
        if tries:
            tokens[place] = token
    return tokens


def _forced(row: _Row, rules: Rules) -> tuple[int, ...]:
    """Ids that are forced upon a row: by its mask, or because it must come to an end.

    A row that goes round in circles, or has few tokens left, is closed as its mask knows how; else
    it is never forced so far that it ends by its length.
    """
    if row.task.mask is None:
        return ()
    left = rules.max_output_tokens - len(row.ids)
    return _closing(row.task.mask, row, rules) or row.task.mask.forced(row.ids)[: left - 1]


def _closing(mask: Mask, row: _Row, rules: Rules) -> tuple[int, ...]:
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


def _append_runs(
    live: Sequence[_Row], runs: Sequence[Sequence[int]], read: torch.Tensor, rules: Rules
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
                _append(row, token, told[at + step], rules)
        at += len(run)
    return read[ends.to(read.device)]


def _append(row: _Row, token: int, gain: float, rules: Rules) -> None:
    row.ids.append(token)
    row.log_probability += gain
    row.finish = _finish(row, rules)


def _finish(row: _Row, rules: Rules) -> Finish | None:
    if row.ids[-1] in rules.end_ids or row.task.done(row.ids):
        return "stop"
    return "length" if len(row.ids) >= rules.max_output_tokens else None


def _written(row: _Row) -> Written:
    return Written(
        ids=tuple(row.ids),
        log_probability=row.log_probability,
        finish=row.finish or "stop",
    )
