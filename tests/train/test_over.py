"""A small adapter is learnt over another one, which stays as it is."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from sqlft.config import ModelChoice, Recipe, read_recipe
from sqlft.errors import InputError, ModelError
from sqlft.generate import LocalGenerator
from sqlft.generate.reader import active, network
from sqlft.loop.hook import execution_hook
from sqlft.model import load_model
from sqlft.model.quiet import quiet
from sqlft.model.tokenizer import load_tokenizer
from sqlft.train.callbacks import At
from sqlft.train.card import card_text
from sqlft.train.run_folder import runs_folder, unfinished_run
from sqlft.train.trainable import as_one, made_trainable
from sqlft.train.training import Trained, train

pytestmark = pytest.mark.usefixtures("sqlft_home", "one_thread")
SMALL = ["packing.tokens_per_row=1100", "packing.tokens_per_step=1100", "packing.max_tokens=2048"]
TAUGHT = ("lora.rank=2", "lora.alpha=6", "optimiser.learning_rate=0.01", "optimiser.max_steps=2")
IDS = torch.tensor([[5, 6, 7, 40, 41]])


@pytest.fixture(scope="module")
def general(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random adapter of three of the tiny model's layers, with scales and ranks of its own."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    folder = tmp_path_factory.mktemp("lower") / "general"
    config = LoraConfig(
        r=3,
        lora_alpha=2,
        lora_dropout=0.5,
        use_rslora=True,
        rank_pattern={"v_proj": 5},
        alpha_pattern={"down_proj": 7},
        target_modules=["q_proj", "v_proj", "down_proj"],
        init_lora_weights=False,
        task_type="CAUSAL_LM",
    )
    with quiet(), torch.random.fork_rng():
        torch.manual_seed(9)
        base: Any = AutoModelForCausalLM.from_pretrained(tiny_model)
        get_peft_model(base, config).save_pretrained(str(folder))
    taught = [{"role": "data", "name": "everything"}]
    (folder / "card.json").write_text(json.dumps({"layout": "sqlft", "data": taught}))
    return folder


def recipe(base: Path, data: Path, *changes: str) -> Recipe:
    return read_recipe("tiny", changes=[f"base={base}", f"data={data}", *SMALL, *TAUGHT, *changes])


def over(base: Path, data: Path, general: Path, *changes: str) -> Recipe:
    return recipe(base, data, f"over_adapter={general}", *changes)


def weights(trained: Trained) -> bytes:
    return (trained.adapter / "adapter_model.safetensors").read_bytes()


@pytest.fixture(scope="module")
def learnt(
    tiny_model: Path, taught_data: Path, general: Path, tmp_path_factory: pytest.TempPathFactory
) -> Trained:
    """What was learnt over the general adapter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SQLFT_HOME", str(tmp_path_factory.mktemp("learnt")))
        return train(over(tiny_model, taught_data, general))


def test_only_what_is_learnt_is_saved(learnt: Trained) -> None:
    names = {path.name for path in learnt.adapter.iterdir()}
    assert names == {"adapter_config.json", "adapter_model.safetensors", "card.json", "card.md"}
    found = load_file(learnt.adapter / "adapter_model.safetensors")
    assert {min(one.shape) for one in found.values()} == {2}
    assert all(one.abs().max() > 0 for one in found.values())


