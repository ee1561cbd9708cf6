"""The mean of adapters: of what they add to the base, as near as its rank allows."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from sqlft.cli import main
from sqlft.config import ModelChoice
from sqlft.errors import InputError, ModelError
from sqlft.model import load_model
from sqlft.model.average import average
from sqlft.model.quiet import quiet

PLACE = "base_model.model.model.layers.0.self_attn.q_proj"
WEIGHTS = "adapter_model.safetensors"

pytestmark = pytest.mark.usefixtures("sqlft_home")


def written(
    folder: Path, down: torch.Tensor, up: torch.Tensor, *, alpha: float, rslora: bool = False
) -> Path:
    """An adapter of one layer."""
    folder.mkdir()
    save_file(
        {f"{PLACE}.lora_A.weight": down, f"{PLACE}.lora_B.weight": up},
        folder / WEIGHTS,
        metadata={"format": "pt"},
    )
    config = {"peft_type": "LORA", "r": len(down), "lora_alpha": alpha, "use_rslora": rslora}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "card.json").write_text('{"base": "tiny", "layout": "sqlft"}')
    return folder


def added(folder: Path) -> torch.Tensor:
    """What the adapter adds to its layer."""
    config = json.loads((folder / "adapter_config.json").read_text())
    weights = load_file(folder / WEIGHTS)
    divisor = config["r"] ** 0.5 if config["use_rslora"] else config["r"]
    product = weights[f"{PLACE}.lora_B.weight"] @ weights[f"{PLACE}.lora_A.weight"]
    return product * config["lora_alpha"] / divisor


@settings(max_examples=15, deadline=None)
@given(
    ranks=st.lists(st.integers(1, 5), min_size=2, max_size=4),
    rank=st.integers(1, 8),
    seed=st.integers(0, 2**20),
)
def test_no_matrix_of_the_rank_is_nearer_to_the_mean(
    tmp_path_factory: pytest.TempPathFactory, ranks: list[int], rank: int, seed: int
) -> None:
    folder, drawn = tmp_path_factory.mktemp("mean"), torch.Generator().manual_seed(seed)
    folders = [
        written(
            folder / str(at),
            torch.randn(each, 7, generator=drawn),
            torch.randn(9, each, generator=drawn),
            alpha=1.5 * at + 1,
            rslora=at == 1,
        )
        for at, each in enumerate(ranks)
    ]
    mean = torch.stack([added(one) for one in folders]).mean(0)

    made = average([str(one) for one in folders], folder / "mean", rank=rank)

    sizes = torch.linalg.svdvals(mean)
    least = float(sizes[rank:].square().sum())
    apart = float((added(made.folder) - mean).square().sum())
    assert apart == pytest.approx(least, rel=1e-3, abs=1e-6)
    assert made.lost_share == pytest.approx(least / float(sizes.square().sum()), abs=1e-4)


def adapter(folder: Path, base: Path, seed: int) -> Path:
    """A random adapter of every layer, with a card."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    with quiet(), torch.random.fork_rng():
        torch.manual_seed(seed)
        plain: Any = AutoModelForCausalLM.from_pretrained(base)
        config = LoraConfig(
            r=2, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM"
        )
        get_peft_model(plain, config).save_pretrained(str(folder))
    data = [{"role": "data", "name": f"shop-{seed}"}, {"role": "data", "name": "both"}]
    card = {"base": "tiny", "layout": "sqlft", "schema_digest": str(seed), "data": data}
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def test_the_mean_is_an_adapter_that_loads_and_says_what_it_is_of(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [str(adapter(tmp_path / f"a{seed}", tiny_model, seed)) for seed in (1, 2)]
    out = tmp_path / "mean"

    with pytest.raises(SystemExit) as ended:
        main(["adapter", "average", *folders, str(out), "--rank", "4"])

    assert ended.value.code == 0
    assert "left out by rank 4: 0.0%" in capsys.readouterr().out
    ids = torch.tensor([[5, 6, 7, 40]])

    def logits(path: str | None) -> torch.Tensor:
        found = load_model(ModelChoice(model=str(tiny_model), adapter=path or "none"))
        with torch.inference_mode():
            return found.model(ids).logits.float()

    assert not torch.allclose(logits(str(out)), logits(None), atol=1e-3)
    card = json.loads((out / "card.json").read_text())
    assert [one["name"] for one in card["average_of"]] == ["a1", "a2"]
    assert [one["name"] for one in card["data"]] == ["shop-1", "both", "shop-2"]
    assert card["schema_digest"] is None and "recipe" not in card and card["record"]["packages"]


def test_of_equals_the_mean_is_the_same(tiny_model: Path, tmp_path: Path) -> None:
    one = str(adapter(tmp_path / "one", tiny_model, 3))
    made = average([one, one], tmp_path / "mean", rank=2)
    ids = torch.tensor([[5, 6, 7, 40]])
    found = []
    for path in (one, str(made.folder)):
        loaded = load_model(ModelChoice(model=str(tiny_model), adapter=path), dtype="float32")
        with torch.inference_mode():
            found.append(loaded.model(ids).logits)
    torch.testing.assert_close(*found, atol=1e-4, rtol=1e-4)
    assert json.loads((made.folder / "card.json").read_text())["schema_digest"] == "3"


def test_what_cannot_be_averaged_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    down, up = torch.ones(2, 7), torch.ones(9, 2)
    one = written(tmp_path / "one", down, up, alpha=2)
    other_layout = written(tmp_path / "layout", down, up, alpha=2)
    (other_layout / "card.json").write_text('{"base": "tiny", "layout": "ddl"}')
    wider = written(tmp_path / "wider", torch.ones(2, 8), up, alpha=2)
    torn = written(tmp_path / "torn", down, up, alpha=2)
    (torn / WEIGHTS).write_bytes((torn / WEIGHTS).read_bytes()[:50])
    over = written(tmp_path / "over", down, up, alpha=2)
    said = {"base": "tiny", "layout": "sqlft", "over": {"name": "one", "sha256": "0" * 64}}
    (over / "card.json").write_text(json.dumps(said))
    cases: list[tuple[list[Path], type[Exception], str]] = [
        ([one], InputError, "that adapter"),
        ([one, tmp_path / "none"], InputError, "is not a folder"),
        ([one, other_layout], InputError, "differ in their layout"),
        ([one, wider], InputError, "different sizes"),
        ([one, torn], ModelError, "damaged"),
        ([one, over], ModelError, "learnt over another"),
    ]
    for folders, kind, words in cases:
        with pytest.raises(kind, match=words):
            average([str(folder) for folder in folders], tmp_path / "out", rank=2)
        assert not list(tmp_path.glob("out*"))
    with pytest.raises(InputError, match="there already"):
        average([str(one), str(one)], tmp_path / "one", rank=2)


DOWN, UP = torch.ones(2, 7), torch.ones(9, 2)
A, B = f"{PLACE}.lora_A.weight", f"{PLACE}.lora_B.weight"


def run(*arguments: object) -> int | str | None:
    with pytest.raises(SystemExit) as ended:
        main([str(each) for each in arguments])
    return ended.value.code


def refused(folders: list[Path], out: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command says of them; nothing is left of what it began."""
    before = sorted(out.parent.iterdir()) if out.parent.is_dir() else []
    assert run("adapter", "average", *folders, out) == 1
    said = capsys.readouterr().err
    assert said.startswith("sqlft: ") and "Traceback" not in said
    assert len(said.splitlines()) <= 2
    assert before == (sorted(out.parent.iterdir()) if out.parent.is_dir() else [])
    return said


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"r": None}, "does not say its r and lora_alpha"),
        ({"r": 0}, "does not say its r and lora_alpha"),
        ({"r": True}, "does not say its r and lora_alpha"),
        ({"r": "2"}, "does not say its r and lora_alpha"),
        ({"lora_alpha": "a"}, "does not say its r and lora_alpha"),
        ({"lora_alpha": float("nan")}, "does not say its r and lora_alpha"),
        ({"lora_alpha": 10**400}, "does not say its r and lora_alpha"),
        ({"r": 3}, "is not a matrix of rank 3"),
        ({"peft_type": "IA3"}, "no plain LoRA"),
        ({"init_lora_weights": "pissa"}, "no plain LoRA"),
        ({"rank_pattern": {"q_proj": 4}}, "ranks of its own"),
    ],
)
def test_settings_that_say_no_rank_and_scale_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, Any], words: str
) -> None:
    one = written(tmp_path / "one", DOWN, UP, alpha=2)
    odd = written(tmp_path / "odd", DOWN, UP, alpha=2)
    config = json.loads((odd / "adapter_config.json").read_text())
    (odd / "adapter_config.json").write_text(json.dumps(config | changed))
    assert words in refused([one, odd], tmp_path / "out", capsys)
    assert words in refused([odd, one], tmp_path / "out", capsys)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({}, "has no weights"),
        ({A: DOWN}, "without"),
        ({A: DOWN, B: UP * float("nan")}, "not finite"),
        ({A: DOWN * float("inf"), B: UP}, "not finite"),
        ({A: DOWN.int(), B: UP.int()}, "not finite"),
        ({A: DOWN, B: UP[:, :1].contiguous()}, "not a matrix of rank 2"),
        ({A: DOWN, B: UP[0]}, "not a matrix of rank 2"),
        ({A: DOWN, B: UP, "model.embed_tokens.weight": UP.clone()}, "no part of a plain LoRA"),
        ({A: DOWN * 1e30, B: UP * 1e30}, "too large"),
    ],
)
def test_weights_that_are_no_plain_lora_s_are_one_line(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    weights: dict[str, torch.Tensor],
    words: str,
) -> None:
    one = written(tmp_path / "one", DOWN, UP, alpha=2)
    odd = written(tmp_path / "odd", DOWN, UP, alpha=2)
    save_file(weights, odd / WEIGHTS)
    assert words in refused([one, odd], tmp_path / "out", capsys)


@pytest.mark.parametrize(
    "card",
    [
        "[" * 100_000,
        "[]",
        "\xff",
        '{"training": "x"}',
        '{"layout": ["sqlft"]}',
        '{"base": 5}',
        '{"data": 5}',
        '{"data": ["shop"]}',
        '{"data": [{"role": "data"}]}',
        '{"taught_before": {"name": "shop"}}',
        '{"metrics": 0.5}',
        '{"over": {"name": "..", "sha256": 5}}',
    ],
)
def test_a_card_that_no_training_writes_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], card: str
) -> None:
    one, odd = (written(tmp_path / name, DOWN, UP, alpha=2) for name in ("one", "odd"))
    (one / "card.json").unlink()
    (odd / "card.json").write_text(card, encoding="latin-1")
    assert "card" in refused([one, odd], tmp_path / "out", capsys)


def test_adapters_without_cards_have_a_mean_that_shows_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [written(tmp_path / name, DOWN, UP, alpha=2) for name in ("so viel", "größer")]
    for folder in folders:
        (folder / "card.json").unlink()
    out = tmp_path / "ein Mittel ½"
    assert run("adapter", "average", *folders, out, "--rank", 1) == 0
    assert torch.allclose(added(out), added(folders[0]), atol=1e-4)
    assert run("adapter", "show", out) == 1
    assert "has no card of a training" in capsys.readouterr().err


def test_the_mean_keeps_the_type_of_the_first(tmp_path: Path) -> None:
    half = written(tmp_path / "half", DOWN.bfloat16(), UP.bfloat16(), alpha=2)
    full = written(tmp_path / "full", DOWN, UP, alpha=2)
    made = average([str(half), str(full)], tmp_path / "mean", rank=2)
    assert {one.dtype for one in load_file(made.folder / WEIGHTS).values()} == {torch.bfloat16}
    assert torch.allclose(added(made.folder).float(), added(full), rtol=0.02)


def test_where_nothing_can_be_written_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = written(tmp_path / "one", DOWN, UP, alpha=2)
    (tmp_path / "file").write_text("")
    said = refused([one, one], tmp_path / "file" / "out", capsys)
    assert "Not a directory" in said and "give a folder OUT" in said


def test_what_is_interrupted_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = written(tmp_path / "one", DOWN, UP, alpha=2)

    def stopped(path: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", stopped)
    with pytest.raises(KeyboardInterrupt):
        average([str(one), str(one)], tmp_path / "out", rank=2)
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


def test_trainings_of_one_name_each_are_told_apart_on_the_card(tmp_path: Path) -> None:
    for run_name in ("monday", "tuesday"):
        (tmp_path / run_name).mkdir()
        written(tmp_path / run_name / "adapter", DOWN, UP, alpha=2)
    folders = [str(tmp_path / name / "adapter") for name in ("monday", "tuesday")]
    made = average(folders, tmp_path / "mean", rank=2)
    card = json.loads((made.folder / "card.json").read_text())
    assert [one["name"] for one in card["average_of"]] == ["monday", "tuesday"]


@pytest.mark.parametrize(
    "metrics", [{}, {"execution_accuracy": 1}, {"execution_accuracy": {"rate": "x"}}]
)
def test_a_card_of_another_s_making_is_listed_and_is_not_shown(
    tmp_path: Path, sqlft_home: Path, capsys: pytest.CaptureFixture[str], metrics: object
) -> None:
    (sqlft_home / "adapters").mkdir(parents=True)
    one = written(sqlft_home / "adapters" / "odd", DOWN, UP, alpha=2)
    (one / "card.json").write_text(json.dumps({"metrics": metrics}))
    assert run("adapter", "list") == 0
    assert "odd  base unknown, layout unknown\n" in capsys.readouterr().out
    assert run("adapter", "show", "odd") == 1
    assert "is not one that a training writes" in capsys.readouterr().err
