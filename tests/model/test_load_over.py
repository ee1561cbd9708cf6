"""An adapter that was learnt over another loads with it, as one; or one line says what lacks."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from sqlft.cli import main
from sqlft.config import Decoding, ModelChoice
from sqlft.config.evaluation import Evaluation
from sqlft.errors import ModelError
from sqlft.evaluate.evaluation import configured
from sqlft.evaluate.predictor import Predictor, parse_predictors
from sqlft.generate import LocalGenerator
from sqlft.generate.reader import active
from sqlft.model import LoadedModel, load_model, load_models
from sqlft.model.merge import write_merged
from sqlft.model.quiet import quiet
from sqlft.prompt import layout
from sqlft.schema import parse_ddl

IDS = torch.tensor([[5, 6, 7, 40, 41]])
SHOP = parse_ddl("CREATE TABLE orders (id INTEGER PRIMARY KEY, city VARCHAR)", "shop")
GREEDY = Decoding(max_output_tokens=10, constrained=False)
UPPER = {"r": 2, "lora_alpha": 3, "use_rslora": True, "target_modules": "all-linear"}
LOWER = {
    "r": 3,
    "lora_alpha": 2,
    "use_rslora": True,
    "rank_pattern": {"v_proj": 5},
    "alpha_pattern": {"down_proj": 7},
    "target_modules": ["q_proj", "v_proj", "down_proj"],
}

pytestmark = pytest.mark.usefixtures("sqlft_home")


def made(folder: Path, base: Path, seed: int, **settings: Any) -> Path:
    """A random adapter."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    with quiet(), torch.random.fork_rng():
        torch.manual_seed(seed)
        plain: Any = AutoModelForCausalLM.from_pretrained(base)
        config = LoraConfig(**settings, init_lora_weights=False, task_type="CAUSAL_LM")
        get_peft_model(plain, config).save_pretrained(str(folder))
    (folder / "README.md").unlink()
    (folder / "card.json").write_text('{"layout": "sqlft"}')
    return folder


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / "adapter_model.safetensors").read_bytes()).hexdigest()


def lay(upper: Path, lower: Path) -> Path:
    """The upper one with a card that says what it lies over."""
    card = {"layout": "sqlft", "over": {"name": lower.name, "sha256": digest(lower)}}
    (upper / "card.json").write_text(json.dumps(card))
    return upper


