"""The decoding loop: token ids in, written token ids out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch

from sqlft.generate.prefixes import Prefixes
from sqlft.model.generator import Finish

PREFILL_TOKENS = 512
"""Prompt tokens read in one step. Between steps the deadline is looked at: 512 take about a second
on two cores, and reading in pieces of that size costs no speed that was measurable."""

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


@dataclass(frozen=True, kw_only=True)
class Written:
    """The tokens of one answer, its end mark included where it has one."""

    ids: tuple[int, ...]
    log_probability: float
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
        logits = _step(model, piece, cache)
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
        tokens = rules.pick(logits, [row.number for row in live])
        gained = logits.gather(1, tokens[:, None])[:, 0] - logits.logsumexp(dim=-1)
        for row, token, gain in zip(live, tokens.tolist(), gained.tolist(), strict=True):
            row.ids.append(token)
            row.log_probability += gain
            row.finish = _finish(row.ids, rules)
        kept = [place for place, row in enumerate(live) if row.finish is None]
        if not kept:
            return "stop"
        if len(kept) < len(live):  # rows that have ended leave the batch
            places = torch.tensor(kept, device=tokens.device)
            cache.batch_select_indices(places)
            live, tokens = [live[place] for place in kept], tokens[places]
        logits = _step(model, tokens[:, None], cache)


def _finish(ids: Sequence[int], rules: Rules) -> Finish | None:
    if ids[-1] in rules.end_ids or rules.done(ids):
        return "stop"
    return "length" if len(ids) >= rules.max_output_tokens else None


def _step(model: Any, ids: torch.Tensor, cache: Any) -> torch.Tensor:
    """Logits (rows, vocabulary) after ids (rows, length), which the cache now holds too."""
    read = model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    last: torch.Tensor = read.logits[:, -1, :]
    return last


def _written(row: _Row, finish: Finish) -> Written:
    return Written(ids=tuple(row.ids), log_probability=row.log_probability, finish=finish)
