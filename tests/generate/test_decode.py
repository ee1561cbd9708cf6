"""The decoding loop and the draws, apart from prompts."""

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sqlft.config import ModelChoice
from sqlft.generate.choice import drawn, picker
from sqlft.generate.decode import prefill
from sqlft.generate.stop import cut, holds_stop
from sqlft.model import load_model

TEXTS = st.text(alphabet="ab`[]\n", max_size=30)


def test_reading_in_pieces_or_after_a_prefix_gives_the_logits_of_reading_at_once(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_model(ModelChoice(model=str(tiny_model), device="cpu")).model.float()
    ids = [3 + number % 250 for number in range(100)]
    with torch.inference_mode():
        whole = model(torch.tensor([ids])).logits[:, -1]
        _, cache = prefill(model, ids[:60])
        after_prefix, _ = prefill(model, ids[60:], cache=cache)
        monkeypatch.setattr("sqlft.generate.decode.PREFILL_TOKENS", 7)
        in_pieces, cache = prefill(model, ids)
    assert cache.get_seq_length() == 100
    assert torch.allclose(after_prefix, whole, atol=1e-4)
    assert torch.allclose(in_pieces, whole, atol=1e-4)


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 5))
def test_a_token_without_mass_is_never_drawn(share: float, forbidden: int) -> None:
    logits = torch.zeros(1, 6)
    logits[0, forbidden:] = -torch.inf
    assert drawn(logits, [share]).item() < forbidden


def test_draws_follow_the_distribution() -> None:
    logits = torch.tensor([[0.1, 0.2, 0.7]]).log().expand(2000, -1)
    pick = picker(1.0, 0, 2000)
    counts = pick(logits, range(2000)).bincount(minlength=3) / 2000
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
