"""A training ends in an adapter that loads, whatever interrupts it."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from sqlft.config import ModelChoice, Recipe, read_recipe, recipe_names
from sqlft.errors import InputError, ModelError
from sqlft.model import load_model
from sqlft.train.callbacks import At
from sqlft.train.preparing import prepared
from sqlft.train.run_folder import runs_folder, unfinished_run
from sqlft.train.training import Trained, train

pytestmark = pytest.mark.usefixtures("sqlft_home", "one_thread")
SMALL = ["packing.tokens_per_row=2048", "packing.tokens_per_step=2048", "packing.max_tokens=2048"]


def recipe(name: str, base: Path, data: Path, *changes: str) -> Recipe:
    """A recipe that comes with sqlft, with a tiny model in place of its base."""
    return read_recipe(name, changes=[f"base={base}", f"data={data}", *SMALL, *changes])


def weights(trained: Trained) -> bytes:
    return (trained.adapter / "adapter_model.safetensors").read_bytes()


@pytest.mark.parametrize("name", recipe_names())
def test_every_recipe_trains_what_loads_again(
    name: str, tiny_model: Path, taught_data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chosen = recipe(name, tiny_model, taught_data, "optimiser.max_steps=2", "optimiser.epochs=1")
    trained = train(chosen)
    assert trained.folder == runs_folder() / name
    assert [step.step for step in trained.history.steps] == [1, 2]
    assert all(step.examples and step.tokens for step in trained.history.steps)
    model = str(tiny_model if chosen.method == "lora" else trained.adapter)
    adapter = str(trained.adapter) if chosen.method == "lora" else None
    loaded = load_model(
        ModelChoice(model=model, adapter=adapter, layout=chosen.layout, quantize=chosen.quantize)
    )
    with torch.inference_mode():
        assert loaded.model(torch.tensor([[5, 6, 7]])).logits.isfinite().all()
    card = json.loads((trained.adapter / "card.json").read_text())
    assert card["layout"] == chosen.layout and card["data"][0]["examples"] == 24
    assert "shopkeepers" in (trained.adapter / "card.md").read_text()
    assert "<svg" in (trained.folder / "curves.html").read_text()
    assert capfd.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")  # PEFT's own
def test_an_adapter_loads_in_plain_peft(tiny_model: Path, taught_data: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    trained = train(recipe("tiny", tiny_model, taught_data, "optimiser.max_steps=1"))
    base = AutoModelForCausalLM.from_pretrained(tiny_model)
    ids = torch.tensor([[5, 6, 7]])
    with torch.inference_mode():
        before = base(ids).logits
        after = PeftModel.from_pretrained(base, str(trained.adapter))(ids).logits
    assert not torch.equal(before, after)


CHANGES = (
    "run.checkpoint_steps=2",
    "lora.dropout=0.2",
    "optimiser.epochs=2",
    "optimiser.max_steps=6",
    "validation.every_steps=3",
    "optimiser.neftune_alpha=1",
    "mix.shuffle_rate=0.5",
    "mix.rename_rate=0.5",
    "mix.lacking_rate=0.2",
    "packing.tokens_per_row=1100",
    "packing.tokens_per_step=1100",
)


class _Cut(BaseException):
    """As sudden as a power cut: nothing in the way catches it."""


def cut_at(step: int):
    def told(at: At) -> None:
        if at.step == step:
            raise _Cut

    return told


@pytest.fixture(scope="module")
def whole(
    tiny_model: Path, taught_data: Path, other_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Trained:
    """A run of six steps that nothing interrupted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SQLFT_HOME", str(tmp_path_factory.mktemp("whole")))
        return train(changed(tiny_model, taught_data, other_data))


def changed(base: Path, data: Path, validation: Path) -> Recipe:
    return recipe("tiny", base, data, f"validation.data={validation}", *CHANGES)


def test_an_interrupted_run_ends_byte_for_byte_where_the_whole_one_does(
    whole: Trained, tiny_model: Path, taught_data: Path, other_data: Path
) -> None:
    chosen = changed(tiny_model, taught_data, other_data)
    assert len(whole.history.steps) == 6
    for step in (1, 3, 4):  # before a checkpoint, after one, right at one
        with pytest.raises(_Cut):
            train(
                chosen,
                resumed=unfinished_run("tiny")[0] if step > 1 else None,
                told=cut_at(step),
            )
    folder, again = unfinished_run("tiny")
    assert again == chosen
    resumed = train(again, resumed=folder)
    assert weights(resumed) == weights(whole)
    assert [s.loss for s in resumed.history.steps] == [s.loss for s in whole.history.steps]
    assert [k.loss for k in resumed.history.looks] == [k.loss for k in whole.history.looks]


