"""The decoding loop: token ids in, written token ids out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from sqlft.generate.mask import Mask
from sqlft.generate.prefixes import Prefixes
from sqlft.model.generator import Finish

PREFILL_TOKENS = 512
"""Prompt tokens read in one step. Between steps the deadline is looked at: 512 take about a second
on two cores, and reading in pieces of that size costs no speed that was measurable."""

STRUCK_OUT = 32
"""Tokens that are struck out one by one before the whole mask is worked out."""

Halt = Callable[[], Finish | None]
"""Asked before every step: why writing ends now, or none."""

Pick = Callable[[torch.Tensor, Sequence[int]], torch.Tensor]
"""Logits (rows, vocabulary) in fp32 and the rows' numbers to one token id (rows,) for each row."""

Done = Callable[[Sequence[int]], bool]
"""Whether the tokens written so far hold a text that ends the answer."""


@dataclass(frozen=True, kw_only=True)
class Rules:
    """How answers are written, and what ends each: whichever of the ends comes first.

    After ``halt`` has given a reason, no further step is taken.
    """

    rows: int
    pick: Pick
    end_ids: frozenset[int]
    done: Done
    max_output_tokens: int
    halt: Halt
    mask: Mask | None = None
    """What answers may be; none: anything."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """The tokens of one answer, its end mark included where it has one."""

    ids: tuple[int, ...]
    log_probability: float
    """By the model itself, as if nothing were masked."""
    finish: Finish


class _Halted(Exception):
    """Reading the prompt was ended from outside."""

    def __init__(self, finish: Finish) -> None:
        super().__init__(finish)
        self.finish = finish


@dataclass
class _Row:
    """One answer while it is written."""

    number: int
    ids: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    finish: Finish | None = None


def write(
    model: Any, prompt_ids: Sequence[int], rules: Rules, *, shared: int, prefixes: Prefixes
) -> tuple[Written, ...]:
    """``rules.rows`` answers to one prompt, written side by side over one reading of it.

    Args:
        shared: how many of the first ids other prompts may share; fewer than there are.
        prefixes: where those ids' keys and values are looked up and kept.
    """
    answers = [_Row(number=number) for number in range(rules.rows)]
    with torch.inference_mode():
        try:
            cache = _prefix(model, prompt_ids[:shared], rules.halt, prefixes)
            logits, cache = prefill(model, prompt_ids[shared:], cache=cache, halt=rules.halt)
        except _Halted as halted:
            return tuple(_written(row, halted.finish) for row in answers)
        if rules.rows > 1:
            cache.batch_repeat_interleave(rules.rows)
        finish = _continue(model, logits.expand(rules.rows, -1), cache, answers, rules)
    return tuple(_written(row, row.finish or finish) for row in answers)


def _prefix(model: Any, ids: Sequence[int], halt: Halt, prefixes: Prefixes) -> Any | None:
    """The cache that holds the ids, none for no ids.

    A prefix is read by itself also when it is new: the arithmetic, and with it every token that is
    written, is the same whether it was kept or not.
    """
    if not ids:
        return None
    cache = prefixes.take(ids)
    if cache is None:
        _, cache = prefill(model, ids, halt=halt)
        prefixes.keep(ids, cache)
    return cache


def prefill(
    model: Any, ids: Sequence[int], *, cache: Any = None, halt: Halt = lambda: None
) -> tuple[torch.Tensor, Any]:
    """Logits (1, vocabulary) after the last of the ids, and the cache that holds all of them.

    Args:
        ids: at least one.
        cache: keys and values of what stands before the ids; it is extended. None for nothing.
    """
    from transformers import DynamicCache

    if cache is None:
        cache = DynamicCache(config=model.config)
    logits = torch.empty(0)
    for start in range(0, len(ids), PREFILL_TOKENS):
        finish = halt()
        if finish is not None:
            raise _Halted(finish)
        piece = torch.tensor([ids[start : start + PREFILL_TOKENS]], device=model.device)
        logits = _step(model, piece, cache, last=1)[:, -1]
    return logits, cache


def _continue(
    model: Any, logits: torch.Tensor, cache: Any, live: list[_Row], rules: Rules
) -> Finish:
    """Writes the rows token by token, and says how those ended that did not end by themselves."""
    while True:
        finish = rules.halt()
        if finish is not None:
            return finish
        logits = logits.float()  # bf16 has three digits, too few for sums of logarithms
        total = logits.logsumexp(dim=-1)
        tokens = _picked(logits, live, rules)
        gained = logits.gather(1, tokens[:, None])[:, 0] - total
        for row, token, gain in zip(live, tokens.tolist(), gained.tolist(), strict=True):
            _append(row, token, gain, rules)
        live, tokens = _going_on(live, tokens, cache)
        if not live:
            return "stop"
        runs = _forced(live, rules).to(tokens.device)
        read = _step(model, torch.cat([tokens[:, None], runs], dim=1), cache)
        _append_runs(live, runs, read, rules)
        live, logits = _going_on(live, read[:, -1], cache)
        if not live:
            return "stop"


def _going_on(live: list[_Row], held: torch.Tensor, cache: Any) -> tuple[list[_Row], torch.Tensor]:
    """The rows that have not ended, and what is held (rows, ...) of them; the others leave."""
    kept = [place for place, row in enumerate(live) if row.finish is None]
    if len(kept) in (0, len(live)):
        return (live if kept else []), held
    places = torch.tensor(kept, device=held.device)
    cache.batch_select_indices(places)
    return [live[place] for place in kept], held[places]


def _picked(logits: torch.Tensor, live: list[_Row], rules: Rules) -> torch.Tensor:
    """One token id (rows,) for each row, which the mask allows.

    A token that it does not allow is struck out of the logits and another one picked: this draws
    from the masked distribution as if all were struck out first, and mostly costs one look.
    """
    numbers = [row.number for row in live]
    tokens = rules.pick(logits, numbers)
    if rules.mask is None:
        return tokens
    for place, row in enumerate(live):
        one = slice(place, place + 1)
        tries = 0
        while not rules.mask.allows(row.ids, int(tokens[place])):
            logits[place, tokens[place]] = -torch.inf
            tries += 1
            if tries == STRUCK_OUT:
                rules.mask.narrow(logits[one], [row.ids])
            tokens[place] = rules.pick(logits[one], numbers[one])[0]
    return tokens


def _forced(live: list[_Row], rules: Rules) -> torch.Tensor:
    """Ids (rows, length) that the mask forces upon all rows alike in number; length may be 0."""
    if rules.mask is None:
        return torch.empty((len(live), 0), dtype=torch.long)
    runs = [rules.mask.forced(row.ids) for row in live]
    room = min(rules.max_output_tokens - len(row.ids) for row in live)
    length = max(0, min(room - 1, *map(len, runs)))
    return torch.tensor([run[:length] for run in runs], dtype=torch.long).view(len(live), length)


def _append_runs(live: list[_Row], runs: torch.Tensor, read: torch.Tensor, rules: Rules) -> None:
    """Appends the runs (rows, length), which follow the first token that was read."""
    if not runs.shape[1]:
        return
    chances = read[:, : runs.shape[1]].float().log_softmax(dim=-1)
    gained = chances.gather(2, runs[:, :, None])[:, :, 0]
    for row, ids, gains in zip(live, runs.tolist(), gained.tolist(), strict=True):
        for token, gain in zip(ids, gains, strict=True):
            if row.finish is None:
                _append(row, token, gain, rules)


def _append(row: _Row, token: int, gain: float, rules: Rules) -> None:
    row.ids.append(token)
    row.log_probability += gain
    row.finish = _finish(row.ids, rules)


def _finish(ids: Sequence[int], rules: Rules) -> Finish | None:
    if ids[-1] in rules.end_ids or rules.done(ids):
        return "stop"
    return "length" if len(ids) >= rules.max_output_tokens else None


def _step(model: Any, ids: torch.Tensor, cache: Any, *, last: int = 0) -> torch.Tensor:
    """Logits (rows, length, vocabulary) after each of the ids, which the cache now holds too.

    Args:
        last: logits are given after so many of the last ids alone; 0: after all.
    """
    read: torch.Tensor = model(
        input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=last
    ).logits
    return read


def _written(row: _Row, finish: Finish) -> Written:
    return Written(ids=tuple(row.ids), log_probability=row.log_probability, finish=finish)