@pytest.fixture(scope="module")
def random_pair(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``general``, ``shop`` over it, and ``bank`` by itself."""
    folder = tmp_path_factory.mktemp("adapters")
    general = made(folder / "general", tiny_model, 1, **LOWER)
    lay(made(folder / "shop", tiny_model, 2, **UPPER), general)
    made(folder / "bank", tiny_model, 3, **UPPER)
    return folder


@pytest.fixture
def pair(random_pair: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(random_pair, tmp_path / "adapters"))


def load(base: Path, adapter: Path, *, dtype: str = "float32", **choice: str) -> LoadedModel:
    return load_model(
        ModelChoice(model=str(base), adapter=str(adapter), device="cpu", **choice), dtype=dtype
    )


def logits(loaded: LoadedModel) -> torch.Tensor:
    with torch.inference_mode(), active(loaded.model, loaded.adapter_key):
        return torch.as_tensor(loaded.model(IDS).logits)


def in_plain_peft(base: Path, lower: Path, upper: Path) -> torch.Tensor:
    """What PEFT by itself makes of the two active together."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    with quiet(), torch.inference_mode():
        plain = AutoModelForCausalLM.from_pretrained(base)
        model: Any = PeftModel.from_pretrained(plain, str(lower), adapter_name="below")
        model.load_adapter(str(upper), "above")
        model.base_model.set_adapter(["below", "above"])
        return torch.as_tensor(model.eval()(IDS).logits)


def test_it_adds_what_both_add_together(tiny_model: Path, pair: Path) -> None:
    expected = in_plain_peft(tiny_model, pair / "general", pair / "shop")
    found = logits(load(tiny_model, pair / "shop"))
    assert torch.allclose(found, expected, atol=1e-4, rtol=1e-4)
    for one in ("general", "bank"):
        assert not torch.allclose(logits(load(tiny_model, pair / one)), expected, atol=1e-2)


def test_the_one_under_it_may_name_its_layers_by_a_pattern(
    tiny_model: Path, random_pair: Path, tmp_path: Path
) -> None:
    pattern = LOWER | {"target_modules": r".*\.(q_proj|embed_tokens|down_proj)"}
    lower = made(tmp_path / "general", tiny_model, 4, **pattern)
    upper = lay(Path(shutil.copytree(random_pair / "shop", tmp_path / "shop")), lower)
    found = logits(load(tiny_model, upper))
    expected = in_plain_peft(tiny_model, lower, upper)
    assert torch.allclose(found, expected, atol=1e-4, rtol=1e-4)


def test_it_is_one_adapter_in_the_type_of_the_base(tiny_model: Path, pair: Path) -> None:
    loaded = load(tiny_model, pair / "shop", dtype="bfloat16")
    assert list(loaded.model.peft_config) == [loaded.adapter_key]
    assert loaded.model.active_adapters == [loaded.adapter_key]
    found = {name: one for name, one in loaded.model.named_parameters() if "lora_" in name}
    assert {one.dtype for one in found.values()} == {torch.bfloat16}
    assert all(f".{loaded.adapter_key}." in name for name in found)
    wide = logits(load(tiny_model, pair / "shop"))
    near = (logits(loaded).float() - wide).abs().max() / wide.abs().max()
    assert near < 0.05  # bfloat16 has eight bits


def test_it_answers_over_four_bit_weights(tiny_model: Path, pair: Path) -> None:
    loaded = load(tiny_model, pair / "shop", dtype="auto", quantize="nf4")
    ((reply, *_),) = LocalGenerator(loaded).generate([layout("sqlft").render(SHOP, "?")], GREEDY)
    assert reply.output_tokens == 10
    assert not torch.equal(
        logits(loaded), logits(load(tiny_model, pair / "general", dtype="auto", quantize="nf4"))
    )


@pytest.mark.parametrize("names", [("shop", "general", "bank"), ("bank", "shop"), (None, "shop")])
def test_over_one_base_each_answers_as_it_does_alone(
    tiny_model: Path, pair: Path, names: tuple[str | None, ...]
) -> None:
    paths = {str(name): name and str(pair / name) for name in names}
    several = load_models(ModelChoice(model=str(tiny_model), device="cpu"), paths, dtype="float32")
    prompt = layout("sqlft").render(SHOP, "How many?")
    writers: dict[str, LocalGenerator] = {}
    for name, one in several.items():
        writers[name] = LocalGenerator(one, beside=next(iter(writers.values()), None))
    for name in (*paths, *paths):
        alone = LocalGenerator(
            load_model(
                ModelChoice(model=str(tiny_model), adapter=paths[name] or "none", device="cpu",
                            layout=several[name].layout),
                dtype="float32",
            )
        )  # fmt: skip
        (expected,) = alone.generate([prompt], GREEDY)
        (found,) = writers[name].generate([prompt], GREEDY)
        assert [one.text for one in found] == [one.text for one in expected]


def test_merged_it_is_the_sum_of_base_and_both(
    tiny_model: Path, pair: Path, tmp_path: Path
) -> None:
    expected = logits(load(tiny_model, pair / "shop"))
    write_merged(load(tiny_model, pair / "shop"), tmp_path / "merged")
    whole = load_model(ModelChoice(model=str(tmp_path / "merged"), device="cpu"), dtype="float32")
    assert torch.allclose(logits(whole), expected, atol=1e-3, rtol=1e-3)


def test_the_one_under_it_is_found_beside_it_or_by_its_name(
    tiny_model: Path, pair: Path, sqlft_home: Path
) -> None:
    expected = logits(load(tiny_model, pair / "shop"))
    trained = sqlft_home / "runs" / "train" / "general" / "adapter"
    for place in (sqlft_home / "adapters" / "general", trained):
        place.parent.mkdir(parents=True)
        (pair / "general").rename(place)
        assert torch.equal(logits(load(tiny_model, pair / "shop")), expected)
        place.rename(pair / "general")
    other = sqlft_home / "adapters" / "general"
    shutil.copytree(pair / "bank", other)  # of the same name, and not the one
    assert torch.equal(logits(load(tiny_model, pair / "shop")), expected)


def test_without_the_very_same_one_under_it_there_is_one_line(tiny_model: Path, pair: Path) -> None:
    digits = digest(pair / "general")[:12]
    told = rf"{pair / 'shop'} was learnt over the adapter general \(sha256 {digits}\)"
    (pair / "general").rename(pair / "away")
    with pytest.raises(ModelError, match=told + ", which is not here") as caught:
        load(tiny_model, pair / "shop")
    assert caught.value.hint == f"put that one into {pair / 'general'}"
    (pair / "bank").rename(pair / "general")
    with pytest.raises(ModelError, match=told + "; the one in .*general has other weights"):
        load(tiny_model, pair / "shop")


def test_a_chain_of_three_is_refused(tiny_model: Path, pair: Path) -> None:
    lay(pair / "bank", pair / "shop")
    with pytest.raises(ModelError, match="shop was learnt over another itself, general"):
        load(tiny_model, pair / "bank")


@pytest.mark.parametrize(
    "over", [3, {"name": "general"}, {"name": "../general", "sha256": "0" * 64},
             {"name": 5, "sha256": "0" * 64}, {"name": "general", "sha256": 1},
             [], {}, {"name": "..", "sha256": "0" * 64}, {"name": "", "sha256": "0" * 64},
             {"name": "general", "sha256": ["0"] * 64}, {"name": "general", "sha256": "x" * 64}],
)  # fmt: skip
def test_a_card_that_says_it_wrongly_is_one_line(tiny_model: Path, pair: Path, over: Any) -> None:
    (pair / "shop" / "card.json").write_text(json.dumps({"over": over}))
    with pytest.raises(ModelError, match="does not say what it lies over"):
        load(tiny_model, pair / "shop")


def test_prompts_that_the_one_under_it_was_not_taught_are_refused(
    tiny_model: Path, pair: Path
) -> None:
    card = {"layout": "sqlft", "prompt_fingerprint": "another"}
    (pair / "general" / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=r"general was taught other prompts"):
        load(tiny_model, pair / "shop")


def test_an_evaluation_knows_it_by_both_files(pair: Path) -> None:
    def digest_of(name: str) -> str | None:
        predictors = parse_predictors(f"adapter:{pair / name}", Predictor(name=""))
        return str(configured([], predictors, Evaluation())["predictors"][0]["digest"])

    assert digest_of("bank") == digest(pair / "bank")
    before = digest_of("shop")
    assert before not in (digest(pair / "shop"), digest(pair / "general"))
    shutil.rmtree(pair / "general")
    shutil.copytree(pair / "bank", pair / "general")
    lay(pair / "shop", pair / "general")
    assert digest_of("shop") != before
    shutil.rmtree(pair / "general")
    with pytest.raises(ModelError, match="which is not here"):
        digest_of("shop")


def test_it_is_listed_with_the_one_under_it(
    pair: Path, sqlft_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*words: str) -> str:
        with pytest.raises(SystemExit) as done:
            main(["adapter", "list", *words])
        assert done.value.code == 0
        return capsys.readouterr().out

    shutil.copytree(pair, sqlft_home / "adapters")
    (line,) = [one for one in said().splitlines() if one.startswith("shop")]
    assert line.endswith("over general")
    found = {one["name"]: one["over"] for one in json.loads(said("--json"))["adapters"]}
    assert found["shop"] == "general" and found["bank"] is None