def test_a_run_that_is_cut_after_its_last_step_is_only_finished(
    whole: Trained,
    tiny_model: Path,
    taught_data: Path,
    other_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cut(*given: object, **named: object) -> None:
        raise _Cut

    chosen = changed(tiny_model, taught_data, other_data)
    with monkeypatch.context() as patch, pytest.raises(_Cut):
        patch.setattr("sqlft.train.training.card", cut)
        train(chosen)
    steps: list[int] = []
    folder, _ = unfinished_run("tiny")
    resumed = train(chosen, resumed=folder, told=lambda at: steps.append(at.step))
    assert steps == []
    assert weights(resumed) == weights(whole)


def test_a_checkpoint_that_is_not_whole_is_passed_over(
    whole: Trained, tiny_model: Path, taught_data: Path, other_data: Path
) -> None:
    chosen = changed(tiny_model, taught_data, other_data)
    with pytest.raises(_Cut):
        train(chosen, told=cut_at(5))
    folder, _ = unfinished_run("tiny")
    newest = folder.checkpoints / "checkpoint-4"
    os.truncate(newest / "optimizer.pt", 100)
    (folder.checkpoints / "checkpoint-5").mkdir()  # begun, never sealed
    steps: list[int] = []
    resumed = train(chosen, resumed=folder, told=lambda at: steps.append(at.step))
    assert steps[0] == 3
    assert weights(resumed) == weights(whole)


def test_a_run_that_is_killed_goes_on(
    whole: Trained, tiny_model: Path, taught_data: Path, other_data: Path, sqlft_home: Path
) -> None:
    """With the command itself, and SIGKILL at a moment of its own."""
    words = ["train", "tiny", "--data", str(taught_data), "--validation", str(other_data)]
    for change in (f"base={tiny_model}", *SMALL, *CHANGES):
        words += ["--set", change]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "sqlft"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    running = subprocess.Popen([*command, *words], **quiet)
    steps = sqlft_home / "runs" / "train" / "tiny.partial" / "steps.jsonl"
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and running.poll() is None:
        if steps.is_file() and steps.read_bytes().count(b"\n") >= 4:
            break
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    subprocess.run([*command, "train", "--resume", "tiny"], check=True, timeout=300, **quiet)
    killed = sqlft_home / "runs" / "train" / "tiny" / "adapter" / "adapter_model.safetensors"
    assert killed.read_bytes() == weights(whole)


def test_a_loss_that_is_no_number_names_the_examples(tiny_model: Path, taught_data: Path) -> None:
    chosen = recipe("tiny", tiny_model, taught_data, "optimiser.learning_rate=1",
                    "optimiser.max_grad_norm=0", "lora.alpha=1e30")  # fmt: skip
    with pytest.raises(InputError, match=r"no number at step \d+, with the examples Tell me,-\d+"):
        train(chosen)


def test_a_full_disk_stops_with_the_last_checkpoint_whole(
    whole: Trained,
    tiny_model: Path,
    taught_data: Path,
    other_data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = changed(tiny_model, taught_data, other_data)
    save = torch.save

    def full(what: object, path: object, *rest: object, **named: object) -> None:
        if "checkpoint-4" in str(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        save(what, path, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", full)
        with pytest.raises(ModelError, match="is full") as caught:
            train(chosen)
    assert caught.value.hint is not None and "sqlft train --resume tiny" in caught.value.hint
    folder, _ = unfinished_run("tiny")
    assert weights(train(chosen, resumed=folder)) == weights(whole)


def test_memory_that_is_exhausted_is_one_line_with_the_estimate(
    tiny_model: Path, taught_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*given: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("sqlft.train.supervised.answer_loss", exhausted)
    with pytest.raises(ModelError, match=r"estimated to need about [\d,]+ MiB") as caught:
        train(recipe("tiny", tiny_model, taught_data))
    assert caught.value.hint is not None and "tokens_per_step" in caught.value.hint


def test_validation_data_that_is_taught_is_refused(tiny_model: Path, taught_data: Path) -> None:
    leaking = f"validation.data={taught_data}"
    with pytest.raises(InputError, match="24 of 24 examples to validate with are taught, too"):
        prepared(recipe("tiny", tiny_model, taught_data, leaking))
    allowed = recipe("tiny", tiny_model, taught_data, leaking, "validation.allow_leaks=true")
    assert prepared(allowed).material.validation is not None


def test_training_ends_when_it_no_longer_helps(
    tiny_model: Path, taught_data: Path, other_data: Path
) -> None:
    nothing = ("optimiser.learning_rate=1e-9", "lora.alpha=0.001", "validation.patience=2")
    looking = (f"validation.data={other_data}", "validation.every_steps=1", *nothing)
    epochs = ("optimiser.epochs=4", "optimiser.max_steps=0", f"general.data={other_data}")
    trained = train(recipe("tiny", tiny_model, taught_data, *looking, *epochs))
    assert trained.ended == "2 looks found no new best"
    assert max(look.step for look in trained.history.looks) <= 3
    before = trained.history.looks[0]
    assert before.step == 0 and before.general_loss == pytest.approx(before.loss)


def test_the_best_weights_are_kept(tiny_model: Path, taught_data: Path, other_data: Path) -> None:
    wild = ("optimiser.learning_rate=1", "lora.alpha=100", "optimiser.max_steps=4")
    looking = (f"validation.data={other_data}", "validation.every_steps=1")
    trained = train(recipe("tiny", tiny_model, taught_data, *looking, *wild))
    losses = {look.step: look.loss for look in trained.history.looks if look.step}
    assert len(set(losses.values())) > 1
    assert trained.chosen is not None and trained.chosen.loss == min(losses.values())


def test_tuning_goes_on_from_an_adapter(tiny_model: Path, taught_data: Path) -> None:
    first = train(recipe("tiny", tiny_model, taught_data, "optimiser.max_steps=4"))
    on = recipe("tiny", tiny_model, taught_data, "run.name=on", f"init_adapter={first.adapter}",
                "optimiser.max_steps=1", "optimiser.learning_rate=1e-9")  # fmt: skip
    second = train(on)
    assert second.history.steps[0].loss < first.history.steps[0].loss
    before, now = (json.loads((one.adapter / "card.json").read_text()) for one in (first, second))
    assert now["taught_before"] == before["data"] and before["taught_before"] == []
    with pytest.raises(InputError, match="full tuning goes on from no adapter"):
        recipe("tiny", tiny_model, taught_data, f"init_adapter={first.adapter}", "method=full")


def test_rehearsed_data_has_its_share_of_an_epoch(
    tiny_model: Path, taught_data: Path, other_data: Path
) -> None:
    chosen = recipe("tiny", tiny_model, taught_data, f"rehearsal.path={other_data}",
                    "rehearsal.share=0.25")  # fmt: skip
    ready = prepared(chosen)
    lessons = ready.material.what.lessons
    read = [lessons[n].id for batch in ready.batches for pack in batch for n in pack]
    general = [name for name in read if name.startswith("Does anybody")]
    assert len(general) / len(read) == pytest.approx(0.25, abs=0.02)
    alone = prepared(recipe("tiny", tiny_model, taught_data)).material
    assert ready.material.own_schemas == alone.own_schemas


def test_names_of_runs_are_not_taken_twice(tiny_model: Path, taught_data: Path) -> None:
    chosen = recipe("tiny", tiny_model, taught_data, "optimiser.max_steps=1")
    train(chosen)
    with pytest.raises(InputError, match="there is a run called tiny"):
        train(chosen)
    with pytest.raises(InputError, match="is finished"):
        unfinished_run("tiny")
    with pytest.raises(InputError, match="no run called nope"):
        unfinished_run("nope")


def test_when_time_ends_a_training_it_is_told_of_time_and_its_learning_rate_has_come_down(
    tiny_model: Path, taught_data: Path
) -> None:
    bounds = (
        "optimiser.max_minutes=0.03",
        "optimiser.max_steps=0",
        "optimiser.epochs=900",
        "optimiser.warmup_ratio=0",
    )
    told: list[At] = []
    trained = train(recipe("tiny", tiny_model, taught_data, *bounds), told=told.append)
    rates = [step.learning_rate for step in trained.history.steps]
    assert trained.ended == "its minutes are over"
    assert rates == sorted(rates, reverse=True) and rates[-1] < 0.3 * rates[0]
    assert all(at.left_s <= 1.8 for at in told) and told[-1].left_s == 0
    assert [at.share for at in told] == sorted(at.share for at in told) and told[-1].share == 1


def test_an_adapter_kept_in_half_precision_is_half_as_large_and_loads(
    tiny_model: Path, taught_data: Path
) -> None:
    kept = ("optimiser.max_steps=1", "run.adapter_dtype=bfloat16")
    small = train(recipe("tiny", tiny_model, taught_data, *kept, "run.name=small"))
    large = train(recipe("tiny", tiny_model, taught_data, kept[0], "run.name=large"))
    assert len(weights(small)) < 0.6 * len(weights(large))
    loaded = load_model(ModelChoice(model=str(tiny_model), adapter=str(small.adapter)))
    with torch.inference_mode():
        assert loaded.model(torch.tensor([[5, 6, 7]])).logits.isfinite().all()
