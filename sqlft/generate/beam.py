"""Beam search: several beginnings of an answer are followed side by side, and the likeliest wins.

A greedy answer that may name only what the schema holds can be led astray: where the token that the
model wants is barred, it goes on with one that it hardly wants, and all that follows comes of that.
Followed beside it, a beginning that the model wanted a little less some tokens before is by then
the likelier one.

Answers that are nearly as likely as the likeliest are found on the way, and given after it: for
whoever runs them, and sees that the likeliest finds nothing.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch

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
from sqlft.model.generator import Finish

LOOKED_AT = 12
"""Tokens after each beginning that are tried, the likeliest first; all are where none may come."""

MARGIN = 12.0
"""In nats: a beginning that is so much less likely than another is not followed."""

ALTERNATIVE = 3.0
"""In nats: an answer that is so much less likely than the likeliest is no alternative to it."""


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A row with one token more."""

    slot: int
    token: int
    gain: float
    score: float
    """The log-probability of both together."""


def search(
    reader: Reader, tasks: Sequence[Task], rules: Rules, *, rows: int, beams: int
) -> list[tuple[Written, ...]]:
    """The likeliest answer to each prompt that is found, and after it its alternatives, the
    likeliest first; several prompts side by side.

    Args:
        rows: beginnings side by side at most, at least ``beams``.
        beams: beginnings of one answer, and answers to one prompt at most.
    """
    waiting = deque(enumerate(tasks))
    found = _Search(reader, rules, beams)
    prompts = max(1, rows // beams)
    with torch.inference_mode():
        while waiting or found.rows:
            free = prompts - len({row.place for row in found.rows})
            if waiting and (not found.rows or free >= max(1, prompts // 4)):
                found.begin([waiting.popleft() for _ in range(min(free, len(waiting)))])
            if found.rows:
                found.advance()
    return [tuple(map(written, found.ended[place])) for place in range(len(tasks))]


class _Search:
    """The beginnings that are followed, each in a slot of the reader, and what was found."""

    def __init__(self, reader: Reader, rules: Rules, beams: int) -> None:
        self._reader, self._rules, self._beams = reader, rules, beams
        self._logits = torch.empty(0)
        self.rows: list[Row] = []
        """In the reader's first slots, one each."""
        self.ended: dict[int, list[Row]] = {}
        """By prompt: the likeliest that has ended, and its alternatives, the likeliest first."""

    def begin(self, some: Sequence[tuple[int, Task]]) -> None:
        """Reads some prompts."""
        deadline = time.monotonic() + self._rules.timeout_s
        new = [
            Row(task=task, place=place, number=0, draws=None, until=deadline)
            for place, task in some
        ]
        prompts = [(task.shared, task.own) for _, task in some]
        try:
            logits = self._reader.begin(
                len(self.rows), prompts, lambda: halt_reason(deadline, self._rules)
            ).float()
        except Halted as halted:
            for row in new:
                self._end(row, halted.finish)
            return
        self._logits = torch.cat([self._logits, logits]) if self.rows else logits
        self.rows += new

    def advance(self) -> None:
        """Every beginning one token further, and past those that its mask forces."""
        slots: defaultdict[int, list[int]] = defaultdict(list)
        for slot, row in enumerate(self.rows):
            slots[row.place].append(slot)
        going: list[tuple[Row, int]] = []
        for mine in slots.values():
            going += self._further(mine)
        self._arrange(going)
        if not self.rows:
            return
        runs = [(row.ids[-1], *forced(row, self._rules)) for row in self.rows]
        read = self._reader.read(runs).float()
        if len(read) > len(self.rows):
            read = append_runs(self.rows, runs, read, self._rules)
        for row in self.rows:
            if row.finish is not None:
                self._end(row, row.finish)
        left = [(row, slot) for slot, row in enumerate(self.rows) if row.finish is None]
        self._logits = read[torch.tensor(self._arrange(left), dtype=torch.long, device=read.device)]

    def _end(self, row: Row, finish: Finish) -> None:
        row.finish = finish
        ended = sorted([*self.ended.get(row.place, ()), row], key=_likelihood, reverse=True)
        least = _likelihood(ended[0]) - ALTERNATIVE
        self.ended[row.place] = [one for one in ended if _likelihood(one) >= least][: self._beams]

    def _least(self, place: int) -> float:
        """What is no likelier than so, in nats, need not be followed."""
        ended = self.ended.get(place, ())
        if not ended:
            return -torch.inf
        last = -torch.inf if len(ended) < self._beams else _likelihood(ended[-1])
        return max(last, _likelihood(ended[0]) - ALTERNATIVE)

    def _further(self, slots: Sequence[int]) -> Iterator[tuple[Row, int]]:
        """Of one prompt's beginnings the likeliest with one token more, each with the slot that it
        comes from; none that can become no alternative."""
        place = self.rows[slots[0]].place
        late = halt_reason(self.rows[slots[0]].until, self._rules)
        if late is not None:
            if late == "cancelled" or place not in self.ended:
                likeliest = max((self.rows[slot] for slot in slots), key=_likelihood)
                self.ended[place] = [replace(likeliest, finish=late)]
            return
        grown = []
        for step in self._steps(slots):
            before = self.rows[step.slot]
            row = replace(before, ids=[*before.ids])
            append(row, step.token, step.gain, self._rules)
            if row.finish is not None:
                self._end(row, row.finish)
            else:
                grown.append((row, step.slot))
        least = self._least(place)
        yield from (one for one in grown if _likelihood(one[0]) > least)

    def _steps(self, slots: Sequence[int]) -> list[_Step]:
        """The likeliest steps, as many as are followed; never none.

        The first token says what kind of answer it is, a query or a refusal: the likeliest alone is
        followed. Refusals are short, and would win where every query is a little uncertain.
        """
        ordered = sorted(slots, key=lambda slot: -self.rows[slot].log_probability)
        most = self._beams if self.rows[ordered[0]].ids else 1
        found: list[_Step] = []
        for slot in ordered:
            for step in self._looked_at(slot):
                least = found[0].score - MARGIN if found else -torch.inf
                if step.score <= (found[-1].score if len(found) == most else least):
                    break
                mask, row = self.rows[slot].task.mask, self.rows[slot]
                if mask is None or mask.allows(row.ids, step.token):
                    found = sorted([*found, step], key=lambda one: -one.score)[:most]
        return found or self._allowed(ordered[0], most)

    def _looked_at(self, slot: int) -> list[_Step]:
        """The likeliest tokens, whether they are allowed or not, the likeliest first."""
        return self._steps_of(slot, self._logits[slot], LOOKED_AT)

    def _allowed(self, slot: int, most: int) -> list[_Step]:
        """The likeliest of all tokens that are allowed."""
        logits, row = self._logits[slot].clone(), self.rows[slot]
        if row.task.mask is not None:
            row.task.mask.narrow(logits[None], [row.ids])
        return [one for one in self._steps_of(slot, logits, most) if one.gain > -torch.inf]

    def _steps_of(self, slot: int, logits: torch.Tensor, most: int) -> list[_Step]:
        total, before = float(self._logits[slot].logsumexp(-1)), self.rows[slot].log_probability
        likeliest = logits.topk(min(most, len(logits)))
        return [
            _Step(slot=slot, token=token, gain=logit - total, score=before + logit - total)
            for token, logit in zip(
                likeliest.indices.tolist(), likeliest.values.tolist(), strict=True
            )
        ]

    def _arrange(self, going: Sequence[tuple[Row, int]]) -> list[int]:
        """Rows, each from a slot, into the first slots: of each the slot that it comes from."""
        slots: list[tuple[Row, int] | None] = [None] * max(len(going), len(self.rows))
        others = []
        for row, source in going:
            if slots[source] is None:
                slots[source] = row, source
            else:
                others.append((row, source))
        for row, source in others:
            target = slots.index(None)
            self._reader.copy(source, target)
            slots[target] = row, source
        for target in range(len(going)):
            if slots[target] is None:
                last = max(at for at, one in enumerate(slots) if one is not None)
                self._reader.copy(last, target)
                slots[target], slots[last] = slots[last], None
        placed = [one for one in slots if one is not None]
        self.rows = [row for row, _ in placed]
        return [source for _, source in placed]


def _likelihood(row: Row) -> float:
    return row.log_probability