def test_what_was_learnt_adds_to_the_one_under_it(
    learnt: Trained, tiny_model: Path, general: Path
) -> None:
    """PEFT by itself makes of the two what is loaded from the one."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    loaded = load_model(
        ModelChoice(model=str(tiny_model), adapter=str(learnt.adapter)), dtype="float32"
    )
    with quiet(), torch.inference_mode():
        base: Any = AutoModelForCausalLM.from_pretrained(tiny_model)
        model: Any = PeftModel.from_pretrained(base, str(general), adapter_name="under")
        under = model.eval()(IDS).logits
        model.load_adapter(str(learnt.adapter), "learnt")
        model.base_model.set_adapter(["under", "learnt"])
        both = model.eval()(IDS).logits
        found = loaded.model(IDS).logits
    assert torch.allclose(found, both, atol=1e-4, rtol=1e-4)
    assert (both - under).abs().max() > 0.01


def test_before_its_first_step_it_is_the_one_under_it(
    tiny_model: Path, taught_data: Path, other_data: Path, general: Path
) -> None:
    looking = (f"validation.data={other_data}", "optimiser.max_steps=1", "dtype=float32")
    above = train(over(tiny_model, taught_data, general, *looking))
    on = recipe(tiny_model, taught_data, f"init_adapter={general}", *looking, "run.name=on")
    alone = recipe(tiny_model, taught_data, *looking, "run.name=alone")
    losses = [run.history.looks[0].loss for run in (above, train(on), train(alone))]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    assert losses[0] != pytest.approx(losses[2], rel=1e-3)


class _Cut(BaseException):
    """As sudden as a power cut: nothing in the way catches it."""


def cut_at(step: int) -> Callable[[At], None]:
    def told(at: At) -> None:
        if at.step == step:
            raise _Cut

    return told


def test_an_interrupted_run_ends_byte_for_byte_where_the_whole_one_does(
    tiny_model: Path, taught_data: Path, other_data: Path, general: Path
) -> None:
    changes = (f"validation.data={other_data}", "run.checkpoint_steps=2", "lora.dropout=0.2",
               "validation.every_steps=3", "optimiser.max_steps=4")  # fmt: skip
    whole = train(over(tiny_model, taught_data, general, *changes, "run.name=whole"))
    chosen = over(tiny_model, taught_data, general, *changes)
    with pytest.raises(_Cut):
        train(chosen, told=cut_at(3))
    folder, again = unfinished_run("tiny")
    assert [path.name for path in folder.checkpoints.glob("*/*/")] == []
    resumed = train(again, resumed=folder)
    assert weights(resumed) == weights(whole)
    assert [s.loss for s in resumed.history.steps] == [s.loss for s in whole.history.steps]


def test_a_run_does_not_go_on_over_another_adapter_than_it_began_with(
    tiny_model: Path, taught_data: Path, general: Path, tmp_path: Path
) -> None:
    lower = Path(shutil.copytree(general, tmp_path / "changing"))
    with pytest.raises(_Cut):
        train(over(tiny_model, taught_data, lower, "run.checkpoint_steps=1"), told=cut_at(2))
    changed = load_file(lower / "adapter_model.safetensors")
    save_file({name: 2 * one for name, one in changed.items()}, lower / "adapter_model.safetensors")
    folder, again = unfinished_run("tiny")
    with pytest.raises(InputError, match=r"not the one that this run began with, changing \(sha"):
        train(again, resumed=folder)


def test_the_card_says_what_it_was_learnt_over(learnt: Trained, general: Path) -> None:
    card = json.loads((learnt.adapter / "card.json").read_text())
    digest = hashlib.sha256((general / "adapter_model.safetensors").read_bytes()).hexdigest()
    assert card["over"] == {"name": "general", "sha256": digest}
    assert [one["name"] for one in card["taught_before"]] == ["everything"]
    assert card["recipe"]["over_adapter"] == "general"
    text = (learnt.adapter / "card.md").read_text()
    assert f"adapter `general`, sha256 {digest}" in text
    assert "The adapter it was learnt over was taught: everything." in text
    assert "over" not in card_text({**card, "over": None}, "shop")


def test_adapters_lie_two_deep_at_most(
    learnt: Trained, tiny_model: Path, taught_data: Path
) -> None:
    for key in ("over_adapter", "init_adapter"):
        third = recipe(tiny_model, taught_data, f"{key}={learnt.adapter}", "run.name=third")
        with pytest.raises(ModelError, match=r"was learnt over another itself, general \(sha256"):
            train(third)
        with pytest.raises(InputError, match="the adapter nowhere is not a folder"):
            train(recipe(tiny_model, taught_data, f"{key}=nowhere", "run.name=third"))
    assert not runs_folder().exists()


def test_none_is_learnt_over_more_than_a_plain_lora(
    tiny_model: Path, taught_data: Path, general: Path, tmp_path: Path
) -> None:
    lower = Path(shutil.copytree(general, tmp_path / "dora"))
    config = json.loads((lower / "adapter_config.json").read_text())
    (lower / "adapter_config.json").write_text(json.dumps({**config, "use_dora": True}))
    with pytest.raises(ModelError, match=r"dora is no plain LoRA \(use_dora\)"):
        train(over(tiny_model, taught_data, lower))


@pytest.mark.parametrize("layers", [["q_proj", "v_proj", "down_proj"], r".*\.(q|v|down)_proj"])
def test_while_it_is_trained_it_answers_with_the_one_under_it(
    tiny_model: Path, taught_data: Path, general: Path, tmp_path: Path, layers: object
) -> None:
    from transformers import AutoModelForCausalLM

    general = Path(shutil.copytree(general, tmp_path / "general"))
    config = json.loads((general / "adapter_config.json").read_text())
    (general / "adapter_config.json").write_text(json.dumps(config | {"target_modules": layers}))
    chosen = over(tiny_model, taught_data, general)
    base: Any = AutoModelForCausalLM.from_pretrained(tiny_model)
    model = made_trainable(base, chosen, load_tokenizer(str(tiny_model))).eval()
    for name, one in model.named_parameters():
        if "lora_B.default" in name:
            torch.nn.init.normal_(one)
    learns = {name for name, one in model.named_parameters() if one.requires_grad}
    with torch.inference_mode():
        both = model(IDS).logits
        assert torch.equal(model.train()(IDS).logits, both)  # what stays as it is drops nothing
        model.eval()
    with as_one(model) as key, torch.inference_mode(), active(model, key):
        assert network(model, key) is not None
        assert torch.allclose(model(IDS).logits, both, atol=1e-4)
    with torch.inference_mode():
        assert torch.equal(model(IDS).logits, both)
    assert {name for name, one in model.named_parameters() if one.requires_grad} == learns
    assert all("lora_A.default" in name or "lora_B.default" in name for name in learns)


def test_execution_is_measured_with_the_one_under_it_in_training_and_after(
    tiny_model: Path, taught_data: Path, other_data: Path, general: Path
) -> None:
    """Right answers are beyond a random model: what it writes tells whom it was asked of."""
    said: list[str] = []

    def heard(writer: LocalGenerator, *given: Any, **named: Any) -> Any:
        found = write(writer, *given, **named)
        said.extend(reply.text for replies in found for reply in replies)
        return found

    write = LocalGenerator.generate
    looking = (f"validation.data={other_data}", "validation.execution=2", "lora.alpha=40")
    chosen = over(tiny_model, taught_data, general, *looking)
    hook = execution_hook(chosen)
    assert hook is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalGenerator, "generate", heard)
        trained = train(chosen, hook=hook)
        assert trained.chosen is not None and trained.chosen.total == 2
        in_training = said[:]
        said.clear()
        loaded = load_model(
            ModelChoice(model=str(tiny_model), adapter=str(trained.adapter)), dtype="float32"
        )
        assert hook.measure(loaded.model, loaded.tokenizer, 0).total == 2
    assert said == in_training and any(said)
