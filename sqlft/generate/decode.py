"""The decoding loop: token ids in, written token ids out."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence

import torch

from sqlft.generate.choice import picked, stream
from sqlft.generate.reader import Halted, Reader
from sqlft.generate.rows import (
    Row,
    Rules,
    Task,
    Written,
    append,
    append_runs,
    forced,
    halt_reason,
    written,
)

STRUCK_OUT = 4
"""Tokens that are struck out one by one before the whole mask is worked out."""


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
    ended: list[Row] = []
    live: list[Row] = []
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


def _by_task(ended: Sequence[Row], tasks: int) -> list[tuple[Written, ...]]:
    found: list[list[Row]] = [[] for _ in range(tasks)]
    for row in ended:
        found[row.place].append(row)
    return [tuple(map(written, sorted(rows, key=lambda row: row.number))) for rows in found]


def _begin(
    reader: Reader,
    first: int,
    some: Sequence[tuple[int, Task]],
    ended: list[Row],
    rules: Rules,
) -> tuple[list[Row], torch.Tensor]:
    """The rows of some prompts and their logits (rows, vocabulary): first the greedy row of each
    prompt, then the second of each, and so on. None where reading was ended from outside."""
    deadline = time.monotonic() + rules.timeout_s
    rows = [
        Row(
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
        logits = reader.begin(first, prompts, lambda: halt_reason(deadline, rules))
    except Halted as halted:
        for row in rows:
            row.finish = halted.finish
        ended += rows
        return [], torch.empty(0)
    for number in range(len(some), len(rows)):
        reader.copy(first + number % len(some), first + number)
    return rows, logits.float().repeat(rules.candidates, 1)


def _end_late(live: Sequence[Row], rules: Rules) -> None:
    """Ends the rows whose time is over, or all."""
    cancelled = rules.cancel is not None and rules.cancel()
    now = time.monotonic()
    for row in live:
        row.finish = "cancelled" if cancelled else "timeout" if now > row.until else None


def _advance(
    reader: Reader, live: list[Row], logits: torch.Tensor, ended: list[Row], rules: Rules
) -> tuple[list[Row], torch.Tensor]:
    """Each row one token further, and past those that its mask forces: the rows, their logits."""
    total = logits.logsumexp(dim=-1)
    tokens = _picked(logits.clone() if any(row.task.mask for row in live) else logits, live, rules)
    gained = logits.gather(1, tokens[:, None])[:, 0] - total
    for row, token, gain in zip(live, tokens.tolist(), gained.tolist(), strict=True):
        append(row, token, gain, rules)
    live, logits = _going_on(reader, live, logits, ended)
    if not live:
        return live, logits
    runs = [(row.ids[-1], *forced(row, rules)) for row in live]
    read = reader.read(runs).float()  # bf16 has three digits, too few for sums of logarithms
    if len(read) > len(live):
        read = append_runs(live, runs, read, rules)
    return _going_on(reader, live, read, ended)


def _going_on(
    reader: Reader, live: list[Row], logits: torch.Tensor, ended: list[Row]
) -> tuple[list[Row], torch.Tensor]:
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


def _picked(logits: torch.Tensor, live: list[Row], rules: Rules) -> torch.Tensor:
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
