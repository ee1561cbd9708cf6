"""What a run writes down survives a crash, and what it needs is estimated."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import LlamaConfig

from sqlft.config import read_recipe
from sqlft.page.lines import thinned
from sqlft.train.checkpoints import is_whole, newest, prune, seal
from sqlft.train.estimate import counted, estimate
from sqlft.train.history import (
    History,
    Look,
    Step,
    append,
    read_history,
    write_history,
)

CODELLAMA = LlamaConfig(
    hidden_size=4096,
    intermediate_size=11008,
    num_hidden_layers=32,
    num_attention_heads=32,
    vocab_size=32016,
    tie_word_embeddings=False,
)


def step(number: int, loss: float = 1.0) -> Step:
    return Step(step=number, loss=loss, learning_rate=1e-4, grad_norm=None, tokens=9, examples=2,
                seconds=float(number))  # fmt: skip


LOSSES = st.floats(allow_nan=False, allow_infinity=False, width=32)


@settings(deadline=None, max_examples=20)  # each entry waits for the disk
@given(st.lists(LOSSES, min_size=1, max_size=9), st.integers(0, 60))
def test_a_history_is_read_back_whatever_its_last_line_was_cut_to(
    tmp_path_factory: pytest.TempPathFactory, losses: list[float], cut: int
) -> None:
    path = tmp_path_factory.mktemp("history") / "steps.jsonl"
    steps = [step(at, loss) for at, loss in enumerate(losses)]
    for one in steps:
        append(path, one)
    append(path, Look(step=3, loss=2.0, hits=1, total=4))
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    path.write_bytes(whole[: last + min(cut, len(whole) - last - 1)])
    assert read_history(path) == History(steps=tuple(steps))


def test_a_history_is_cut_back_to_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "steps.jsonl"
    history = History(
        steps=tuple(step(at) for at in (1, 2, 3)), looks=(Look(step=0), Look(step=2), Look(step=3))
    )
    write_history(path, history.until(2))
    found = read_history(path)
    assert [one.step for one in found.steps] == [1, 2]
    assert [one.step for one in found.looks] == [0, 2]
    assert read_history(tmp_path / "nowhere") == History()


def test_a_loss_that_is_no_number_is_never_the_best() -> None:
    looks = (Look(step=1, loss=float("nan")), Look(step=2, loss=3.0), Look(step=3, loss=3.0))
    history = History(looks=looks)
    assert history.best("loss") == looks[1]
    assert history.looks_since_best("loss") == 1


def sealed(folder: Path, number: int) -> Path:
    made = folder / f"checkpoint-{number}"
    made.mkdir()
    (made / "weights").write_bytes(b"x" * 100)
    (made / "state").write_bytes(b"y")
    seal(made)
    return made


@pytest.mark.parametrize("damage", ["truncated", "changed", "missing", "unsealed", "half a seal"])
def test_a_damaged_checkpoint_does_not_count(tmp_path: Path, damage: str) -> None:
    good, bad = sealed(tmp_path, 9), sealed(tmp_path, 10)
    if damage == "truncated":
        os.truncate(bad / "weights", 99)
    elif damage == "changed":
        (bad / "weights").write_bytes(b"z" * 100)
    elif damage == "missing":
        (bad / "state").unlink()
    elif damage == "unsealed":
        (bad / "complete.json").unlink()
    else:
        os.truncate(bad / "complete.json", 20)
    assert not is_whole(bad)
    assert newest(tmp_path) == (good, (bad,))


def test_only_the_newest_checkpoints_are_kept(tmp_path: Path) -> None:
    for number in (2, 4, 6, 10):
        sealed(tmp_path, number)
    prune(tmp_path, 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-10", "checkpoint-6"]


def test_the_reference_is_counted_without_its_weights() -> None:
    found = read_recipe("codellama-7b-qlora")
    linear, adapter, others = counted(CODELLAMA, found)
    assert linear + others == 6_738_546_688
    assert adapter == 159_907_840  # rank 64 on its seven kinds of layer, as PEFT counts it
    needed = estimate(found, CODELLAMA, weight_bytes=2, tokens=4096, answers=600)
    plain = estimate(
        read_recipe("codellama-7b-lora"), CODELLAMA, weight_bytes=2, tokens=4096, answers=600
    )
    assert 3_000 < needed.weights_mib < 4_500 and 12_500 < plain.weights_mib < 13_500
    assert needed.total_mib < 24_000  # the GPU that the recipe is for


def test_thinned_lines_keep_their_ends_and_their_mean() -> None:
    points = [(float(at), float(at % 7)) for at in range(1000)]
    found = thinned(points, 100)
    assert len(found) == 100
    assert sum(y for _, y in found) / 100 == pytest.approx(sum(y for _, y in points) / 1000)
