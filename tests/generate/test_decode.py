"""The decoding loop and the draws, apart from prompts."""

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sqlft.config import ModelChoice
from sqlft.generate.choice import drawn, picked, stream
from sqlft.generate.llama import Llama
from sqlft.generate.prefixes import Prefixes
from sqlft.generate.reader import READ_TOKENS, Decoder, Reader, RowReader, SlotReader
from sqlft.generate.shared_attention import shared_attention
from sqlft.generate.slots import Slots
from sqlft.generate.stop import cut, holds_stop
from sqlft.model import load_model

TEXTS = st.text(alphabet="ab`[]\n", max_size=30)


def test_rows_of_any_lengths_in_one_reading_give_the_logits_of_each_read_alone(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_model(ModelChoice(model=str(tiny_model), device="cpu")).model.float()
    prompts = [(range(3, 60), range(9, 30)), ((), range(5, 47)), (range(3, 60), (7,))]
    runs = [(8, 9, 10), (11,), (12, 13)]
    with torch.inference_mode():
        wholes = [
            model(torch.tensor([[*shared, *own, *run]])).logits[0]
            for (shared, own), run in zip(prompts, runs, strict=True)
        ]
        for width in (512, 21):
            monkeypatch.setitem(READ_TOKENS, "cpu", width)
            for reader in readers(model):
                first = reader.begin(0, prompts, lambda: None)
                after = reader.read(runs)
                ends = [len(run) + 1 for run in runs]
                expected = [whole[-end] for whole, end in zip(wholes, ends, strict=True)]
                assert torch.allclose(first, torch.stack(expected), atol=1e-4)
                expected = [whole[1 - end :] for whole, end in zip(wholes, ends, strict=True)]
                assert torch.allclose(after, torch.cat(expected), atol=1e-4)


def test_rows_that_share_a_beginning_get_the_logits_of_each_read_alone(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_model(ModelChoice(model=str(tiny_model), device="cpu")).model.float()
    told: list[int] = []

    def watched(*given: Any) -> torch.Tensor:
        told.append(given[-1])
        return shared_attention(*given)

    monkeypatch.setattr("sqlft.generate.llama.LEAST_SHARED", 16)
    monkeypatch.setattr("sqlft.generate.llama.shared_attention", watched)
    shared = range(3, 60)
    owns, runs = [range(9, 30), (7,), range(5, 20)], [(8, 9, 10), (11,), (12, 13)]
    reader = readers(model)[0]
    with torch.inference_mode():
        first = reader.begin(0, [(shared, own) for own in owns], lambda: None)
        after = reader.read(runs)
        ends = [len(run) + 1 for run in runs]
        wholes = [
            model(torch.tensor([[*shared, *own, *run]])).logits[0]
            for own, run in zip(owns, runs, strict=True)
        ]
    expected = [whole[-end] for whole, end in zip(wholes, ends, strict=True)]
    assert torch.allclose(first, torch.stack(expected), atol=1e-4)
    expected = [whole[1 - end :] for whole, end in zip(wholes, ends, strict=True)]
    assert torch.allclose(after, torch.cat(expected), atol=1e-4)
    assert told and set(told) == {57}


def readers(model: Any) -> list[Reader]:
    """One of each kind: our own layers, transformers' over slots, and transformers' row by row."""
    slots = [Slots(model, rows=3, tokens=100) for _ in range(2)]
    return [
        SlotReader(Llama(model, None), slots[0], Prefixes(), None),
        SlotReader(Decoder(model), slots[1], Prefixes(), None),
        RowReader(model, Prefixes(), None),
    ]


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 5))
def test_a_token_without_mass_is_never_drawn(share: float, forbidden: int) -> None:
    logits = torch.zeros(1, 6)
    logits[0, forbidden:] = -torch.inf
    assert drawn(logits, [share]).item() < forbidden


def test_draws_follow_the_distribution() -> None:
    logits = torch.tensor([[0.1, 0.2, 0.7]]).log().expand(2000, -1)
    streams = [stream(0, number, greedy=True) for number in range(1, 2001)]
    counts = picked(logits, streams, 1.0).bincount(minlength=3) / 2000
    assert torch.allclose(counts, torch.tensor([0.1, 0.2, 0.7]), atol=0.04)


@given(TEXTS, st.lists(st.text(alphabet="ab`[]\n", min_size=1, max_size=4), max_size=3))
def test_writing_stops_at_the_first_stop_text_wherever_tokens_end(
    text: str, stop: list[str]
) -> None:
    done = holds_stop("".join, stop)  # one character a token
    seen = [number for number in range(1, len(text) + 1) if done(text[:number])]
    ends = [text.find(mark) + len(mark) for mark in stop if mark in text]
    assert bool(seen) == bool(ends)
    if ends:
        assert seen[0] == min(ends)
    assert not any(mark in cut(text, stop) for mark in stop)
