"""Models, tokenizers and adapters come into memory, or one line says why not."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sqlft.config import ModelChoice
from sqlft.errors import InputError, ModelError, SqlftError
from sqlft.model import LoadedModel, load_model
from sqlft.model.quiet import quiet
from sqlft.prompt import fingerprint, layout


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "copy"))


def made_adapter(folder: Path, base: Path) -> Path:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    config = LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False)
    with quiet():
        model = AutoModelForCausalLM.from_pretrained(base)
        get_peft_model(model, config).save_pretrained(folder)
    return folder


@pytest.fixture
def adapter(tiny_model: Path, tmp_path: Path) -> Path:
    return made_adapter(tmp_path / "adapter", tiny_model)


def load(folder: Path, **choice: str) -> LoadedModel:
    return load_model(ModelChoice(model=str(folder), device="cpu", **choice))


def test_a_folder_loads_in_evaluation_mode_without_a_word(
    tiny_model: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    loaded = load(tiny_model)
    assert capfd.readouterr() == ("", "")
    assert not loaded.model.training
    assert (loaded.layout, loaded.device, loaded.adapter) == ("ddl", "cpu", None)
    assert loaded.end_ids == {2}
    assert loaded.context_tokens == 2048


def test_the_layout_is_the_one_asked_for_else_the_adapters_else_the_models(
    tiny_model: Path, adapter: Path, tmp_path: Path
) -> None:
    coder = tmp_path / "SQLCoder-tiny"
    shutil.copytree(tiny_model, coder)
    assert load(coder).layout == "sqlcoder"
    assert load(coder, layout="sqlft").layout == "sqlft"
    (adapter / "card.json").write_text(json.dumps({"layout": "sqlft"}))
    assert load(coder, adapter=str(adapter)).layout == "sqlft"
    with pytest.raises(InputError, match="no such prompt layout"):
        load(coder, layout="nope")


@pytest.mark.parametrize(
    ("name", "message"),
    [("./nowhere", "there is no model folder"), ("bad name", "no model 'bad name' is known")],
)
def test_a_name_that_is_nothing_is_one_line(name: str, message: str) -> None:
    with pytest.raises(SqlftError, match=message):
        load_model(ModelChoice(model=name))


@pytest.mark.parametrize(
    ("offline", "message"), [("0", "cannot be reached"), ("1", "HF_HUB_OFFLINE is set")]
)
def test_a_hub_model_that_is_not_here_is_told_at_once(
    tmp_path: Path, offline: str, message: str
) -> None:
    # In a process of its own: the hub client reads its settings when it is imported.
    code = (
        "from sqlft.errors import ModelError\n"
        "from sqlft.model.hub import hub_folder\n"
        "try: hub_folder('nobody/nothing')\n"
        "except ModelError as error: print(error)"
    )
    settings = {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path)}
    environment = {**os.environ, **settings, "HF_HUB_OFFLINE": offline}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert message in done.stdout
    assert done.stderr == ""


def test_pickled_weights_are_never_read(copy: Path) -> None:
    import torch

    (copy / "model.safetensors").unlink()
    torch.save({}, copy / "pytorch_model.bin")
    with pytest.raises(ModelError, match="lacks its safetensors weights"):
        load(copy)


def test_code_that_comes_with_a_model_is_not_run(copy: Path, tmp_path: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    config["model_type"] = "own"
    config["auto_map"] = {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}
    (copy / "config.json").write_text(json.dumps(config))
    (copy / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(ModelError):
        load(copy)
    assert not (tmp_path / "ran").exists()


def test_truncated_and_missing_weights_are_told(copy: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = copy / "model.safetensors"
    weights = load_file(path)
    os.truncate(path, path.stat().st_size - 100)
    with pytest.raises(ModelError, match="damaged"):
        load(copy)
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks 1 weights, such as model\.layers\.1\.mlp"):
        load(copy)


def test_a_model_that_writes_no_text_is_told(copy: Path) -> None:
    (copy / "config.json").write_text('{"model_type": "vit"}')
    with pytest.raises(ModelError) as caught:
        load(copy)
    assert "\n" not in caught.value.message


def test_an_adapter_given_as_a_model_is_pointed_to_its_option(adapter: Path) -> None:
    with pytest.raises(InputError) as caught:
        load(adapter)
    assert caught.value.hint == "give an adapter with --adapter"


def test_an_adapter_changes_what_the_model_computes(tiny_model: Path, adapter: Path) -> None:
    import torch

    ids = torch.tensor([[5, 6, 7]])
    with torch.inference_mode():
        plain = load(tiny_model).model(ids).logits
        adapted = load(tiny_model, adapter=str(adapter)).model(ids).logits
    assert not torch.equal(plain, adapted)


def test_an_adapter_taught_other_prompts_is_refused(tiny_model: Path, adapter: Path) -> None:
    tokenizer = load(tiny_model).tokenizer
    card = {"layout": "sqlft", "prompt_fingerprint": fingerprint(layout("sqlft"), tokenizer)}
    (adapter / "card.json").write_text(json.dumps(card))
    assert load(tiny_model, adapter=str(adapter)).adapter == str(adapter)
    with pytest.raises(ModelError, match="was taught other prompts"):
        load(tiny_model, adapter=str(adapter), layout="ddl")
    (adapter / "card.json").write_text("[]")
    with pytest.raises(ModelError, match="not a JSON object"):
        load(tiny_model, adapter=str(adapter))


def test_an_adapter_of_another_base_is_refused(
    tiny_model: Path, adapter: Path, tmp_path: Path
) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    wider = Path(shutil.copytree(tiny_model, tmp_path / "wider"))
    config = LlamaConfig.from_pretrained(tiny_model)
    config.hidden_size = 128
    LlamaForCausalLM(config).save_pretrained(wider)
    with pytest.raises(ModelError, match="does not fit this model") as caught:
        load(wider, adapter=str(adapter))
    assert "\n" not in caught.value.message


def test_damaged_and_pickled_adapters_are_refused(tiny_model: Path, adapter: Path) -> None:
    weights = adapter / "adapter_model.safetensors"
    os.truncate(weights, 100)
    with pytest.raises(ModelError, match="damaged"):
        load(tiny_model, adapter=str(adapter))
    weights.rename(adapter / "adapter_model.bin")
    with pytest.raises(ModelError, match=r"no adapter_model\.safetensors"):
        load(tiny_model, adapter=str(adapter))
    with pytest.raises(InputError, match="is not a folder"):
        load(tiny_model, adapter=str(adapter / "nowhere"))


def test_adapter_weights_that_the_file_lacks_are_an_error(tiny_model: Path, adapter: Path) -> None:
    config = json.loads((adapter / "adapter_config.json").read_text())
    config["target_modules"] = ["q_proj", "v_proj"]
    (adapter / "adapter_config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="missing adapter keys"):
        load(tiny_model, adapter=str(adapter))


def test_cuda_without_cuda_is_one_line(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(ModelError, match="no CUDA device"):
        load_model(ModelChoice(model=str(tiny_model), device="cuda"))


def test_four_bit_weights_load_on_a_cpu_without_a_word(
    tiny_model: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import torch

    loaded = load(tiny_model, quantize="nf4")
    assert capfd.readouterr() == ("", "")
    assert loaded.dtype == "nf4"
    with torch.inference_mode():
        assert loaded.model(torch.tensor([[5, 6, 7]])).logits.isfinite().all()


def test_the_embedded_model_loads_fast_and_its_marks_are_single_tokens(
    embedded_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLFT_HOME", str(embedded_model.parent.parent))
    load_model(ModelChoice())  # imports
    began = time.process_time()
    loaded = load_model(ModelChoice())
    assert time.process_time() - began < 6  # measured 0.6 s
    assert loaded.digest is not None
    tokenizer = loaded.tokenizer
    assert tokenizer("<|im_start|>").input_ids == [1]
    assert tokenizer("<|im_end|>").input_ids == [2]
    assert loaded.end_ids == {2}
    text = tokenizer.apply_chat_template(
        [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
        tokenize=False,
        add_generation_prompt=True,
    )
    assert text == (
        "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\nu<|im_end|>\n<|im_start|>assistant\n"
    )
    assert tokenizer(text).input_ids.count(1) == 3  # BOS is the first turn's mark, once
