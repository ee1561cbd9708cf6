"""`sqlft train` and `sqlft adapter`, from a dry run to a merged model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from sqlft.cli import main
from sqlft.config import ModelChoice
from sqlft.database import close_workers
from sqlft.model import load_model

pytestmark = pytest.mark.usefixtures("sqlft_home", "one_thread")


@pytest.fixture(autouse=True)
def _no_worker_left() -> Iterator[None]:
    yield
    close_workers()


def run(*words: str, code: int = 0) -> None:
    with pytest.raises(SystemExit) as done:
        main(list(words))
    assert done.value.code == code


def words(base: Path, data: Path, *changes: str) -> list[str]:
    found = ["train", "tiny", "--data", str(data), "--set", f"base={base}"]
    for change in changes:
        found += ["--set", change]
    return found


def test_a_dry_run_shows_what_would_be_taught_and_writes_nothing(
    tiny_model: Path,
    taught_data: Path,
    sqlft_home: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(*words(tiny_model, taught_data, "packing.max_tokens=250"), "--dry-run")
    said = capsys.readouterr().out
    assert "taught     8 examples of 1 schemas" in said
    assert "left out   16 too_long" in said
    assert ">>>FROM animals SELECT kind WHERE weight > 2<|im_end|><<<" in said
    assert "MiB (weights" in said and "###" in said
    assert not (sqlft_home / "runs").exists()


def test_from_training_to_a_merged_model(
    tiny_model: Path,
    taught_data: Path,
    other_data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    changes = ("validation.execution=2", "validation.examples=4", "optimiser.max_steps=1")
    run(*words(tiny_model, taught_data, *changes), "--validation", str(other_data))
    out, err = capsys.readouterr()
    assert "execution accuracy" in out and "step 1, validation loss" in err
    run("adapter", "show", "tiny", "--json")
    card = json.loads(capsys.readouterr().out)["card"]
    accuracy = card["metrics"]["execution_accuracy"]
    assert accuracy["total"] == 2 and accuracy["low"] <= accuracy["rate"] <= accuracy["high"]
    run("adapter", "list", "--json")
    known = {one["name"]: one for one in json.loads(capsys.readouterr().out)["adapters"]}
    listed = known.pop("tiny")
    assert listed["layout"] == "sqlft" and set(known) == {"bank", "default", "retail"}  # sqlft's
    run("adapter", "show", "tiny")
    assert "| visitors |" in capsys.readouterr().out
    merged = tmp_path / "merged"
    run("adapter", "merge", "tiny", str(merged))
    base = ModelChoice(model=str(tiny_model), adapter=listed["folder"], device="cpu")
    ids = torch.tensor([[5, 6, 7]])
    with torch.inference_mode():
        apart = load_model(base, dtype="float32").model(ids).logits
        one = load_model(ModelChoice(model=str(merged), device="cpu")).model(ids).logits.float()
    assert torch.allclose(apart, one, atol=0.1)  # bfloat16, beside logits of about 3
    run("adapter", "merge", "tiny", str(merged), code=1)
    assert "is there already" in capsys.readouterr().err


def test_a_check_scores_every_form_of_an_adapter(
    tiny_model: Path, taught_data: Path, other_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(*words(tiny_model, taught_data, "optimiser.max_steps=1"))
    capsys.readouterr()
    with pytest.raises(SystemExit) as done:
        main(["adapter", "check", "tiny", str(other_data), "--sample", "2", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert set(found["accuracy"]) == {"base", "adapter", "merged", "4-bit"}
    assert all(rate["total"] == 2 for rate in found["accuracy"].values())
    assert done.value.code == bool(found["differ"])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "Usage"),
        (["train", "tiny", "--resume", "tiny"], "either a RECIPE or --resume"),
        (["train", "--resume", "tiny", "--set", "seed=1"], "takes no changes"),
        (["train", "--resume", "nope"], "there is no run called nope"),
        (["train", "tiny"], "there is nothing to teach"),
        (["adapter", "show", "nope"], "there is no adapter nope"),
    ],
)
def test_wrong_use_is_one_line(
    given: list[str],
    said: str,
    tiny_model: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    base = ["--set", f"base={tiny_model}"] if given == ["train", "tiny"] else []
    with pytest.raises(SystemExit) as done:
        main([*(given or ["train"]), *base])
    assert done.value.code in (1, 2)
    assert said in capsys.readouterr().err
