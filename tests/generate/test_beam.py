"""What a beam search finds, over a model that is a table and over a small real one."""

import itertools
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sqlft.config import ModelChoice
from sqlft.generate.beam import ALTERNATIVE, search
from sqlft.generate.decode import write
from sqlft.generate.llama import Llama
from sqlft.generate.prefixes import Prefixes
from sqlft.generate.reader import Halt, Reader, RowReader, SlotReader
from sqlft.generate.rows import Rules, Task, Written
from sqlft.generate.slots import Slots
from sqlft.model import load_model

END, WORDS, LENGTH = 0, 5, 4


def rules(end: int = END, *, tokens: int = LENGTH, timeout_s: float = 60.0) -> Rules:
    return Rules(
        candidates=1, greedy=True, temperature=0.7, seed=0, end_ids=frozenset({end}),
        max_output_tokens=tokens, timeout_s=timeout_s,
    )  # fmt: skip


def task(number: int, mask: "Barred | None" = None) -> Task:
    return Task(shared=(), own=(number,), done=lambda ids: False, mask=mask)


class Table:
    """A reader of a model that is one table: of every text the logits of what follows."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.texts: list[tuple[int, ...]] = []

    def logits(self, text: tuple[int, ...]) -> torch.Tensor:
        draw = random.Random(f"{self._seed}/{text}")
        return torch.tensor([draw.gauss(0, 2) for _ in range(WORDS)])

    def begin(
        self, first: int, prompts: Sequence[tuple[Sequence[int], Sequence[int]]], halt: Halt
    ) -> torch.Tensor:
        del self.texts[first:]
        self.texts += [(*shared, *own) for shared, own in prompts]
        return torch.stack([self.logits(text) for text in self.texts[first:]])

    def read_ahead(self, shared: Sequence[int], halt: Halt) -> None: ...

    def read(self, runs: Sequence[Sequence[int]]) -> torch.Tensor:
        found = []
        for slot, run in enumerate(runs):
            for token in run:
                self.texts[slot] = (*self.texts[slot], token)
                found.append(self.logits(self.texts[slot]))
        return torch.stack(found)

    def copy(self, source: int, target: int) -> None:
        self.texts += [()] * (target + 1 - len(self.texts))
        self.texts[target] = self.texts[source]


class Barred:
    """A mask that bars some tokens after some texts; the end never."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def allows(self, written: Sequence[int], token: int) -> bool:
        draw = random.Random(f"{self._seed}/{tuple(written)}/{token}")
        return token == END or draw.random() < 0.6

    def forced(self, written: Sequence[int]) -> tuple[int, ...]:
        draw = random.Random(f"{self._seed}/{tuple(written)}")
        token = draw.randrange(1, WORDS)
        if draw.random() > 0.2 or not self.allows(written, token):
            return ()
        return (token, *self.forced((*written, token)))

    def closing(self, written: Sequence[int]) -> tuple[int, ...]:
        return ()

    def narrow(self, logits: torch.Tensor, written: Sequence[Sequence[int]]) -> None:
        for row, ids in zip(logits, written, strict=True):
            for token in range(len(row)):
                if not self.allows(ids, token):
                    row[token] = -torch.inf


def sentences(mask: Barred, before: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Every whole answer that the mask lets through."""
    if len(before) == LENGTH or before[-1:] == (END,):
        yield before
        return
    forced = mask.forced(before)[:1] if before and len(before) < LENGTH - 1 else ()
    for token in forced or range(WORDS):
        if forced or mask.allows(before, token):
            yield from sentences(mask, (*before, token))


def likelihood(table: Table, prompt: int, ids: Sequence[int]) -> float:
    total = 0.0
    for at, token in enumerate(ids):
        total += float(table.logits((prompt, *ids[:at])).log_softmax(-1)[token])
    return total


@given(st.integers(0, 10_000))
def test_with_enough_beams_the_likeliest_answers_after_the_likeliest_first_token_are_found(
    seed: int,
) -> None:
    mask, table = Barred(seed), Table(seed)
    ((found, *others),) = search(Table(seed), [task(1, mask)], rules(), rows=200, beams=200)
    allowed = [token for token in range(WORDS) if mask.allows((), token)]
    first = max(allowed, key=lambda token: float(table.logits((1,))[token]))
    whole = [ids for ids in sentences(mask) if ids[0] == first]
    assert found.log_probability == pytest.approx(likelihood(table, 1, found.ids), abs=1e-4)
    likely = {ids: likelihood(table, 1, ids) for ids in whole}
    assert found.log_probability == pytest.approx(max(likely.values()), abs=1e-4)
    assert sorted(others, key=lambda one: -one.log_probability) == others
    near = {
        ids for ids, told in likely.items() if told > found.log_probability - ALTERNATIVE + 1e-4
    }
    assert near <= {one.ids for one in (found, *others)}
    assert all(one.log_probability >= found.log_probability - ALTERNATIVE for one in others)


@given(st.integers(0, 10_000), st.integers(1, 4))
def test_prompts_side_by_side_are_answered_as_each_alone(seed: int, beams: int) -> None:
    tasks = [task(number, Barred(seed + number)) for number in range(1, 6)]
    together = search(Table(seed), tasks, rules(), rows=2 * beams, beams=beams)
    alone = [search(Table(seed), [one], rules(), rows=beams, beams=beams) for one in tasks]
    assert all(1 <= len(found) <= beams for found in together)
    assert [[one.ids for one in found] for found in together] == [
        [one.ids for one in found] for (found,) in alone
    ]


@given(st.integers(0, 10_000))
def test_more_beams_find_no_less_likely_answer_than_greedy_does(seed: int) -> None:
    def found(beams: int) -> Written:
        ((one, *_),) = search(Table(seed), [task(1)], rules(), rows=beams, beams=beams)
        return one

    ((greedy,),) = write(Table(seed), [task(1)], rules(), rows=1)
    assert found(1).ids == greedy.ids
    assert found(WORDS**LENGTH).log_probability >= greedy.log_probability - 1e-6


def test_over_a_real_model_every_answer_has_the_log_probability_that_its_tokens_have(
    tiny_model: Path,
) -> None:
    model = load_model(ModelChoice(model=str(tiny_model), device="cpu")).model.float()
    prompts = [tuple(range(3, 40 + number)) for number in range(5)]
    tasks = [Task(shared=ids[:30], own=ids[30:], done=lambda _: False) for ids in prompts]
    slots = Slots(model, rows=6, tokens=80)
    answers = []
    for reader in (
        SlotReader(Llama(model, None), slots, Prefixes(), None),
        RowReader(model, Prefixes(), None),
    ):
        one: Reader = reader
        found = search(one, tasks, rules(end=1, tokens=12), rows=6, beams=3)
        answers.append([written.ids for written, *_ in found])
        each = [(ids, one) for ids, several in zip(prompts, found, strict=True) for one in several]
        assert len(each) > len(prompts)
        for ids, written in each:
            with torch.inference_mode():
                logits = model(torch.tensor([[*ids, *written.ids]])).logits[0].log_softmax(-1)
            places = range(len(ids) - 1, len(ids) + len(written.ids) - 1)
            told = sum(
                float(logits[at, token]) for at, token in zip(places, written.ids, strict=True)
            )
            assert written.log_probability == pytest.approx(told, abs=1e-3)
    assert answers[0] == answers[1]
    assert len(set(itertools.chain(*answers[0]))) > 1


def test_a_search_whose_time_is_over_gives_what_it_has() -> None:
    ((found,),) = search(Table(1), [task(1)], rules(timeout_s=0.0), rows=3, beams=3)
    assert found.finish == "timeout"
