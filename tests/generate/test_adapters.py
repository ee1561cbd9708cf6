"""Several adapters over one base: each writes its own answers, whoever asks for which meanwhile."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import pytest

import sqlft
from sqlft.config import Decoding, ModelChoice
from sqlft.errors import InputError
from sqlft.generate import LocalGenerator
from sqlft.generate.reader import Decoder, active
from sqlft.model import LoadedModel, load_models
from sqlft.model.adapters import fitting_adapter, known_adapters
from sqlft.model.quiet import quiet
from sqlft.prompt import Prompt, layout, tokenise
from sqlft.schema import parse_ddl

SHOP = parse_ddl("CREATE TABLE orders (id INTEGER PRIMARY KEY, city VARCHAR)", "shop")
GREEDY = Decoding(max_output_tokens=10, beams=1, constrained=False)
NAMES = ("shop", "bank", "bare")


@pytest.fixture(scope="module")
def folders(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two random adapters of the tiny model, which differ."""
    from peft import LoraConfig, get_peft_model
    from torch import random
    from transformers import AutoModelForCausalLM

    made = {}
    for seed, name in enumerate(("shop", "bank")):
        made[name] = tmp_path_factory.mktemp("adapters") / name
        with quiet(), random.fork_rng():
            random.manual_seed(seed)
            base: Any = AutoModelForCausalLM.from_pretrained(tiny_model)
            config = LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False)
            get_peft_model(base, config).save_pretrained(made[name])
    return made


@pytest.fixture(scope="module")
def loaded(tiny_model: Path, folders: dict[str, Path]) -> dict[str, LoadedModel]:
    paths = {"bare": None, **{name: str(path) for name, path in folders.items()}}
    with quiet():
        found = load_models(ModelChoice(model=str(tiny_model), device="cpu"), paths)
    found["bare"].model.float()
    return found


@pytest.fixture(scope="module")
def writers(loaded: dict[str, LoadedModel]) -> dict[str, LocalGenerator]:
    first = LocalGenerator(loaded["bare"])
    others = {n: LocalGenerator(loaded[n], beside=first) for n in ("shop", "bank")}
    return {"bare": first, **others}


def asked(question: str) -> Prompt:
    return layout("sqlft").render(SHOP, question)


def stock(loaded: LoadedModel, prompt: Prompt) -> str:
    """What transformers and PEFT write."""
    import torch

    ids = torch.tensor([tokenise(prompt, loaded.tokenizer).ids])
    with quiet(), active(loaded.model, loaded.adapter_key):
        written = loaded.model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=10, do_sample=False
        )
    text = loaded.tokenizer.decode(written[0, ids.shape[1] :], skip_special_tokens=True)
    return str(text)


def test_each_writes_what_transformers_writes_with_it(
    loaded: dict[str, LoadedModel], writers: dict[str, LocalGenerator]
) -> None:
    prompt, said = asked("How many?"), {}
    for name in (*NAMES, *NAMES):
        ((reply,),) = writers[name].generate([prompt], GREEDY)
        assert reply.text == stock(loaded[name], prompt)
        said[name] = reply.text
    assert len(set(said.values())) == 3


def test_readers_by_transformers_own_layers_follow_the_adapter_too(
    loaded: dict[str, LoadedModel],
) -> None:
    prompt = asked("How many?")
    for network in (Decoder(loaded["bare"].model), None):
        for name in NAMES:
            writer = LocalGenerator(loaded[name])
            writer._network = network  # without one, row by row
            ((reply,),) = writer.generate([prompt], GREEDY)
            assert reply.text == stock(loaded[name], prompt)


def test_questions_to_different_adapters_at_once_get_the_answers_of_each(
    writers: dict[str, LocalGenerator],
) -> None:
    asks = [(name, asked(f"question {n}")) for n in range(6) for name in NAMES]
    expected = [writers[name].generate([prompt], GREEDY) for name, prompt in asks]
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda ask: writers[ask[0]].generate([ask[1]], GREEDY), asks))
    assert found == expected


def test_switching_takes_less_than_50_ms(loaded: dict[str, LoadedModel]) -> None:
    model = loaded["shop"].model
    keys = [loaded[name].adapter_key for name in ("shop", "bank", "bare")]
    took = []
    for key in keys * 5:
        start = time.perf_counter()
        with active(model, key):
            took.append(time.perf_counter() - start)
    assert min(took) < 0.05 and sorted(took)[len(took) // 2] < 0.05


def test_load_takes_several_and_ask_chooses_by_name(
    tiny_model: Path, folders: dict[str, Path], tmp_path: Path
) -> None:
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")
    with quiet():
        assistant = sqlft.load(
            tmp_path / "shop.duckdb",
            model=tiny_model,
            device="cpu",
            adapters=folders,
            adapter="bank",
            decoding=Decoding(max_output_tokens=4),
        )
    assert assistant.ask("How many?").adapter == str(folders["bank"])
    assert assistant.ask("How many?", adapter="shop").adapter == str(folders["shop"])
    assert assistant.read_ahead(adapter="shop") and assistant.read_ahead()
    with pytest.raises(InputError, match="no adapter 'shp' is loaded") as failure:
        assistant.ask("How many?", adapter="shp")
    assert failure.value.hint == "did you mean shop? loaded: shop, bank"


def put_adapter(home: Path, name: str, **card: Any) -> Path:
    folder = home / "adapters" / name
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text("{}")
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def test_the_adapter_is_the_one_for_the_schema_else_the_default(sqlft_home: Path) -> None:
    model = "smollm2-135m"
    ours = put_adapter(sqlft_home, "ours", base=model, schema_digest=SHOP.digest)
    general = put_adapter(sqlft_home, "default", base=model, schema_digest=None)
    put_adapter(sqlft_home, "foreign", base="other", schema_digest="0" * 16)
    assert fitting_adapter(model, SHOP.digest) == ours
    assert fitting_adapter(model, "f" * 16) == general
    assert fitting_adapter(model, "0" * 16) == general
    assert fitting_adapter("other", SHOP.digest) is None
    assert {"ours", "default", "foreign"} <= set(known_adapters())
